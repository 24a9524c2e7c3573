//! A question that waits for the person's answer. State is data: it is never guessed back from rendered text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ConversationId, PendingId, TaskNumber, UserId};

/// What kind of answer is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PendingKind {
    /// Yes or no to a plan over exact tasks.
    Confirm,
    /// Which of these tasks.
    Choose,
    /// A piece of text, such as a title.
    Ask,
}

impl PendingKind {
    /// The word used in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Choose => "choose",
            Self::Ask => "ask",
        }
    }
}

/// A task as it was shown with the question; acceptance holds only for this version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingTask {
    /// The task's number.
    pub number: TaskNumber,
    /// Its title as shown.
    pub title: String,
    /// Its version as shown.
    pub version: i64,
}

/// A stored question. Single use, bound to user, conversation and task versions, and short-lived.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingAction {
    /// Its id.
    pub id: PendingId,
    /// Whose answer counts.
    pub user_id: UserId,
    /// Where it was asked.
    pub conversation_id: ConversationId,
    /// What kind of answer is awaited.
    pub kind: PendingKind,
    /// The question in words.
    pub prompt: String,
    /// The exact tasks it is about; empty for `Ask`.
    pub tasks: Vec<PendingTask>,
    /// What happens on acceptance: owned and understood by the app, opaque here.
    pub action: serde_json::Value,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it stops being answerable.
    pub expires_at: Timestamp,
}
