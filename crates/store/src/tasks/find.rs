//! Single tasks, titles and counts.

use jiff::Zoned;
use saydo_domain::{Task, TaskNumber, TaskUid, UserId};

use super::{
    list::{midnight, overdue},
    row::{select_tasks, task},
};
use crate::{
    Conn, StoreError,
    statement::{Statement, Value},
};

/// Numbers asked for in one statement at most.
const CHUNK: usize = 256;

/// Which titles to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletedScope {
    /// Open tasks only.
    Open,
    /// Completed tasks only.
    Completed,
    /// Both.
    All,
}

/// As much of a task as it takes to find it by its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleRow {
    /// The task's number.
    pub number: TaskNumber,
    /// What it is called.
    pub title: String,
    /// Whether it is done.
    pub completed: bool,
}

/// How many open tasks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskCounts {
    /// All open ones.
    pub open: i64,
    /// Those of them whose due has passed.
    pub overdue: i64,
}

impl Conn {
    /// A task in the list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_find(&mut self, user: &UserId, number: TaskNumber) -> Result<Option<Task>, StoreError> {
        const SQL: &str = select_tasks!("WHERE user_id = $1 AND number = $2 AND deleted_at IS NULL");
        self.row(Statement::new("task.find", SQL).bind(user).bind(number)).await?.as_ref().map(task).transpose()
    }

    /// A task in the list or in the trash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_find_any(&mut self, user: &UserId, number: TaskNumber) -> Result<Option<Task>, StoreError> {
        const SQL: &str = select_tasks!("WHERE user_id = $1 AND number = $2");
        self.row(Statement::new("task.find_any", SQL).bind(user).bind(number)).await?.as_ref().map(task).transpose()
    }

    /// The task in the list that completing this repeating one made; the latest, should there be several.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_find_repeat_of(&mut self, user: &UserId, done: TaskUid) -> Result<Option<Task>, StoreError> {
        const SQL: &str =
            select_tasks!("WHERE user_id = $1 AND repeat_of = $2 AND deleted_at IS NULL ORDER BY number DESC LIMIT 1");
        self.row(Statement::new("task.find_repeat_of", SQL).bind(user).bind(done)).await?.as_ref().map(task).transpose()
    }

    /// Those of these tasks that are in the list, in the order asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tasks_find(&mut self, user: &UserId, numbers: &[TaskNumber]) -> Result<Vec<Task>, StoreError> {
        let mut found = Vec::with_capacity(numbers.len());
        for chunk in numbers.chunks(CHUNK) {
            found.extend(self.tasks_find_some(user, chunk).await?);
        }
        let take = |number: &TaskNumber| found.iter().find(|task: &&Task| task.number == *number).cloned();
        Ok(numbers.iter().filter_map(take).collect())
    }

    async fn tasks_find_some(&mut self, user: &UserId, numbers: &[TaskNumber]) -> Result<Vec<Task>, StoreError> {
        // Filled up to a power of two with the last number, so that there are few different statements to prepare.
        let Some(last) = numbers.last() else { return Ok(Vec::new()) };
        let width = numbers.len().next_power_of_two();
        let mut values: Vec<Value> = vec![user.into()];
        values.extend(numbers.iter().chain(std::iter::repeat(last)).take(width).map(|number| Value::from(*number)));
        let places: Vec<String> = (2..width + 2).map(|place| format!("${place}")).collect();
        let places = places.join(", ");
        let sql = format!(
            select_tasks!("WHERE user_id = $1 AND number IN ({places}) AND deleted_at IS NULL"),
            places = places
        );
        let rows = self.rows(Statement::built("task.find_many", sql, values)).await?;
        rows.iter().map(task).collect()
    }

    /// Number, title and state of every task in the list, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_titles(&mut self, user: &UserId, scope: CompletedScope) -> Result<Vec<TitleRow>, StoreError> {
        let condition = match scope {
            CompletedScope::All => "",
            CompletedScope::Open => " AND completed_at IS NULL",
            CompletedScope::Completed => " AND completed_at IS NOT NULL",
        };
        // All in one row: ten thousand rows would take several times as long to hand over.
        let titles = self.dialect().titles_json();
        let sql = format!("SELECT {titles} AS titles FROM tasks WHERE user_id = $1 AND deleted_at IS NULL{condition}");
        let Some(row) = self.row(Statement::built("task.titles", sql, vec![user.into()])).await? else {
            return Ok(Vec::new());
        };
        let titles: Vec<(i64, String, i64)> = row.json_opt("titles")?.unwrap_or_default();
        let title = |(number, title, done)| TitleRow { number: TaskNumber::new(number), title, completed: done != 0 };
        let mut titles: Vec<TitleRow> = titles.into_iter().map(title).collect();
        titles.sort_unstable_by_key(|row| std::cmp::Reverse(row.number));
        Ok(titles)
    }

    /// How many tasks are open, and how many of them overdue at `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_counts(&mut self, user: &UserId, now: &Zoned) -> Result<TaskCounts, StoreError> {
        let sql = format!(
            "SELECT COUNT(*) AS open_tasks, COUNT(CASE WHEN {} THEN 1 END) AS overdue_tasks FROM tasks \
             WHERE user_id = $1 AND deleted_at IS NULL AND completed_at IS NULL",
            overdue("$2", "$3")
        );
        let values = vec![user.into(), midnight(now.date()).into(), now.timestamp().into()];
        let Some(row) = self.row(Statement::built("task.counts", sql, values)).await? else {
            return Ok(TaskCounts { open: 0, overdue: 0 });
        };
        Ok(TaskCounts { open: row.int("open_tasks")?, overdue: row.int("overdue_tasks")? })
    }

    /// Tasks in the trash, highest number first, beginning below `before`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trash_list(
        &mut self,
        user: &UserId,
        limit: u32,
        before: Option<TaskNumber>,
    ) -> Result<Vec<Task>, StoreError> {
        const SQL: &str = select_tasks!(
            "WHERE user_id = $1 AND deleted_at IS NOT NULL AND number < $2 ORDER BY number DESC LIMIT $3"
        );
        let before = before.map_or(i64::MAX, TaskNumber::get);
        let rows = self.rows(Statement::new("task.trash_list", SQL).bind(user).bind(before).bind(limit)).await?;
        rows.iter().map(task).collect()
    }

    /// How many tasks are in the trash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trash_count(&mut self, user: &UserId) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) AS tasks FROM tasks WHERE user_id = $1 AND deleted_at IS NOT NULL";
        let row = self.row(Statement::new("task.trash_count", SQL).bind(user)).await?;
        row.map_or(Ok(0), |row| row.int("tasks"))
    }

    /// Tasks after this number, the trash included, by number: for the export.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tasks_after(
        &mut self,
        user: &UserId,
        after: Option<TaskNumber>,
        limit: u32,
    ) -> Result<Vec<Task>, StoreError> {
        const SQL: &str = select_tasks!("WHERE user_id = $1 AND number > $2 ORDER BY number LIMIT $3");
        let after = after.map_or(0, TaskNumber::get);
        let rows = self.rows(Statement::new("task.after", SQL).bind(user).bind(after).bind(limit)).await?;
        rows.iter().map(task).collect()
    }

    /// Every task, the trash included, by number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tasks_all(&mut self, user: &UserId) -> Result<Vec<Task>, StoreError> {
        const SQL: &str = select_tasks!("WHERE user_id = $1 ORDER BY number");
        self.rows(Statement::new("task.all", SQL).bind(user)).await?.iter().map(task).collect()
    }
}
