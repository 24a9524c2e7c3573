//! `add_task`: make a task.

use saydo_store::Tx;
use serde_json::Value;

use super::{AddTaskArgs, Done, ToolRun, output::TaskOutput, result};
use crate::{AppError, command::Command};

pub(super) async fn run(run: &mut ToolRun, tx: &mut Tx, args: AddTaskArgs) -> Result<(Done, Value), AppError> {
    let new = args.validate(&run.moment)?;
    let outcome = run.journal.run(tx, Command::Add(Box::new(new))).await?;
    let result = result(&TaskOutput::from(&outcome.task))?;
    Ok((Done::Outcome(Box::new(outcome)), result))
}
