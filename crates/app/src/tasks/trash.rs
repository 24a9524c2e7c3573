//! What was deleted and can come back.

use saydo_domain::{TaskNumber, ValidationError};

use crate::{App, AppError, Caller, tasks::TaskPage, tasks::query, view::TaskView};

impl App {
    /// One page of the trash, latest numbers first.
    ///
    /// # Errors
    /// `Invalid` for a bad limit or cursor.
    pub async fn trash_list(
        &self,
        caller: &Caller,
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<TaskPage, AppError> {
        let limit = query::limit(limit)?;
        let before = cursor
            .map(str::parse::<TaskNumber>)
            .transpose()
            .map_err(|_| ValidationError::new("cursor", "Use the cursor of the Link header as it is."))?;
        let mut conn = self.store.read().await?;
        let total = conn.trash_count(caller.id()).await?;
        let mut tasks = conn.trash_list(caller.id(), limit + 1, before).await?;
        let kept = usize::try_from(limit).unwrap_or(usize::MAX);
        let next_cursor = (tasks.len() > kept).then(|| {
            tasks.truncate(kept);
            tasks.last().map(|task| task.number.to_string()).unwrap_or_default()
        });
        Ok(TaskPage { tasks: tasks.iter().map(TaskView::from).collect(), total, next_cursor })
    }
}
