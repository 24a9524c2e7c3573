//! Migrations: what there is, what is applied, up and down, one process at a time.

use sqlx::{
    SqlSafeStr as _,
    migrate::{Migrate as _, MigrateError, Migration, MigrationType, Migrator},
};

use crate::{Store, StoreError, classify::classify, engine::Link, statement::Statement};

/// One migration and its way back.
struct Step {
    version: i64,
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

/// All migrations, oldest first. A released one is never edited: add another.
const STEPS: [Step; 2] = [
    Step {
        version: 1,
        name: "init",
        up: include_str!("../migrations/sqlite/0001_init.up.sql"),
        down: include_str!("../migrations/sqlite/0001_init.down.sql"),
    },
    Step {
        version: 2,
        name: "models",
        up: include_str!("../migrations/sqlite/0002_models.up.sql"),
        down: include_str!("../migrations/sqlite/0002_models.down.sql"),
    },
];

/// Where sqlx keeps what is applied.
const TABLE: &str = "_sqlx_migrations";

/// One migration and whether it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Its number.
    pub version: i64,
    /// What it is called.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// How the database's schema compares to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// They fit.
    Current,
    /// Migrations are waiting: so many.
    Behind(usize),
}

fn migrator() -> Migrator {
    let steps = STEPS.iter().flat_map(|step| {
        let make =
            |kind, sql: &'static str| Migration::new(step.version, step.name.into(), kind, sql.into_sql_str(), false);
        [make(MigrationType::ReversibleUp, step.up), make(MigrationType::ReversibleDown, step.down)]
    });
    Migrator::with_migrations(steps.collect())
}

fn failed(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => classify(&error),
        other => StoreError::Internal(other.to_string()),
    }
}

async fn applied(link: &mut Link) -> Result<Vec<i64>, StoreError> {
    if !link.has_table(TABLE).await? {
        return Ok(Vec::new());
    }
    const SQL: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";
    let rows = link.rows(Statement::new("system.migrations", SQL)).await?;
    rows.iter().map(|row| row.int("version")).collect()
}

fn refuse_newer(applied: &[i64]) -> Result<(), StoreError> {
    let known = STEPS.iter().map(|step| step.version).max().unwrap_or(0);
    match applied.last() {
        Some(&found) if found > known => Err(StoreError::SchemaTooNew { found, known }),
        _ => Ok(()),
    }
}

impl Store {
    /// Which migrations there are and which are applied.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn migration_status(&self) -> Result<Vec<MigrationStatus>, StoreError> {
        let applied = applied(&mut self.engine().reader().await?).await?;
        let status = |step: &Step| MigrationStatus {
            version: step.version,
            name: step.name.to_owned(),
            applied: applied.contains(&step.version),
        };
        Ok(STEPS.iter().map(status).collect())
    }

    /// Whether this program can work with the database's schema.
    ///
    /// # Errors
    /// [`StoreError::SchemaTooNew`] when a newer program wrote it.
    pub async fn check_schema(&self) -> Result<SchemaState, StoreError> {
        let applied = applied(&mut self.engine().reader().await?).await?;
        refuse_newer(&applied)?;
        let waiting = STEPS.iter().filter(|step| !applied.contains(&step.version)).count();
        Ok(if waiting == 0 { SchemaState::Current } else { SchemaState::Behind(waiting) })
    }

    /// Applies all waiting migrations, all or none, while nobody else writes; says how many.
    ///
    /// # Errors
    /// [`StoreError::SchemaTooNew`]; otherwise when a migration fails, and then the schema is as it was.
    pub async fn migrate_up(&self) -> Result<usize, StoreError> {
        let mut link = self.engine().writer().await?;
        let done = up(&mut link).await;
        link.close().await;
        done
    }

    /// Takes back the newest applied migration, with the data only it has room for; says which.
    ///
    /// # Errors
    /// As [`Self::migrate_up`].
    pub async fn migrate_down_one(&self) -> Result<Option<i64>, StoreError> {
        let mut link = self.engine().writer().await?;
        let done = down_one(&mut link).await;
        link.close().await;
        done
    }
}

async fn up(link: &mut Link) -> Result<usize, StoreError> {
    let before = applied(link).await?;
    refuse_newer(&before)?;
    let mut transaction = link.begin_exclusive().await?;
    migrator().run_direct(None, &mut *transaction, false).await.map_err(failed)?;
    transaction.commit().await.map_err(|error| classify(&error))?;
    Ok(applied(link).await?.len() - before.len())
}

async fn down_one(link: &mut Link) -> Result<Option<i64>, StoreError> {
    let before = applied(link).await?;
    refuse_newer(&before)?;
    let Some(&newest) = before.last() else { return Ok(None) };
    let target = before.iter().rev().nth(1).copied().unwrap_or(0);
    let mut transaction = link.begin_exclusive().await?;
    transaction.ensure_migrations_table(TABLE).await.map_err(failed)?;
    migrator().undo(&mut *transaction, target).await.map_err(failed)?;
    transaction.commit().await.map_err(|error| classify(&error))?;
    Ok(Some(newest))
}
