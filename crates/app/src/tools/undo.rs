//! `undo`: put back a change, the newest if none is named.

use saydo_domain::ValidationError;
use saydo_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Done, ToolRun,
    output::{TaskOutput, UndoOutput},
    result,
};
use crate::{
    AppError,
    reply::undone,
    tasks::undo_view,
    undo::{self, Which},
};

/// Arguments of `undo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UndoArgs {
    /// The change to put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_id: Option<String>,
}

pub(super) async fn run(run: &mut ToolRun, tx: &mut Tx, args: UndoArgs) -> Result<(Done, Value), AppError> {
    let change =
        |id: String| id.parse().map_err(|_| ValidationError::new("change_id", "change_id is the id of a change."));
    let id = args.change_id.map(change).transpose()?;
    if let (true, Some(id)) = (run.one_change, id) {
        let put_back = undo::within(tx, &run.caller, &mut run.journal, id).await?;
        let tasks = put_back.tasks.iter().map(TaskOutput::from).collect();
        let summary = undone::briefly(&put_back);
        let result = result(&UndoOutput { change_id: None, undone: id.to_string(), summary, tasks })?;
        return Ok((Done::TakenBack(Box::new(put_back)), result));
    }
    let undone = undo::undo(tx, &run.caller, run.clock, id.map_or(Which::Newest, Which::Id)).await?;
    let result = result(&UndoOutput::new(undo_view(&undone), &undone.put_back.tasks))?;
    Ok((Done::Undone(Box::new(undone)), result))
}
