//! The last word of a turn that broke off: its conversation says what was done, and its key is not spent for nothing.

use jiff::Timestamp;
use saydo_domain::{AnsweredBy, Turn};
use saydo_store::{ReplyFacts, Tx};

use crate::{
    AppError,
    chat::ChatReply,
    idempotency::{self, Answer},
};

/// Whether a repeated request can go on with a turn that broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It can.
    GoOn,
    /// It is told what the turn did.
    Over,
}

/// Answers for a turn that gave no reply itself, with a sentence that says why. One that changed nothing leaves its key
/// free, so that the request can be made again.
pub(super) async fn answer(
    tx: &mut Tx,
    turn: &Turn,
    why: &str,
    then: Then,
    now: Timestamp,
) -> Result<ChatReply, AppError> {
    let user = &turn.user_id;
    let change = match turn.change_id {
        Some(id) => tx.change_find(user, id).await?,
        None => None,
    };
    let done = change.as_ref().map_or("Nothing was changed.", |change| change.summary.as_str());
    let reply = ChatReply {
        conversation_id: turn.conversation_id.get(),
        response: format!("{why} {done}"),
        tool_calls: Vec::new(),
        change_id: turn.change_id.map(|id| id.to_string()),
        pending: None,
        answered_by: turn.answered_by.clone().unwrap_or(AnsweredBy::Offline),
    };
    let facts = ReplyFacts { tool_calls: &[], change_id: turn.change_id, answered_by: &reply.answered_by };
    if let Some(earlier) = turn.reply_id {
        tx.message_delete(user, turn.conversation_id, earlier).await?;
    }
    let said = tx.reply_insert(user, turn.conversation_id, &reply.response, facts, now).await?;
    tx.turn_set_reply(user, turn.id, Some(said)).await?;
    tx.conversation_touch(user, turn.conversation_id, now).await?;
    match &turn.key {
        Some(_) if turn.change_id.is_none() => tx.turn_free_key(user, turn.id).await?,
        Some(_) if then == Then::GoOn => {}
        // Whoever has stored an answer meanwhile was first.
        Some(key) if tx.idempotency_find(user, &key.key, now).await?.is_none() => {
            let answer = Answer::json(200, Vec::new(), &reply)?;
            idempotency::keep_under(tx, user, (&key.key, &key.fingerprint), now, answer).await?;
        }
        _ => {}
    }
    Ok(reply)
}
