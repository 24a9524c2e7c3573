//! Where statements are executed: one text for both databases, one enum over their connections.
//!
//! What SQLite does in its own way stands in `sqlite`, what PostgreSQL does in `postgres` and `session`, and the few
//! words of SQL they do not share in `dialect`. Outside, only `row`, `classify` and `migrate` know that there are two.

mod again;
mod connections;
mod dialect;
mod lent;
mod postgres;
mod session;
mod sqlite;

use std::time::Instant;

use tracing::{Instrument as _, Span};

pub(crate) use dialect::Dialect;
pub(crate) use postgres::PostgresEngine;
pub(crate) use session::Session;
pub(crate) use sqlite::{SqliteEngine, SqliteLink};

use crate::{
    PoolStatus, StoreConfig, StoreError,
    classify::classify,
    forgetful::recalled,
    row::{Raw, Row},
    statement::Statement,
};

/// Statements slower than this are logged, by name.
const SLOW_MS: u128 = 100;

/// The opened database.
#[derive(Debug)]
pub(crate) enum Engine {
    Sqlite(Box<SqliteEngine>),
    Postgres(Box<PostgresEngine>),
}

impl Engine {
    /// Opens the database that the configuration names, with the connection of the one writer if it has one.
    pub(crate) async fn open(config: &StoreConfig) -> Result<(Self, Option<Link>), StoreError> {
        if config.is_postgres() {
            return Ok((Self::Postgres(Box::new(PostgresEngine::open(config).await?)), None));
        }
        let (engine, writer) = SqliteEngine::open(config).await?;
        Ok((Self::Sqlite(Box::new(engine)), Some(Link::Sqlite(writer))))
    }

    /// A connection that may write.
    pub(crate) async fn writer(&self) -> Result<Link, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.writer().await.map(Link::Sqlite),
            Self::Postgres(engine) => Ok(Link::Postgres(engine.writing())),
        }
    }

    /// A connection that reads.
    pub(crate) async fn reader(&self) -> Result<Link, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.reader().await.map(Link::Sqlite),
            Self::Postgres(engine) => Ok(Link::Postgres(engine.reading())),
        }
    }

    /// A connection that reads as of one instant.
    pub(crate) async fn snapshot(&self) -> Result<Link, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.snapshot().await.map(Link::Sqlite),
            Self::Postgres(engine) => Ok(Link::Postgres(engine.snapshot())),
        }
    }

    /// How the connections are doing, with so many jobs waiting for SQLite's writer.
    pub(crate) fn status(&self, queued_writes: u32) -> PoolStatus {
        match self {
            Self::Sqlite(engine) => engine.status(queued_writes),
            Self::Postgres(engine) => engine.status(),
        }
    }

    /// Folds SQLite's write-ahead log into the file when it has grown too long.
    pub(crate) async fn shorten_log(&self, link: &mut Link) {
        if let (Self::Sqlite(engine), Link::Sqlite(link)) = (self, link) {
            engine.shorten_log(link).await;
        }
    }

    /// Has SQLite's write-ahead log folded into the file, however short it is.
    pub(crate) fn empty_log(&self) {
        if let Self::Sqlite(engine) = self {
            engine.empty_log();
        }
    }

    /// Closes the connections, once they are given back.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(engine) => engine.close().await,
            Self::Postgres(engine) => engine.close().await,
        }
    }
}

/// One connection.
#[derive(Debug)]
pub(crate) enum Link {
    Sqlite(SqliteLink),
    Postgres(Session),
}

/// Does the same with whichever connection it is.
macro_rules! either {
    ($link:expr, $inner:ident => $body:expr) => {
        match $link {
            Link::Sqlite($inner) => $body,
            Link::Postgres($inner) => $body,
        }
    };
}

impl Link {
    /// The words of SQL that this connection understands.
    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let statement = recalled(statement);
        let (name, began) = check(&statement)?;
        let result = either!(self, link => Box::pin(link.rows(statement)).instrument(span(name)).await);
        finish(name, began, result).map(|rows| rows.into_iter().map(|row| Row::new(name, row)).collect())
    }

    pub(crate) async fn row(&mut self, statement: Statement) -> Result<Option<Row>, StoreError> {
        let statement = recalled(statement);
        let (name, began) = check(&statement)?;
        let result: Result<Option<Raw>, StoreError> =
            either!(self, link => Box::pin(link.row(statement)).instrument(span(name)).await);
        finish(name, began, result).map(|row| row.map(|row| Row::new(name, row)))
    }

    pub(crate) async fn run(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let statement = recalled(statement);
        let (name, began) = check(&statement)?;
        let result = either!(self, link => Box::pin(link.run(statement)).instrument(span(name)).await);
        finish(name, began, result)
    }

    /// Begins a transaction that writes. PostgreSQL's begins by itself, with the first statement.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => self.run(Statement::system("tx.begin", sqlite::BEGIN)).await.map(drop),
            Self::Postgres(_) => Ok(()),
        }
    }

    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => self.run(Statement::system("tx.commit", "COMMIT")).await.map(drop),
            Self::Postgres(session) => session.commit().await,
        }
    }

    pub(crate) async fn savepoint(&mut self) -> Result<(), StoreError> {
        self.run(Statement::system("tx.savepoint", "SAVEPOINT job")).await.map(drop)
    }

    pub(crate) async fn keep_savepoint(&mut self) -> Result<(), StoreError> {
        self.run(Statement::system("tx.release", "RELEASE job")).await.map(drop)
    }

    pub(crate) async fn undo_savepoint(&mut self) -> Result<(), StoreError> {
        self.run(Statement::system("tx.rollback", "ROLLBACK TO job")).await?;
        self.keep_savepoint().await
    }

    pub(crate) async fn has_table(&mut self, table: &str) -> Result<bool, StoreError> {
        let sql = self.dialect().has_table();
        Ok(self.row(Statement::system("system.table", sql).bind(table)).await?.is_some())
    }

    /// Ends the connection's use; what was not committed is rolled back.
    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(link) => link.close().await,
            Self::Postgres(session) => session.close().await,
        }
    }
}

/// What every statement goes past: the trace, and a count of its parameters.
fn check(statement: &Statement) -> Result<(&'static str, Instant), StoreError> {
    tracing::trace!(target: "saydo_store::sql", query = statement.name, sql = %statement.sql);
    if cfg!(debug_assertions) && statement.parameters() != statement.values.len() {
        return Err(StoreError::Internal(format!("{}: parameters and values differ", statement.name)));
    }
    Ok((statement.name, Instant::now()))
}

/// A part of a trace; nothing when queries are not traced.
fn span(name: &'static str) -> Span {
    tracing::debug_span!(target: "saydo_store::query", "query", query = name)
}

fn finish<T>(name: &'static str, began: Instant, result: Result<T, StoreError>) -> Result<T, StoreError> {
    let elapsed = began.elapsed();
    metrics::histogram!("saydo_db_query_duration_seconds", "query" => name).record(elapsed);
    let elapsed = elapsed.as_millis();
    if elapsed > SLOW_MS {
        tracing::warn!(query = name, elapsed_ms = elapsed, "slow statement");
    }
    if let Err(error) = &result {
        metrics::counter!("saydo_db_errors_total", "kind" => error.kind()).increment(1);
        tracing::debug!(query = name, %error, "statement failed");
    }
    result
}

/// A statement and its values as a driver wants them.
macro_rules! driver_query {
    ($statement:expr, $arguments:expr) => {{
        let mut arguments = $arguments;
        for value in $statement.values {
            let added = match value {
                $crate::statement::Value::Int(value) => arguments.add(value),
                $crate::statement::Value::Text(value) => arguments.add(value),
                $crate::statement::Value::Owner(value) => arguments.add(value),
            };
            added.map_err(|error| StoreError::Internal(error.to_string()))?;
        }
        // Statement texts are ours: literals, or pieced together from literals.
        match $statement.sql {
            std::borrow::Cow::Borrowed(sql) => sqlx::query_with(sql, arguments),
            std::borrow::Cow::Owned(sql) => sqlx::query_with(sqlx::AssertSqlSafe(sql), arguments),
        }
    }};
}
use driver_query;

/// A driver's answer as ours.
fn known<T>(result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
    result.map_err(|error| classify(&error))
}
