//! What there is, and what may go.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::{
    Backup, BackupError, Backups,
    folder::{self, Closeness},
    lock::FolderLock,
    off_thread,
};

impl Backups {
    /// All backups, newest first, each with the verdict of its checksum.
    ///
    /// # Errors
    /// When the folder or a file cannot be read.
    pub async fn list(&self) -> Result<Vec<Backup>, BackupError> {
        let path = self.folder.clone();
        off_thread(move || {
            let names = folder::names(&path)?;
            names.iter().map(|(name, time)| folder::look(&path, name, *time, Closeness::Inside)).collect()
        })
        .await
    }

    /// The newest backup whose checksum is right. One that is dated later than now, or that holds what a restore
    /// replaced, is none: see [`Backup::counts`].
    ///
    /// # Errors
    /// [`BackupError::NoneGood`]; or when the folder or a file cannot be read.
    pub async fn newest_good(&self, now: Timestamp) -> Result<Backup, BackupError> {
        self.newest(now, Closeness::Inside).await
    }

    /// The newest backup of the right size: what can be said at once, without reading all of it.
    ///
    /// # Errors
    /// As [`Backups::newest_good`].
    pub async fn newest_whole(&self, now: Timestamp) -> Result<Backup, BackupError> {
        self.newest(now, Closeness::Outside).await
    }

    /// The names of those that are dated later than now, newest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn ahead(&self, now: Timestamp) -> Result<Vec<String>, BackupError> {
        let path = self.folder.clone();
        let ahead = move |(name, time)| folder::is_ahead(time, now).then_some(name);
        off_thread(move || Ok(folder::names(&path)?.into_iter().filter_map(ahead).collect())).await
    }

    async fn newest(&self, now: Timestamp, closeness: Closeness) -> Result<Backup, BackupError> {
        let path = self.folder.clone();
        off_thread(move || {
            for (name, time) in folder::names(&path)?.into_iter().filter(|(_, time)| !folder::is_ahead(*time, now)) {
                let backup = folder::look(&path, &name, time, closeness)?;
                if backup.counts(now) {
                    return Ok(backup);
                }
            }
            Err(BackupError::NoneGood(path))
        })
        .await
    }

    /// Removes what is older than this, except the newest good one; says which. Without a good one it removes nothing.
    ///
    /// # Errors
    /// When something cannot be read or removed.
    pub async fn prune(&self, keep: SignedDuration, now: Timestamp) -> Result<Vec<String>, BackupError> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let lock = FolderLock::change(&self.folder)?;
        folder::clear(&self.folder, folder::PARTIAL)?;
        let last_good = match self.newest_good(now).await {
            Ok(backup) => backup.name,
            Err(BackupError::NoneGood(_)) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        let path = self.folder.clone();
        off_thread(move || {
            let old = |(name, time): &(String, Timestamp)| now.duration_since(*time) > keep && *name != last_good;
            let names: Vec<String> = folder::names(&path)?.into_iter().filter(old).map(|(name, _)| name).collect();
            for name in &names {
                folder::remove(&path, name)?;
            }
            drop(lock);
            Ok(names)
        })
        .await
    }

    /// The folder of a backup.
    pub(super) fn find(&self, name: &str) -> Result<PathBuf, BackupError> {
        if folder::names(&self.folder)?.iter().any(|(known, _)| known == name) {
            Ok(self.folder.join(name))
        } else {
            Err(BackupError::NotFound { name: name.to_owned(), folder: self.folder.clone() })
        }
    }
}
