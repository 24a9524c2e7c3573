//! What a command does to a task.

use jiff::Timestamp;
use saydo_domain::{Field, NewTask, Task, TaskNumber, TaskPatch, TaskUid};
use saydo_store::Tx;
use uuid::Uuid;

use super::{Journal, Outcome};
use crate::{
    AppError, Missing,
    command::{Action, Command},
};

impl Journal {
    /// Carries out one command.
    ///
    /// # Errors
    /// [`AppError::NotFound`] and [`AppError::Stale`] leave everything as it was; store errors end the transaction.
    pub async fn run(&mut self, tx: &mut Tx, command: Command) -> Result<Outcome, AppError> {
        match command {
            Command::Add(new) => self.add(tx, *new).await,
            Command::Change { number, expected, action } => {
                let task = self.load(tx, number, matches!(action, Action::Restore)).await?;
                if expected.is_some_and(|version| version != task.version) {
                    return Err(AppError::Stale { current: task.version });
                }
                self.change(tx, task, action).await
            }
        }
    }

    async fn load(&self, tx: &mut Tx, number: TaskNumber, from_trash: bool) -> Result<Task, AppError> {
        let found = if from_trash {
            tx.task_find_any(&self.user, number).await?.filter(Task::in_trash)
        } else {
            tx.task_find(&self.user, number).await?
        };
        found.ok_or(AppError::NotFound(Missing::Task))
    }

    async fn add(&mut self, tx: &mut Tx, new: NewTask) -> Result<Outcome, AppError> {
        let number = tx.task_numbers_take(&self.user, 1).await?;
        let task = self.made(number, new, None);
        self.insert(tx, &task).await?;
        Ok(Outcome { before: None, task, changed: true, next: None })
    }

    /// Makes many tasks at once; those with an instant were completed then.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn add_all(
        &mut self,
        tx: &mut Tx,
        new: Vec<(NewTask, Option<Timestamp>)>,
    ) -> Result<Vec<Task>, AppError> {
        let count = u32::try_from(new.len()).map_err(|_| AppError::Internal("too many tasks at once".to_owned()))?;
        let first = tx.task_numbers_take(&self.user, count).await?;
        let numbers = (first.get()..).map(TaskNumber::new);
        let made = numbers.zip(new).map(|(number, (new, completed_at))| self.made(number, new, completed_at));
        let tasks: Vec<Task> = made.collect();
        tx.tasks_insert(&tasks).await?;
        for task in &tasks {
            self.record(task.number, None, Some(task.clone()));
        }
        Ok(tasks)
    }

    /// A new task as it will be stored.
    fn made(&self, number: TaskNumber, new: NewTask, completed_at: Option<Timestamp>) -> Task {
        let mut labels = new.labels;
        labels.sort();
        labels.dedup();
        let due = new.due.or_else(|| self.first_due(new.recurrence.as_ref()?));
        Task {
            uid: TaskUid::new(Uuid::now_v7()),
            user_id: self.user.clone(),
            number,
            title: new.title,
            description: new.description,
            completed_at,
            priority: new.priority,
            due,
            zone: self.zone_of(due),
            recurrence: new.recurrence,
            repeat_of: None,
            labels,
            created_at: self.now,
            updated_at: self.now,
            deleted_at: None,
            version: 1,
        }
    }

    async fn change(&mut self, tx: &mut Tx, before: Task, action: Action) -> Result<Outcome, AppError> {
        let mut after = before.clone();
        match action {
            Action::SetCompleted(true) if !before.completed() => return self.complete(tx, before).await,
            Action::ToggleCompleted if !before.completed() => return self.complete(tx, before).await,
            Action::SetCompleted(false) | Action::ToggleCompleted if before.completed() => {
                self.withdraw_next(tx, &before).await?;
                after.completed_at = None;
            }
            Action::SetCompleted(_) | Action::ToggleCompleted => {}
            Action::Update(patch) => self.patch(&mut after, *patch),
            Action::Delete => after.deleted_at = Some(self.now),
            Action::Restore => after.deleted_at = None,
        }
        let changed = !after.same_content(&before);
        let task = if changed { self.update(tx, before.clone(), after).await? } else { before.clone() };
        Ok(Outcome { before: Some(before), task, changed, next: None })
    }

    fn patch(&self, task: &mut Task, patch: TaskPatch) {
        let due_was_set = !patch.due.is_keep();
        let repeats_now = matches!(patch.recurrence, Field::Set(_));
        patch.apply_to(task);
        if let (None, true, Some(recurrence)) = (task.due, repeats_now, task.recurrence.as_ref()) {
            task.due = self.first_due(recurrence);
        }
        if due_was_set || repeats_now {
            task.zone = self.zone_of(task.due);
        }
    }
}
