//! Reading a backup back: to check it, or to put it where the database is.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use tempfile::TempDir;

use super::{
    BackupError, Backups, Manifest, Watch, folder,
    lock::{DataLock, FolderLock},
    off_thread, pack, sqlite, with_suffix,
};
use crate::{Store, StoreConfig, StoreError};

/// What becomes of a database that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Nothing is restored.
    Refuse,
    /// It gets another name beside the restored one.
    PutAside,
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What was restored.
    pub manifest: Manifest,
    /// Where the database is that was there before.
    pub aside: Option<PathBuf>,
}

/// Unpacks a backup into a folder that goes away, and checks that it holds what its manifest says.
pub(super) async fn unpacked(
    backup: &Path,
    name: &str,
    target: TempDir,
    watch: &Watch,
) -> Result<(Manifest, TempDir, PathBuf), BackupError> {
    let manifest = Manifest::read(backup, name)?;
    let packed = manifest.sqlite_file(name)?.clone();
    let file = target.path().join("saydo.db");
    let (from, to, named, progress) = (backup.to_owned(), file.clone(), name.to_owned(), Arc::clone(watch));
    // The closure owns the folder: should the caller go away, it is removed after the last write into it.
    let target = off_thread(move || {
        pack::unpack(&packed, &from, &named, &to, &progress)?;
        Ok(target)
    })
    .await?;
    let found = sqlite::inspect(&file, name).await?;
    if found.schema != manifest.schema {
        return Err(BackupError::damaged(name, "its schema is another than its manifest says"));
    }
    let differs = found.rows.iter().find(|(table, rows)| manifest.rows.get(*table) != Some(rows));
    match differs {
        Some((table, _)) => {
            Err(BackupError::damaged(name, format!("the rows of {table} are not as many as its manifest says")))
        }
        None if found.rows.len() != manifest.rows.len() => Err(BackupError::damaged(name, "a table is missing")),
        None => Ok((manifest, target, file)),
    }
}

impl Backups {
    /// Reads all of a backup: checksum, unpacking, the database's own checks, and the rows of each table.
    ///
    /// # Errors
    /// [`BackupError::Damaged`] says what is wrong with it; others, that it could not be checked.
    pub async fn verify(&self, name: &str, watch: &Watch) -> Result<Manifest, BackupError> {
        let path = self.find(name)?;
        let lock = FolderLock::read(&self.folder)?;
        let target = folder::staging(&self.folder, folder::PARTIAL)?;
        let (manifest, ..) = unpacked(&path, name, target, watch).await?;
        drop(lock);
        Ok(manifest)
    }

    /// Puts a backup where the database is, once it was checked and opened; all at once, even in a power cut.
    ///
    /// # Errors
    /// [`BackupError::InUse`] while a server runs on it, [`BackupError::Exists`]; what was there is as it was then.
    pub async fn restore(
        &self,
        name: &str,
        database: &Path,
        existing: Existing,
        now: Timestamp,
        watch: &Watch,
    ) -> Result<Restored, BackupError> {
        let path = self.find(name)?;
        let home = folder::parent(database);
        folder::make(&home)?;
        let reading = FolderLock::read(&self.folder)?;
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
        let (manifest, staging, file) = unpacked(&path, name, folder::staging(&home, &prefix)?, watch).await?;
        try_on(&file).await?;
        let aside = if there { Some(put_aside(database, now)?) } else { None };
        std::fs::rename(&file, database).map_err(BackupError::at("replace", database))?;
        folder::sync(&home)?;
        drop((staging, reading, alone));
        Ok(Restored { manifest, aside })
    }
}

/// Opens the database as a server would, and closes it.
async fn try_on(file: &Path) -> Result<(), BackupError> {
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
