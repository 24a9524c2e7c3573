//! Tracked turns: carried out by a task of their own, apart from the connection that asked, with every event kept.
//!
//! ```text
//! turn_begin ─► row in `turns` ─► task: plan ─► commit ─► end ──► row
//!                                   │ Recorder: events           ▲
//!                                   ▼                            │ the last events, in the same transaction
//!                 LiveTurn (memory) ─► turn_events (store) ──────┘
//!                       ▲                    ▲
//!                       └──── TurnReader ────┘   a cursor: here, later, or on another replica
//! ```

mod begin;
mod broken;
mod events;
mod hub;
mod live;
mod model;
mod reader;
mod recorder;
mod resume;
mod run;
mod stale;

use std::sync::Arc;

use saydo_domain::{ConversationId, TurnId};
use saydo_store::StoreError;
use serde::Deserialize;

pub use events::REPLY;
pub use hub::TurnHub;
pub use reader::TurnReader;
pub(super) use recorder::Recorder;

use super::ChatReply;
use crate::{App, AppError, Caller, Missing};
use live::Cut;

/// A turn that was begun, or was found running under the same idempotency key.
#[derive(Debug)]
pub struct TurnHandle {
    /// The turn.
    pub turn_id: TurnId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Its events from the first on.
    pub events: TurnReader,
}

/// The events that say how a turn ended.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum EndEvent {
    Custom {
        name: String,
        value: serde_json::Value,
    },
    RunError {
        message: String,
        code: String,
    },
    #[serde(other)]
    Other,
}

impl TurnHandle {
    /// Waits for the reply.
    ///
    /// # Errors
    /// `NotFound` when its conversation was deleted meanwhile, `Store` with `Unavailable` when the turn failed or was
    /// cut off without a reply.
    pub async fn reply(mut self) -> Result<ChatReply, AppError> {
        let broken = |error: serde_json::Error| AppError::Internal(error.to_string());
        let mut reply = None;
        while let Some((_, event)) = self.events.next().await? {
            let telling = event.starts_with(r#"{"type":"CUSTOM""#) || events::is_last(&event);
            if !telling {
                continue;
            }
            match serde_json::from_str(&event).map_err(broken)? {
                EndEvent::Custom { name, value } if name == REPLY => {
                    reply = Some(serde_json::from_value(value).map_err(broken)?);
                }
                // A turn that was cut off or failed has said all the same what it did.
                EndEvent::RunError { .. } if reply.is_some() => {}
                EndEvent::RunError { message, code } => {
                    return Err(match code.as_str() {
                        run::INTERNAL => AppError::Internal(message),
                        run::GONE => AppError::NotFound(Missing::Conversation),
                        _ => StoreError::Unavailable(message).into(),
                    });
                }
                EndEvent::Custom { .. } | EndEvent::Other => {}
            }
        }
        reply.ok_or_else(|| AppError::Internal("a turn ended without a reply".to_owned()))
    }
}

impl App {
    /// Reads a turn's events after a number; 0 for all of them.
    ///
    /// # Errors
    /// `NotFound` when this person has no such turn in this conversation.
    pub async fn turn_reader(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        turn: TurnId,
        after: i64,
    ) -> Result<TurnReader, AppError> {
        self.turn_must_be(caller, conversation, turn).await?;
        Ok(self.reader(caller, turn, after.max(0)))
    }

    /// Tells a turn to stop. What it has done stays done; a turn that is over is left alone.
    ///
    /// # Errors
    /// `NotFound` when this person has no such turn in this conversation.
    pub async fn turn_stop(&self, caller: &Caller, conversation: ConversationId, turn: TurnId) -> Result<(), AppError> {
        self.turn_must_be(caller, conversation, turn).await?;
        let owner = caller.id().clone();
        self.store.write(move |tx| Box::pin(async move { tx.turn_stop(&owner, turn).await })).await?;
        if let Some(live) = self.turns.find(turn) {
            live.cut(Cut::Stopped);
        }
        Ok(())
    }

    async fn turn_must_be(&self, caller: &Caller, conversation: ConversationId, turn: TurnId) -> Result<(), AppError> {
        let found = self.store.read().await?.turn_find(caller.id(), turn).await?;
        let found = found.filter(|found| found.conversation_id == conversation);
        found.map(drop).ok_or(AppError::NotFound(Missing::Turn))
    }

    fn reader(&self, caller: &Caller, turn: TurnId, after: i64) -> TurnReader {
        TurnReader::new(self.turns.clone(), self.store.clone(), caller.id().clone(), turn, after)
    }

    fn handle(&self, caller: &Caller, turn_id: TurnId, conversation_id: ConversationId) -> TurnHandle {
        TurnHandle { turn_id, conversation_id, events: self.reader(caller, turn_id, 0) }
    }
}

/// A turn that runs in this process: who asked for it, and for what.
struct Job {
    caller: Caller,
    request: super::TurnRequest,
    /// What a decision about a waiting question means.
    answer: Option<(saydo_domain::PendingId, saydo_lang::Answer)>,
    /// When the message came in: what is meant by “tomorrow”, also when the turn goes on days later.
    began: jiff::Timestamp,
    /// What earlier runs of the turn had come to.
    earlier: model::Progress,
    recorder: Arc<Recorder>,
    /// Its place among the person's turns.
    ticket: crate::fair::Ticket,
}
