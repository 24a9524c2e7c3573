//! `list_tasks`: list tasks by status, priority, label, due or words.

use jiff::{ToSpan, Zoned, civil::Date};
use saydo_domain::{Label, Priority, Task, ValidationError};
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
            text: None,
            topic: self.query.clone().filter(|text| !text.trim().is_empty()),
            sort,
            limit,
            cursor: self.cursor.as_deref().map(|text| page_after(text, sort)).transpose()?,
        })
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
    let wider = TaskQuery { limit: query.limit + 1, ..query.clone() };
    let mut tasks = conn.tasks_list(caller.id(), &wider).await?;
    let next_cursor = page(&mut tasks, &query);
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
