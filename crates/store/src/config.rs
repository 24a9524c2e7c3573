//! Where the database is and how it is opened.

use std::time::Duration;

/// How to open the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// `sqlite:PATH`, `sqlite://PATH` or a plain path of the database file.
    pub url_or_path: String,
    /// Connections that read at the same time; there is always exactly one that writes.
    pub read_connections: u32,
    /// How long to wait for a connection, or for a place in the writer's queue, before [`crate::StoreError::Busy`].
    pub acquire_timeout: Duration,
    /// How long a statement waits for another process that holds the database's lock.
    pub busy_timeout: Duration,
    /// Jobs that may wait for the writer.
    pub write_queue: usize,
    /// The file may not grow beyond this: writes then fail as on a full disk, and reads go on.
    pub max_bytes: Option<u64>,
}

impl StoreConfig {
    /// The defaults for a database at this place.
    #[must_use]
    pub fn new(url_or_path: impl Into<String>) -> Self {
        Self {
            url_or_path: url_or_path.into(),
            read_connections: 8,
            acquire_timeout: Duration::from_secs(30),
            busy_timeout: Duration::from_secs(5),
            write_queue: 1024,
            max_bytes: None,
        }
    }
}
