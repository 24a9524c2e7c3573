//! Reading a backup back: all of it is what was written, and a database can be made of it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{
    BackupError, Backups, Manifest, PackedFile, Watch, folder, lock::FolderLock, manifest::Content, off_thread, pack,
    rows, sqlite,
};
use crate::copy::{Loaded, Place, Target, UNDER_WAY, sum_up};

/// Where a backup was restored to see whether it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// Into a file that is gone again.
    File,
    /// Into a schema of its own in the database, which is gone again.
    Schema,
}

/// A backup that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What it holds.
    pub manifest: Manifest,
    /// Where that was tried.
    pub trial: Trial,
}

impl Backups {
    /// Reads all of a backup – checksum, rows of each table – and restores it where nobody sees it: one made of rows
    /// into a schema of its own in `database`, if that is a PostgreSQL that allows it, otherwise into a file.
    ///
    /// # Errors
    /// [`BackupError::Damaged`] says what is wrong with it; others, that it could not be checked.
    pub async fn verify(&self, name: &str, database: &Place, watch: &Watch) -> Result<Verified, BackupError> {
        let path = self.find(name)?;
        let lock = FolderLock::read(&self.folder)?;
        let staging = folder::staging(&self.folder, folder::PARTIAL)?;
        let manifest = Manifest::read(&path, name)?;
        let verified = match manifest.file(name)? {
            (_, Content::Database) => {
                let (manifest, ..) = unpacked(&path, name, staging, watch).await?;
                Verified { manifest, trial: Trial::File }
            }
            (packed, Content::Rows) => {
                let (mut target, trial) = scratch(database, &staging).await?;
                let loaded = fill(packed, &path, name, &mut target, watch).await;
                target.close().await;
                agree(&manifest, &loaded?, name)?;
                Verified { manifest, trial }
            }
        };
        drop(lock);
        Ok(verified)
    }
}

/// Where rows can be written without anybody seeing them.
async fn scratch(database: &Place, staging: &TempDir) -> Result<(Target, Trial), BackupError> {
    if let Place::Postgres(config) = database {
        match Target::scratch(config).await {
            Ok(target) => return Ok((target, Trial::Schema)),
            // Not allowed, not reachable: a file does as well.
            Err(error) => tracing::info!(%error, "the backup is restored into a file instead of a schema"),
        }
    }
    Ok((Target::new_file(&staging.path().join("saydo.db")).await?, Trial::File))
}

/// Sends a file of rows into a target, and compares what arrived.
pub(super) async fn fill(
    packed: &PackedFile,
    folder: &Path,
    name: &str,
    target: &mut Target,
    watch: &Watch,
) -> Result<Loaded, BackupError> {
    let (sender, receiver) = mpsc::channel(UNDER_WAY);
    let (packed, folder, named, progress) = (packed.clone(), folder.to_owned(), name.to_owned(), Arc::clone(watch));
    let reading = off_thread(move || rows::read(&packed, &folder, &named, &sender, &progress));
    let (read, loaded) = tokio::join!(reading, target.load(receiver));
    // A file that could not be read is why the target got no more.
    read?;
    let loaded = loaded?;
    target.compare(&loaded, watch).await?;
    Ok(loaded)
}

/// Reads a backup that has no name yet.
pub(super) async fn read_back(backup: &Path, name: &str, folder: &Path, watch: &Watch) -> Result<(), BackupError> {
    let manifest = Manifest::read(backup, name)?;
    let (packed, content) = manifest.file(name)?;
    if content == Content::Database {
        let target = folder::staging(folder, folder::PARTIAL)?;
        return unpacked(backup, name, target, watch).await.map(drop);
    }
    let (sender, receiver) = mpsc::channel(UNDER_WAY);
    let (packed, from, named, progress) = (packed.clone(), backup.to_owned(), name.to_owned(), Arc::clone(watch));
    let reading = off_thread(move || rows::read(&packed, &from, &named, &sender, &progress));
    let (read, loaded) = tokio::join!(reading, sum_up(receiver));
    read?;
    agree(&manifest, &loaded?, name)
}

/// Whether a manifest says what its rows say.
pub(super) fn agree(manifest: &Manifest, loaded: &Loaded, name: &str) -> Result<(), BackupError> {
    if loaded.schema != manifest.schema {
        return Err(BackupError::damaged(name, "its schema is another than its manifest says"));
    }
    let rows = loaded.sums.iter().map(|(table, sum)| (table.as_str(), sum.rows));
    same_rows(manifest, rows, name)
}

fn same_rows<'a>(
    manifest: &Manifest,
    found: impl Iterator<Item = (&'a str, u64)>,
    name: &str,
) -> Result<(), BackupError> {
    let mut tables = 0;
    for (table, rows) in found {
        tables += 1;
        if manifest.rows.get(table) != Some(&rows) {
            let what = format!("the rows of {table} are not as many as its manifest says");
            return Err(BackupError::damaged(name, what));
        }
    }
    if tables == manifest.rows.len() { Ok(()) } else { Err(BackupError::damaged(name, "a table is missing")) }
}

/// Unpacks a SQLite backup into a folder that goes away, and checks that it holds what its manifest says.
pub(super) async fn unpacked(
    backup: &Path,
    name: &str,
    target: TempDir,
    watch: &Watch,
) -> Result<(Manifest, TempDir, PathBuf), BackupError> {
    let file = target.path().join("saydo.db");
    let manifest = unpack_to(backup, name, &file, watch).await?;
    Ok((manifest, target, file))
}

/// Unpacks a SQLite backup into a new file, and checks that it holds what its manifest says.
pub(super) async fn unpack_to(backup: &Path, name: &str, file: &Path, watch: &Watch) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(backup, name)?;
    let (packed, _) = manifest.file(name)?;
    let (packed, from, to) = (packed.clone(), backup.to_owned(), file.to_owned());
    let (named, progress) = (name.to_owned(), Arc::clone(watch));
    off_thread(move || pack::unpack(&packed, &from, &named, &to, &progress)).await?;
    let found = sqlite::inspect(file, name).await?;
    if found.schema != manifest.schema {
        return Err(BackupError::damaged(name, "its schema is another than its manifest says"));
    }
    same_rows(&manifest, found.rows.iter().map(|(table, rows)| (table.as_str(), *rows)), name)?;
    Ok(manifest)
}
