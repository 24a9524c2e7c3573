//! `saydo backup`.

pub(super) mod progress;
mod schedule;
mod watched;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use saydo_app::{
    Clock,
    audit::{self, AuditKind},
};
use saydo_store::{
    backup::{Aside, Backup as Made, BackupError, Backups, Existing, How, Manifest, Trial, Tried},
    copy::Place,
};
use serde_json::json;

pub(super) use schedule::scheduled;
pub(super) use watched::watched;

use super::CliError;
use crate::{config::Config, erased, setup};

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
    /// Read one back and restore it where nobody sees it: checksum, the database's own checks, rows of every table
    Verify {
        /// Which; the newest when not given
        name: Option<String>,
        /// All of them
        #[arg(long, conflicts_with = "name")]
        all: bool,
    },
    /// Put one where the database is; all servers must be stopped
    Restore {
        /// Which, or “latest”: the newest good one that is neither dated in the future nor made by a restore
        name: String,
        /// Put what is there aside: a SQLite database beside the new one, a PostgreSQL database into a backup
        #[arg(long, alias = "force")]
        replace: bool,
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
            Action::Verify { name: Some(name), .. } => verify(&backups, config, vec![name]).await,
            Action::Verify { name: None, all } => {
                // A damaged one is to be told of, the others are not what would be restored.
                let wanted = |one: &Made| all || !one.is_ahead(now) && !one.is_put_aside();
                let found = backups.list().await?.into_iter().filter(wanted).map(|one| one.name);
                let names: Vec<String> = found.take(if all { usize::MAX } else { 1 }).collect();
                if names.is_empty() {
                    return Err(BackupError::NoneGood(backups.folder().to_owned()).into());
                }
                verify(&backups, config, names).await
            }
            Action::Restore { name, replace } => {
                let existing = if replace { Existing::PutAside } else { Existing::Refuse };
                restore(&backups, config, name, existing, now).await
            }
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
    let made = backups.create(&setup::place(config), crate::VERSION, now, &watch).await;
    progress::end();
    let made = made?;
    println!("Made {} in {}.", made.name, backups.folder().display());
    if let Ok(manifest) = &made.verdict {
        println!("{}", summary(manifest));
    }
    remember_erased(config, &setup::place(config), backups).await;
    note(config, AuditKind::BackupCreated, &made.name).await;
    Ok(())
}

/// Notes it in the audit trail of the database that is there now. What was done is done, whether or not it can be noted.
async fn note(config: &Config, kind: AuditKind, name: &str) {
    let details = json!({"backup": name, "by": "command"});
    let noted = async {
        let store = setup::open_store(config).await?;
        // An older schema may have no place for it.
        if store.has_audit().await? {
            audit::of_installation(&store, config.clock, kind, details).await?;
        }
        store.close().await;
        Ok::<_, CliError>(())
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "an audit event is in the log only");
    }
}

/// Makes sure that whoever follows events learns of the restore. What was done is done, whether or not this can be.
async fn leave_gap(config: &Config, now: Timestamp) {
    let left = async {
        let store = setup::open_store(config).await?;
        // An older schema has no events.
        if store.has_audit().await? {
            let left: Result<(), saydo_store::StoreError> =
                store.write(move |tx| Box::pin(async move { tx.events_leave_gap(now).await })).await;
            left?;
        }
        store.close().await;
        Ok::<_, CliError>(())
    };
    if let Err(error) = left.await {
        tracing::warn!(%error, "programs that follow events may not notice the restore");
    }
}

async fn verify(backups: &Backups, config: &Config, names: Vec<String>) -> Result<(), CliError> {
    let (mut bad, database) = (0, setup::place(config));
    for name in &names {
        let verdict = backups.verify(name, &database, &progress::watch()).await;
        progress::end();
        match verdict {
            Ok(verified) => {
                let trial = match verified.trial {
                    Trial::File => "a file",
                    Trial::Schema => "a schema of its own",
                };
                println!("{name} is good. {} Restored on trial into {trial}.", summary(&verified.manifest));
                note_tried(backups, name, How::Verified).await;
            }
            Err(error @ BackupError::Damaged { .. }) => {
                println!("{error}.");
                bad += 1;
            }
            Err(other) => return Err(other.into()),
        }
    }
    if bad == 0 { Ok(()) } else { Err(CliError::Refused(format!("{bad} of {} damaged", names.len()))) }
}

/// Leaves a note beside it, for `saydo ready`. Whoever may only read the folder can leave none.
async fn note_tried(backups: &Backups, name: &str, how: How) {
    let tried = Tried { at: Clock::System.now(), how, program: crate::VERSION.to_owned() };
    if let Err(error) = backups.note_tried(name, tried).await {
        tracing::warn!(%error, "that the backup was tried is not noted");
    }
}

async fn restore(
    backups: &Backups,
    config: &Config,
    name: String,
    existing: Existing,
    now: Timestamp,
) -> Result<(), CliError> {
    let name = if name == "latest" { backups.newest_good(now).await?.name } else { name };
    let database = setup::place(config);
    remember_erased(config, &database, &Backups::new(&config.backup.folder)).await;
    let restored = backups.restore(&name, &database, existing, crate::VERSION, now, &progress::watch()).await;
    progress::end();
    let restored = restored.map_err(|error| with_advice(error, &database))?;
    println!("Restored {name} to {database}. {}", summary(&restored.manifest));
    note_tried(backups, &name, How::Restored).await;
    leave_gap(config, now).await;
    note(config, AuditKind::BackupRestored, &name).await;
    match restored.aside {
        Some(Aside::File(path)) => println!("The database that was there is {} now.", path.display()),
        Some(Aside::Backup(name)) => println!("What was there is the backup {name} now."),
        None => {}
    }
    let left = "restored, but whoever was erased since is not erased again; no server starts until that can be done";
    match erase_again(config, backups).await {
        Ok(0) => {}
        Ok(accounts) => println!("Erased again, as they were after this backup: {accounts}."),
        Err(error) => return Err(CliError::Refused(format!("{left}: {error}"))),
    }
    Ok(())
}

/// Notes beside these backups whom the database has erased: they may not know, and it may be about to go. A database that
/// is lost or damaged tells nothing; then what is noted already has to do.
async fn remember_erased(config: &Config, database: &Place, backups: &Backups) {
    if matches!(database, Place::Sqlite(file) if !file.exists()) {
        return;
    }
    let told = async {
        let store = setup::open_store(config).await?;
        if store.has_erased().await? {
            erased::note_beside(&store, backups).await?;
        }
        store.close().await;
        Ok::<_, CliError>(())
    };
    if let Err(error) = told.await {
        tracing::warn!(%error, "the database does not say whom it erased");
    }
}

/// Erases again whom the backup brought back, by what is noted beside it and beside the server's own backups; says how
/// many accounts.
async fn erase_again(config: &Config, backups: &Backups) -> Result<u64, CliError> {
    let store = setup::open_store(config).await?;
    let mut erased = 0;
    // A server that brings an older schema up to date does it then.
    if store.has_erased().await? {
        for backups in [&Backups::new(&config.backup.folder), backups] {
            erased += erased::erase_again(&store, backups, config.clock).await?;
        }
    }
    store.close().await;
    Ok(erased)
}

/// Says what would help.
fn with_advice(error: BackupError, database: &Place) -> CliError {
    match (&error, database) {
        (BackupError::Exists(_), _) => CliError::Refused(format!("{error}; use --replace to put it aside")),
        (BackupError::NotEmpty(_), _) => CliError::Refused(format!(
            "{error}; use --replace to make a backup of them and put this one in their place"
        )),
        _ => error.into(),
    }
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
                (size(manifest.bytes()), tasks.to_string(), good(backup, now).to_owned())
            }
            Err(what) => ("–".to_owned(), "–".to_owned(), format!("damaged: {what}")),
        };
        let age = if backup.is_ahead(now) { "–".to_owned() } else { age(now.duration_since(backup.created_at)) };
        text.push_str(&format!("{:<27} {age:>9} {size:>10} {tasks:>9}  {verdict}\n", backup.name));
    }
    text
}

/// What a good one is good for.
fn good(backup: &Made, now: Timestamp) -> &'static str {
    match (backup.is_ahead(now), backup.is_put_aside()) {
        (true, _) => "good, but dated in the future: restored by its name only",
        (_, true) => "good, but what a restore replaced: restored by its name only",
        _ => "good",
    }
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
