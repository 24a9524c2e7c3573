//! A task.

use saydo_domain::{Due, Label, Priority, Recurrence, Task};
use serde::Serialize;

/// A task as every door shows it (API.md, `Task`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TaskView {
    /// The number people say.
    pub id: i64,
    /// The global id.
    pub uid: String,
    /// The owner.
    pub user_id: String,
    /// What it is called.
    pub title: String,
    /// A longer note.
    pub description: Option<String>,
    /// Whether it is done.
    pub completed: bool,
    /// When it was done (RFC 3339, UTC).
    pub completed_at: Option<String>,
    /// How much it matters.
    #[schema(value_type = String, example = "medium")]
    pub priority: Priority,
    /// When it is due, in the form it was given.
    #[schema(value_type = Option<String>, example = "2026-03-12")]
    pub due_date: Option<Due>,
    /// How it repeats.
    #[schema(value_type = Option<RecurrenceView>)]
    pub recurrence: Option<Recurrence>,
    /// Its labels.
    #[schema(value_type = Vec<String>)]
    pub labels: Vec<Label>,
    /// When it was made (RFC 3339, UTC).
    pub created_at: String,
    /// When it last changed (RFC 3339, UTC).
    pub updated_at: String,
    /// Grows with every change; the `ETag`.
    pub version: i64,
    /// When it went to the trash; only there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<String>,
}

/// How a task repeats, as the API shows it; describes [`Recurrence`] in the OpenAPI document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RecurrenceView {
    /// The rule (RFC 5545 §3.3.10).
    #[schema(example = "FREQ=WEEKLY;BYDAY=FR")]
    pub rrule: String,
    /// What the next occurrence is counted from: `due` or `completion`.
    pub from: String,
    /// The rule in words.
    pub text: String,
}

impl From<&Task> for TaskView {
    fn from(task: &Task) -> Self {
        Self {
            id: task.number.get(),
            uid: task.uid.to_string(),
            user_id: task.user_id.to_string(),
            title: task.title.to_string(),
            description: task.description.as_ref().map(ToString::to_string),
            completed: task.completed(),
            completed_at: task.completed_at.map(|at| at.to_string()),
            priority: task.priority,
            due_date: task.due,
            recurrence: task.recurrence.clone(),
            labels: task.labels.clone(),
            created_at: task.created_at.to_string(),
            updated_at: task.updated_at.to_string(),
            version: task.version,
            deleted_at: task.deleted_at.map(|at| at.to_string()),
        }
    }
}
