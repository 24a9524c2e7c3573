//! One use of a PostgreSQL connection: a transaction that says for whom it acts, so that row security can see to it
//! that nobody else's rows are touched, whatever a statement says.
//!
//! Everything is set inside the transaction and ends with it: sessions may be shared by PgBouncer in transaction mode.

use std::{fmt::Write as _, time::Duration};

use futures_util::future::BoxFuture;
use sqlx::{
    Arguments as _, PgConnection,
    postgres::{PgArguments, PgDatabaseError},
};
use tokio::time::timeout;

use super::{connections::Connections, driver_query, known, lent::Lent};
use crate::{
    StoreError,
    classify::classify,
    row::Raw,
    statement::{Scope, Statement},
};

/// A client whose computer is gone may hold its locks no longer than this.
const IDLE_IN_TRANSACTION: Duration = Duration::from_mins(1);

/// How much longer than the server to wait for its word that a lock was waited for too long.
const GRACE: Duration = Duration::from_secs(2);

/// What is asked of a connection.
trait Asking<T>: for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send {}

impl<T, F> Asking<T> for F where F: for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send {}

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Each statement sees what was committed when it began.
    Reading,
    /// All statements see one instant.
    Snapshot,
    /// One transaction; of the same user's, one at a time.
    Writing,
}

/// A connection that is taken from the pool, with a transaction, by the first statement.
#[derive(Debug)]
pub(crate) struct Session {
    connections: Connections,
    kind: Kind,
    /// How long to wait for another's lock; PostgreSQL sees to it.
    lock_timeout: Duration,
    /// Whether the server may keep statements under a name.
    named: bool,
    transaction: Option<Lent>,
    /// For whom the transaction acts.
    scope: Scope,
    /// The users whose other writers wait for this one.
    locked: Vec<String>,
    /// Whether there is a savepoint to go back to.
    saved: bool,
}

impl Session {
    pub(super) const fn new(connections: Connections, kind: Kind, lock_timeout: Duration, named: bool) -> Self {
        Self {
            connections,
            kind,
            lock_timeout,
            named,
            transaction: None,
            scope: Scope::Nobody,
            locked: Vec::new(),
            saved: false,
        }
    }

    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Raw>, StoreError> {
        self.prepare(&statement).await?;
        let query = driver_query!(statement, PgArguments::default()).persistent(self.named);
        let result = self.ask(|connection| Box::pin(query.fetch_all(connection))).await;
        self.settle(result).await.map(|rows| rows.into_iter().map(Raw::Postgres).collect())
    }

    pub(super) async fn row(&mut self, statement: Statement) -> Result<Option<Raw>, StoreError> {
        self.prepare(&statement).await?;
        let query = driver_query!(statement, PgArguments::default()).persistent(self.named);
        let result = self.ask(|connection| Box::pin(query.fetch_optional(connection))).await;
        self.settle(result).await.map(|row| row.map(Raw::Postgres))
    }

    pub(super) async fn run(&mut self, statement: Statement) -> Result<u64, StoreError> {
        self.prepare(&statement).await?;
        let query = driver_query!(statement, PgArguments::default()).persistent(self.named);
        let result = self.ask(|connection| Box::pin(query.execute(connection))).await;
        self.settle(result).await.map(|done| done.rows_affected())
    }

    /// Asks something, and waits for the answer, but not for ever.
    async fn ask<T>(&mut self, asking: impl Asking<T>) -> Result<T, sqlx::Error> {
        self.ask_for(self.connections.patience(), asking).await
    }

    async fn ask_for<T>(&mut self, patience: Duration, asking: impl Asking<T>) -> Result<T, sqlx::Error> {
        let Some(lent) = &mut self.transaction else { return Err(sqlx::Error::Protocol("no transaction".to_owned())) };
        let answer = timeout(patience, asking(lent.connection()?)).await;
        lent.in_time(answer)
    }

    /// Begins the transaction if need be, and makes it act for whom the statement acts.
    async fn prepare(&mut self, statement: &Statement) -> Result<(), StoreError> {
        let scope = statement.scope();
        if self.transaction.is_none() {
            self.transaction = Some(self.connections.lend(&self.opening(&scope)).await?);
            self.scope = scope;
        } else if self.scope != scope {
            let (user, role) = settings(&scope);
            let set = sqlx::query("SELECT set_config('saydo.user', $1, TRUE), set_config('saydo.role', $2, TRUE)");
            let set = set.bind(user.to_owned()).bind(role).persistent(self.named);
            known(self.ask(|connection| Box::pin(set.execute(connection))).await)?;
            self.scope = scope;
        }
        if self.kind == Kind::Writing {
            self.lock().await?;
            if statement.may_conflict() {
                self.save().await?;
            }
        }
        Ok(())
    }

    /// The text that begins the transaction: one way to the server for all of it.
    fn opening(&self, scope: &Scope) -> String {
        let mode = match self.kind {
            Kind::Reading => " ISOLATION LEVEL READ COMMITTED READ ONLY",
            Kind::Snapshot => " ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Kind::Writing => " ISOLATION LEVEL READ COMMITTED READ WRITE",
        };
        let (user, role) = settings(scope);
        let mut sql = format!(
            "BEGIN{mode}; SELECT set_config('saydo.user', {}, TRUE), set_config('saydo.role', '{role}', TRUE)",
            quoted(user)
        );
        if self.kind == Kind::Writing {
            let (lock, idle) = (self.lock_timeout.as_millis(), IDLE_IN_TRANSACTION.as_millis());
            let _ = write!(
                sql,
                ", set_config('lock_timeout', '{lock}', TRUE), \
                 set_config('idle_in_transaction_session_timeout', '{idle}', TRUE)"
            );
        }
        sql
    }

    /// Makes other writers of the same user wait, on whatever replica: what is read cannot change before it is written.
    async fn lock(&mut self) -> Result<(), StoreError> {
        let Scope::Owner(user) = &self.scope else { return Ok(()) };
        if self.locked.contains(user) {
            return Ok(());
        }
        let user = user.clone();
        let lock = sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").bind(user.clone());
        let lock = lock.persistent(self.named);
        // The server says when that took too long, unless it says nothing at all.
        let patience = self.connections.patience().max(self.lock_timeout + GRACE);
        known(self.ask_for(patience, |connection| Box::pin(lock.execute(connection))).await)?;
        self.locked.push(user);
        Ok(())
    }

    /// An error ends a transaction here, unless there is a savepoint to go back to.
    async fn save(&mut self) -> Result<(), StoreError> {
        let sql = if self.saved { "RELEASE SAVEPOINT statement; SAVEPOINT statement" } else { "SAVEPOINT statement" };
        known(self.ask(|connection| Box::pin(sqlx::raw_sql(sql).execute(connection))).await)?;
        self.saved = true;
        Ok(())
    }

    async fn settle<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        let error = match result {
            Ok(value) => return Ok(value),
            Err(error) => classify(&error),
        };
        if matches!(error, StoreError::Conflict(_) | StoreError::Reference) && self.saved {
            let back = sqlx::raw_sql("ROLLBACK TO SAVEPOINT statement");
            known(self.ask(|connection| Box::pin(back.execute(connection))).await)?;
        }
        Err(error)
    }

    /// Commits. Without an answer nobody knows whether it was.
    pub(super) async fn commit(&mut self) -> Result<(), StoreError> {
        let Some(transaction) = self.transaction.take() else { return Ok(()) };
        transaction.end("COMMIT").await.map_err(|error| {
            let refused = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
            match (refused, classify(&error)) {
                (Some(_), refusal) if !matches!(refusal, StoreError::Unavailable(_)) => refusal,
                (_, other) => StoreError::CommitUnknown(other.to_string()),
            }
        })
    }

    /// Gives the connection back; what was not committed is rolled back.
    pub(super) async fn close(self) {
        if let Some(transaction) = self.transaction
            && let Err(error) = transaction.end("ROLLBACK").await
        {
            tracing::debug!(%error, "the connection was lost before its transaction was rolled back");
        }
    }
}

/// What the policies of the tables look at.
fn settings(scope: &Scope) -> (&str, &'static str) {
    match scope {
        Scope::Owner(user) => (user, "user"),
        Scope::System => ("", "system"),
        Scope::Nobody => ("", "nobody"),
    }
}

/// A text as a literal, whatever the server thinks of backslashes.
fn quoted(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_cannot_be_left() {
        assert_eq!(quoted("user-ann"), "E'user-ann'");
        assert_eq!(quoted("a'b\\'c"), "E'a''b\\\\''c'");
    }
}
