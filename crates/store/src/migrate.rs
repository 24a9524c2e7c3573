//! Migrations: what there is, what is applied, up and down, one process at a time.

use sqlx::{
    PgConnection, SqlSafeStr as _, SqliteConnection,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};

use crate::{
    Failpoint, Store, StoreError,
    classify::classify,
    engine::{Engine, Link},
    statement::Statement,
};

/// A migration's text and the text of its way back.
struct Ways {
    up: &'static str,
    down: &'static str,
}

/// One migration, for each database.
struct Step {
    version: i64,
    name: &'static str,
    sqlite: Ways,
    postgres: Ways,
}

macro_rules! step {
    ($version:literal, $name:literal, $file:literal) => {
        Step {
            version: $version,
            name: $name,
            sqlite: Ways {
                up: include_str!(concat!("../migrations/sqlite/", $file, ".up.sql")),
                down: include_str!(concat!("../migrations/sqlite/", $file, ".down.sql")),
            },
            postgres: Ways {
                up: include_str!(concat!("../migrations/postgres/", $file, ".up.sql")),
                down: include_str!(concat!("../migrations/postgres/", $file, ".down.sql")),
            },
        }
    };
}

/// All migrations, oldest first. A released one is never edited: add another.
const STEPS: &[Step] = &[
    step!(1, "init", "0001_init"),
    step!(2, "models", "0002_models"),
    step!(3, "events", "0003_events"),
    step!(4, "journal", "0004_journal"),
    step!(5, "leases", "0005_leases"),
    step!(6, "audit", "0006_audit"),
    step!(7, "erased", "0007_erased"),
    step!(8, "day", "0008_day"),
    step!(9, "audit_guard", "0009_audit_guard"),
    step!(10, "import", "0010_import"),
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

fn migrator(ways: impl Fn(&'static Step) -> &'static Ways) -> Migrator {
    let steps = STEPS.iter().flat_map(|step| {
        let make =
            |kind, sql: &'static str| Migration::new(step.version, step.name.into(), kind, sql.into_sql_str(), false);
        let ways = ways(step);
        [make(MigrationType::ReversibleUp, ways.up), make(MigrationType::ReversibleDown, ways.down)]
    });
    let mut migrator = Migrator::with_migrations(steps.collect());
    // The transaction has a lock already, and one that PgBouncer in transaction mode keeps.
    migrator.set_locking(false);
    migrator
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
    let rows = link.rows(Statement::system("system.migrations", SQL)).await?;
    rows.iter().map(|row| row.int("version")).collect()
}

fn refuse_newer(applied: &[i64]) -> Result<(), StoreError> {
    let known = newest();
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

    /// Applies all waiting migrations, all or none, while nobody else migrates; says how many.
    ///
    /// # Errors
    /// [`StoreError::SchemaTooNew`]; otherwise when a migration fails, and then the schema is as it was.
    pub async fn migrate_up(&self) -> Result<usize, StoreError> {
        let before = self.applied_known().await?.len();
        self.migrate(None).await?;
        Ok(self.applied_known().await?.len() - before)
    }

    /// Takes back the newest applied migration, with the data only it has room for; says which.
    ///
    /// # Errors
    /// As [`Self::migrate_up`].
    pub async fn migrate_down_one(&self) -> Result<Option<i64>, StoreError> {
        let before = self.applied_known().await?;
        let Some(&newest) = before.last() else { return Ok(None) };
        let target = before.iter().rev().nth(1).copied().unwrap_or(0);
        self.migrate(Some(target)).await?;
        Ok(Some(newest))
    }

    /// What is applied, unless a newer program wrote it.
    async fn applied_known(&self) -> Result<Vec<i64>, StoreError> {
        let mut link = self.engine().writer().await?;
        let applied = applied(&mut link).await;
        link.close().await;
        let applied = applied?;
        refuse_newer(&applied)?;
        Ok(applied)
    }

    /// Up to the newest, or down to a target.
    async fn migrate(&self, down_to: Option<i64>) -> Result<(), StoreError> {
        match self.engine() {
            Engine::Sqlite(engine) => {
                let mut writer = engine.writer().await?;
                let mut transaction = writer.begin_exclusive().await?;
                steps(&migrator(|step| &step.sqlite), &mut *transaction, down_to).await?;
                Failpoint::Migrating.pass();
                transaction.commit().await.map_err(|error| classify(&error))?;
                writer.close().await;
            }
            Engine::Postgres(engine) => {
                let mut transaction = engine.begin_exclusive().await?;
                steps(&migrator(|step| &step.postgres), &mut *transaction, down_to).await?;
                engine.forget_names(&mut transaction).await?;
                Failpoint::Migrating.pass();
                transaction.commit().await.map_err(|error| classify(&error))?;
            }
        }
        Ok(())
    }
}

async fn steps<C: Migrate>(migrator: &Migrator, connection: &mut C, down_to: Option<i64>) -> Result<(), StoreError> {
    let Some(target) = down_to else {
        return migrator.run_direct(None, connection, false).await.map_err(failed);
    };
    // Listed once more: somebody else may have been here before the lock.
    let applied = connection.list_applied_migrations(TABLE).await.map_err(failed)?;
    let is_applied = |version| applied.iter().any(|migration| migration.version == version);
    for migration in migrator.iter().rev().filter(|migration| migration.migration_type.is_down_migration()) {
        if migration.version > target && is_applied(migration.version) {
            connection.revert(TABLE, migration).await.map_err(failed)?;
        }
    }
    Ok(())
}

/// The newest schema this program knows.
pub(crate) fn newest() -> i64 {
    STEPS.iter().map(|step| step.version).max().unwrap_or(0)
}

/// Makes the schema as it was with this migration, without a row, in the caller's transaction.
pub(crate) async fn rebuild_sqlite(connection: &mut SqliteConnection, schema: i64) -> Result<(), StoreError> {
    rebuild(&migrator(|step| &step.sqlite), connection, schema).await
}

/// The same on PostgreSQL: whoever looks meanwhile waits, and sees either what was there or all of what comes.
pub(crate) async fn rebuild_postgres(connection: &mut PgConnection, schema: i64) -> Result<(), StoreError> {
    rebuild(&migrator(|step| &step.postgres), connection, schema).await
}

async fn rebuild<C: Migrate>(migrator: &Migrator, connection: &mut C, schema: i64) -> Result<(), StoreError> {
    if schema > newest() {
        return Err(StoreError::SchemaTooNew { found: schema, known: newest() });
    }
    connection.ensure_migrations_table(TABLE).await.map_err(failed)?;
    steps(migrator, connection, Some(0)).await?;
    migrator.run_direct(Some(schema), connection, false).await.map_err(failed)
}
