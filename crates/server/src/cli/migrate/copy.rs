//! `saydo migrate copy`: moving an installation to another database.

use clap::Args;
use saydo_store::{
    StoreConfig,
    backup::BackupError,
    copy::{self, Place},
};
use secrecy::ExposeSecret as _;

use super::super::{CliError, backup::progress};
use crate::{
    config::{Config, DatabasePlace},
    setup,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Copy {
    /// The database to copy, sqlite:PATH or postgresql://…; that of the settings when not given
    #[arg(long, value_name = "URL")]
    from: Option<DatabasePlace>,
    /// Where to: an empty database or no file yet (passwords: PGPASSWORD or ~/.pgpass, so that none is in the list of
    /// processes)
    #[arg(long, value_name = "URL")]
    to: DatabasePlace,
}

impl Copy {
    pub(in crate::cli) async fn run(self, config: &Config) -> Result<(), CliError> {
        let from = self.from.map_or_else(|| setup::place(config), place);
        let to = place(self.to);
        let copied = copy::copy(&from, &to, config.clock.now(), &progress::watch()).await;
        progress::end();
        let copied = copied.map_err(|error| match error {
            BackupError::Exists(_) | BackupError::NotEmpty(_) => {
                CliError::Refused(format!("{error}; copy into an empty one"))
            }
            other => other.into(),
        })?;
        println!("Copied {from} to {to}, schema {}.\n", copied.schema);
        for (table, rows) in &copied.rows {
            println!("  {table:<20} {rows:>12}");
        }
        let total: u64 = copied.rows.values().sum();
        println!("  {:<20} {total:>12}\n", "all");
        println!("Every row was read back and is the same on both sides.");
        println!(
            "What is written to {from} from now on is not in the copy: stop its servers before you copy for good."
        );
        println!(
            "Then set DATABASE_URL, and keep BETTER_AUTH_SECRET (or `secret` in the data folder): logins stay good."
        );
        Ok(())
    }
}

fn place(place: DatabasePlace) -> Place {
    match place {
        DatabasePlace::Sqlite { path } => Place::Sqlite(path),
        DatabasePlace::Postgres { url } => Place::Postgres(StoreConfig::new(url.expose_secret())),
    }
}
