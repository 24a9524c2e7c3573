//! Filling a database: its schema is made anew, its rows are written, and read back, in one transaction.

use std::path::Path;

use futures_util::TryStreamExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use tokio::sync::mpsc::Receiver;

use super::{
    access::Access,
    insert,
    piece::{Batch, Counter, Piece, Shape},
    tally::{Sum, Sums, Tally, lines},
};
use crate::{
    StoreConfig, StoreError,
    backup::{BackupError, Progress, Stage, Watch},
    engine::PostgresEngine,
    migrate,
};

/// A database that is filled. Nothing of it stays unless it is committed.
#[derive(Debug)]
pub(crate) struct Target {
    access: Access,
}

/// What was written into a target.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) schema: i64,
    pub(crate) sums: Sums,
    shapes: Vec<Shape>,
}

impl Loaded {
    /// Rows of all tables.
    fn rows(&self) -> u64 {
        self.sums.values().map(|sum| sum.rows).sum()
    }
}

impl Target {
    /// A new SQLite file that nobody knows of yet.
    pub(crate) async fn new_file(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            // Until it has its name it is worth nothing: it is flushed to disk at the end.
            .journal_mode(SqliteJournalMode::Memory)
            .pragma("synchronous", "OFF");
        Ok(Self { access: Access::sqlite(options, "BEGIN EXCLUSIVE").await? })
    }

    /// A PostgreSQL database, while nobody migrates it.
    pub(crate) async fn postgres(config: &StoreConfig) -> Result<Self, StoreError> {
        let engine = PostgresEngine::open_apart(config, super::access::APPLICATION).await?;
        let transaction = engine.begin_exclusive().await?;
        let mut access = Access::Postgres { engine: Box::new(engine), transaction };
        // Whoever holds a table now must not keep this waiting for ever, nor itself be kept waiting.
        const PATIENCE: &str = "SELECT set_config('lock_timeout', '10s', TRUE), \
             set_config('statement_timeout', '0', TRUE), \
             set_config('idle_in_transaction_session_timeout', '0', TRUE)";
        access.run(PATIENCE.to_owned()).await?;
        Ok(Self { access })
    }

    /// A schema of its own in a PostgreSQL database, seen by nobody and gone with the transaction.
    pub(crate) async fn scratch(config: &StoreConfig) -> Result<Self, StoreError> {
        let engine = PostgresEngine::open_apart(config, super::access::APPLICATION).await?;
        let transaction = engine.begin_system("BEGIN").await?;
        let mut access = Access::Postgres { engine: Box::new(engine), transaction };
        let schema = format!("saydo_check_{}", uuid::Uuid::new_v4().simple());
        access.run(format!("CREATE SCHEMA {schema}; SET LOCAL search_path TO {schema}")).await?;
        Ok(Self { access })
    }

    /// Connections of servers and other commands, once those that just ended had time to go.
    pub(crate) async fn others(&mut self) -> Result<i64, StoreError> {
        const OTHERS: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid() AND application_name LIKE 'saydo%' AND application_name <> 'saydo copy'";
        let mut others = 0;
        for _ in 0..20 {
            // Within a transaction the list is looked at once, unless asked anew.
            self.access.run("SELECT pg_stat_clear_snapshot()".to_owned()).await?;
            others = self.access.number(OTHERS.to_owned()).await?.unwrap_or(0);
            if others == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        Ok(others)
    }

    /// Lets nobody write from now on until this is over; reading goes on. A server that comes up meanwhile, or was not
    /// seen, could otherwise write what would be lost.
    pub(crate) async fn hold(&mut self) -> Result<(), StoreError> {
        const HOLD: &str = "DO $$ DECLARE name TEXT; BEGIN \
             FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename LOOP \
             EXECUTE format('LOCK TABLE %I IN EXCLUSIVE MODE', name); END LOOP; END $$";
        self.access.run(HOLD.to_owned()).await
    }

    /// Whether somebody has an account here.
    pub(crate) async fn is_used(&mut self) -> Result<bool, StoreError> {
        Ok(self.access.has("users").await?
            && self.access.number("SELECT CAST(1 AS BIGINT) FROM users LIMIT 1".to_owned()).await?.is_some())
    }

    /// The newest migration applied.
    pub(crate) async fn schema(&mut self) -> Result<Option<i64>, StoreError> {
        self.access.schema().await
    }

    /// Writes all pieces; what was there is gone.
    pub(crate) async fn load(&mut self, mut pieces: Receiver<Piece>) -> Result<Loaded, BackupError> {
        let mut loaded = Loaded::default();
        let mut tally = Tally::default();
        while let Some(piece) = pieces.recv().await {
            match piece {
                Piece::Schema(schema) => {
                    self.rebuild(schema).await?;
                    loaded.schema = schema;
                }
                Piece::Table(shape) => {
                    keep_sum(&mut loaded, std::mem::take(&mut tally));
                    // A migration may have put something into it.
                    self.access.run(format!("DELETE FROM \"{}\"", shape.name)).await?;
                    loaded.shapes.push(shape);
                }
                Piece::Rows(rows) => {
                    let Some(shape) = loaded.shapes.last() else { return Err(cut_short()) };
                    tally.add(&lines(&rows)?, rows.len());
                    insert::rows(&mut self.access, shape, rows)
                        .await
                        .map_err(|error| BackupError::Rows { table: shape.name.clone(), error })?;
                }
                Piece::Counter(counter) => self.set(&counter).await?,
                Piece::End => {
                    keep_sum(&mut loaded, tally);
                    return Ok(loaded);
                }
            }
        }
        Err(cut_short())
    }

    async fn rebuild(&mut self, schema: i64) -> Result<(), StoreError> {
        match &mut self.access {
            Access::Sqlite { transaction, .. } => migrate::rebuild_sqlite(transaction, schema).await,
            Access::Postgres { transaction, .. } => migrate::rebuild_postgres(transaction, schema).await,
        }
    }

    /// Makes a counter go on where it was.
    async fn set(&mut self, counter: &Counter) -> Result<(), StoreError> {
        let Counter { table, column, last } = counter;
        if *last == 0 {
            return Ok(());
        }
        let sql = match &self.access {
            Access::Sqlite { .. } => format!(
                "DELETE FROM sqlite_sequence WHERE name = '{table}'; \
                 INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {last})"
            ),
            Access::Postgres { .. } => {
                format!("SELECT setval(CAST(pg_get_serial_sequence('{table}', '{column}') AS REGCLASS), {last}, TRUE)")
            }
        };
        self.access.run(sql).await
    }

    /// Reads everything back and compares it, row by row, with what was to be written.
    pub(crate) async fn compare(&mut self, loaded: &Loaded, watch: &Watch) -> Result<(), BackupError> {
        let (total, mut done) = (loaded.rows(), 0);
        for shape in &loaded.shapes {
            let found = self.sum(shape, &mut done, total, watch).await?;
            if loaded.sums.get(&shape.name) != Some(&found) {
                return Err(BackupError::Differs(shape.name.clone()));
            }
        }
        Ok(())
    }

    async fn sum(&mut self, shape: &Shape, done: &mut u64, total: u64, watch: &Watch) -> Result<Sum, BackupError> {
        let (mut rows, mut batch, mut tally) = (self.access.rows(shape), Batch::default(), Tally::default());
        loop {
            let row = rows.try_next().await?;
            let last = row.is_none();
            if let Some(rows) = batch.offer(row) {
                tally.add(&lines(&rows)?, rows.len());
                *done += rows.len() as u64;
                watch(Progress { stage: Stage::Comparing, done: *done, total });
            }
            if last {
                return Ok(tally.sum());
            }
        }
    }

    /// Keeps it, and lets the planner know what it holds.
    pub(crate) async fn commit(mut self, loaded: &Loaded) -> Result<(), StoreError> {
        for shape in &loaded.shapes {
            self.access.run(format!("ANALYZE \"{}\"", shape.name)).await?;
        }
        self.access.commit().await
    }

    /// Leaves everything as it was.
    pub(crate) async fn close(self) {
        self.access.close().await;
    }
}

/// The table named last has all its rows.
fn keep_sum(loaded: &mut Loaded, tally: Tally) {
    if let Some(shape) = loaded.shapes.last() {
        loaded.sums.insert(shape.name.clone(), tally.sum());
    }
}

/// The pieces ended before the end: whoever sent them says why.
fn cut_short() -> BackupError {
    StoreError::Internal("the copy was cut short".to_owned()).into()
}

/// Takes all pieces without writing any, to see what they hold.
pub(crate) async fn sum_up(mut pieces: Receiver<Piece>) -> Result<Loaded, BackupError> {
    let mut loaded = Loaded::default();
    let mut tally = Tally::default();
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Schema(schema) => loaded.schema = schema,
            Piece::Table(shape) => {
                keep_sum(&mut loaded, std::mem::take(&mut tally));
                loaded.shapes.push(shape);
            }
            Piece::Rows(rows) => tally.add(&lines(&rows)?, rows.len()),
            Piece::Counter(_) => {}
            Piece::End => {
                keep_sum(&mut loaded, tally);
                return Ok(loaded);
            }
        }
    }
    Err(cut_short())
}
