//! What happened to one task: its part of the journal.

use saydo_domain::{Change, Effect, TaskNumber, UserId};

use crate::{
    Conn, HistoryCursor, StoreError,
    changes::{change, columns},
    row::Row,
    statement::Statement,
};

/// One change of a task: what made it, and what it did to this task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The change.
    pub change: Change,
    /// Its effect on the task.
    pub effect: Effect,
}

fn entry(number: TaskNumber, row: &Row) -> Result<HistoryEntry, StoreError> {
    let effect = Effect { number, before: row.json_opt("before_task")?, after: row.json_opt("after_task")? };
    Ok(HistoryEntry { change: change(row)?, effect })
}

impl Conn {
    /// What happened to a task, newest first. It is kept when the task itself is gone for good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_history(
        &mut self,
        user: &UserId,
        number: TaskNumber,
        before: HistoryCursor,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            ", e.before_task, e.after_task FROM change_effects e JOIN changes c ON c.user_id = $1 AND c.seq = e.seq \
             WHERE e.user_id = $1 AND e.number = $2 AND e.seq < $3 ORDER BY e.seq DESC LIMIT $4"
        );
        let statement = Statement::new("change.history", SQL).bind(user).bind(number).bind(before.0).bind(limit);
        self.rows(statement).await?.iter().map(|row| entry(number, row)).collect()
    }

    /// How many changes a task has seen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_history_count(&mut self, user: &UserId, number: TaskNumber) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) AS changes FROM change_effects WHERE user_id = $1 AND number = $2";
        let row = self.row(Statement::new("change.history_count", SQL).bind(user).bind(number)).await?;
        row.map_or(Ok(0), |row| row.int("changes"))
    }

    /// Whether a task was changed after this place in the journal.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task_changed_after(
        &mut self,
        user: &UserId,
        number: TaskNumber,
        seq: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT seq FROM change_effects WHERE user_id = $1 AND number = $2 AND seq > $3 LIMIT 1";
        let statement = Statement::new("change.changed_after", SQL).bind(user).bind(number).bind(seq);
        Ok(self.row(statement).await?.is_some())
    }

    /// The changes of a task after this place in the journal that hold, newest first. Those that were put back do not,
    /// nor do those that only put such a one back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_in_force_after(
        &mut self,
        user: &UserId,
        number: TaskNumber,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<Change>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM change_effects e JOIN changes c ON c.user_id = $1 AND c.seq = e.seq \
             WHERE e.user_id = $1 AND e.number = $2 AND e.seq > $3 AND c.undone_by IS NULL AND NOT EXISTS \
             (SELECT 1 FROM changes u WHERE u.user_id = $1 AND u.id = c.undoes AND u.seq > $3) \
             ORDER BY e.seq DESC LIMIT $4"
        );
        let statement = Statement::new("change.in_force_after", SQL).bind(user).bind(number).bind(seq).bind(limit);
        self.rows(statement).await?.iter().map(change).collect()
    }
}
