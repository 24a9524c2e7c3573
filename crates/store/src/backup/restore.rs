//! Putting a backup where the database is, whichever database either is of.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{
    BackupError, Backups, Existing, Manifest, Watch, folder, install,
    lock::FolderLock,
    manifest::Content,
    verify::{agree, fill, unpack_to},
};
use crate::{
    StoreConfig, StoreError,
    copy::{self, Loaded, Place, Source, Target},
    migrate,
};

/// Where what was there before a restore is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aside {
    /// SQLite: this file.
    File(PathBuf),
    /// PostgreSQL: the backup of this name.
    Backup(String),
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What was restored.
    pub manifest: Manifest,
    /// Where what was there before is.
    pub aside: Option<Aside>,
}

impl Backups {
    /// Puts a backup where the database is, once it was checked; all at once, even in a power cut. `program` is the
    /// version that does it.
    ///
    /// # Errors
    /// [`BackupError::InUse`] or [`BackupError::Connected`] while a server runs on it, [`BackupError::Exists`] or
    /// [`BackupError::NotEmpty`]; what was there is as it was then.
    pub async fn restore(
        &self,
        name: &str,
        database: &Place,
        existing: Existing,
        program: &str,
        now: Timestamp,
        watch: &Watch,
    ) -> Result<Restored, BackupError> {
        let path = self.find(name)?;
        let manifest = Manifest::read(&path, name)?;
        match database {
            Place::Sqlite(file) => {
                let reading = FolderLock::read(&self.folder)?;
                let from = (path.as_path(), &manifest, name);
                let make = |file: PathBuf| -> futures_util::future::BoxFuture<'_, _> {
                    Box::pin(async move { make_file(from, &file, watch).await })
                };
                let ((), aside) = install(file, existing, now, make).await?;
                drop(reading);
                Ok(Restored { manifest, aside: aside.map(Aside::File) })
            }
            Place::Postgres(config) => {
                let mut target = free(config, database).await?;
                let aside = match self.aside(&mut target, database, existing, program, now, watch).await {
                    Ok(aside) => still_free(&mut target, database).await.map(|()| aside),
                    Err(error) => Err(error),
                };
                let aside = match aside {
                    Ok(aside) => aside,
                    Err(error) => return refuse(target, error).await,
                };
                let reading = FolderLock::read(&self.folder)?;
                let loaded = self.load(&path, &manifest, name, &mut target, watch).await;
                keep(target, loaded).await?;
                drop(reading);
                Ok(Restored { manifest, aside: aside.map(Aside::Backup) })
            }
        }
    }

    /// Makes a backup of what is in a PostgreSQL database that is about to be replaced, if anything is.
    async fn aside(
        &self,
        target: &mut Target,
        database: &Place,
        existing: Existing,
        program: &str,
        now: Timestamp,
        watch: &Watch,
    ) -> Result<Option<String>, BackupError> {
        if !target.is_used().await? {
            return Ok(None);
        }
        match existing {
            Existing::Refuse => Err(BackupError::NotEmpty(database.to_string())),
            Existing::PutAside => Ok(Some(self.make(database, program, now, true, watch).await?.name)),
        }
    }

    async fn load(
        &self,
        path: &Path,
        manifest: &Manifest,
        name: &str,
        target: &mut Target,
        watch: &Watch,
    ) -> Result<Loaded, BackupError> {
        let (packed, content) = manifest.file(name)?;
        if content == Content::Rows {
            let loaded = fill(packed, path, name, target, watch).await?;
            agree(manifest, &loaded, name)?;
            return Ok(loaded);
        }
        let staging = folder::staging(&self.folder, folder::PARTIAL)?;
        let file = staging.path().join("saydo.db");
        unpack_to(path, name, &file, watch).await?;
        let mut source = Source::open(&Place::Sqlite(file)).await?;
        let loaded = copy::fill(&mut source, target, watch).await;
        source.close().await;
        loaded
    }
}

/// Makes a SQLite file of a backup.
async fn make_file(
    (path, manifest, name): (&Path, &Manifest, &str),
    file: &Path,
    watch: &Watch,
) -> Result<(), BackupError> {
    let (packed, content) = manifest.file(name)?;
    if content == Content::Database {
        return unpack_to(path, name, file, watch).await.map(drop);
    }
    let mut target = Target::new_file(file).await?;
    let loaded = fill(packed, path, name, &mut target, watch).await;
    let loaded = loaded.and_then(|loaded| agree(manifest, &loaded, name).map(|()| loaded));
    keep(target, loaded).await.map(drop)
}

/// A PostgreSQL database that nobody uses now, and to which nobody else can write until it is let go.
pub(crate) async fn free(config: &StoreConfig, place: &Place) -> Result<Target, BackupError> {
    let mut target = Target::postgres(config).await?;
    let found = match still_free(&mut target, place).await {
        Ok(()) => target.schema().await,
        Err(error) => return refuse(target, error).await,
    };
    let held = match found {
        Ok(Some(found)) if found > migrate::newest() => {
            Err(StoreError::SchemaTooNew { found, known: migrate::newest() })
        }
        Ok(_) => target.hold().await,
        Err(error) => Err(error),
    };
    match held {
        Ok(()) => Ok(target),
        Err(error) => refuse(target, error.into()).await,
    }
}

/// Whether no server is connected.
async fn still_free(target: &mut Target, place: &Place) -> Result<(), BackupError> {
    match target.others().await? {
        ..=0 => Ok(()),
        connections => Err(BackupError::Connected { place: place.to_string(), connections }),
    }
}

/// Leaves everything as it was.
async fn refuse<T>(target: Target, error: BackupError) -> Result<T, BackupError> {
    target.close().await;
    Err(error)
}

/// Commits what was loaded, or leaves everything as it was.
pub(crate) async fn keep(target: Target, loaded: Result<Loaded, BackupError>) -> Result<Loaded, BackupError> {
    match loaded {
        Ok(loaded) => {
            target.commit(&loaded).await?;
            Ok(loaded)
        }
        Err(error) => refuse(target, error).await,
    }
}
