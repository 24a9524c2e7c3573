//! Turns whose server vanished: they are declared interrupted, and their conversations say what was done.

use jiff::{SignedDuration, Timestamp};
use saydo_domain::UserId;
use saydo_store::Tx;

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
        let before = now.checked_sub(SILENCE).unwrap_or(Timestamp::MIN);
        let owners = self.store.read().await?.turns_stale(before).await?;
        let mut cleared = 0;
        // One person after the other: whoever holds the turns of several could wait for somebody who waits for them.
        for user in owners {
            cleared += self.store.write(move |tx| Box::pin(clear(tx, user, before, now))).await?;
        }
        Ok(cleared)
    }
}

async fn clear(tx: &mut Tx, user: UserId, before: Timestamp, now: Timestamp) -> Result<u64, AppError> {
    let stale = tx.turns_interrupt_stale(&user, before, now).await?;
    for turn in &stale {
        broken::answer(tx, turn, talk::SERVER_STOPPED, Then::GoOn, now).await?;
    }
    Ok(u64::try_from(stale.len()).unwrap_or(u64::MAX))
}
