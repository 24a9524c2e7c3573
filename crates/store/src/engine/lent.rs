//! A PostgreSQL connection inside a transaction, whose server may fall silent at any moment.
//!
//! A server that hangs – its host frozen, its packets lost – breaks no connection: whoever waits for an answer would
//! wait for as long as that lasts. So there is an end to every wait, and a connection that was waited for in vain is
//! cut: nobody else gets it, and the server rolls back what was not committed.

use std::{io, time::Duration};

use sqlx::{AssertSqlSafe, PgConnection, Postgres, pool::PoolConnection};
use tokio::{runtime::Handle, time::timeout};

/// A connection of the pool. When it is dropped, the transaction is rolled back and the pool gets the connection back.
#[derive(Debug)]
pub(super) struct Lent {
    /// Nothing once it was cut.
    connection: Option<PoolConnection<Postgres>>,
    patience: Duration,
}

impl Lent {
    /// Begins a transaction with this text.
    pub(super) async fn begin(
        connection: PoolConnection<Postgres>,
        sql: String,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        let mut lent = Self { connection: Some(connection), patience };
        let begun = timeout(patience, sqlx::raw_sql(AssertSqlSafe(sql)).execute(lent.connection()?)).await;
        lent.in_time(begun)?;
        Ok(lent)
    }

    /// # Errors
    /// When it was cut.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        self.connection.as_deref_mut().ok_or_else(silent)
    }

    /// What an answer is that was waited for so long and no longer.
    pub(super) fn in_time<T, E>(&mut self, answer: Result<Result<T, sqlx::Error>, E>) -> Result<T, sqlx::Error> {
        answer.unwrap_or_else(|_| {
            tracing::warn!("PostgreSQL does not answer: the connection is cut");
            self.cut();
            Err(silent())
        })
    }

    /// Closes the connection without a word: nobody would hear it.
    fn cut(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }

    /// Ends the transaction, and gives the connection back.
    pub(super) async fn end(mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        let ended = timeout(self.patience, sqlx::raw_sql(sql).execute(self.connection()?)).await;
        self.in_time(ended)?;
        if let Some(connection) = self.connection.take() {
            give_back(connection, self.patience);
        }
        Ok(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let patience = self.patience;
        let Ok(runtime) = Handle::try_current() else {
            drop(connection.detach());
            return;
        };
        runtime.spawn(async move {
            let rolled_back = timeout(patience, sqlx::raw_sql("ROLLBACK").execute(&mut *connection)).await;
            if matches!(rolled_back, Ok(Ok(_))) {
                give_back(connection, patience);
            } else {
                drop(connection.detach());
            }
        });
    }
}

/// The pool tries out what it gets back; for so long.
fn give_back(mut connection: PoolConnection<Postgres>, patience: Duration) {
    // What is given up in the middle is closed.
    let returned = connection.return_to_pool();
    tokio::spawn(async move { timeout(patience, returned).await });
}

/// What a server that hangs would say.
fn silent() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer"))
}
