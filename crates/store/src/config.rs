//! Where the database is and how it is opened.

use std::{fmt, num::NonZeroU32, time::Duration};

/// How to open the database.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// `postgresql://…`; or `sqlite:PATH`, `sqlite://PATH` or a plain path of the database file.
    ///
    /// A PostgreSQL URL may say `statement-cache-capacity=0`: for a PgBouncer in transaction mode that does not keep
    /// prepared statements itself (older than 1.21, or without `max_prepared_statements`).
    pub url_or_path: String,
    /// PostgreSQL: another way to the same server for LISTEN, when `url_or_path` goes through a PgBouncer in transaction
    /// mode, which cannot deliver notices.
    pub listen_url: Option<String>,
    /// How much of one person's may be changed on a day (UTC): tasks, and turns of conversations.
    pub changes_per_day: Option<NonZeroU32>,
    /// SQLite: connections that read at the same time; there is always exactly one that writes.
    pub read_connections: u32,
    /// PostgreSQL: connections that are kept when there is nothing for them to do; with 0 each is opened when it is
    /// needed.
    pub pool_size: u32,
    /// PostgreSQL: connections beyond `pool_size` that a busy time may open.
    pub max_overflow: u32,
    /// PostgreSQL: how long a connection may have nothing to do before it is closed, or replaced if it is to be kept.
    pub idle_timeout: Duration,
    /// PostgreSQL: the age at which a connection is replaced, or up to a tenth earlier.
    pub max_lifetime: Duration,
    /// How long to wait for a connection, or for a place in the writer's queue, before [`crate::StoreError::Busy`].
    pub acquire_timeout: Duration,
    /// PostgreSQL: how long to wait for an answer to a statement before its connection is cut: the server may hang.
    pub answer_timeout: Duration,
    /// SQLite: how long a statement waits for another process that holds the database's lock.
    pub busy_timeout: Duration,
    /// SQLite: jobs that may wait for the writer.
    pub write_queue: usize,
    /// SQLite: the file may not grow beyond this: writes then fail as on a full disk, and reads go on.
    pub max_bytes: Option<u64>,
    /// SQLite: the write-ahead log is folded into the file when it is longer than this.
    pub max_log_bytes: u64,
}

impl StoreConfig {
    /// The defaults for a database at this place.
    #[must_use]
    pub fn new(url_or_path: impl Into<String>) -> Self {
        Self {
            url_or_path: url_or_path.into(),
            listen_url: None,
            changes_per_day: None,
            read_connections: 8,
            pool_size: 10,
            max_overflow: 20,
            idle_timeout: Duration::from_mins(10),
            max_lifetime: Duration::from_hours(1),
            acquire_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(20),
            busy_timeout: Duration::from_secs(5),
            write_queue: 1024,
            max_bytes: None,
            max_log_bytes: 64 * 1024 * 1024,
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url_or_path.starts_with("postgresql://") || self.url_or_path.starts_with("postgres://")
    }
}

/// Without the place: a URL can have a password in it.
impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig").field("postgres", &self.is_postgres()).finish_non_exhaustive()
    }
}
