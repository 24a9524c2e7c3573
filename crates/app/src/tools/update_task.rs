//! `update_task`: change a task's fields.

use saydo_domain::{Field, TaskNumber, ValidationError};
use saydo_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Done, ToolRun, output::TaskOutput, result};
use crate::{
    AppError,
    command::{Action, Command},
    tasks::{RecurrenceInput, TaskPatchInput},
};

/// Arguments of `update_task`: absent keeps, `null` clears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateTaskArgs {
    /// The task's number.
    pub task_id: i64,
    /// New title.
    #[serde(default, skip_serializing_if = "Field::is_keep")]
    #[schemars(with = "Option<String>")]
    pub title: Field<String>,
    /// New description.
    #[serde(default, skip_serializing_if = "Field::is_keep")]
    #[schemars(with = "Option<String>")]
    pub description: Field<String>,
    /// New priority.
    #[serde(default, skip_serializing_if = "Field::is_keep")]
    #[schemars(with = "Option<String>")]
    pub priority: Field<String>,
    /// New due: a day, a date-time with offset, or words.
    #[serde(default, skip_serializing_if = "Field::is_keep")]
    #[schemars(with = "Option<String>")]
    pub due_date: Field<String>,
    /// New recurrence: a rule, or words.
    #[serde(default, skip_serializing_if = "Field::is_keep")]
    #[schemars(with = "Option<RecurrenceInput>")]
    pub recurrence: Field<RecurrenceInput>,
    /// All labels from now on.
    #[serde(default, skip_serializing_if = "Field::is_keep")]
    #[schemars(with = "Option<Vec<String>>")]
    pub labels: Field<Vec<String>>,
}

pub(super) async fn run(run: &mut ToolRun, tx: &mut Tx, args: UpdateTaskArgs) -> Result<(Done, Value), AppError> {
    let UpdateTaskArgs { task_id, title, description, priority, due_date, recurrence, labels } = args;
    let input = TaskPatchInput { title, description, priority, due_date, recurrence, labels, completed: Field::Keep };
    if input == TaskPatchInput::default() {
        let help = "Give at least one of title, description, priority, due_date, recurrence, labels.";
        return Err(ValidationError::new("task_id", help).into());
    }
    let (patch, _) = input.validate(&run.moment)?;
    let command = Command::change(TaskNumber::new(task_id), Action::Update(Box::new(patch)));
    let outcome = run.journal.run(tx, command).await?;
    let result = result(&TaskOutput::from(&outcome.task))?;
    Ok((Done::Outcome(Box::new(outcome)), result))
}
