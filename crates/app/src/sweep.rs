//! Removing what has had its time: the trash, audit events, kept answers and ended turns after their retention, expired
//! revocations; conversations and the journal where a retention is set.

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use saydo_store::{StoreError, Tx};

use crate::{App, AppError, audit, idempotency};

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How long a deleted task can come back.
    pub trash: SignedDuration,
    /// How long the events of a turn can be replayed after it ended.
    pub turns: SignedDuration,
    /// How long a repeated request gets the stored answer; at most [`idempotency::KEEP`].
    pub answers: SignedDuration,
    /// Audit events.
    pub audit: SignedDuration,
    /// Conversations after the last message; for good without it.
    pub conversations: Option<SignedDuration>,
    /// The journal: what can be undone, and the history of tasks; for good without it.
    pub changes: Option<SignedDuration>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            trash: SignedDuration::from_hours(30 * 24),
            turns: SignedDuration::from_hours(24),
            answers: idempotency::KEEP,
            audit: audit::KEPT,
            conversations: None,
            changes: None,
        }
    }
}

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
    /// Conversations in which nobody has spoken for long.
    pub conversations: u64,
    /// Entries of the journal.
    pub changes: u64,
}

impl App {
    /// Removes what has had its time. Meant to run now and then; running it twice at once does no harm.
    ///
    /// # Errors
    /// When the store refuses; what was removed before stays removed.
    pub async fn sweep(&self) -> Result<Swept, AppError> {
        self.turns_clear_stale().await?;
        let (now, kept) = (self.clock.now(), self.retention);
        let ago = |kept| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let (trash, ended, audited, told) = (ago(kept.trash), ago(kept.turns), ago(kept.audit), ago(EVENTS_KEPT));
        // They say themselves when they end, which is after the longest time there is.
        let answered = now.saturating_add(idempotency::KEEP - kept.answers).unwrap_or(now);
        let mut swept = Swept {
            tasks: self.in_batches(move |tx| Box::pin(tx.trash_purge(trash, BATCH))).await?,
            turns: self.in_batches(move |tx| Box::pin(tx.turns_purge(ended, BATCH))).await?,
            audit: self.in_batches(move |tx| Box::pin(tx.audit_purge(audited, BATCH))).await?,
            events: self.in_batches(move |tx| Box::pin(tx.events_purge(told, BATCH))).await?,
            answers: self.in_batches(move |tx| Box::pin(tx.idempotency_purge(answered, BATCH))).await?,
            tokens: self.in_batches(move |tx| Box::pin(tx.tokens_purge(now, BATCH))).await?,
            ..Swept::default()
        };
        if let Some(before) = kept.conversations.map(ago) {
            swept.conversations = self.in_batches(move |tx| Box::pin(tx.conversations_purge(before, BATCH))).await?;
        }
        if let Some(before) = kept.changes.map(ago) {
            swept.changes = self.in_batches(move |tx| Box::pin(tx.changes_purge(before, BATCH))).await?;
        }
        self.in_batches(move |tx| Box::pin(tx.consents_purge(now, BATCH))).await?;
        if swept != Swept::default() {
            self.store.forget_deleted().await?;
        }
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
