//! Removing what has had its time: trash after 30 days, kept answers after a day, expired revocations.

use jiff::{SignedDuration, Timestamp};

use crate::{App, AppError};

/// How long a deleted task can come back.
pub const TRASH_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Tasks removed per transaction, so that the writer is never held up for long.
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
}

impl App {
    /// Removes what has had its time. Meant to run now and then; running it twice at once does no harm.
    ///
    /// # Errors
    /// When the store refuses; what was removed before stays removed.
    pub async fn sweep(&self) -> Result<Swept, AppError> {
        let now = self.clock.now();
        let before = now.checked_sub(TRASH_KEPT).unwrap_or(Timestamp::MIN);
        let mut swept = Swept::default();
        loop {
            let job = self.store.write(move |tx| Box::pin(async move { tx.trash_purge(before, BATCH).await }));
            let removed: u64 = job.await?;
            swept.tasks += removed;
            if removed < u64::from(BATCH) {
                break;
            }
        }
        swept.answers = self.store.write(move |tx| Box::pin(async move { tx.idempotency_purge(now).await })).await?;
        swept.tokens = self.store.write(move |tx| Box::pin(async move { tx.tokens_purge(now).await })).await?;
        Ok(swept)
    }
}
