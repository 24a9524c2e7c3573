//! `saydo migrate`.

mod copy;

use clap::Subcommand;
use saydo_app::{
    Clock,
    audit::{self, AuditKind},
};
use saydo_store::{Store, StoreError, backup::Backups};
use serde_json::json;

use super::CliError;
use crate::{
    config::Config,
    setup::{self, SetupError},
};

#[derive(Debug, Subcommand)]
pub(super) enum Migrate {
    /// Bring the schema up to date
    Up,
    /// One step back, or several; data the older schema has no place for is lost
    Down {
        /// Back to this version, in as many steps as it takes; none when it is there already
        #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(i64).range(0..))]
        to: Option<i64>,
        /// Take back the first migration, too: every account and task is deleted
        #[arg(long)]
        delete_everything: bool,
    },
    /// List the migrations
    Status,
    /// Copy a whole installation into another database, which must be empty
    Copy(copy::Copy),
}

impl Migrate {
    /// Whether it works on the database of the settings.
    pub(super) const fn uses_data(&self) -> bool {
        !matches!(self, Self::Copy(_))
    }

    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        match self {
            Self::Up => up(&setup::open_store(config).await?, config.clock).await,
            Self::Down { to, delete_everything } => {
                down(&setup::open_store(config).await?, config, to, delete_everything).await
            }
            // Whoever looks wants to know now; what starts together with the database waits for it.
            Self::Status => match setup::open_store_once(config).await {
                Ok(store) => status(&store).await,
                Err(SetupError::Store(error @ StoreError::Unavailable(_))) => Err(CliError::Refused(format!(
                    "{} cannot be reached: {error}; see DATABASE_URL and docs/runbooks/database.md",
                    config.database.place
                ))),
                Err(error) => Err(error.into()),
            },
            Self::Copy(copy) => copy.run(config).await,
        }
    }
}

async fn up(store: &Store, clock: Clock) -> Result<(), CliError> {
    match store.migrate_up().await? {
        0 => println!("The schema is up to date."),
        steps => {
            println!("Applied {steps} migration(s); the schema is up to date.");
            let details = json!({"direction": "up", "steps": steps});
            audit::of_installation(store, clock, AuditKind::Migrated, details).await?;
        }
    }
    store.close().await;
    Ok(())
}

async fn down(store: &Store, config: &Config, to: Option<i64>, delete_everything: bool) -> Result<(), CliError> {
    let applied: Vec<i64> =
        store.migration_status().await?.iter().filter(|step| step.applied).map(|step| step.version).collect();
    if let Some(to) = to.filter(|to| *to != 0 && !applied.contains(to)) {
        let newest = applied.last().copied().unwrap_or(0);
        return Err(CliError::Refused(format!("the schema is at {newest}; {to} is not behind it")));
    }
    let steps = to.map_or(1, |to| applied.iter().filter(|version| **version > to).count());
    let everything = !applied.is_empty() && steps >= applied.len();
    if everything && !delete_everything && !store.read().await?.users_list(1, None).await?.is_empty() {
        return Err(CliError::Refused(
            "the first migration has the accounts and tasks in it: taking it back deletes them all. \
             Make a backup (saydo backup create), then say --delete-everything"
                .to_owned(),
        ));
    }
    if steps == 0 || applied.is_empty() {
        println!("There is nothing to take back.");
    }
    // The older schema may have no place for the marks of erased accounts; when it goes up again it needs them.
    let backups = Backups::new(&config.backup.folder);
    for _ in 0..steps {
        if store.has_erased().await? {
            let marks = store.erased_marks().await?;
            if !marks.is_empty() {
                println!("Accounts erased: {}; their marks are in {}.", marks.len(), backups.folder().display());
                backups.keep_erased(marks).await?;
            }
        }
        let Some(version) = store.migrate_down_one().await? else { break };
        println!("Took back migration {version}.");
        // The older schema may have no place for it.
        if store.has_audit().await? {
            let details = json!({"direction": "down", "from": version});
            audit::of_installation(store, config.clock, AuditKind::Migrated, details).await?;
        }
    }
    store.close().await;
    Ok(())
}

async fn status(store: &Store) -> Result<(), CliError> {
    for migration in store.migration_status().await? {
        let mark = if migration.applied { "applied" } else { "waiting" };
        println!("{:>4}  {mark}  {}", migration.version, migration.name);
    }
    store.close().await;
    Ok(())
}
