//! A turn that is tracked: one message up to its reply, carried out apart from the connection that asked for it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AnsweredBy, ChangeId, ConversationId, MessageId, TurnId, UserId};

/// How a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TurnStatus {
    /// At work.
    Running,
    /// Came to its reply.
    Finished,
    /// Ended in an error.
    Failed,
    /// Stopped by the person.
    Cancelled,
    /// Cut off: the server that ran it stopped or vanished.
    Interrupted,
}

impl TurnStatus {
    /// The word used in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// The `Idempotency-Key` a turn was asked for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnKey {
    /// The key as sent.
    pub key: String,
    /// Stands for the request: the same key with another fingerprint is another request.
    pub fingerprint: String,
}

/// A tracked turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Its id.
    pub id: TurnId,
    /// The owner.
    pub user_id: UserId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// How it stands.
    pub status: TurnStatus,
    /// Whether the person asked it to stop.
    pub stop_requested: bool,
    /// Which run of it counts: whoever goes on with a turn that broke off takes the next number.
    pub attempt: i64,
    /// What its conversation was told when it broke off.
    pub reply_id: Option<MessageId>,
    /// The change it made, if it made one.
    pub change_id: Option<ChangeId>,
    /// Which planner answered, once one did.
    pub answered_by: Option<AnsweredBy>,
    /// The key under which a repeated request finds it.
    pub key: Option<TurnKey>,
    /// When it began.
    pub started_at: Timestamp,
    /// When the task that runs it was last heard of.
    pub heartbeat_at: Timestamp,
    /// When it ended; `None` while it runs.
    pub ended_at: Option<Timestamp>,
}
