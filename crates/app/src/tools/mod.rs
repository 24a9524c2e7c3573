//! The catalogue of tools: the same for the assistant's planners and for MCP. One file per tool.
//!
//! A tool call is data: a planner proposes it, [`ToolRun`] carries it out inside the turn's transaction. No tool has a
//! parameter that names a user. A mistake in a call goes back to the planner as the call's result; what is fatal
//! (the database) ends the turn.

mod add_task;
mod answer;
pub mod catalogue;
mod complete_task;
mod delete_task;
mod find_task;
mod list_tasks;
mod output;
mod run;
mod search;
mod undo;
mod update_task;

use serde::{Deserialize, Serialize};

pub use crate::tasks::TaskInput as AddTaskArgs;
pub use answer::ToolAnswer;
pub use complete_task::CompleteTaskArgs;
pub use delete_task::DeleteTaskArgs;
pub use find_task::FindTaskArgs;
pub use list_tasks::{DueWindow, ListTasksArgs, Listing, Status, list};
pub use run::{Done, ToolRun};
pub use search::{FetchArgs, SearchArgs};
pub use undo::UndoArgs;
pub use update_task::UpdateTaskArgs;

/// A call of one tool with its typed arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tool", content = "params", rename_all = "snake_case")]
pub enum ToolCall {
    /// Make a task.
    AddTask(Box<AddTaskArgs>),
    /// List tasks.
    ListTasks(ListTasksArgs),
    /// Mark a task as done, or open it again.
    CompleteTask(CompleteTaskArgs),
    /// Change a task.
    UpdateTask(Box<UpdateTaskArgs>),
    /// Put a task into the trash.
    DeleteTask(DeleteTaskArgs),
    /// Find tasks by words.
    FindTask(FindTaskArgs),
    /// Put back a change.
    Undo(UndoArgs),
    /// Find tasks by any words of them, as ChatGPT connectors do.
    Search(SearchArgs),
    /// Read one task, as ChatGPT connectors do.
    Fetch(FetchArgs),
}

/// A result as JSON.
fn result(output: &impl Serialize) -> Result<serde_json::Value, crate::AppError> {
    serde_json::to_value(output).map_err(|error| crate::AppError::Internal(error.to_string()))
}

impl ToolCall {
    /// The tool's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AddTask(_) => "add_task",
            Self::ListTasks(_) => "list_tasks",
            Self::CompleteTask(_) => "complete_task",
            Self::UpdateTask(_) => "update_task",
            Self::DeleteTask(_) => "delete_task",
            Self::FindTask(_) => "find_task",
            Self::Undo(_) => "undo",
            Self::Search(_) => "search",
            Self::Fetch(_) => "fetch",
        }
    }

    /// A call as a model or an outside client wrote it.
    ///
    /// # Errors
    /// A sentence that says what to write instead.
    pub fn parse(name: &str, arguments: &serde_json::Value) -> Result<Self, String> {
        let spec = catalogue::find(name).ok_or_else(|| {
            let names: Vec<&str> = catalogue::all().iter().map(|spec| spec.name).collect();
            format!("There is no tool of that name. The tools are {}.", names.join(", "))
        })?;
        if !arguments.is_object() {
            return Err(format!("The arguments of {} are one JSON object.", spec.name));
        }
        let call = serde_json::json!({ "tool": spec.name, "params": arguments });
        serde_json::from_value(call).map_err(|error| format!("The arguments of {} don't fit: {error}.", spec.name))
    }

    /// The arguments as JSON.
    #[must_use]
    pub fn params(&self) -> serde_json::Value {
        let params = match self {
            Self::AddTask(args) => serde_json::to_value(args),
            Self::ListTasks(args) => serde_json::to_value(args),
            Self::CompleteTask(args) => serde_json::to_value(args),
            Self::UpdateTask(args) => serde_json::to_value(args),
            Self::DeleteTask(args) => serde_json::to_value(args),
            Self::FindTask(args) => serde_json::to_value(args),
            Self::Undo(args) => serde_json::to_value(args),
            Self::Search(args) => serde_json::to_value(args),
            Self::Fetch(args) => serde_json::to_value(args),
        };
        params.unwrap_or_default()
    }

    /// The existing task this would change, if it is a change of one.
    #[must_use]
    pub const fn changes(&self) -> Option<i64> {
        match self {
            Self::CompleteTask(args) => Some(args.task_id),
            Self::UpdateTask(args) => Some(args.task_id),
            Self::DeleteTask(args) => Some(args.task_id),
            Self::AddTask(_) | Self::Undo(_) => None,
            Self::ListTasks(_) | Self::FindTask(_) | Self::Search(_) | Self::Fetch(_) => None,
        }
    }

    /// Whether this can change anything.
    #[must_use]
    pub const fn may_change(&self) -> bool {
        !matches!(self, Self::ListTasks(_) | Self::FindTask(_) | Self::Search(_) | Self::Fetch(_))
    }
}
