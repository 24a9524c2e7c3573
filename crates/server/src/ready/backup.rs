//! The backups: how old, how long they are kept, and whether one was ever restored.

use std::path::Path;

use jiff::SignedDuration;
use saydo_app::Clock;
use saydo_store::backup::{BackupError, Backups, How};

use super::{
    row::{Check, Row},
    scene::Scene,
};

const BY: &str = "backup folder";

const FRESH: Check = Check::must("D7", "Newest backup", "not older than its schedule, or a day", BY);
const TRIED: Check = Check::must("D7", "Restored on trial", "within 30 days", BY);
const KEPT: Check = Check::should("D7", "Backups are kept", "30 days or longer", "settings");
const ITSELF: Check = Check::should("D7", "Backups by themselves", "on", "settings");
const APART: Check = Check::should("D7", "Backups on another disk", "than the data", "file system");

/// How much later than due one may be.
const GRACE: SignedDuration = SignedDuration::from_hours(2);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How old the last trial may be.
const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) async fn rows(scene: &Scene) -> Vec<Row> {
    let config = &scene.config;
    let backups = Backups::new(&config.backup.folder);
    let every = config.backup.every;
    let days = config.backup.keep.as_hours() / 24;
    let mut rows = vec![
        fresh(&backups, every.unwrap_or(DAY)).await,
        tried(&backups).await,
        KEPT.judge(config.backup.keep >= MONTH, format!("for {days} days"), "set SAYDO_BACKUP_KEEP_DAYS=30"),
        match every {
            Some(every) => ITSELF.holds(format!("every {} h", every.as_hours())),
            None => ITSELF.fails("the server makes none by itself", "set SAYDO_BACKUP_EVERY=24, or let cron make them"),
        },
    ];
    rows.extend(apart(&config.data_dir, &config.backup.folder));
    rows
}

async fn fresh(backups: &Backups, every: SignedDuration) -> Row {
    let newest = match backups.newest_whole().await {
        Ok(newest) => newest,
        Err(BackupError::NoneGood(folder)) => {
            return FRESH.fails(format!("there is none in {}", folder.display()), "saydo backup create");
        }
        Err(error) => return FRESH.unknown(error, "see SAYDO_BACKUP_DIR"),
    };
    let age = Clock::System.now().duration_since(newest.created_at);
    let evidence = format!("{} is {} old", newest.name, told(age));
    FRESH.judge(age <= every + GRACE, evidence, "saydo backup create; docs/runbooks/backup.md")
}

async fn tried(backups: &Backups) -> Row {
    match backups.last_tried().await {
        Ok(None) => TRIED.fails("none was ever restored here", "saydo backup verify"),
        Ok(Some((name, tried))) => {
            let age = Clock::System.now().duration_since(tried.at);
            let how = match tried.how {
                How::Verified => "restored on trial",
                How::Restored => "put back",
            };
            TRIED.judge(
                age <= MONTH,
                format!("{name} was {how} {} ago, by {}", told(age), tried.program),
                "saydo backup verify",
            )
        }
        Err(error) => TRIED.unknown(error, "see SAYDO_BACKUP_DIR"),
    }
}

fn told(age: SignedDuration) -> String {
    match age.as_mins().max(0) {
        minutes @ ..90 => format!("{minutes} min"),
        minutes @ ..2880 => format!("{} h", minutes / 60),
        minutes => format!("{} days", minutes / 1440),
    }
}

/// Nothing where it cannot be told.
#[cfg(unix)]
fn apart(data: &Path, backups: &Path) -> Option<Row> {
    use std::os::unix::fs::MetadataExt as _;
    let disk = |folder: &Path| std::fs::metadata(folder).ok().map(|found| found.dev());
    let (data, backups) = (disk(data)?, disk(backups)?);
    let evidence =
        if data == backups { "they go with the disk of the data" } else { "they outlive the disk of the data" };
    Some(APART.judge(data != backups, evidence, "set SAYDO_BACKUP_DIR to another disk, or copy them elsewhere"))
}

#[cfg(not(unix))]
fn apart(_: &Path, _: &Path) -> Option<Row> {
    None
}
