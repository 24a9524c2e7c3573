//! The wire shapes of what the use cases return: one shape for REST, chat results and tools.

use saydo_domain::{
    AccessToken, Change, Due, Label, PendingAction, PendingKind, Priority, Recurrence, Task, TokenScope, Turn, User,
};
use saydo_store::UsageRow;
use serde::Serialize;

use crate::undo::Obstacle;

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

/// An account as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UserView {
    /// Its id.
    pub id: String,
    /// The e-mail, if any.
    pub email: Option<String>,
    /// What to call the person.
    pub name: String,
    /// The account's IANA zone, if set.
    pub timezone: Option<String>,
    /// When it was made (RFC 3339, UTC).
    pub created_at: String,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_ref().map(ToString::to_string),
            name: user.name.to_string(),
            timezone: user.timezone.clone(),
            created_at: user.created_at.to_string(),
        }
    }
}

/// A waiting question as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
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
        let task = |task: &saydo_domain::PendingTask| PendingTaskView {
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

/// What an undo (or redo) did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UndoView {
    /// The undo's own change: undoing that one redoes.
    pub change_id: String,
    /// The change that was put back.
    pub undone: String,
    /// One line that says what was put back.
    pub summary: String,
    /// The tasks as they are now (those that still exist).
    pub tasks: Vec<TaskView>,
}

/// A task because of which a change cannot be put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ObstacleView {
    /// The task's number.
    pub task_id: i64,
    /// What it is called.
    pub title: String,
    /// The later changes that must be undone first, newest first; none when the task is gone for good.
    pub changes: Vec<LaterChangeView>,
}

/// A change that stands in the way of undoing an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LaterChangeView {
    /// What to undo first.
    pub change_id: String,
    /// One line that says what was done.
    pub summary: String,
    /// When (RFC 3339, UTC).
    pub at: String,
    /// The way it came in.
    pub door: &'static str,
    /// The program or the language model that made it; `null` when the person did.
    pub agent: Option<String>,
}

impl From<&Obstacle> for ObstacleView {
    fn from(obstacle: &Obstacle) -> Self {
        Self {
            task_id: obstacle.number.get(),
            title: obstacle.title.clone(),
            changes: obstacle.changes.iter().map(LaterChangeView::from).collect(),
        }
    }
}

impl From<&Change> for LaterChangeView {
    fn from(change: &Change) -> Self {
        Self {
            change_id: change.id.to_string(),
            summary: change.summary.clone(),
            at: change.created_at.to_string(),
            door: change.door.as_str(),
            agent: agent(change),
        }
    }
}

/// Who made a change in the person's place: a program by the name of its token, else the language model.
pub(crate) fn agent(change: &Change) -> Option<String> {
    change.client.as_ref().map(|client| client.name.clone()).or_else(|| change.model.clone())
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChangeView {
    /// Its id.
    pub id: String,
    /// The way it came in.
    pub door: &'static str,
    /// The program or the language model that made it; `null` when the person did.
    pub agent: Option<String>,
    /// One line that says what was done.
    pub summary: String,
    /// The change this one put back, if it is an undo.
    pub undoes: Option<String>,
    /// The change that put this one back, if any.
    pub undone_by: Option<String>,
    /// When (RFC 3339, UTC).
    pub created_at: String,
}

impl From<&Change> for ChangeView {
    fn from(change: &Change) -> Self {
        Self {
            id: change.id.to_string(),
            door: change.door.as_str(),
            agent: agent(change),
            summary: change.summary.clone(),
            undoes: change.undoes.map(|id| id.to_string()),
            undone_by: change.undone_by.map(|id| id.to_string()),
            created_at: change.created_at.to_string(),
        }
    }
}

/// A personal access token as the API shows it: without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AccessTokenView {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do: `read` or `write`.
    #[schema(value_type = String, example = "read")]
    pub scope: TokenScope,
    /// When it was made (RFC 3339, UTC).
    pub created_at: String,
    /// When it stops working (RFC 3339, UTC), if ever.
    pub expires_at: Option<String>,
    /// When it was last used (RFC 3339, UTC), to the minute or so.
    pub last_used_at: Option<String>,
}

impl From<&AccessToken> for AccessTokenView {
    fn from(token: &AccessToken) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.to_string(),
            scope: token.scope,
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.map(|at| at.to_string()),
            last_used_at: token.last_used_at.map(|at| at.to_string()),
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

/// What a model was used for on one day, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UsageView {
    /// The day (UTC).
    #[schema(example = "2026-03-11")]
    pub day: String,
    /// The model's name.
    pub model: String,
    /// Turns in which it was asked.
    pub turns: u64,
    /// Requests to it.
    pub calls: u64,
    /// Tokens read, those from a cache included.
    pub input_tokens: u64,
    /// Tokens read from a cache.
    pub cached_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// The cost, in millionths of the currency in which prices are configured.
    pub cost_micros: u64,
}

impl From<&UsageRow> for UsageView {
    fn from(row: &UsageRow) -> Self {
        let used = row.used;
        Self {
            day: row.day.to_string(),
            model: row.model.clone(),
            turns: used.turns,
            calls: used.calls,
            input_tokens: used.input_tokens,
            cached_tokens: used.cached_tokens,
            output_tokens: used.output_tokens,
            cost_micros: used.cost_micros,
        }
    }
}
