//! Writing tasks.

use saydo_domain::{Label, Task, TaskNumber, UserId};

use super::row::{search_text, title_key};
use crate::{
    StoreError, Tx,
    row::to_json,
    statement::{Statement, Value, batches, places},
};

/// The columns of a new task: those of [`contents`], and two that never change.
const NEW: usize = 20;

/// The columns a change can touch, in the order of [`contents`].
fn contents(task: &Task) -> Result<Vec<Value>, StoreError> {
    let recurrence = task.recurrence.as_ref().map(to_json).transpose()?;
    Ok(vec![
        (&task.user_id).into(),
        task.number.into(),
        task.title.as_str().into(),
        title_key(task.title.as_str()).into(),
        search_text(task).into(),
        task.description.as_ref().map(|text| text.as_str()).into(),
        task.completed_at.into(),
        task.priority.rank().into(),
        task.due.map(|due| due.to_string()).into(),
        task.due.map(|due| due.local_seconds()).into(),
        task.due.and_then(|due| due.instant()).into(),
        task.zone.as_deref().into(),
        recurrence.into(),
        task.repeat_of.into(),
        to_json(&task.labels)?.into(),
        task.updated_at.into(),
        task.deleted_at.into(),
        task.version.into(),
    ])
}

impl Tx {
    /// Takes the next `count` task numbers and gives the first; they are never given again.
    ///
    /// # Errors
    /// [`StoreError::Reference`] without the user.
    pub async fn task_numbers_take(&mut self, user: &UserId, count: u32) -> Result<TaskNumber, StoreError> {
        const SQL: &str = "UPDATE users SET next_task_number = next_task_number + $2 WHERE id = $1 \
             RETURNING next_task_number - $2 AS first";
        let row = self.row(Statement::new("task.numbers_take", SQL).bind(user).bind(count)).await?;
        Ok(TaskNumber::new(row.ok_or(StoreError::Reference)?.int("first")?))
    }

    /// Stores a new task, or one that was out of existence, exactly as given.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `task.number` or `task.uid` when taken, [`StoreError::Reference`] without the user.
    pub async fn task_insert(&mut self, task: &Task) -> Result<(), StoreError> {
        self.tasks_insert(std::slice::from_ref(task)).await
    }

    /// Stores many tasks of one user, as [`Self::task_insert`] does one.
    ///
    /// # Errors
    /// As [`Self::task_insert`].
    pub async fn tasks_insert(&mut self, tasks: &[Task]) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO tasks (user_id, number, title, title_key, search, description, completed_at, \
             priority, due, due_local, due_at, zone, recurrence, repeat_of, labels, updated_at, deleted_at, version, \
             uid, created_at) VALUES ";
        for batch in batches(tasks) {
            let mut values = Vec::with_capacity(batch.len() * NEW);
            for task in batch {
                values.extend(contents(task)?);
                values.extend([task.uid.into(), task.created_at.into()]);
            }
            let sql = format!("{SQL}{}", places(batch.len(), NEW));
            self.run(Statement::built("task.insert", sql, values)).await?;
        }
        self.labels_insert(tasks).await
    }

    /// Stores a changed task if it still has the expected version; says whether it had. The new version is the task's
    /// own. `uid` and `created_at` never change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_update(&mut self, task: &Task, expected_version: i64) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE tasks SET title = $3, title_key = $4, search = $5, description = $6, \
             completed_at = $7, priority = $8, due = $9, due_local = $10, due_at = $11, zone = $12, recurrence = $13, \
             repeat_of = $14, labels = $15, updated_at = $16, deleted_at = $17, version = $18 \
             WHERE user_id = $1 AND number = $2 AND version = $19";
        const UNLABEL: &str = "DELETE FROM task_labels WHERE user_id = $1 AND number = $2";
        let mut values = contents(task)?;
        values.push(expected_version.into());
        if self.run(Statement::built("task.update", SQL.to_owned(), values)).await? == 0 {
            return Ok(false);
        }
        self.run(Statement::new("task.unlabel", UNLABEL).bind(&task.user_id).bind(task.number)).await?;
        self.labels_insert(std::slice::from_ref(task)).await?;
        Ok(true)
    }

    async fn labels_insert(&mut self, tasks: &[Task]) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO task_labels (user_id, label, number) VALUES ";
        const AGAIN: &str = " ON CONFLICT (user_id, label, number) DO NOTHING";
        let labels = tasks.iter().flat_map(|task| task.labels.iter().map(move |label| (task, label)));
        let labels: Vec<(&Task, &Label)> = labels.collect();
        for batch in batches(&labels) {
            let row = |(task, label): &(&Task, &Label)| -> [Value; 3] {
                [(&task.user_id).into(), label.as_str().into(), task.number.into()]
            };
            let sql = format!("{SQL}{}{AGAIN}", places(batch.len(), 3));
            self.run(Statement::built("task.label", sql, batch.iter().flat_map(row).collect())).await?;
        }
        Ok(())
    }

    /// Takes a task out of existence, as the undo of its making does; says whether it was there. To delete is to
    /// update `deleted_at` instead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_remove(&mut self, user: &UserId, number: TaskNumber) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM tasks WHERE user_id = $1 AND number = $2";
        Ok(self.run(Statement::new("task.remove", SQL).bind(user).bind(number)).await? > 0)
    }
}
