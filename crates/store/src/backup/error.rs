//! What can go wrong with a backup, in words an operator can act on.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::StoreError;

/// Why a backup was not made, checked, restored or removed. Nothing half-written is left behind.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder.
    #[error("cannot {doing} {}: {error}", path.display())]
    Files {
        /// What was tried.
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// No space.
    #[error("no space left for {}", .0.display())]
    Full(PathBuf),
    /// Another process makes, checks, restores or removes backups in the folder.
    #[error("another backup, check or restore is using {}; try again when it has ended", .0.display())]
    Busy(PathBuf),
    /// The database is being restored by another process.
    #[error("{} is being restored; try again when that has ended", .0.display())]
    Restoring(PathBuf),
    /// The database is in use.
    #[error("{} is in use; stop the server first", .0.display())]
    InUse(PathBuf),
    /// There is no database to back up.
    #[error("there is no Saydo database at {0}")]
    NoDatabase(String),
    /// There is a database where one is to be written.
    #[error("there is a database at {} already", .0.display())]
    Exists(PathBuf),
    /// There are accounts in the database that is to be written.
    #[error("there are accounts in {0} already")]
    NotEmpty(String),
    /// Servers or other commands use the database.
    #[error(
        "{connections} connection(s) of Saydo to {place} are open; stop all servers first \
         (and let PgBouncer close what it keeps)"
    )]
    Connected {
        /// The database.
        place: String,
        /// How many.
        connections: i64,
    },
    /// The database that is to be copied has an older schema than this program.
    #[error("{place} has schema {found}, this program has {known}: run `saydo migrate up` on it first")]
    SchemaOlder {
        /// The database.
        place: String,
        /// Its schema.
        found: i64,
        /// The newest.
        known: i64,
    },
    /// The database does not take rows that another had.
    #[error("rows of {table} could not be written: {error}")]
    Rows {
        /// Their table.
        table: String,
        /// Why.
        error: StoreError,
    },
    /// What was written is not what was read.
    #[error("{0} is not the same on both sides; nothing was kept")]
    Differs(String),
    /// No backup of that name.
    #[error("there is no backup {name} in {}", folder.display())]
    NotFound {
        /// The name asked for.
        name: String,
        /// The folder looked into.
        folder: PathBuf,
    },
    /// No good backup at all.
    #[error("there is no good backup in {}", .0.display())]
    NoneGood(PathBuf),
    /// The backup is not what it was.
    #[error("{name} is damaged: {what}")]
    Damaged {
        /// The backup.
        name: String,
        /// What is wrong with it.
        what: String,
    },
    /// The database.
    #[error("database: {0}")]
    Store(#[from] StoreError),
}

impl BackupError {
    /// For `map_err`: what was tried with which path.
    pub(super) fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(path),
            _ => Self::Files { doing, path, error },
        }
    }

    pub(super) fn damaged(name: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Damaged { name: name.into(), what: what.into() }
    }
}
