//! The history of a task: who changed what, by which door, when.

use saydo_domain::{Effect, Task, TaskNumber};
use saydo_store::{HistoryCursor, HistoryEntry};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    App, AppError, Caller, Missing,
    chat::{Page, PageInput},
    tasks::query::DEFAULT_LIMIT,
    view::{TaskView, agent},
};

/// The fields that people know, in the order of a task.
const FIELDS: [&str; 8] =
    ["title", "description", "completed", "priority", "due_date", "recurrence", "labels", "deleted_at"];

/// What one change did to a task.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct HistoryView {
    /// The change: what `undo` takes.
    pub change_id: String,
    /// When (RFC 3339, UTC).
    pub at: String,
    /// The way it came in: `rest`, `chat`, `mcp`, `cli` or `import`.
    pub door: &'static str,
    /// The program or the language model that made it; `null` when the person did.
    pub agent: Option<String>,
    /// The conversation in which it was asked for.
    pub conversation_id: Option<i64>,
    /// `created`, `updated`, `completed`, `reopened`, `deleted`, `restored`, or `removed` (its making was undone).
    pub what: &'static str,
    /// The fields that became different.
    pub fields: Vec<FieldChangeView>,
    /// One line that says what the whole change did, to other tasks as well.
    pub summary: String,
    /// The change this one put back, if it is an undo.
    pub undoes: Option<String>,
    /// The change that put this one back, if any.
    pub undone_by: Option<String>,
}

/// A field before and after a change, as the task has it in the API.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FieldChangeView {
    /// The field's name.
    pub field: &'static str,
    /// What it was; `null` when it was empty or the task was not there.
    pub before: Value,
    /// What it became.
    pub after: Value,
}

impl From<&HistoryEntry> for HistoryView {
    fn from(HistoryEntry { change, effect }: &HistoryEntry) -> Self {
        Self {
            change_id: change.id.to_string(),
            at: change.created_at.to_string(),
            door: change.door.as_str(),
            agent: agent(change),
            conversation_id: change.conversation_id.map(saydo_domain::ConversationId::get),
            what: what(effect, change.undoes.is_some()),
            fields: fields(effect),
            summary: change.summary.clone(),
            undoes: change.undoes.map(|id| id.to_string()),
            undone_by: change.undone_by.map(|id| id.to_string()),
        }
    }
}

/// The one word for an effect.
fn what(effect: &Effect, puts_back: bool) -> &'static str {
    match (&effect.before, &effect.after) {
        (None, Some(_)) if puts_back => "restored",
        (None, Some(_)) => "created",
        (_, None) => "removed",
        (Some(before), Some(after)) => match (before.in_trash(), after.in_trash()) {
            (false, true) => "deleted",
            (true, false) => "restored",
            _ if after.completed() && !before.completed() => "completed",
            _ if before.completed() && !after.completed() => "reopened",
            _ => "updated",
        },
    }
}

fn fields(effect: &Effect) -> Vec<FieldChangeView> {
    let (before, after) = (as_shown(effect.before.as_ref()), as_shown(effect.after.as_ref()));
    let value = |task: &Map<String, Value>, field: &str| task.get(field).cloned().unwrap_or_default();
    let pairs = FIELDS.iter().map(|field| (*field, value(&before, field), value(&after, field)));
    let told = |value: &Value| !(value.is_null() || *value == Value::Bool(false) || *value == Value::Array(Vec::new()));
    pairs
        .filter(|(_, before, after)| before != after && (told(before) || told(after)))
        .map(|(field, before, after)| FieldChangeView { field, before, after })
        .collect()
}

fn as_shown(task: Option<&Task>) -> Map<String, Value> {
    match task.map(|task| serde_json::to_value(TaskView::from(task))) {
        Some(Ok(Value::Object(fields))) => fields,
        _ => Map::new(),
    }
}

impl App {
    /// One page of a task's history, newest first. It can be read when the task is in the trash or gone for good.
    ///
    /// # Errors
    /// `NotFound` when this person never had such a task; `Invalid` names the parameter that cannot be accepted.
    pub async fn task_history(
        &self,
        caller: &Caller,
        number: TaskNumber,
        input: &PageInput,
    ) -> Result<Page<Vec<HistoryView>>, AppError> {
        let (size, place) = input.read(DEFAULT_LIMIT, HistoryCursor::END)?;
        let mut conn = self.store.read().await?;
        let total = conn.task_history_count(caller.id(), number).await?;
        if total == 0 && conn.task_find_any(caller.id(), number).await?.is_none() {
            return Err(AppError::NotFound(Missing::Task));
        }
        // One more than asked for says whether there is a next page.
        let mut entries = conn.task_history(caller.id(), number, place, size + 1).await?;
        let more = entries.len() > size as usize;
        entries.truncate(size as usize);
        let last = entries.last().filter(|_| more);
        let next_cursor = last.map(|last| HistoryCursor(last.change.seq).to_string());
        Ok(Page { view: entries.iter().map(HistoryView::from).collect(), total, next_cursor })
    }
}
