//! `add_task`: make a task.

use saydo_store::Tx;
use serde_json::{Value, json};

use super::{AddTaskArgs, Done, ToolRun};
use crate::{AppError, command::Command, view::TaskView};

pub(super) async fn run(run: &mut ToolRun, tx: &mut Tx, args: AddTaskArgs) -> Result<(Done, Value), AppError> {
    let new = args.validate(&run.moment)?;
    let outcome = run.journal.run(tx, Command::Add(Box::new(new))).await?;
    let result = task_result(&TaskView::from(&outcome.task));
    Ok((Done::Outcome(Box::new(outcome)), result))
}

/// A task as tools return it: the wire form with the number under `task_id`.
pub(super) fn task_result(view: &TaskView) -> Value {
    json!({
        "task_id": view.id, "title": view.title, "description": view.description, "completed": view.completed,
        "completed_at": view.completed_at, "priority": view.priority, "due_date": view.due_date,
        "recurrence": view.recurrence, "labels": view.labels, "created_at": view.created_at,
        "updated_at": view.updated_at, "version": view.version,
    })
}
