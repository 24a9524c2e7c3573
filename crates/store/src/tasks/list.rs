//! Lists of tasks: the one statement that is put together from pieces.

use std::fmt::Write as _;

use jiff::{ToSpan as _, civil::Date};
use saydo_domain::{Due, Task, UserId};

use super::{
    cursor::Key,
    query::{DueFilter, SortDirection, TaskQuery, TaskSort, TaskSortKey},
    row::{select_tasks, task},
};
use crate::{
    Conn, StoreError,
    statement::{Statement, Value},
};

/// A longer text cannot be found: title and description have 1,200 characters, and lower case grows some.
const TEXT_MAX: usize = 4000;

/// The day that wall-clock seconds count from.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A condition in the making, and the values it names.
struct Filter {
    sql: String,
    values: Vec<Value>,
}

impl Filter {
    /// Keeps a value and gives its `$n`.
    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    fn of(user: &UserId, query: &TaskQuery) -> Self {
        let mut filter = Self { sql: "user_id = $1 AND deleted_at IS NULL".to_owned(), values: vec![user.into()] };
        match query.completed {
            Some(true) => filter.and("completed_at IS NOT NULL"),
            Some(false) => filter.and("completed_at IS NULL"),
            None => {}
        }
        if let Some(priority) = query.priority {
            let rank = filter.value(priority.rank());
            filter.and(&format!("priority = {rank}"));
        }
        if let Some(label) = &query.label {
            let label = filter.value(label.as_str());
            filter.and(&format!("number IN (SELECT number FROM task_labels WHERE user_id = $1 AND label = {label})"));
        }
        if let Some(due) = &query.due {
            filter.due(due);
        }
        if let Some((first, end)) = query.completed_between {
            let (first, end) = (filter.value(first), filter.value(end));
            filter.and(&format!("completed_at >= {first} AND completed_at < {end}"));
        }
        if let Some(text) = &query.text {
            let condition = filter.text(text);
            filter.and(&condition);
        }
        if let Some(topic) = &query.topic {
            let by_text = filter.text(topic);
            let lower = topic.trim().to_lowercase();
            // `errand tasks` are those labelled `errands`, and the other way round.
            let plural = filter.value(format!("{lower}s"));
            let singular = filter.value(lower.strip_suffix('s').unwrap_or(&lower));
            let label = filter.value(lower.as_str());
            filter.and(&format!(
                "({by_text} OR number IN (SELECT number FROM task_labels WHERE user_id = $1 \
                 AND label IN ({label}, {plural}, {singular})))"
            ));
        }
        filter
    }

    /// The condition that title or description have this text.
    fn text(&mut self, text: &str) -> String {
        let lower = text.to_lowercase();
        if lower.chars().count() > TEXT_MAX {
            return "1 = 0".to_owned();
        }
        let mut pattern = String::from("%");
        for c in lower.chars() {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('%');
        let pattern = self.value(pattern);
        format!("search LIKE {pattern} ESCAPE '\\'")
    }

    fn due(&mut self, due: &DueFilter) {
        match due {
            DueFilter::None => self.and("due_local IS NULL"),
            DueFilter::Days { first, last } => {
                self.local(">=", midnight(*first));
                self.local("<", midnight_after(*last));
            }
            DueFilter::Overdue(now) => {
                let today = self.value(midnight(now.date()));
                let now = self.value(now.timestamp());
                self.and(&overdue(&today, &now));
            }
            DueFilter::Bounds { after, before } => {
                match after {
                    Some(Due::Day(day)) => self.local(">=", midnight_after(*day)),
                    Some(moment) => self.instant(">", *moment),
                    None => {}
                }
                match before {
                    Some(Due::Day(day)) => self.local("<", midnight(*day)),
                    Some(moment) => self.instant("<", *moment),
                    None => {}
                }
            }
        }
    }

    fn local(&mut self, comparison: &str, seconds: i64) {
        let seconds = self.value(seconds);
        self.and(&format!("due_local {comparison} {seconds}"));
    }

    fn instant(&mut self, comparison: &str, moment: Due) {
        let at = self.value(moment.instant());
        let local = self.value(moment.local_seconds());
        self.and(&format!("(due_at {comparison} {at} OR (due_at IS NULL AND due_local {comparison} {local}))"));
    }

    /// Only what comes after the cursor in its order.
    fn after(&mut self, query: &TaskQuery) -> Result<(), StoreError> {
        let Some(cursor) = &query.cursor else { return Ok(()) };
        if !cursor.fits(query.sort) {
            return Err(StoreError::Cursor);
        }
        let comparison = match query.sort.direction {
            SortDirection::Ascending => ">",
            SortDirection::Descending => "<",
        };
        let number = self.value(cursor.number);
        let Some(expression) = expression(query.sort) else {
            self.and(&format!("number {comparison} {number}"));
            return Ok(());
        };
        let key = match &cursor.key {
            Key::Int(key) => self.value(*key),
            Key::Text(key) => self.value(key.as_str()),
        };
        self.and(&format!("({expression}, number) {comparison} ({key}, {number})"));
        Ok(())
    }
}

/// The condition of being overdue; the same everywhere.
pub(super) fn overdue(today: &str, now: &str) -> String {
    format!("(due_at < {now} OR (due_at IS NULL AND due_local < {today}))")
}

/// What an order sorts by before the number; `None` when the number is all.
const fn expression(sort: TaskSort) -> Option<&'static str> {
    match (sort.key, sort.direction) {
        (TaskSortKey::Created | TaskSortKey::Number, _) => None,
        (TaskSortKey::Updated, _) => Some("updated_at"),
        // The least and the greatest number there are: no due comes last in both directions.
        (TaskSortKey::Due, SortDirection::Ascending) => Some("COALESCE(due_local, 9223372036854775807)"),
        (TaskSortKey::Due, SortDirection::Descending) => Some("COALESCE(due_local, -9223372036854775807 - 1)"),
        (TaskSortKey::Priority, _) => Some("priority"),
        (TaskSortKey::Title, _) => Some("title_key"),
    }
}

/// A day's beginning as wall-clock seconds.
pub(super) fn midnight(day: Date) -> i64 {
    day.duration_since(EPOCH).as_secs()
}

fn midnight_after(day: Date) -> i64 {
    // Past the last day there is, every due is before.
    day.checked_add(1.day()).map_or(i64::MAX, midnight)
}

impl Conn {
    /// The tasks of a query, in its order.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] when the cursor was made for another order.
    pub async fn tasks_list(&mut self, user: &UserId, query: &TaskQuery) -> Result<Vec<Task>, StoreError> {
        let mut filter = Filter::of(user, query);
        filter.after(query)?;
        let direction = match query.sort.direction {
            SortDirection::Ascending => "ASC",
            SortDirection::Descending => "DESC",
        };
        let limit = filter.value(query.limit);
        let mut sql = format!(select_tasks!("WHERE {filter} ORDER BY "), filter = filter.sql);
        if let Some(expression) = expression(query.sort) {
            let _ = write!(sql, "{expression} {direction}, ");
        }
        let _ = write!(sql, "number {direction} LIMIT {limit}");
        let rows = self.rows(Statement::built("task.list", sql, filter.values)).await?;
        rows.iter().map(task).collect()
    }

    /// How many tasks a query has on all its pages: limit and cursor make no difference.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tasks_count(&mut self, user: &UserId, query: &TaskQuery) -> Result<i64, StoreError> {
        let filter = Filter::of(user, query);
        let sql = format!("SELECT COUNT(*) AS tasks FROM tasks WHERE {}", filter.sql);
        let row = self.row(Statement::built("task.count", sql, filter.values)).await?;
        row.map_or(Ok(0), |row| row.int("tasks"))
    }
}
