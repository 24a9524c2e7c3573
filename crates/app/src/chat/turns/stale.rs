//! Turns whose server vanished: they are declared interrupted, and their conversations say what was done.

use jiff::SignedDuration;
use saydo_domain::{AnsweredBy, Turn};
use saydo_store::{ReplyFacts, Tx};

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
                        told(tx, turn, now).await?;
                    }
                    Ok(u64::try_from(stale.len()).unwrap_or(u64::MAX))
                })
            })
            .await
    }
}

async fn told(tx: &mut Tx, turn: &Turn, now: jiff::Timestamp) -> Result<(), AppError> {
    let change = match turn.change_id {
        Some(id) => tx.change_find(&turn.user_id, id).await?,
        None => None,
    };
    let done = change.map_or_else(|| "Nothing was changed.".to_owned(), |change| change.summary);
    let response = format!("{} {done}", talk::SERVER_STOPPED);
    let answered_by = turn.answered_by.clone().unwrap_or(AnsweredBy::Offline);
    let facts = ReplyFacts { tool_calls: &[], change_id: turn.change_id, answered_by: &answered_by };
    tx.reply_insert(&turn.user_id, turn.conversation_id, &response, facts, now).await?;
    tx.conversation_touch(&turn.user_id, turn.conversation_id, now).await?;
    Ok(())
}
