//! Everything SQLite does in its own way: one file, one writer, many readers.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Sqlite, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{driver_query, known};
use crate::{PoolStatus, StoreConfig, StoreError, classify::classify, row::Raw, statement::Statement};

/// Older SQLite versions can damage a database in WAL mode (the WAL-reset bug fixed in 3.51.3).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// SQLite's page size; its default, named because limits count pages.
const PAGE_BYTES: u32 = 4096;

/// How long writers may wait, and how often, for a moment in which the log can begin anew.
const SHORTEN_WAIT: Duration = Duration::from_millis(200);
const SHORTEN_EVERY: Duration = Duration::from_secs(10);

/// Takes the write lock at once: a read transaction that turns into a write could fail half-way.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

/// The opened file: readers, and how to open a writer.
#[derive(Debug)]
pub(crate) struct SqliteEngine {
    readers: SqlitePool,
    options: SqliteConnectOptions,
    /// The write-ahead log, how long it may get, and when it was last too long.
    log: PathBuf,
    max_log_bytes: u64,
    busy_timeout: Duration,
    was_too_long: Mutex<Option<Instant>>,
    /// Whether the log is to begin anew however short it is: it holds what was deleted.
    to_empty: AtomicBool,
}

impl SqliteEngine {
    /// Creates the file if need be (for its owner only), opens it and checks the library.
    pub(super) async fn open(config: &StoreConfig) -> Result<(Self, SqliteLink), StoreError> {
        let options = options(config)?;
        prepare_file(options.get_filename())?;
        let mut log = options.get_filename().as_os_str().to_owned();
        log.push("-wal");
        let (log, max_log_bytes) = (PathBuf::from(log), config.max_log_bytes);
        let readers = readers(config, &options);
        let (busy_timeout, was_too_long) = (config.busy_timeout, Mutex::default());
        let to_empty = AtomicBool::default();
        let engine = Self { readers, options, log, max_log_bytes, busy_timeout, was_too_long, to_empty };
        let mut writer = engine.writer().await?;
        check_version(&mut writer).await?;
        Ok((engine, writer))
    }

    /// A new connection that may write.
    pub(crate) async fn writer(&self) -> Result<SqliteLink, StoreError> {
        let connection = self.options.clone().connect().await.map_err(|error| classify(&error))?;
        Ok(SqliteLink::Own(Box::new(connection)))
    }

    /// A pooled connection that reads.
    pub(super) async fn reader(&self) -> Result<SqliteLink, StoreError> {
        // In its own task: a caller that goes away during `acquire` must not lose a place in the pool (sqlx#3513).
        let readers = self.readers.clone();
        let acquired = tokio::spawn(async move { readers.acquire().await }).await;
        let connection = acquired.map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(SqliteLink::Pooled(known(connection)?))
    }

    /// A pooled connection that reads as of one instant.
    pub(super) async fn snapshot(&self) -> Result<SqliteLink, StoreError> {
        let readers = self.readers.clone();
        let begun = tokio::spawn(async move { readers.begin().await }).await;
        let transaction = begun.map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(SqliteLink::Snapshot(known(transaction)?))
    }

    /// The readers, and the writer beside them.
    pub(super) fn status(&self, queued_writes: u32) -> PoolStatus {
        let max = self.readers.options().get_max_connections() + 1;
        let writing = u32::from(queued_writes > 0);
        let size = self.readers.size() + 1;
        let idle = u32::try_from(self.readers.num_idle()).unwrap_or(u32::MAX) + 1 - writing;
        PoolStatus { size, idle, in_use: size.saturating_sub(idle), max, queued_writes }
    }

    /// SQLite folds the log into the file by itself and begins it anew, but only in a moment when nobody reads from it,
    /// and under load there may be none: then the writer waits for one, not for long and not all the time.
    pub(super) async fn shorten_log(&self, link: &mut SqliteLink) {
        let to_empty = self.to_empty.load(Ordering::Relaxed);
        if !to_empty && std::fs::metadata(&self.log).map_or(0, |file| file.len()) <= self.max_log_bytes {
            return;
        }
        {
            let mut last = self.was_too_long.lock().unwrap_or_else(PoisonError::into_inner);
            if last.is_some_and(|last| last.elapsed() < SHORTEN_EVERY) {
                return;
            }
            *last = Some(Instant::now());
        }
        let normally = self.busy_timeout.as_millis();
        let wait = SHORTEN_WAIT.as_millis();
        let patience = |millis: u128| AssertSqlSafe(format!("PRAGMA busy_timeout = {millis}"));
        let shortened = async {
            sqlx::raw_sql(patience(wait)).execute(link.connection()).await?;
            let busy = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)");
            let busy = busy.fetch_one(link.connection()).await;
            sqlx::raw_sql(patience(normally)).execute(link.connection()).await?;
            busy
        };
        match shortened.await {
            Ok(0) if to_empty => self.to_empty.store(false, Ordering::Relaxed),
            // While somebody reads from it, it is tried again.
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "the write-ahead log could not be shortened"),
        }
    }

    /// Has the log begin anew as soon as nobody reads from it.
    pub(super) fn empty_log(&self) {
        self.to_empty.store(true, Ordering::Relaxed);
        *self.was_too_long.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
    }
}

fn options(config: &StoreConfig) -> Result<SqliteConnectOptions, StoreError> {
    let place = config.url_or_path.as_str();
    let options = if place.starts_with("sqlite:") {
        SqliteConnectOptions::from_str(place).map_err(|error| StoreError::Config(error.to_string()))?
    } else if let Some((scheme, _)) = place.split_once("://") {
        return Err(StoreError::Config(format!(
            "a database at {scheme}:// is not supported; use sqlite:PATH or postgresql://…"
        )));
    } else {
        SqliteConnectOptions::new().filename(place)
    };
    let file = options.get_filename().to_string_lossy();
    // sqlx names databases in memory "file:…"; every connection would have its own.
    if file.is_empty() || file.contains(":memory:") || file.starts_with("file:") {
        return Err(StoreError::Config("the database needs a file: use sqlite:PATH".to_owned()));
    }
    let options = match config.max_bytes {
        Some(bytes) => options.pragma("max_page_count", (bytes / u64::from(PAGE_BYTES)).max(1).to_string()),
        None => options,
    };
    Ok(options
        .create_if_missing(true)
        .page_size(PAGE_BYTES)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(config.busy_timeout)
        // What is longer goes when the log begins anew.
        .pragma("journal_size_limit", config.max_log_bytes.to_string())
        // What is deleted is overwritten: it is not to be found in the file, nor in a copy of it.
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "memory")
        .pragma("trusted_schema", "OFF")
        .statement_cache_capacity(200)
        .disable_statement_logging())
}

fn readers(config: &StoreConfig, options: &SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(config.read_connections.max(1))
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(None)
        .max_lifetime(None)
        // A connection to a file does not go stale.
        .test_before_acquire(false)
        .connect_lazy_with(options.clone().pragma("query_only", "ON"))
}

/// Creates folder and file so that only their owner can read them; SQLite gives its side files the same mode.
fn prepare_file(path: &Path) -> Result<(), StoreError> {
    let refuse = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Unavailable(format!("cannot create the database file: {error}")),
    };
    if path.exists() {
        return Ok(());
    }
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    let mut file = std::fs::OpenOptions::new();
    file.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        folder.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder.create(parent).map_err(refuse)?;
    }
    file.open(path).map(drop).map_err(refuse)
}

async fn check_version(link: &mut SqliteLink) -> Result<(), StoreError> {
    let version = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(link.connection()).await;
    let version: String = known(version)?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        let (major, minor, patch) = OLDEST_SQLITE;
        return Err(StoreError::Config(format!("SQLite {version} is too old: {major}.{minor}.{patch} is needed")));
    }
    Ok(())
}

/// One connection to the file.
#[derive(Debug)]
pub(crate) enum SqliteLink {
    /// Lent by the pool.
    Pooled(PoolConnection<Sqlite>),
    /// Lent by the pool, inside a read transaction.
    Snapshot(sqlx::Transaction<'static, Sqlite>),
    /// The writer's own.
    Own(Box<SqliteConnection>),
}

impl SqliteLink {
    fn connection(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Snapshot(transaction) => transaction,
            Self::Own(connection) => connection,
        }
    }

    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Raw>, StoreError> {
        let rows = known(query(statement)?.fetch_all(self.connection()).await)?;
        Ok(rows.into_iter().map(Raw::Sqlite).collect())
    }

    pub(super) async fn row(&mut self, statement: Statement) -> Result<Option<Raw>, StoreError> {
        Ok(known(query(statement)?.fetch_optional(self.connection()).await)?.map(Raw::Sqlite))
    }

    pub(super) async fn run(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(known(query(statement)?.execute(self.connection()).await)?.rows_affected())
    }

    /// A transaction nobody else can read or write beside; migrations run in it.
    pub(crate) async fn begin_exclusive(&mut self) -> Result<sqlx::Transaction<'_, Sqlite>, StoreError> {
        known(self.connection().begin_with("BEGIN EXCLUSIVE").await)
    }

    /// Closes a connection of the writer's own; the last one folds the write-ahead log into the file.
    pub(crate) async fn close(self) {
        if let Self::Own(connection) = self
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "closing the database connection failed");
        }
    }
}

type Query = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

fn query(statement: Statement) -> Result<Query, StoreError> {
    Ok(driver_query!(statement, SqliteArguments::default()))
}
