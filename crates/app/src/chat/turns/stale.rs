//! Turns whose server vanished: they are declared interrupted, and their conversations say what was done.

use jiff::{SignedDuration, Timestamp};

use super::broken::{self, Then};
use crate::{App, AppError, reply::talk};

/// A turn that gave no sign of life for so long runs no more.
const SILENCE: SignedDuration = SignedDuration::from_secs(60);

impl App {
    /// Declares turns interrupted that nobody runs any more; says how many. Meant for the start of a server and for
    /// now and then.
    ///
    /// # Errors
    /// When the store refuses; of several refusals the last one. Whoever else waits was looked at all the same.
    pub async fn turns_clear_stale(&self) -> Result<u64, AppError> {
        let now = self.clock.now();
        let before = now.checked_sub(SILENCE).unwrap_or(Timestamp::MIN);
        let stale = self.store.read().await?.turns_stale(before).await?;
        let (mut cleared, mut refused) = (0, Ok(()));
        // Each by itself: whoever holds the turns of several people could wait for somebody who waits for them.
        for (user, id) in stale {
            let clear = self.store.write(move |tx| {
                Box::pin(async move {
                    tx.lift_daily_bound();
                    let Some(turn) = tx.turn_interrupt_stale(&user, id, before, now).await? else { return Ok(0) };
                    broken::answer(tx, &turn, talk::SERVER_STOPPED, Then::GoOn, now).await?;
                    Ok::<_, AppError>(1)
                })
            });
            match clear.await {
                Ok(one) => cleared += one,
                Err(error) => refused = Err(error),
            }
        }
        refused.map(|()| cleared)
    }
}
