//! `complete_task`: mark a task as done, or open it again.

use saydo_domain::TaskNumber;
use saydo_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Done, ToolRun, add_task::task_result};
use crate::{
    AppError,
    command::{Action, Command},
    view::TaskView,
};

/// Arguments of `complete_task`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompleteTaskArgs {
    /// The task's number.
    pub task_id: i64,
    /// `true` (the default): done. `false`: open again.
    #[serde(default = "done", skip_serializing_if = "Clone::clone")]
    pub completed: bool,
}

const fn done() -> bool {
    true
}

pub(super) async fn run(run: &mut ToolRun, tx: &mut Tx, args: CompleteTaskArgs) -> Result<(Done, Value), AppError> {
    let command = Command::change(TaskNumber::new(args.task_id), Action::SetCompleted(args.completed));
    let outcome = run.journal.run(tx, command).await?;
    let view = TaskView::from(&outcome.task);
    let mut result = json!({
        "task_id": view.id, "title": view.title, "completed": view.completed, "updated_at": view.updated_at,
    });
    if let Some(next) = &outcome.next {
        result["next"] = task_result(&TaskView::from(next));
    }
    Ok((Done::Outcome(Box::new(outcome)), result))
}
