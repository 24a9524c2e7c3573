//! `saydo migrate`.

use clap::Subcommand;

use super::CliError;
use crate::{config::Config, setup};

#[derive(Debug, Subcommand)]
pub(super) enum Migrate {
    /// Bring the schema up to date
    Up,
    /// One step back; data the older schema has no place for is lost
    Down,
    /// List the migrations
    Status,
}

impl Migrate {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let store = setup::open_store(config).await?;
        match self {
            Self::Up => match store.migrate_up().await? {
                0 => println!("The schema is up to date."),
                steps => println!("Applied {steps} migration(s); the schema is up to date."),
            },
            Self::Down => match store.migrate_down_one().await? {
                Some(version) => println!("Took back migration {version}."),
                None => println!("There is nothing to take back."),
            },
            Self::Status => {
                for migration in store.migration_status().await? {
                    let mark = if migration.applied { "applied" } else { "waiting" };
                    println!("{:>4}  {mark}  {}", migration.version, migration.name);
                }
            }
        }
        store.close().await;
        Ok(())
    }
}
