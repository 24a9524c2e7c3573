//! A turn, and the question it may leave behind.

use saydo_domain::{PendingAction, PendingKind, PendingTask, Turn};
use serde::{Deserialize, Serialize};

/// A waiting question as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PendingView {
    /// Its id.
    pub id: String,
    /// What kind of answer is awaited.
    #[schema(value_type = String, example = "confirm")]
    pub kind: PendingKind,
    /// The question.
    pub prompt: String,
    /// The tasks it is about.
    pub tasks: Vec<PendingTaskView>,
    /// When it stops being answerable (RFC 3339, UTC).
    pub expires_at: String,
}

/// A task of a waiting question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PendingTaskView {
    /// Its number.
    pub id: i64,
    /// Its title as shown.
    pub title: String,
    /// Its version as shown.
    pub version: i64,
}

impl From<&PendingAction> for PendingView {
    fn from(pending: &PendingAction) -> Self {
        let task = |task: &PendingTask| PendingTaskView {
            id: task.number.get(),
            title: task.title.clone(),
            version: task.version,
        };
        Self {
            id: pending.id.to_string(),
            kind: pending.kind,
            prompt: pending.prompt.clone(),
            tasks: pending.tasks.iter().map(task).collect(),
            expires_at: pending.expires_at.to_string(),
        }
    }
}

/// A tracked turn as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TurnView {
    /// Its id.
    pub id: String,
    /// Its conversation.
    pub conversation_id: i64,
    /// `running`, `finished`, `failed`, `cancelled` or `interrupted`.
    pub status: String,
    /// The change it made, if it made one.
    pub change_id: Option<String>,
    /// `offline`, or the name of the model that answered.
    pub answered_by: Option<String>,
    /// When it began (RFC 3339, UTC).
    pub started_at: String,
    /// When it ended (RFC 3339, UTC).
    pub ended_at: Option<String>,
}

impl From<&Turn> for TurnView {
    fn from(turn: &Turn) -> Self {
        Self {
            id: turn.id.to_string(),
            conversation_id: turn.conversation_id.get(),
            status: turn.status.as_str().to_owned(),
            change_id: turn.change_id.map(|id| id.to_string()),
            answered_by: turn.answered_by.clone().map(String::from),
            started_at: turn.started_at.to_string(),
            ended_at: turn.ended_at.map(|at| at.to_string()),
        }
    }
}
