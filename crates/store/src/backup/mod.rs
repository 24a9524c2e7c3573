//! Backups: made while the database is used, checked, restored, and kept for a while.
//!
//! ```text
//! backups/
//!   saydo-20260311T090000.000Z/   a backup: it has this name only once it is whole
//!     saydo.db.gz                 SQLite: the database as of one instant, packed
//!     saydo.rows.gz               PostgreSQL: all rows as of one instant, packed; see `rows`
//!     manifest.json               what is in it: version, schema, rows per table, sizes, SHA-256
//!     tried.json                  when it was last restored, on trial or for good
//!   .partial-…/                   being made or removed; a leftover of a killed process goes with the next backup
//!   erased                        marks of accounts that are to stay erased when a backup is restored
//!   .lock                         one may change the folder, many may read
//! saydo.db.lock                   every process that uses the database holds it; restore needs it alone
//! ```
//!
//! Either form is restored into either database.

mod create;
mod erased;
mod error;
mod folder;
mod install;
mod lock;
mod manifest;
mod pack;
mod prune;
mod restore;
mod rows;
mod sqlite;
mod tried;
mod verify;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub use error::BackupError;
pub use folder::Backup;
pub use install::Existing;
pub(crate) use install::install;
pub use lock::DataLock;
pub use manifest::{Manifest, PackedFile};
pub use restore::{Aside, Restored};
pub(crate) use restore::{free, keep};
pub use tried::{How, Tried};
pub use verify::{Trial, Verified};

use crate::StoreError;

/// A folder of backups.
#[derive(Debug, Clone)]
pub struct Backups {
    folder: PathBuf,
}

impl Backups {
    /// The backups in this folder; it is made with the first one.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where they are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// What is being done at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The database is copied.
    Copying,
    /// The copy is packed.
    Packing,
    /// The packed copy is unpacked.
    Unpacking,
    /// What was written is compared with what was read.
    Comparing,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Bytes done; or rows, of a copy made of rows.
    pub done: u64,
    /// Of so many, more or less.
    pub total: u64,
}

/// Is told how far it is.
pub type Watch = Arc<dyn Fn(Progress) + Send + Sync>;

/// A path with something at the end of its name.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Runs what waits for disks and checksums where nobody else waits for it.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(StoreError::Internal(error.to_string()).into()))
}
