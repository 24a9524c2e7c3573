//! What is known of a task, from whichever side it is seen: an answer, a row, the journal.

use std::collections::BTreeMap;

use serde_json::Value;

/// A user's tasks by number, those in the trash included.
pub(crate) type Tasks = BTreeMap<i64, Task>;

/// A task's content and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) completed: bool,
    pub(crate) priority: String,
    pub(crate) labels: Vec<String>,
    pub(crate) in_trash: bool,
    pub(crate) version: i64,
}

/// What a change did to one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) number: i64,
    pub(crate) before: Option<Task>,
    pub(crate) after: Option<Task>,
}

impl Task {
    /// Of the API's JSON, or a tool's result: the fields that are left out are as in a new task.
    pub(crate) fn of_wire(json: &Value) -> Option<Self> {
        let completed = json["completed"].as_bool()?;
        Self::of(json, completed)
    }

    /// Of the journal's JSON.
    pub(crate) fn of_journal(json: &Value) -> Option<Self> {
        Self::of(json, !json["completed_at"].is_null())
    }

    fn of(json: &Value, completed: bool) -> Option<Self> {
        let text = |name: &str| json[name].as_str().map(ToOwned::to_owned);
        let labels = json["labels"].as_array().map(Vec::as_slice).unwrap_or_default();
        Some(Self {
            title: text("title")?,
            description: text("description"),
            completed,
            priority: text("priority")?,
            labels: labels.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
            in_trash: !json["deleted_at"].is_null(),
            version: json["version"].as_i64()?,
        })
    }

    /// The same one version later.
    pub(crate) fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }
}

/// Applies effects in their order.
pub(crate) fn apply(tasks: &mut Tasks, effects: &[Effect]) {
    for effect in effects {
        match &effect.after {
            Some(task) => drop(tasks.insert(effect.number, task.clone())),
            None => drop(tasks.remove(&effect.number)),
        }
    }
}
