//! Backups the server makes by itself.

use std::{error::Error, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use saydo_app::{
    App,
    audit::AuditKind,
    recurring::{Ran, Recurring},
};
use saydo_store::backup::{Backup, BackupError, Backups, Manifest};
use serde_json::json;

use crate::{config::Config, http::Shutdown, setup};

/// After a failure it is tried again this soon, or at the usual time if that is sooner.
const RETRY: SignedDuration = SignedDuration::from_mins(10);

/// What a server claims before it makes one. How often they are made the folder says.
const CLAIM: Recurring = Recurring::new("backup", SignedDuration::from_mins(1));

/// Makes a backup whenever the newest good one is old enough, and removes old ones; does nothing when not configured.
///
/// How old the newest is decides, not how long the server has been running: restarts neither skip nor add any, and
/// servers that share the folder share the work: one of them does it at a time, and the others find it done.
pub(crate) async fn scheduled(app: App, config: Config, shutdown: Shutdown) {
    let Some(every) = config.backup.every else { return };
    let backups = Backups::new(&config.backup.folder);
    let mut wait = due_in(&backups, every, config.clock.now()).await;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = due_in(&backups, every, config.clock.now()).await;
        if !wait.is_zero() {
            continue;
        }
        let done = tokio::select! {
            () = shutdown.cancelled() => return,
            done = claimed(&app, &backups, every, &config) => done,
        };
        wait = match done {
            Ok(Ran::Done) => due_in(&backups, every, config.clock.now()).await,
            Ok(Ran::No | Ran::Lost) => CLAIM.every.unsigned_abs(),
            Err(error) => {
                metrics::counter!("saydo_backups_total", "outcome" => "failed").increment(1);
                tracing::error!(%error, "no backup was made; it is tried again");
                RETRY.min(every).unsigned_abs()
            }
        };
    }
}

/// How long until the next one.
async fn due_in(backups: &Backups, every: SignedDuration, now: Timestamp) -> Duration {
    // All of the newest is read only when it is young enough to put the next one off.
    match until_next(backups.newest_whole(now).await, every, now) {
        Duration::ZERO => Duration::ZERO,
        _ => until_next(backups.newest_good(now).await, every, now),
    }
}

fn until_next(newest: Result<Backup, BackupError>, every: SignedDuration, now: Timestamp) -> Duration {
    match newest {
        Ok(newest) => {
            // One of a clock that is a little ahead puts it off by no more than the usual time.
            let left = every.saturating_sub(now.duration_since(newest.created_at)).min(every);
            left.max(SignedDuration::ZERO).unsigned_abs()
        }
        // None yet, or the folder cannot be read: trying says why.
        Err(_) => Duration::ZERO,
    }
}

/// Makes one unless another server is at it.
async fn claimed(
    app: &App,
    backups: &Backups,
    every: SignedDuration,
    config: &Config,
) -> Result<Ran, Box<dyn Error + Send + Sync>> {
    let work = async {
        // Another one may just have been made.
        if due_in(backups, every, config.clock.now()).await.is_zero() {
            let name = once(backups, config).await?;
            app.accounts.audit().note(AuditKind::BackupCreated, None, json!({"backup": name, "by": "schedule"}));
        }
        Ok(SignedDuration::ZERO)
    };
    Box::pin(app.when_due(CLAIM, work)).await
}

/// Makes one and says its name.
async fn once(backups: &Backups, config: &Config) -> Result<String, BackupError> {
    let quiet: saydo_store::backup::Watch = Arc::new(|_| ());
    let now = config.clock.now();
    let began = std::time::Instant::now();
    let made = backups.create(&setup::place(config), crate::VERSION, now, &quiet).await?;
    let bytes = made.verdict.as_ref().map_or(0, Manifest::bytes);
    metrics::counter!("saydo_backups_total", "outcome" => "ok").increment(1);
    metrics::gauge!("saydo_backup_last_duration_seconds").set(began.elapsed().as_secs_f64());
    tracing::info!(backup = made.name, bytes, "made a backup");
    let removed = backups.prune(config.backup.keep, now).await?.len();
    if removed > 0 {
        tracing::info!(removed, "removed old backups");
    }
    Ok(made.name)
}
