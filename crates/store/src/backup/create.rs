//! Making a backup: copy, count, pack, describe, read all of it back, and only then give it its name.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{
    Backup, BackupError, Backups, Manifest, PackedFile, Watch, folder,
    lock::FolderLock,
    manifest, off_thread, pack, rows,
    sqlite::{self, Contents},
    verify,
};
use crate::{
    Failpoint, StoreError,
    copy::{Place, Source, UNDER_WAY},
};

/// What was copied.
struct Copied {
    engine: &'static str,
    schema: i64,
    rows: BTreeMap<String, u64>,
    packed: PackedFile,
}

impl Backups {
    /// Makes a backup of a database that may be in use. `program` is the version that makes it.
    ///
    /// # Errors
    /// [`BackupError`]; nothing is left behind then.
    pub async fn create(
        &self,
        database: &Place,
        program: &str,
        now: Timestamp,
        watch: &Watch,
    ) -> Result<Backup, BackupError> {
        self.make(database, program, now, false, watch).await
    }

    /// Makes one that may be of what a restore is about to replace.
    pub(super) async fn make(
        &self,
        database: &Place,
        program: &str,
        now: Timestamp,
        put_aside: bool,
        watch: &Watch,
    ) -> Result<Backup, BackupError> {
        if let Place::Sqlite(path) = database
            && !path.is_file()
        {
            return Err(BackupError::NoDatabase(database.to_string()));
        }
        folder::make(&self.folder)?;
        let lock = FolderLock::change(&self.folder)?;
        folder::clear(&self.folder, folder::PARTIAL)?;
        let staging = folder::staging(&self.folder, folder::PARTIAL)?;
        let name = folder::free_name(&self.folder, now);
        let (staging, copied) = match database {
            Place::Sqlite(path) => copy_file(path, staging, &name, watch).await?,
            Place::Postgres(_) => copy_rows(database, staging, watch).await?,
        };
        let described = Manifest {
            format: manifest::FORMAT,
            engine: copied.engine.to_owned(),
            program: program.to_owned(),
            schema: copied.schema,
            created_at: now,
            rows: copied.rows,
            files: vec![copied.packed],
            put_aside,
        };
        let text = serde_json::to_string_pretty(&described).map_err(|error| StoreError::Internal(error.to_string()))?;
        pack::write_synced(&staging.path().join(manifest::FILE), format!("{text}\n").as_bytes())?;
        verify::read_back(staging.path(), &name, &self.folder, watch).await?;
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

/// SQLite: its own copy of itself, packed.
async fn copy_file(
    database: &Path,
    staging: TempDir,
    name: &str,
    watch: &Watch,
) -> Result<(TempDir, Copied), BackupError> {
    let copy = staging.path().join("copy.db");
    sqlite::copy(database, &copy, watch).await?;
    Failpoint::BackupCopied.pass();
    let Contents { schema, rows } = sqlite::inspect(&copy, name).await?;
    let progress = Arc::clone(watch);
    // The closure owns the folder: should the caller go away, it is removed after the last write into it.
    let (staging, packed) = off_thread(move || {
        let packed = pack::pack(&copy, &staging.path().join(sqlite::FILE), &progress)?;
        std::fs::remove_file(&copy).map_err(BackupError::at("remove", &copy))?;
        Ok((staging, packed))
    })
    .await?;
    Ok((staging, Copied { engine: sqlite::ENGINE, schema, rows, packed }))
}

/// PostgreSQL: its rows, packed as they come.
async fn copy_rows(database: &Place, staging: TempDir, watch: &Watch) -> Result<(TempDir, Copied), BackupError> {
    let mut source = Source::open(database).await?;
    let (sender, receiver) = mpsc::channel(UNDER_WAY);
    let writing = off_thread(move || {
        let written = rows::write(receiver, &staging.path().join(rows::FILE))?;
        Ok((staging, written))
    });
    let (sent, written) = tokio::join!(source.send(sender, watch), writing);
    source.close().await;
    Failpoint::BackupCopied.pass();
    sent?;
    let (staging, written) = written?;
    let Some(written) = written else { return Err(StoreError::Internal("the copy was cut short".to_owned()).into()) };
    let rows::Written { packed, schema, rows } = written;
    Ok((staging, Copied { engine: rows::ENGINE, schema, rows, packed }))
}
