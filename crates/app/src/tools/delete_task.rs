//! `delete_task`: put a task into the trash.

use saydo_domain::TaskNumber;
use saydo_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Done, ToolRun, output::DeleteOutput, result};
use crate::{
    AppError,
    command::{Action, Command},
};

/// Arguments of `delete_task`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteTaskArgs {
    /// The task's number.
    pub task_id: i64,
}

pub(super) async fn run(run: &mut ToolRun, tx: &mut Tx, args: DeleteTaskArgs) -> Result<(Done, Value), AppError> {
    let outcome = run.journal.run(tx, Command::change(TaskNumber::new(args.task_id), Action::Delete)).await?;
    let title = outcome.task.title.to_string();
    let result = result(&DeleteOutput { task_id: args.task_id, deleted: true, title })?;
    Ok((Done::Outcome(Box::new(outcome)), result))
}
