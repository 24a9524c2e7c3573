//! The wire shape of an event.

use saydo_domain::{Door, EventKind, Subject, UserEvent};
use serde::Serialize;

/// What happened, as `GET /api/events` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EventView {
    /// `task.created`, `task.updated`, `task.deleted` or `conversation.updated`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "task.updated")]
    pub kind: EventKind,
    /// The task it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<i64>,
    /// The conversation it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<i64>,
    /// The task's version after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The change that did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_id: Option<String>,
    /// The way it came in.
    #[schema(value_type = String, example = "chat")]
    pub door: Door,
    /// When (RFC 3339, UTC).
    pub at: String,
}

impl From<&UserEvent> for EventView {
    fn from(told: &UserEvent) -> Self {
        let event = &told.event;
        let (task_id, conversation_id) = match event.subject {
            Subject::Task(number) => (Some(number.get()), None),
            Subject::Conversation(id) => (None, Some(id.get())),
        };
        Self {
            kind: event.kind,
            task_id,
            conversation_id,
            version: event.version,
            change_id: event.change_id.map(|id| id.to_string()),
            door: event.door,
            at: event.at.to_string(),
        }
    }
}
