//! What tools return: the types behind the results and their schemas.

use saydo_domain::{Due, Label, Priority, Recurrence, Task};
use schemars::JsonSchema;
use serde::Serialize;

use crate::view::{TaskView, UndoView};

/// A task as tools return it: the wire form with the number under `task_id`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TaskOutput {
    /// The number people say.
    task_id: i64,
    /// What it is called.
    title: String,
    /// A longer note.
    description: Option<String>,
    /// Whether it is done.
    completed: bool,
    /// When it was done (RFC 3339, UTC).
    completed_at: Option<String>,
    /// `high`, `medium` or `low`.
    #[schemars(with = "String")]
    priority: Priority,
    /// A day, or a date-time with offset.
    #[schemars(with = "Option<String>")]
    due_date: Option<Due>,
    /// How it repeats.
    #[schemars(with = "Option<RecurrenceOutput>")]
    recurrence: Option<Recurrence>,
    /// Its labels.
    #[schemars(with = "Vec<String>")]
    labels: Vec<Label>,
    /// When it was made (RFC 3339, UTC).
    created_at: String,
    /// When it last changed (RFC 3339, UTC).
    updated_at: String,
    /// Grows with every change.
    version: i64,
}

impl From<&Task> for TaskOutput {
    fn from(task: &Task) -> Self {
        let view = TaskView::from(task);
        Self {
            task_id: view.id,
            title: view.title,
            description: view.description,
            completed: view.completed,
            completed_at: view.completed_at,
            priority: view.priority,
            due_date: view.due_date,
            recurrence: view.recurrence,
            labels: view.labels,
            created_at: view.created_at,
            updated_at: view.updated_at,
            version: view.version,
        }
    }
}

/// Describes [`Recurrence`].
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct RecurrenceOutput {
    /// The rule (RFC 5545 §3.3.10).
    rrule: String,
    /// What the next occurrence is counted from: `due` or `completion`.
    from: String,
    /// The rule in words.
    text: String,
}

/// What `list_tasks` returns.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ListOutput {
    /// The tasks, by when they are due.
    pub(super) tasks: Vec<TaskOutput>,
    /// How many are here.
    pub(super) count: usize,
    /// How many fit, on all pages.
    pub(super) total: i64,
    /// The cursor of the next page, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// What `complete_task` returns.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CompleteOutput {
    /// The number people say.
    pub(super) task_id: i64,
    /// What it is called.
    pub(super) title: String,
    /// Whether it is done now.
    pub(super) completed: bool,
    /// When it last changed (RFC 3339, UTC).
    pub(super) updated_at: String,
    /// The next occurrence of a repeating task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<TaskOutput>,
}

/// What `delete_task` returns.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DeleteOutput {
    /// The number people say.
    pub(super) task_id: i64,
    /// Always true.
    pub(super) deleted: bool,
    /// What it was called.
    pub(super) title: String,
}

/// What `find_task` returns.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct FindOutput {
    /// Best first.
    pub(super) matches: Vec<MatchOutput>,
}

/// A task that was found.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MatchOutput {
    /// The number people say.
    pub(super) task_id: i64,
    /// What it is called.
    pub(super) title: String,
    /// How well it fits: 0 to 1.
    pub(super) score: f32,
}

/// What `undo` returns.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct UndoOutput {
    /// The undo's own change: undoing that one redoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) change_id: Option<String>,
    /// The change that was put back.
    pub(super) undone: String,
    /// One line that says what was put back.
    pub(super) summary: String,
    /// The tasks as they are now, those that still exist.
    pub(super) tasks: Vec<TaskOutput>,
}

impl UndoOutput {
    pub(super) fn new(view: UndoView, tasks: &[Task]) -> Self {
        let UndoView { change_id, undone, summary, .. } = view;
        Self { change_id: Some(change_id), undone, summary, tasks: tasks.iter().map(TaskOutput::from).collect() }
    }
}

/// What `search` returns, in the shape ChatGPT connectors expect.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SearchOutput {
    /// Best first.
    pub(super) results: Vec<SearchResult>,
}

/// A task that `search` found.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SearchResult {
    /// What `fetch` takes.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// Where it is shown, relative to the server.
    pub(super) url: String,
}

/// What `fetch` returns, in the shape ChatGPT connectors expect.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct FetchOutput {
    /// As asked.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// The task in words.
    pub(super) text: String,
    /// Where it is shown, relative to the server.
    pub(super) url: String,
    /// All its fields.
    pub(super) metadata: TaskOutput,
}
