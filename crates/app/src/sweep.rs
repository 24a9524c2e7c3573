//! Removing what has had its time: trash after 30 days, audit events after their retention, kept answers and ended
//! turns after a day, expired revocations.

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use saydo_store::{StoreError, Tx};

use crate::{App, AppError};

/// How long a deleted task can come back.
pub const TRASH_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long the events of a turn can be replayed after it ended.
pub const TURNS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How long somebody who follows changes can be away without missing one.
pub const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Rows of a kind removed per transaction, so that the writer is never held up for long.
const BATCH: u32 = 500;

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Tasks from the trash.
    pub tasks: u64,
    /// Kept answers of repeated requests.
    pub answers: u64,
    /// Revocations of tokens that have expired by themselves.
    pub tokens: u64,
    /// Turns that ended long ago, with their events.
    pub turns: u64,
    /// Audit events.
    pub audit: u64,
    /// Events for those who follow changes.
    pub events: u64,
}

impl App {
    /// Removes what has had its time. Meant to run now and then; running it twice at once does no harm.
    ///
    /// # Errors
    /// When the store refuses; what was removed before stays removed.
    pub async fn sweep(&self) -> Result<Swept, AppError> {
        self.turns_clear_stale().await?;
        let now = self.clock.now();
        let ago = |kept| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let (trash, ended, audited) = (ago(TRASH_KEPT), ago(TURNS_KEPT), ago(self.audit_kept));
        let told = ago(EVENTS_KEPT);
        let swept = Swept {
            tasks: self.in_batches(move |tx| Box::pin(tx.trash_purge(trash, BATCH))).await?,
            turns: self.in_batches(move |tx| Box::pin(tx.turns_purge(ended, BATCH))).await?,
            audit: self.in_batches(move |tx| Box::pin(tx.audit_purge(audited, BATCH))).await?,
            events: self.in_batches(move |tx| Box::pin(tx.events_purge(told, BATCH))).await?,
            answers: self.in_batches(move |tx| Box::pin(tx.idempotency_purge(now, BATCH))).await?,
            tokens: self.in_batches(move |tx| Box::pin(tx.tokens_purge(now, BATCH))).await?,
        };
        self.in_batches(move |tx| Box::pin(tx.consents_purge(now, BATCH))).await?;
        Ok(swept)
    }

    /// Repeats a removal of at most [`BATCH`] rows, each time in its own transaction, until nothing is left.
    async fn in_batches(
        &self,
        remove: impl for<'tx> Fn(&'tx mut Tx) -> BoxFuture<'tx, Result<u64, StoreError>> + Copy + Send + 'static,
    ) -> Result<u64, AppError> {
        let mut all = 0;
        loop {
            let removed = self.store.write(remove).await?;
            all += removed;
            if removed < u64::from(BATCH) {
                return Ok(all);
            }
        }
    }
}
