//! Turns whose server vanished: they are declared interrupted, and their conversations say what was done.

use jiff::SignedDuration;

use super::broken::{self, Then};
use crate::{App, AppError, reply::talk};

/// A turn that gave no sign of life for so long runs no more.
const SILENCE: SignedDuration = SignedDuration::from_secs(60);

impl App {
    /// Declares turns interrupted that nobody runs any more; says how many. Meant for the start of a server and for
    /// now and then.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn turns_clear_stale(&self) -> Result<u64, AppError> {
        let now = self.clock.now();
        let before = now.checked_sub(SILENCE).unwrap_or(jiff::Timestamp::MIN);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let stale = tx.turns_interrupt_stale(before, now).await?;
                    for turn in &stale {
                        broken::answer(tx, turn, talk::SERVER_STOPPED, Then::GoOn, now).await?;
                    }
                    Ok(u64::try_from(stale.len()).unwrap_or(u64::MAX))
                })
            })
            .await
    }
}
