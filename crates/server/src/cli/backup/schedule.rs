//! Backups the server makes by itself.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use saydo_store::backup::{BackupError, Backups};

use crate::{config::Config, http::Shutdown};

/// After a failure it is tried again this soon, or at the usual time if that is sooner.
const RETRY: SignedDuration = SignedDuration::from_mins(10);

/// Makes a backup whenever the newest good one is old enough, and removes old ones; does nothing when not configured.
///
/// How old the newest is decides, not how long the server has been running: restarts neither skip nor add any, and
/// servers that share the folder share the work.
pub(crate) async fn scheduled(config: Config, shutdown: Shutdown) {
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
            done = once(&backups, &config) => done,
        };
        wait = match done {
            Ok(()) => every.unsigned_abs(),
            Err(error) => {
                tracing::error!(%error, "no backup was made; it is tried again");
                RETRY.min(every).unsigned_abs()
            }
        };
    }
}

/// How long until the next one.
async fn due_in(backups: &Backups, every: SignedDuration, now: Timestamp) -> Duration {
    match backups.newest_good().await {
        Ok(newest) => {
            // One from the future – the clock was wrong – puts it off by no more than the usual time.
            let left = every.saturating_sub(now.duration_since(newest.created_at)).min(every);
            left.max(SignedDuration::ZERO).unsigned_abs()
        }
        // None yet, or the folder cannot be read: trying says why.
        Err(_) => Duration::ZERO,
    }
}

async fn once(backups: &Backups, config: &Config) -> Result<(), BackupError> {
    let quiet: saydo_store::backup::Watch = Arc::new(|_| ());
    let now = config.clock.now();
    let made = backups.create(super::database_file(config)?, crate::VERSION, now, &quiet).await?;
    let bytes = made.verdict.map_or(0, |manifest| manifest.bytes());
    tracing::info!(backup = made.name, bytes, "made a backup");
    let removed = backups.prune(config.backup.keep, now).await?.len();
    if removed > 0 {
        tracing::info!(removed, "removed old backups");
    }
    Ok(())
}
