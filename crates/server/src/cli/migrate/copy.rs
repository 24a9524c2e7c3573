//! `saydo migrate copy`: moving an installation to another database.

use clap::Args;
use saydo_store::{
    StoreConfig,
    backup::BackupError,
    copy::{self, Place},
};
use secrecy::{ExposeSecret as _, SecretString};

use super::super::{CliError, backup::progress};
use crate::{
    config::{Config, DatabasePlace},
    setup,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Copy {
    /// The database to copy, sqlite:PATH or postgresql://…; that of the settings when not given
    #[arg(long, value_name = "URL")]
    from: Option<SecretString>,
    /// Where to: an empty database or no file yet (passwords: PGPASSWORD or ~/.pgpass, so that none is in the list of
    /// processes)
    #[arg(long, value_name = "URL")]
    to: SecretString,
}

impl Copy {
    pub(in crate::cli) async fn run(self, config: &Config) -> Result<(), CliError> {
        let from = self.from.map(|url| place("--from", &url)).transpose()?.unwrap_or_else(|| setup::place(config));
        let to = place("--to", &self.to)?;
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

/// Reads an address here and not as an argument: what is wrong with that would be said with all of it, password and all.
fn place(argument: &str, url: &SecretString) -> Result<Place, CliError> {
    match url.expose_secret().parse() {
        Ok(DatabasePlace::Sqlite { path }) => Ok(Place::Sqlite(path)),
        Ok(DatabasePlace::Postgres { url }) => Ok(Place::Postgres(StoreConfig::new(url.expose_secret()))),
        Err(mistake) => Err(CliError::Usage(format!("{argument}: {mistake}"))),
    }
}
