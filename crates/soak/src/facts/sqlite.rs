//! A copy of a SQLite database as a killed server left it: the server itself finds the original untouched, and has to
//! recover it.

use std::path::Path;

use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use super::{Columns, Source};
use crate::trouble::Tried;

/// The copy.
pub(crate) struct Sqlite {
    connection: SqliteConnection,
    _folder: TempDir,
}

impl Sqlite {
    /// Copies the database and its log, which nobody writes now.
    pub(crate) async fn copy(database: &Path) -> Tried<Self> {
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("copy.db");
        std::fs::copy(database, &copy)?;
        let log = database.with_extension("db-wal");
        if log.exists() {
            std::fs::copy(&log, copy.with_extension("db-wal"))?;
        }
        let connection = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&copy)).await?;
        Ok(Self { connection, _folder: folder })
    }
}

impl Source for Sqlite {
    async fn rows(&mut self, sql: &'static str) -> Tried<Vec<Columns>> {
        let rows = sqlx::query(sql).fetch_all(&mut self.connection).await?;
        rows.iter().map(|row| (0..row.len()).map(|at| Ok(row.try_get(at)?)).collect()).collect()
    }

    async fn faults(&mut self) -> Tried<Vec<String>> {
        let mut faults = Vec::new();
        for verdict in self.rows("PRAGMA integrity_check").await? {
            faults.extend(verdict.into_iter().flatten().filter(|verdict| verdict != "ok"));
        }
        let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut self.connection).await?;
        for orphan in orphans {
            let table: String = orphan.try_get(0)?;
            faults.push(format!("a row of {table} belongs to none that exists"));
        }
        Ok(faults)
    }
}
