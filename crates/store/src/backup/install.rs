//! Putting a SQLite database where one is expected: all at once, even in a power cut.

use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{BackupError, folder, lock::DataLock, sqlite, with_suffix};
use crate::{Store, StoreConfig, StoreError};

/// What becomes of a database that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Nothing is written.
    Refuse,
    /// SQLite: it gets another name beside the new one. PostgreSQL: it becomes a backup.
    PutAside,
}

/// Lets `make` make a database file, opens it as a server would, and gives it its name; says where the one is that was
/// there before. While it lasts nobody else may use the database.
pub(crate) async fn install<'a, T>(
    database: &Path,
    existing: Existing,
    now: Timestamp,
    make: impl FnOnce(PathBuf) -> BoxFuture<'a, Result<T, BackupError>>,
) -> Result<(T, Option<PathBuf>), BackupError> {
    let home = folder::parent(database);
    folder::make(&home)?;
    let alone = DataLock::alone(database)?;
    let there = database.exists();
    if there && existing == Existing::Refuse {
        return Err(BackupError::Exists(database.to_owned()));
    }
    if there {
        sqlite::fold(database).await?;
    }
    let own = database.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".restoring-{own}-");
    folder::clear(&home, &prefix)?;
    let staging = folder::staging(&home, &prefix)?;
    let file = staging.path().join("saydo.db");
    let made = make(file.clone()).await?;
    try_on(&file).await?;
    let aside = if there { Some(put_aside(database, now)?) } else { None };
    std::fs::rename(&file, database).map_err(BackupError::at("replace", database))?;
    folder::sync(&home)?;
    drop((staging, alone));
    Ok((made, aside))
}

/// Opens the database as a server would, and closes it.
async fn try_on(file: &Path) -> Result<(), BackupError> {
    folder::for_owner_only(file)?;
    let store = Store::open(StoreConfig::new(file.to_string_lossy())).await?;
    let fits = store.check_schema().await;
    store.close().await;
    fits?;
    let file = std::fs::OpenOptions::new().append(true).open(file).and_then(|file| file.sync_all());
    file.map_err(|error| StoreError::Unavailable(error.to_string()).into())
}

/// Gives the old database a second name. It keeps its own until the new one takes it: there is always one.
fn put_aside(database: &Path, now: Timestamp) -> Result<PathBuf, BackupError> {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let free = |number: u32| with_suffix(database, &format!(".before-{stamp}{}", "-again".repeat(number as usize)));
    let aside = (0..).map(free).find(|path| !path.exists()).unwrap_or_else(|| free(0));
    // Side files are left only of a damaged database; they must never meet the new one.
    for suffix in ["-wal", "-shm"] {
        let side = with_suffix(database, suffix);
        if side.exists() {
            std::fs::rename(&side, with_suffix(&aside, suffix)).map_err(BackupError::at("put aside", &side))?;
        }
    }
    if std::fs::hard_link(database, &aside).is_err() {
        // A disk without hard links.
        std::fs::rename(database, &aside).map_err(BackupError::at("put aside", database))?;
    }
    Ok(aside)
}
