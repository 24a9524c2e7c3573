//! `find_task`: find tasks by words of their titles.

use saydo_domain::Task;
use saydo_store::Conn;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Done,
    output::{FindOutput, MatchOutput},
    result,
};
use crate::{AppError, Caller, fair::Desk, planner::candidates};

/// Arguments of `find_task`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindTaskArgs {
    /// Words of the title, in any order; typos are forgiven.
    pub query: String,
    /// At most this many: 1 to 50, 10 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

pub(super) async fn run(
    caller: &Caller,
    conn: &mut Conn,
    args: &FindTaskArgs,
    desk: Option<&Desk>,
) -> Result<(Done, Value), AppError> {
    let scored = find(caller, conn, &args.query, args.limit, desk).await?;
    let output = |(task, score): &(Task, f32)| MatchOutput {
        task_id: task.number.get(),
        title: task.title.to_string(),
        score: *score,
    };
    let result = result(&FindOutput { matches: scored.iter().map(output).collect() })?;
    Ok((Done::Found(scored.into_iter().map(|(task, _)| task).collect()), result))
}

/// The tasks whose titles fit the words, best first.
pub(super) async fn find(
    caller: &Caller,
    conn: &mut Conn,
    query: &str,
    limit: Option<usize>,
    desk: Option<&Desk>,
) -> Result<Vec<(Task, f32)>, AppError> {
    let mut scored = candidates::rank(conn, caller.id(), query, desk).await?;
    scored.truncate(limit.unwrap_or(10).clamp(1, 50));
    let numbers: Vec<_> = scored.iter().map(|scored| scored.number).collect();
    let tasks: Vec<Task> = conn.tasks_find(caller.id(), &numbers).await?;
    let score = |task: Task| {
        let score = scored.iter().find(|scored| scored.number == task.number)?.score;
        Some((task, score))
    };
    Ok(tasks.into_iter().filter_map(score).collect())
}
