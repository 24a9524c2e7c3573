//! `complete_task`: mark a task as done, or open it again.

use saydo_domain::TaskNumber;
use saydo_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Done, ToolRun,
    output::{CompleteOutput, TaskOutput},
    result,
};
use crate::{
    AppError,
    command::{Action, Command},
};

/// Arguments of `complete_task`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    let output = CompleteOutput {
        task_id: args.task_id,
        title: outcome.task.title.to_string(),
        completed: outcome.task.completed(),
        updated_at: outcome.task.updated_at.to_string(),
        next: outcome.next.as_ref().map(TaskOutput::from),
    };
    let result = result(&output)?;
    Ok((Done::Outcome(Box::new(outcome)), result))
}
