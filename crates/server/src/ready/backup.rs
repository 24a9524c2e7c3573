//! The backups: how old, how long they are kept, and whether one was ever restored.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use saydo_app::Clock;
use saydo_store::backup::{BackupError, Backups, How};

use super::{
    row::{Check, Row},
    scene::Scene,
};
use crate::config::Made;

const BY: &str = "backup folder";

const FRESH: Check = Check::must("D7", "Newest backup", "not older than its schedule, or a day", BY);
const AHEAD: Check = Check::should("D7", "Backups dated in the future", "none", BY);
const TRIED: Check = Check::must("D7", "Restored on trial", "within 30 days", BY);
const KEPT: Check = Check::should("D7", "Backups are kept", "30 days or longer", "settings");
const ITSELF: Check = Check::should("D7", "Backups by themselves", "on", "settings");
const APART: Check = Check::should("D7", "Backups on another disk", "than the data", "file system");

/// How much later than due one may be.
const GRACE: SignedDuration = SignedDuration::from_hours(2);
/// How far the clock of whoever tried one may be ahead.
const APART_AT_MOST: SignedDuration = SignedDuration::from_mins(10);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How old the last trial may be.
const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) async fn rows(scene: &Scene) -> Vec<Row> {
    let config = &scene.config;
    if config.backup.made == Made::Elsewhere {
        let help = "see there that they are made every day, kept 30 days, and restored on trial every month";
        return [FRESH, TRIED, KEPT, ITSELF].map(|check| check.yours("SAYDO_BACKUPS=elsewhere", help)).into();
    }
    let backups = Backups::new(&config.backup.folder);
    let (every, now) = (config.backup.every, Clock::System.now());
    let days = config.backup.keep.as_hours() / 24;
    let mut rows = vec![
        fresh(&backups, every.unwrap_or(DAY), now).await,
        tried(&backups).await,
        KEPT.judge(config.backup.keep >= MONTH, format!("for {days} days"), "set SAYDO_BACKUP_KEEP_DAYS=30"),
        match every {
            Some(every) => ITSELF.holds(format!("every {} h", every.as_hours())),
            None => ITSELF.fails("the server makes none by itself", "set SAYDO_BACKUP_EVERY=24, or let cron make them"),
        },
    ];
    rows.extend(ahead(&backups, now).await);
    rows.extend(apart(&config.data_dir, &config.backup.folder));
    rows
}

async fn fresh(backups: &Backups, every: SignedDuration, now: Timestamp) -> Row {
    let newest = match backups.newest_whole(now).await {
        Ok(newest) => newest,
        Err(BackupError::NoneGood(folder)) => {
            return FRESH.fails(format!("there is none in {}", folder.display()), "saydo backup create");
        }
        Err(error) => return FRESH.unknown(error, "see SAYDO_BACKUP_DIR"),
    };
    judge_fresh(&newest.name, now.duration_since(newest.created_at), every)
}

fn judge_fresh(name: &str, age: SignedDuration, every: SignedDuration) -> Row {
    let help = "saydo backup create; docs/runbooks/backup.md";
    FRESH.judge(age <= every + GRACE, format!("{name} is {} old", told(age)), help)
}

/// Only when there is one.
async fn ahead(backups: &Backups, now: Timestamp) -> Option<Row> {
    let names = backups.ahead(now).await.ok()?;
    let newest = names.first()?;
    let evidence = format!("{newest} is, and {} more: a clock was wrong, and they do not count", names.len() - 1);
    Some(AHEAD.fails(evidence, "docs/runbooks/backup.md: move them away"))
}

async fn tried(backups: &Backups) -> Row {
    match backups.last_tried().await {
        Ok(None) => TRIED.fails("none was ever restored here", "saydo backup verify"),
        Ok(Some((name, tried))) => {
            let how = match tried.how {
                How::Verified => "restored on trial",
                How::Restored => "put back",
            };
            let age = Clock::System.now().duration_since(tried.at);
            judge_tried(&format!("{name} was {how}"), age, &tried.program)
        }
        Err(error) => TRIED.unknown(error, "see SAYDO_BACKUP_DIR"),
    }
}

fn judge_tried(what: &str, age: SignedDuration, program: &str) -> Row {
    let help = "saydo backup verify";
    if age < -APART_AT_MOST {
        return TRIED.fails(format!("{what} {} from now: a clock was wrong", told(-age)), help);
    }
    TRIED.judge(age <= MONTH, format!("{what} {} ago, by {program}", told(age)), help)
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

#[cfg(test)]
mod tests {
    use super::{super::row::State, *};

    #[tokio::test]
    async fn one_dated_in_the_future_is_told_of_and_makes_none_fresh() {
        let folder = tempfile::tempdir().unwrap();
        let (backups, now) = (Backups::new(folder.path()), "2026-03-11T09:00:00Z".parse().unwrap());
        assert!(ahead(&backups, now).await.is_none());
        std::fs::create_dir(folder.path().join("saydo-20360311T090000.000Z")).unwrap();
        assert_eq!(ahead(&backups, now).await.map(|row| row.state), Some(State::Warning));
        assert_eq!(fresh(&backups, DAY, now).await.state, State::Failed);
    }

    #[test]
    fn a_backup_and_its_trial_are_fresh_for_a_while_and_never_from_the_future() {
        let hours = SignedDuration::from_hours;
        for (age, every, expected) in
            [(26, 24, State::Ok), (27, 24, State::Failed), (100, 168, State::Ok), (0, 24, State::Ok)]
        {
            assert_eq!(judge_fresh("one", hours(age), hours(every)).state, expected, "{age} of {every}");
        }
        for (age, expected) in [(30 * 24, State::Ok), (30 * 24 + 1, State::Failed), (-1, State::Failed)] {
            assert_eq!(judge_tried("one was restored", hours(age), "0.1.0").state, expected, "{age}");
        }
        assert_eq!(judge_fresh("one", SignedDuration::from_mins(-5), DAY).state, State::Ok, "clocks are a little off");
    }
}
