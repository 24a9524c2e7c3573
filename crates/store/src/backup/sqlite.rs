//! Copying a SQLite database while it is used, and looking at what a copy holds.

use std::{collections::BTreeMap, path::Path, time::Duration};

use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{BackupError, Progress, Stage, Watch, with_suffix};
use crate::{StoreError, classify::classify};

/// The manifest's word for this database.
pub(super) const ENGINE: &str = "sqlite";
/// The packed copy in a backup's folder: an ordinary database, `gunzip` is all it takes.
pub(super) const FILE: &str = "saydo.db.gz";

/// How often the growing copy is measured.
const MEASURE: Duration = Duration::from_millis(200);

/// What a database holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) schema: i64,
    pub(super) rows: BTreeMap<String, u64>,
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).create_if_missing(false)
}

async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, BackupError> {
    SqliteConnection::connect_with(options).await.map_err(|error| BackupError::from(classify(&error)))
}

/// Copies a database as of one instant into a new file. In WAL mode this is a reader: nobody waits for it.
pub(super) async fn copy(database: &Path, target: &Path, watch: &Watch) -> Result<(), BackupError> {
    let Some(text) = target.to_str() else {
        return Err(StoreError::Config("the folder of backups must have a name in UTF-8".to_owned()).into());
    };
    let mut connection = connect(&options(database)).await?;
    let total = database.metadata().map_or(0, |file| file.len());
    let copied = {
        let copying = sqlx::query("VACUUM INTO $1").bind(text).execute(&mut connection);
        tokio::pin!(copying);
        loop {
            tokio::select! {
                done = &mut copying => break done,
                () = tokio::time::sleep(MEASURE) => {
                    let done = target.metadata().map_or(0, |file| file.len());
                    watch(Progress { stage: Stage::Copying, done: done.min(total), total });
                }
            }
        }
    };
    // Nothing was written through it; that it cannot be closed takes nothing from the copy.
    drop(connection.close().await);
    copied.map(drop).map_err(|error| match classify(&error) {
        // The database is only read here: what is full is the target's disk.
        StoreError::Full => BackupError::Full(target.parent().unwrap_or(target).to_owned()),
        unwritable @ (StoreError::Unavailable(_) | StoreError::ReadOnly) => {
            let error = std::io::Error::other(match unwritable {
                StoreError::Unavailable(error) => error,
                _ => "it cannot be written to".to_owned(),
            });
            BackupError::Files {
                doing: "copy the database into",
                path: target.parent().unwrap_or(target).to_owned(),
                error,
            }
        }
        other => other.into(),
    })
}

/// Checks a copy nobody else uses, and counts what is in it. `name` is the backup's, for errors.
pub(super) async fn inspect(file: &Path, name: &str) -> Result<Contents, BackupError> {
    let mut connection = connect(&options(file).read_only(true).immutable(true)).await?;
    let contents = inspect_with(&mut connection, name).await;
    // Opened read-only: there is nothing that closing could fail to write.
    drop(connection.close().await);
    contents
}

async fn inspect_with(connection: &mut SqliteConnection, name: &str) -> Result<Contents, BackupError> {
    let bad = |error: sqlx::Error| match classify(&error) {
        StoreError::Corrupt(what) => BackupError::damaged(name, what),
        other => other.into(),
    };
    let verdict = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut *connection).await.map_err(bad)?;
    let verdict: String = verdict.try_get(0).map_err(bad)?;
    if verdict != "ok" {
        return Err(BackupError::damaged(name, verdict));
    }
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut *connection).await.map_err(bad)?;
    if let Some(orphan) = orphans {
        let table: String = orphan.try_get(0).map_err(bad)?;
        return Err(BackupError::damaged(name, format!("rows of {table} belong to none that exists")));
    }
    const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'";
    let tables = sqlx::query(TABLES).fetch_all(&mut *connection).await.map_err(bad)?;
    let mut rows = BTreeMap::new();
    for table in tables {
        let table: String = table.try_get(0).map_err(bad)?;
        let sql = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
        let count = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *connection).await.map_err(bad)?;
        let count: i64 = count.try_get(0).map_err(bad)?;
        rows.insert(table, count.unsigned_abs());
    }
    let schema = if rows.contains_key("_sqlx_migrations") {
        let newest = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";
        let row = sqlx::query(newest).fetch_one(&mut *connection).await.map_err(bad)?;
        row.try_get(0).map_err(bad)?
    } else {
        0
    };
    Ok(Contents { schema, rows })
}

/// Folds the write-ahead log into a database that is about to be put aside, and sees whether anybody has it open.
pub(super) async fn fold(database: &Path) -> Result<(), BackupError> {
    match checkpoint(database).await {
        // A damaged one cannot be folded; it is put aside with its side files.
        Err(BackupError::Store(StoreError::Corrupt(_))) => return Ok(()),
        Err(BackupError::Store(StoreError::Busy)) | Ok(false) => return Err(BackupError::InUse(database.to_owned())),
        Err(other) => return Err(other),
        Ok(true) => {}
    }
    // The last one to close it takes the log away: while there is one, somebody has it open.
    if with_suffix(database, "-wal").exists() { Err(BackupError::InUse(database.to_owned())) } else { Ok(()) }
}

/// Whether all of the log could be folded in.
async fn checkpoint(database: &Path) -> Result<bool, BackupError> {
    let failed = |error: sqlx::Error| BackupError::from(classify(&error));
    let mut connection = connect(&options(database).busy_timeout(Duration::from_secs(1))).await?;
    let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await;
    let busy: Result<i64, _> = row.and_then(|row| row.try_get(0));
    connection.close().await.map_err(failed)?;
    Ok(busy.map_err(failed)? == 0)
}
