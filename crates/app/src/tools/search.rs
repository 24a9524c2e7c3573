//! `search` and `fetch`: looking things up in the shape ChatGPT connectors expect.

use saydo_domain::{Task, TaskNumber};
use saydo_lang::Moment;
use saydo_store::Conn;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Done, ListTasksArgs, find_task, list,
    output::{FetchOutput, SearchOutput, SearchResult, TaskOutput},
    result,
};
use crate::{AppError, Caller, Missing, fair::Desk, reply::list::details};

/// Results of one search.
const MOST: u32 = 20;

/// Arguments of `search`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchArgs {
    /// Words of a task: of its title, its description or a label.
    pub query: String,
}

/// Arguments of `fetch`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FetchArgs {
    /// The id of a result of `search`.
    pub id: String,
}

pub(super) async fn search(
    caller: &Caller,
    moment: &Moment,
    conn: &mut Conn,
    args: &SearchArgs,
    desk: Option<&Desk>,
) -> Result<(Done, Value), AppError> {
    let mut tasks: Vec<Task> = Vec::new();
    if !args.query.trim().is_empty() {
        let titled = find_task::find(caller, conn, &args.query, usize::try_from(MOST).ok(), desk).await?;
        tasks.extend(titled.into_iter().map(|(task, _)| task));
    }
    let about = ListTasksArgs { query: Some(args.query.clone()), limit: Some(MOST), ..ListTasksArgs::default() };
    for task in list(caller, moment, conn, &about).await?.tasks {
        if !tasks.iter().any(|known| known.number == task.number) {
            tasks.push(task);
        }
    }
    let found = |task: &Task| SearchResult {
        id: task.number.to_string(),
        title: task.title.to_string(),
        url: url(task.number),
    };
    let result = result(&SearchOutput { results: tasks.iter().map(found).collect() })?;
    Ok((Done::Found(tasks), result))
}

pub(super) async fn fetch(
    caller: &Caller,
    moment: &Moment,
    conn: &mut Conn,
    args: &FetchArgs,
) -> Result<(Done, Value), AppError> {
    let number: Option<i64> = args.id.trim().trim_start_matches('#').parse().ok();
    let task = match number {
        Some(number) => conn.task_find(caller.id(), TaskNumber::new(number)).await?,
        None => None,
    };
    let task = task.ok_or(AppError::NotFound(Missing::Task))?;
    let output = FetchOutput {
        id: task.number.to_string(),
        title: task.title.to_string(),
        text: details(&task, &moment.now),
        url: url(task.number),
        metadata: TaskOutput::from(&task),
    };
    let result = result(&output)?;
    Ok((Done::Found(vec![task]), result))
}

/// Where the web app shows a task.
fn url(number: TaskNumber) -> String {
    format!("/?task={number}")
}
