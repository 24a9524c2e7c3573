//! `find_task`: find tasks by words of their titles.

use saydo_domain::Task;
use saydo_store::Conn;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Done;
use crate::{AppError, Caller, planner::candidates::Candidates};

/// Arguments of `find_task`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindTaskArgs {
    /// Words of the title, in any order; typos are forgiven.
    pub query: String,
    /// At most this many: 1 to 50, 10 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

pub(super) async fn run(caller: &Caller, conn: &mut Conn, args: &FindTaskArgs) -> Result<(Done, Value), AppError> {
    let candidates = Candidates::load(conn, caller.id()).await?;
    let mut scored = candidates.rank(&args.query);
    scored.truncate(args.limit.unwrap_or(10).clamp(1, 50));
    let numbers: Vec<_> = scored.iter().map(|scored| scored.number).collect();
    let tasks: Vec<Task> = conn.tasks_find(caller.id(), &numbers).await?;
    let matches: Vec<Value> = tasks
        .iter()
        .filter_map(|task| {
            let score = scored.iter().find(|scored| scored.number == task.number)?.score;
            Some(json!({ "task_id": task.number, "title": task.title, "score": score }))
        })
        .collect();
    Ok((Done::Found(tasks), json!({ "matches": matches })))
}
