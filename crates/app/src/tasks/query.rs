//! Listing tasks: the query string's words become a store query.

use jiff::Timestamp;
use saydo_domain::{Due, Label, Priority, ValidationError};
use saydo_store::{DueFilter, SortDirection, TaskCursor, TaskQuery, TaskSort, TaskSortKey};
use serde::{Deserialize, Serialize};

use crate::{App, AppError, Caller, tasks::input, view::TaskView};

/// Tasks on one page unless asked otherwise.
pub const DEFAULT_LIMIT: u32 = 50;
/// Tasks on one page at most.
pub const MAX_LIMIT: u32 = 200;

/// The query string of `GET /api/tasks`.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct TaskListInput {
    /// Only completed, or only open ones.
    pub completed: Option<bool>,
    /// Only of this priority: `high`, `medium` or `low`.
    pub priority: Option<String>,
    /// Only with this label.
    pub label: Option<String>,
    /// Only due before this day or instant (words work too).
    pub due_before: Option<String>,
    /// Only due after this day or instant (words work too).
    pub due_after: Option<String>,
    /// Only with this text in title or description.
    pub q: Option<String>,
    /// `created` (newest first, the default), `updated`, `due`, `priority`, `title` or `id`; a leading `-` reverses.
    pub sort: Option<String>,
    /// Tasks on the page: 1 to 200, 50 by default.
    pub limit: Option<u32>,
    /// Where the page begins: from the `Link` header of the page before.
    pub cursor: Option<String>,
}

/// One page of tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskPage {
    /// The tasks.
    pub tasks: Vec<TaskView>,
    /// How many there are on all pages.
    pub total: i64,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}

fn sort(text: Option<&str>) -> Result<TaskSort, ValidationError> {
    let text = text.unwrap_or("created");
    let (reversed, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    let (key, direction) = match name {
        "created" | "created_at" => (TaskSortKey::Created, SortDirection::Descending),
        "updated" | "updated_at" => (TaskSortKey::Updated, SortDirection::Descending),
        "due" | "due_date" => (TaskSortKey::Due, SortDirection::Ascending),
        "priority" => (TaskSortKey::Priority, SortDirection::Ascending),
        "title" => (TaskSortKey::Title, SortDirection::Ascending),
        "id" => (TaskSortKey::Number, SortDirection::Ascending),
        _ => return Err(ValidationError::new("sort", "Sort by created, updated, due, priority, title or id.")),
    };
    Ok(TaskSort { key, direction: if reversed { direction.reversed() } else { direction } })
}

/// Checks a page size.
///
/// # Errors
/// When it is not from 1 to [`MAX_LIMIT`].
pub fn limit(asked: Option<u32>) -> Result<u32, ValidationError> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        Ok(limit)
    } else {
        Err(ValidationError::new("limit", format!("limit is a number from 1 to {MAX_LIMIT}.")))
    }
}

/// Reads a cursor, which is good only for the order it was made for.
fn cursor(text: &str, sort: TaskSort) -> Result<TaskCursor, ValidationError> {
    let refuse = || ValidationError::new("cursor", "Use the cursor of the Link header as it is, with the same sort.");
    text.parse().ok().filter(|cursor: &TaskCursor| cursor.fits(sort)).ok_or_else(refuse)
}

/// Reads a bound of a due filter, naming the parameter it came in.
fn bound(name: &str, text: Option<&str>, moment: &saydo_lang::Moment) -> Result<Option<Due>, ValidationError> {
    text.map(|text| input::due(text, moment))
        .transpose()
        .map_err(|error| ValidationError::new(name, error.errors.into_iter().map(|e| e.message).collect::<String>()))
}

impl TaskListInput {
    /// The store query this describes.
    ///
    /// # Errors
    /// Names the first parameter that cannot be accepted.
    pub fn validate(&self, moment: &saydo_lang::Moment) -> Result<TaskQuery, ValidationError> {
        let priority: Option<Priority> = self.priority.as_deref().map(str::parse).transpose()?;
        let label = self.label.as_deref().map(Label::new).transpose()?;
        let before = bound("due_before", self.due_before.as_deref(), moment)?;
        let after = bound("due_after", self.due_after.as_deref(), moment)?;
        let due = (before.is_some() || after.is_some()).then_some(DueFilter::Bounds { after, before });
        let sort = sort(self.sort.as_deref())?;
        if self.q.as_deref().is_some_and(|text| text.contains('\0')) {
            return Err(ValidationError::new("q", "The text cannot contain the NUL character."));
        }
        Ok(TaskQuery {
            completed: self.completed,
            priority,
            label,
            due,
            completed_between: None,
            text: self.q.clone().filter(|text| !text.trim().is_empty()),
            topic: None,
            sort,
            limit: limit(self.limit)?,
            cursor: self.cursor.as_deref().map(|text| cursor(text, sort)).transpose()?,
        })
    }
}

/// Splits off the extra row that was fetched to see whether there is a next page.
pub(crate) fn page(tasks: &mut Vec<saydo_domain::Task>, query: &TaskQuery) -> Option<String> {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    if tasks.len() <= limit {
        return None;
    }
    tasks.truncate(limit);
    tasks.last().map(|last| TaskCursor::after(last, query.sort).to_string())
}

impl App {
    /// How texts are read for this caller now.
    #[must_use]
    pub fn moment(&self, caller: &Caller) -> saydo_lang::Moment {
        self.moment_at(caller, self.clock.now())
    }

    /// What was said at an instant is read by this.
    #[must_use]
    pub fn moment_at(&self, caller: &Caller, at: jiff::Timestamp) -> saydo_lang::Moment {
        saydo_lang::Moment { now: at.to_zoned(caller.zone.clone()), order: caller.order }
    }

    /// One task.
    ///
    /// # Errors
    /// `NotFound` when it is missing, in the trash or somebody else's.
    pub async fn task_get(&self, caller: &Caller, number: saydo_domain::TaskNumber) -> Result<TaskView, AppError> {
        let found = self.store.read().await?.task_find(caller.id(), number).await?;
        found.as_ref().map(TaskView::from).ok_or(AppError::NotFound(crate::Missing::Task))
    }

    /// One page of the list.
    ///
    /// # Errors
    /// `Invalid` names the parameter that cannot be accepted; `TooMuchAtOnce` when too many searches wait already.
    pub async fn task_list(&self, caller: &Caller, input: &TaskListInput) -> Result<TaskPage, AppError> {
        let query = input.validate(&self.moment(caller))?;
        let ticket = query.text.is_some().then(|| self.fair.searches.queue(caller.id())).transpose()?;
        let _searching = match &ticket {
            Some(ticket) => Some(ticket.work().await?),
            None => None,
        };
        let mut conn = self.store.read().await?;
        let total = conn.tasks_count(caller.id(), &query).await?;
        let wider = TaskQuery { limit: query.limit + 1, ..query.clone() };
        let mut tasks = conn.tasks_list(caller.id(), &wider).await?;
        let next_cursor = page(&mut tasks, &query);
        Ok(TaskPage { tasks: tasks.iter().map(TaskView::from).collect(), total, next_cursor })
    }

    /// The current instant, for doors that need it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
