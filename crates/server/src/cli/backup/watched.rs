//! Figures of the backups in the folder, whoever made them.

use std::time::Duration;

use saydo_store::backup::Backups;
use tokio::time::MissedTickBehavior;

use crate::{
    config::{Config, Made},
    http::Shutdown,
};

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_secs(30);

/// Says how old and how large the newest whole backup is, again and again.
pub(crate) async fn watched(config: Config, shutdown: Shutdown) {
    // A figure of 0 would be a backup that is missing.
    if config.backup.made == Made::Elsewhere {
        return;
    }
    let every = config.backup.every.map_or(0.0, |every| every.as_secs_f64());
    metrics::gauge!("saydo_backup_interval_seconds").set(every);
    let backups = Backups::new(&config.backup.folder);
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = look.tick() => {}
        }
        // None yet, or a folder that cannot be read: both mean that there is nothing to restore.
        // Its checksum is looked at by whoever makes, verifies or restores one: reading all of it is too much for this.
        let newest = backups.newest_whole(config.clock.now()).await.ok();
        let made = newest.as_ref().map_or(0, |newest| newest.created_at.as_second());
        let bytes = newest.and_then(|newest| newest.verdict.ok()).map_or(0, |manifest| manifest.bytes());
        #[expect(clippy::cast_precision_loss, reason = "exact to 2^53")]
        let (made, bytes) = (made as f64, bytes as f64);
        metrics::gauge!("saydo_backup_last_success_timestamp_seconds").set(made);
        metrics::gauge!("saydo_backup_last_size_bytes").set(bytes);
    }
}
