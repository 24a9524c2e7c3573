//! `list_tasks`: list tasks by status, priority, label, due or words.

use jiff::{Timestamp, ToSpan, Zoned, civil::Date};
use saydo_domain::{Door, Label, Priority, Task, ValidationError};
use saydo_lang::Moment;
use saydo_store::{Conn, DueFilter, SortDirection, TaskCursor, TaskQuery, TaskSort, TaskSortKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Done,
    output::{ListOutput, TaskOutput},
    result,
};
use crate::{
    AppError, Caller,
    reply::list::{end_of_week, sort},
    tasks::page,
};

/// Tasks listed unless asked otherwise.
const DEFAULT_LIMIT: u32 = 50;

/// So many more are shown when that is all there are.
const SLACK: u32 = 10;

/// Open, completed or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Both.
    #[default]
    All,
    /// Open ones.
    Pending,
    /// Completed ones.
    Completed,
}

/// A span of time a task may be due in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DueWindow {
    /// Due today.
    Today,
    /// Due before now.
    Overdue,
    /// Due from today to Sunday.
    Week,
    /// Without a due date.
    None,
}

/// Describes [`Priority`].
#[derive(Debug, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum PrioritySchema {
    High,
    Medium,
    Low,
}

/// Arguments of `list_tasks`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListTasksArgs {
    /// Open, completed or both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Only of this priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<PrioritySchema>")]
    pub priority: Option<Priority>,
    /// Only with this label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Only due then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<DueWindow>,
    /// Only due on this day or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub due_from: Option<Date>,
    /// Only due on this day or earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub due_to: Option<Date>,
    /// Only completed on this day or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub completed_from: Option<Date>,
    /// Only completed on this day or earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub completed_to: Option<Date>,
    /// Only about this: these words in title or description, or a label of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// At most this many: 1 to 200, 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The next_cursor of the page before, with the same other arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A list as it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// What was asked.
    pub args: ListTasksArgs,
    /// The tasks, in the order they are shown.
    pub tasks: Vec<Task>,
    /// How many fit, shown or not.
    pub total: i64,
    /// All open tasks of the owner.
    pub open: i64,
    /// Those of them that are overdue.
    pub overdue: i64,
    /// Whether the owner has no task at all.
    pub nothing_yet: bool,
    /// Where the next page begins, when there is one.
    pub next_cursor: Option<String>,
}

impl ListTasksArgs {
    /// The store query this describes.
    ///
    /// # Errors
    /// When label, limit or cursor cannot be accepted.
    pub fn query(&self, now: &Zoned) -> Result<TaskQuery, ValidationError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=200).contains(&limit) {
            return Err(ValidationError::new("limit", "limit is a number from 1 to 200."));
        }
        let completed = match self.status.unwrap_or_default() {
            Status::All => None,
            Status::Pending => Some(false),
            Status::Completed => Some(true),
        };
        let sort = TaskSort { key: TaskSortKey::Due, direction: SortDirection::Ascending };
        Ok(TaskQuery {
            completed,
            priority: self.priority,
            label: self.label.as_deref().map(Label::new).transpose()?,
            due: self.due_filter(now),
            completed_between: self.completed_between(now),
            text: None,
            topic: self.query.clone().filter(|text| !text.trim().is_empty()),
            sort,
            limit,
            cursor: self.cursor.as_deref().map(|text| page_after(text, sort)).transpose()?,
        })
    }

    /// From the beginning of the first day to the beginning of the day after the last, on the caller's wall clock.
    fn completed_between(&self, now: &Zoned) -> Option<(Timestamp, Timestamp)> {
        if self.completed_from.is_none() && self.completed_to.is_none() {
            return None;
        }
        let begins = |day: Date| day.to_zoned(now.time_zone().clone()).ok().map(|zoned| zoned.timestamp());
        let first = self.completed_from.and_then(begins).unwrap_or(Timestamp::MIN);
        let end = self.completed_to.and_then(|day| begins(day.tomorrow().ok()?)).unwrap_or(Timestamp::MAX);
        Some((first, end))
    }

    fn due_filter(&self, now: &Zoned) -> Option<DueFilter> {
        let today = now.date();
        match self.due {
            Some(DueWindow::Today) => Some(DueFilter::Days { first: today, last: today }),
            Some(DueWindow::Week) => Some(DueFilter::Days { first: today, last: end_of_week(today) }),
            Some(DueWindow::Overdue) => Some(DueFilter::Overdue(now.clone())),
            Some(DueWindow::None) => Some(DueFilter::None),
            None if self.due_from.is_none() && self.due_to.is_none() => None,
            None => {
                let first = self.due_from.unwrap_or(Date::constant(1, 1, 1));
                let last = self.due_to.unwrap_or_else(|| today.saturating_add(1000.years()));
                Some(DueFilter::Days { first, last })
            }
        }
    }
}

fn page_after(text: &str, sort: TaskSort) -> Result<TaskCursor, ValidationError> {
    let refuse = || ValidationError::new("cursor", "cursor is the next_cursor of the page before, as it was given.");
    text.parse().ok().filter(|cursor: &TaskCursor| cursor.fits(sort)).ok_or_else(refuse)
}

/// A list that a person reads is not cut for the sake of a few lines.
fn slack(caller: &Caller, args: &ListTasksArgs) -> u32 {
    let paged = args.limit.is_some() || args.cursor.is_some() || caller.door == Door::Mcp;
    if paged { 0 } else { SLACK }
}

/// Lists on any connection, inside or outside a transaction.
///
/// # Errors
/// `Invalid` for bad arguments, or when the store refuses.
pub async fn list(
    caller: &Caller,
    moment: &Moment,
    conn: &mut Conn,
    args: &ListTasksArgs,
) -> Result<Listing, AppError> {
    let query = args.query(&moment.now)?;
    let slack = slack(caller, args);
    let wider = TaskQuery { limit: query.limit + slack + 1, ..query.clone() };
    let mut tasks = conn.tasks_list(caller.id(), &wider).await?;
    let all = tasks.len() <= usize::try_from(query.limit + slack).unwrap_or(usize::MAX);
    let next_cursor = if all { None } else { page(&mut tasks, &query) };
    sort(&mut tasks, &moment.now);
    let total = conn.tasks_count(caller.id(), &query).await?;
    let counts = conn.task_counts(caller.id(), &moment.now).await?;
    let nothing_yet = total == 0
        && counts.open == 0
        && conn.tasks_count(caller.id(), &ListTasksArgs::default().query(&moment.now)?).await? == 0;
    let (open, overdue) = (counts.open, counts.overdue);
    Ok(Listing { args: args.clone(), tasks, total, open, overdue, nothing_yet, next_cursor })
}

pub(super) async fn run(
    caller: &Caller,
    moment: &Moment,
    conn: &mut Conn,
    args: &ListTasksArgs,
) -> Result<(Done, Value), AppError> {
    let listing = list(caller, moment, conn, args).await?;
    let tasks: Vec<TaskOutput> = listing.tasks.iter().map(TaskOutput::from).collect();
    let next_cursor = listing.next_cursor.clone();
    let result = result(&ListOutput { count: tasks.len(), total: listing.total, tasks, next_cursor })?;
    Ok((Done::Listed(listing), result))
}
