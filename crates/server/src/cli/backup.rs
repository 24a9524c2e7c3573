//! `saydo backup`.

mod progress;
mod schedule;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use saydo_store::{
    StoreError,
    backup::{Backup as Made, BackupError, Backups, Existing, Manifest},
};

pub(super) use schedule::scheduled;

use super::CliError;
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The folder of backups [SAYDO_BACKUP_DIR]
    #[arg(long, global = true, value_name = "FOLDER")]
    dir: Option<std::path::PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make one; the server may be running
    Create,
    /// Read one back: checksum, the database's own checks, rows of every table
    Verify {
        /// Which; the newest when not given
        name: Option<String>,
        /// All of them
        #[arg(long, conflicts_with = "name")]
        all: bool,
    },
    /// Put one where the database is; the server must be stopped
    Restore {
        /// Which, or “latest”: the newest good one
        name: String,
        /// Put the database that is there aside
        #[arg(long)]
        force: bool,
    },
    /// What there is, newest first
    List,
    /// Remove old ones, never the newest good one
    Prune {
        /// Older than so many days [SAYDO_BACKUP_KEEP_DAYS]
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..=36_500))]
        keep_days: Option<i64>,
    },
}

impl Backup {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let backups = Backups::new(self.dir.unwrap_or_else(|| config.backup.folder.clone()));
        let now = config.clock.now();
        match self.action {
            Action::Create => create(&backups, config, now).await,
            Action::Verify { name: Some(name), .. } => verify(&backups, vec![name]).await,
            Action::Verify { name: None, all } => {
                let mut names: Vec<String> = backups.list().await?.into_iter().map(|backup| backup.name).collect();
                if names.is_empty() {
                    return Err(BackupError::NoneGood(backups.folder().to_owned()).into());
                }
                names.truncate(if all { names.len() } else { 1 });
                verify(&backups, names).await
            }
            Action::Restore { name, force } => restore(&backups, config, name, force, now).await,
            Action::List => {
                print!("{}", table(&backups.list().await?, now));
                Ok(())
            }
            Action::Prune { keep_days } => {
                let keep = keep_days.map_or(config.backup.keep, |days| SignedDuration::from_hours(24 * days));
                for name in backups.prune(keep, now).await? {
                    println!("Removed {name}.");
                }
                Ok(())
            }
        }
    }
}

async fn create(backups: &Backups, config: &Config, now: Timestamp) -> Result<(), CliError> {
    let watch = progress::watch();
    let made = backups.create(database_file(config)?, crate::VERSION, now, &watch).await;
    progress::end();
    let made = made?;
    println!("Made {} in {}.", made.name, backups.folder().display());
    if let Ok(manifest) = &made.verdict {
        println!("{}", summary(manifest));
    }
    Ok(())
}

async fn verify(backups: &Backups, names: Vec<String>) -> Result<(), CliError> {
    let mut bad = 0;
    for name in &names {
        let verdict = backups.verify(name, &progress::watch()).await;
        progress::end();
        match verdict {
            Ok(manifest) => println!("{name} is good. {}", summary(&manifest)),
            Err(error @ BackupError::Damaged { .. }) => {
                println!("{error}.");
                bad += 1;
            }
            Err(other) => return Err(other.into()),
        }
    }
    if bad == 0 { Ok(()) } else { Err(CliError::Refused(format!("{bad} of {} damaged", names.len()))) }
}

async fn restore(
    backups: &Backups,
    config: &Config,
    name: String,
    force: bool,
    now: Timestamp,
) -> Result<(), CliError> {
    let name = if name == "latest" { backups.newest_good().await?.name } else { name };
    let existing = if force { Existing::PutAside } else { Existing::Refuse };
    let database = database_file(config)?;
    let restored = backups.restore(&name, database, existing, now, &progress::watch()).await;
    progress::end();
    let restored = restored?;
    println!("Restored {name} to {}. {}", database.display(), summary(&restored.manifest));
    if let Some(aside) = restored.aside {
        println!("The database that was there is {} now.", aside.display());
    }
    Ok(())
}

/// What is backed up: a file.
fn database_file(config: &Config) -> Result<&std::path::Path, BackupError> {
    let refused = || StoreError::Config("only SQLite files are backed up; use pg_dump for PostgreSQL".to_owned());
    Ok(config.database.place.sqlite_path().ok_or_else(refused)?)
}

/// What a backup holds, in one line.
fn summary(manifest: &Manifest) -> String {
    let rows = |table: &str| manifest.rows.get(table).copied().unwrap_or(0);
    let (users, tasks) = (rows("users"), rows("tasks"));
    let (size, schema) = (size(manifest.bytes()), manifest.schema);
    format!("Users: {users}, tasks: {tasks}, schema {schema}, {size}, taken {:.0}.", manifest.created_at)
}

/// The list for people.
fn table(backups: &[Made], now: Timestamp) -> String {
    if backups.is_empty() {
        return "There is no backup.\n".to_owned();
    }
    let mut text = format!("{:<27} {:>9} {:>10} {:>9}  {}\n", "name", "age", "size", "tasks", "verdict");
    for backup in backups {
        let (size, tasks, verdict) = match &backup.verdict {
            Ok(manifest) => {
                let tasks = manifest.rows.get("tasks").copied().unwrap_or(0);
                (size(manifest.bytes()), tasks.to_string(), "good".to_owned())
            }
            Err(what) => ("–".to_owned(), "–".to_owned(), format!("damaged: {what}")),
        };
        let age = age(now.duration_since(backup.created_at));
        text.push_str(&format!("{:<27} {age:>9} {size:>10} {tasks:>9}  {verdict}\n", backup.name));
    }
    text
}

fn age(age: SignedDuration) -> String {
    match age.as_hours() {
        ..=0 => format!("{} min", age.as_mins().max(0)),
        hours @ 1..48 => format!("{hours} h"),
        hours => format!("{} days", hours / 24),
    }
}

#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
fn size(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} B"),
        10_000..=999_999 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..=999_999_999 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
