//! What the server does by the clock. Whichever replica finds it due does it; the others leave it alone.

use std::time::Duration;

use jiff::SignedDuration;
use saydo_app::{
    App, AppError,
    recurring::{Ran, Recurring},
    sweep::Swept,
};

use crate::http::Shutdown;

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(30);

/// What has had its time is removed.
const SWEEP: Recurring = Recurring::new("sweep", SignedDuration::from_hours(1));
/// Turns are looked for whose server vanished: more often than the rest, for somebody waits for them.
const STALE: Recurring = Recurring::new("stale turns", SignedDuration::from_mins(1));

/// Does all of it, at the start and whenever it is due.
pub(super) async fn run(app: App, shutdown: Shutdown) {
    let mut every = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = every.tick() => {}
        }
        for (job, done) in [(STALE, clear_stale(&app).await), (SWEEP, sweep(&app).await)] {
            match done {
                Ok(_) => {}
                Err(_) if shutdown.is_cancelled() => return,
                Err(error) => tracing::warn!(%error, work = job.name, "this could not be done; it is tried again"),
            }
        }
    }
}

/// Removes what has had its time.
async fn sweep(app: &App) -> Result<Ran, AppError> {
    let work = async {
        let swept = app.sweep().await?;
        if swept != Swept::default() {
            let Swept { tasks, answers, tokens, turns, audit, events, conversations, changes } = swept;
            tracing::info!(
                tasks,
                answers,
                tokens,
                turns,
                audit,
                events,
                conversations,
                changes,
                "removed what had expired"
            );
        }
        Ok(SWEEP.every)
    };
    app.when_due(SWEEP, work).await
}

/// Declares turns interrupted that nobody runs any more.
async fn clear_stale(app: &App) -> Result<Ran, AppError> {
    let work = async {
        let turns = app.turns_clear_stale().await?;
        if turns > 0 {
            tracing::warn!(turns, "turns were cut off, their servers are gone");
        }
        Ok(STALE.every)
    };
    app.when_due(STALE, work).await
}
