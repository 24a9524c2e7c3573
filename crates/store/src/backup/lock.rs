//! Who uses a database or a folder of backups. The system gives locks back when a process ends, however it ends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use super::BackupError;

/// Held by every process that uses a database, and alone by the one that restores it.
#[derive(Debug)]
pub struct DataLock {
    _file: Held,
}

impl DataLock {
    /// Says that the database is in use, beside others who use it.
    ///
    /// # Errors
    /// [`BackupError::Restoring`]; [`BackupError::Files`] when there can be no lock here.
    pub fn shared(database: &Path) -> Result<Self, BackupError> {
        let (file, path) = open(&beside(database))?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self { _file: Held(file) }),
            Err(TryLockError::WouldBlock) => Err(BackupError::Restoring(database.to_owned())),
            Err(TryLockError::Error(error)) => Err(BackupError::at("lock", &path)(error)),
        }
    }

    /// Claims the database while nobody uses it.
    pub(super) fn alone(database: &Path) -> Result<Self, BackupError> {
        let (file, path) = open(&beside(database))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Held(file) }),
            Err(TryLockError::WouldBlock) => Err(BackupError::InUse(database.to_owned())),
            Err(TryLockError::Error(error)) => Err(BackupError::at("lock", &path)(error)),
        }
    }
}

/// The lock of a folder of backups: many may read, one may change.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: Held,
}

/// A lock that ends here: closing the file would not do while a child just born has it open, too.
#[derive(Debug)]
struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::debug!(%error, "a lock could not be given back before its file was closed");
        }
    }
}

impl FolderLock {
    pub(super) fn read(folder: &Path) -> Result<Self, BackupError> {
        Self::held(folder, File::try_lock_shared)
    }

    pub(super) fn change(folder: &Path) -> Result<Self, BackupError> {
        Self::held(folder, File::try_lock)
    }

    fn held(folder: &Path, lock: impl FnOnce(&File) -> Result<(), TryLockError>) -> Result<Self, BackupError> {
        let (file, path) = open(&folder.join(".lock"))?;
        match lock(&file) {
            Ok(()) => Ok(Self { _file: Held(file) }),
            Err(TryLockError::WouldBlock) => Err(BackupError::Busy(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(BackupError::at("lock", &path)(error)),
        }
    }
}

/// Never the database itself: closing another handle on it would give up SQLite's own locks.
fn beside(database: &Path) -> PathBuf {
    super::with_suffix(database, ".lock")
}

fn open(path: &Path) -> Result<(File, PathBuf), BackupError> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(BackupError::at("open", path))?;
    Ok((file, path.to_owned()))
}
