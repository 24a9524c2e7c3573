//! `undo`: put back a change, the newest if none is named.

use saydo_domain::ValidationError;
use saydo_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Done, ToolRun};
use crate::{
    AppError,
    tasks::undo_view,
    undo::{self, Which},
};

/// Arguments of `undo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UndoArgs {
    /// The change to put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_id: Option<String>,
}

pub(super) async fn run(run: &mut ToolRun, tx: &mut Tx, args: UndoArgs) -> Result<(Done, Value), AppError> {
    let which = match args.change_id {
        None => Which::Newest,
        Some(id) => {
            Which::Id(id.parse().map_err(|_| ValidationError::new("change_id", "change_id is the id of a change."))?)
        }
    };
    let undone = undo::undo(tx, &run.caller, run.clock, which).await?;
    let result = serde_json::to_value(undo_view(&undone)).unwrap_or_default();
    Ok((Done::Undone(Box::new(undone)), result))
}
