//! Where statements are executed: everything SQLite does in its own way.
//!
//! A second engine is a second variant of [`Link`] and of [`Engine`]'s pool; nothing outside this file and
//! `row`/`classify` would notice.

use std::{path::Path, str::FromStr, time::Instant};

use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Sqlite, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    StoreConfig, StoreError,
    classify::classify,
    row::Row,
    statement::{Statement, Value},
};

/// Statements slower than this are logged, by name.
const SLOW_MS: u128 = 100;
/// Older SQLite versions can damage a database in WAL mode (the WAL-reset bug fixed in 3.51.3).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// SQLite's page size; its default, named because limits count pages.
const PAGE_BYTES: u32 = 4096;

/// Tasks as one JSON array of `[number, title, 1 if completed]`, in any order; null or empty without any.
pub(crate) const TITLES_JSON: &str = "json_group_array(json_array(number, title, completed_at IS NOT NULL))";

/// The opened database: readers, and how to open a writer.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) readers: SqlitePool,
    options: SqliteConnectOptions,
}

impl Engine {
    /// Creates the file if need be (for its owner only), opens it and checks the library.
    pub(crate) async fn open(config: &StoreConfig) -> Result<(Self, Link), StoreError> {
        let options = options(config)?;
        prepare_file(options.get_filename())?;
        let engine = Self { readers: readers(config, &options), options };
        let mut writer = engine.writer().await?;
        check_version(&mut writer).await?;
        Ok((engine, writer))
    }

    /// A new connection that may write.
    pub(crate) async fn writer(&self) -> Result<Link, StoreError> {
        let connection = self.options.clone().connect().await.map_err(|error| classify(&error))?;
        Ok(Link::Own(Box::new(connection)))
    }

    /// A pooled connection that reads.
    pub(crate) async fn reader(&self) -> Result<Link, StoreError> {
        // In its own task: a caller that goes away during `acquire` must not lose a place in the pool (sqlx#3513).
        let readers = self.readers.clone();
        let acquired = tokio::spawn(async move { readers.acquire().await }).await;
        let connection = acquired.map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(Link::Pooled(connection.map_err(|error| classify(&error))?))
    }

    /// A pooled connection that reads as of one instant.
    pub(crate) async fn snapshot(&self) -> Result<Link, StoreError> {
        let readers = self.readers.clone();
        let begun = tokio::spawn(async move { readers.begin().await }).await;
        let transaction = begun.map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(Link::Snapshot(transaction.map_err(|error| classify(&error))?))
    }
}

fn options(config: &StoreConfig) -> Result<SqliteConnectOptions, StoreError> {
    let place = config.url_or_path.as_str();
    let options = if place.starts_with("sqlite:") {
        SqliteConnectOptions::from_str(place).map_err(|error| StoreError::Config(error.to_string()))?
    } else if let Some((scheme, _)) = place.split_once("://") {
        return Err(StoreError::Config(format!("a database at {scheme}:// is not supported; use sqlite:PATH")));
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

async fn check_version(link: &mut Link) -> Result<(), StoreError> {
    let row = link.row(Statement::new("system.version", "SELECT sqlite_version() AS version")).await?;
    let version = row.ok_or_else(|| StoreError::Internal("no SQLite version".to_owned()))?.text("version")?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        let (major, minor, patch) = OLDEST_SQLITE;
        return Err(StoreError::Config(format!("SQLite {version} is too old: {major}.{minor}.{patch} is needed")));
    }
    Ok(())
}

/// One connection.
#[derive(Debug)]
pub(crate) enum Link {
    /// Lent by the pool.
    Pooled(PoolConnection<Sqlite>),
    /// Lent by the pool, inside a read transaction.
    Snapshot(sqlx::Transaction<'static, Sqlite>),
    /// The writer's own.
    Own(Box<SqliteConnection>),
}

impl Link {
    fn connection(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Snapshot(transaction) => transaction,
            Self::Own(connection) => connection,
        }
    }

    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let (name, began) = (statement.name, Instant::now());
        let result = query(statement)?.fetch_all(self.connection()).await;
        finish(name, began, result).map(|rows| rows.into_iter().map(|row| Row::new(name, row)).collect())
    }

    pub(crate) async fn row(&mut self, statement: Statement) -> Result<Option<Row>, StoreError> {
        let (name, began) = (statement.name, Instant::now());
        let result = query(statement)?.fetch_optional(self.connection()).await;
        finish(name, began, result).map(|row| row.map(|row| Row::new(name, row)))
    }

    pub(crate) async fn run(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let (name, began) = (statement.name, Instant::now());
        let result = query(statement)?.execute(self.connection()).await;
        finish(name, began, result).map(|done| done.rows_affected())
    }

    /// Takes the write lock at once: a read transaction that turns into a write could fail half-way.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        self.run(Statement::new("tx.begin", "BEGIN IMMEDIATE")).await.map(drop)
    }

    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        self.run(Statement::new("tx.commit", "COMMIT")).await.map(drop)
    }

    pub(crate) async fn savepoint(&mut self) -> Result<(), StoreError> {
        self.run(Statement::new("tx.savepoint", "SAVEPOINT job")).await.map(drop)
    }

    pub(crate) async fn keep_savepoint(&mut self) -> Result<(), StoreError> {
        self.run(Statement::new("tx.release", "RELEASE job")).await.map(drop)
    }

    pub(crate) async fn undo_savepoint(&mut self) -> Result<(), StoreError> {
        self.run(Statement::new("tx.rollback", "ROLLBACK TO job")).await?;
        self.keep_savepoint().await
    }

    /// A transaction nobody else can read or write beside; migrations run in it.
    pub(crate) async fn begin_exclusive(&mut self) -> Result<sqlx::Transaction<'_, Sqlite>, StoreError> {
        self.connection().begin_with("BEGIN EXCLUSIVE").await.map_err(|error| classify(&error))
    }

    pub(crate) async fn has_table(&mut self, table: &str) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = $1";
        Ok(self.row(Statement::new("system.table", SQL).bind(table)).await?.is_some())
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
    tracing::trace!(target: "saydo_store::sql", query = statement.name, sql = %statement.sql);
    if cfg!(debug_assertions) && statement.parameters() != statement.values.len() {
        return Err(StoreError::Internal(format!("{}: parameters and values differ", statement.name)));
    }
    let mut arguments = SqliteArguments::default();
    for value in statement.values {
        let added = match value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
        };
        added.map_err(|error| StoreError::Internal(error.to_string()))?;
    }
    // Statement texts are ours: literals, or pieced together from literals by the list query.
    Ok(match statement.sql {
        std::borrow::Cow::Borrowed(sql) => sqlx::query_with(sql, arguments),
        std::borrow::Cow::Owned(sql) => sqlx::query_with(AssertSqlSafe(sql), arguments),
    })
}

fn finish<T>(name: &'static str, began: Instant, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
    let elapsed = began.elapsed().as_millis();
    if elapsed > SLOW_MS {
        tracing::warn!(query = name, elapsed_ms = elapsed, "slow statement");
    }
    result.map_err(|error| {
        let error = classify(&error);
        tracing::debug!(query = name, %error, "statement failed");
        error
    })
}
