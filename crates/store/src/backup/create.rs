//! Making a backup: copy, count, pack, describe, read all of it back, and only then give it its name.

use std::{path::Path, sync::Arc};

use jiff::Timestamp;

use super::{
    Backup, BackupError, Backups, Manifest, Watch, folder,
    lock::FolderLock,
    manifest, off_thread, pack,
    restore::unpacked,
    sqlite::{self, Contents},
};
use crate::Failpoint;

impl Backups {
    /// Makes a backup of a database that may be in use. `program` is the version that makes it.
    ///
    /// # Errors
    /// [`BackupError`]; nothing is left behind then.
    pub async fn create(
        &self,
        database: &Path,
        program: &str,
        now: Timestamp,
        watch: &Watch,
    ) -> Result<Backup, BackupError> {
        if !database.is_file() {
            return Err(BackupError::NoDatabase(database.to_owned()));
        }
        folder::make(&self.folder)?;
        let lock = FolderLock::change(&self.folder)?;
        folder::clear(&self.folder, folder::PARTIAL)?;
        let staging = folder::staging(&self.folder, folder::PARTIAL)?;
        let copy = staging.path().join("copy.db");
        sqlite::copy(database, &copy, watch).await?;
        Failpoint::BackupCopied.pass();
        let name = folder::free_name(&self.folder, now);
        let Contents { schema, rows } = sqlite::inspect(&copy, &name).await?;
        let progress = Arc::clone(watch);
        // The closure owns the folder: should the caller go away, it is removed after the last write into it.
        let (staging, packed) = off_thread(move || {
            let packed = pack::pack(&copy, &staging.path().join(sqlite::FILE), &progress)?;
            std::fs::remove_file(&copy).map_err(BackupError::at("remove", &copy))?;
            Ok((staging, packed))
        })
        .await?;
        let described = Manifest {
            format: manifest::FORMAT,
            engine: sqlite::ENGINE.to_owned(),
            program: program.to_owned(),
            schema,
            created_at: now,
            rows,
            files: vec![packed],
        };
        let text =
            serde_json::to_string_pretty(&described).map_err(|error| crate::StoreError::Internal(error.to_string()))?;
        pack::write_synced(&staging.path().join(manifest::FILE), format!("{text}\n").as_bytes())?;
        let read_back = folder::staging(&self.folder, folder::PARTIAL)?;
        unpacked(staging.path(), &name, read_back, watch).await?;
        folder::sync(staging.path())?;
        Failpoint::BackupUnnamed.pass();
        let path = self.folder.join(&name);
        std::fs::rename(staging.path(), &path).map_err(BackupError::at("create", &path))?;
        // It has its name now: there is nothing left to remove.
        drop(staging.keep());
        folder::sync(&self.folder)?;
        drop(lock);
        Ok(Backup { name, created_at: now, verdict: Ok(described) })
    }
}
