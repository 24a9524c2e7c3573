//! Making, changing, completing and deleting one task from REST.

use saydo_domain::{ChangeId, Task, TaskNumber};
use saydo_store::Tx;
use serde::Serialize;

use crate::{
    App, AppError, Caller,
    command::{Action, Command},
    execute::Journal,
    idempotency::{self, Answer},
    reply::{receipt, undone},
    tasks::{TaskInput, TaskPatchInput},
    undo::{self, Undone, Which},
    view::{TaskView, UndoView},
};

/// The result of a write, and the change that undoes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed<T> {
    /// The result.
    pub value: T,
    /// The change, unless nothing changed.
    pub change_id: Option<String>,
}

/// What the stored answer of a task write looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AnswerShape {
    Created,
    Task,
    Empty,
}

fn answer(shape: AnswerShape, task: &TaskView, change: Option<ChangeId>) -> Result<Answer, AppError> {
    let mut headers: Vec<(String, String)> =
        change.map(|id| ("x-change-id".to_owned(), id.to_string())).into_iter().collect();
    if shape == AnswerShape::Empty {
        return Ok(Answer::empty(headers));
    }
    headers.push(("etag".to_owned(), format!("\"{}\"", task.version)));
    let status = if shape == AnswerShape::Created {
        headers.push(("location".to_owned(), format!("/api/tasks/{}", task.id)));
        201
    } else {
        200
    };
    Answer::json(status, headers, task)
}

/// Runs commands on one task as one change and keeps the answer.
async fn run(
    tx: &mut Tx,
    caller: &Caller,
    mut journal: Journal,
    commands: Vec<Command>,
    shape: AnswerShape,
) -> Result<Changed<TaskView>, AppError> {
    let now = journal.now();
    let mut task: Option<Task> = None;
    let mut summary = Vec::new();
    for command in commands {
        let outcome = journal.run(tx, command).await?;
        if outcome.changed {
            summary.push(receipt::sentence(&outcome, &now.to_zoned(caller.zone.clone())));
        }
        task = Some(outcome.task);
    }
    let view = task.as_ref().map(TaskView::from).ok_or_else(|| AppError::Internal("no command".to_owned()))?;
    let change = journal.commit(tx, &summary.join(" ")).await?;
    idempotency::keep(tx, caller, now, answer(shape, &view, change)?).await?;
    Ok(Changed { value: view, change_id: change.map(|id| id.to_string()) })
}

impl App {
    async fn task_write(
        &self,
        caller: &Caller,
        commands: Vec<Command>,
        shape: AnswerShape,
    ) -> Result<Changed<TaskView>, AppError> {
        let caller = caller.clone();
        let journal = Journal::new(&caller, self.clock, None);
        self.store.write(move |tx| Box::pin(async move { run(tx, &caller, journal, commands, shape).await })).await
    }

    /// Makes a task.
    ///
    /// # Errors
    /// `Invalid` with every field that cannot be accepted.
    pub async fn task_create(&self, caller: &Caller, input: TaskInput) -> Result<Changed<TaskView>, AppError> {
        let new = input.validate(&self.moment(caller))?;
        self.task_write(caller, vec![Command::Add(Box::new(new))], AnswerShape::Created).await
    }

    /// Changes a task's fields.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, or `Stale` when `if_match` is not the current version.
    pub async fn task_update(
        &self,
        caller: &Caller,
        number: TaskNumber,
        input: TaskPatchInput,
        if_match: Option<i64>,
    ) -> Result<Changed<TaskView>, AppError> {
        let (patch, completed) = input.validate(&self.moment(caller))?;
        let mut commands =
            vec![Command::Change { number, expected: if_match, action: Action::Update(Box::new(patch)) }];
        commands.extend(completed.map(|completed| Command::change(number, Action::SetCompleted(completed))));
        self.task_write(caller, commands, AnswerShape::Task).await
    }

    /// Sets completion, or toggles it when `completed` is `None`.
    ///
    /// # Errors
    /// `NotFound`, or `Stale` when `if_match` is not the current version.
    pub async fn task_set_completed(
        &self,
        caller: &Caller,
        number: TaskNumber,
        completed: Option<bool>,
        if_match: Option<i64>,
    ) -> Result<Changed<TaskView>, AppError> {
        let action = completed.map_or(Action::ToggleCompleted, Action::SetCompleted);
        self.task_write(caller, vec![Command::Change { number, expected: if_match, action }], AnswerShape::Task).await
    }

    /// Puts a task into the trash.
    ///
    /// # Errors
    /// `NotFound`, or `Stale` when `if_match` is not the current version.
    pub async fn task_delete(
        &self,
        caller: &Caller,
        number: TaskNumber,
        if_match: Option<i64>,
    ) -> Result<Changed<()>, AppError> {
        let command = Command::Change { number, expected: if_match, action: Action::Delete };
        let Changed { change_id, .. } = self.task_write(caller, vec![command], AnswerShape::Empty).await?;
        Ok(Changed { value: (), change_id })
    }

    /// Takes a task out of the trash.
    ///
    /// # Errors
    /// `NotFound` when it is not there.
    pub async fn trash_restore(&self, caller: &Caller, number: TaskNumber) -> Result<Changed<TaskView>, AppError> {
        self.task_write(caller, vec![Command::change(number, Action::Restore)], AnswerShape::Task).await
    }

    /// Puts back a change, the newest if none is named.
    ///
    /// # Errors
    /// `NotFound` for an unknown change, `Conflict` when it cannot be put back, with the reason.
    pub async fn undo(&self, caller: &Caller, change: Option<ChangeId>) -> Result<UndoView, AppError> {
        let (caller, clock) = (caller.clone(), self.clock);
        let which = change.map_or(Which::Newest, Which::Id);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let view = undo_view(&undo::undo(tx, &caller, clock, which).await?);
                    let headers = vec![("x-change-id".to_owned(), view.change_id.clone())];
                    idempotency::keep(tx, &caller, clock.now(), Answer::json(200, headers, &view)?).await?;
                    Ok(view)
                })
            })
            .await
    }
}

/// The wire shape of an undo.
pub(crate) fn undo_view(undone: &Undone) -> UndoView {
    UndoView {
        change_id: undone.id.to_string(),
        undone: undone.put_back.change.id.to_string(),
        summary: undone::briefly(&undone.put_back),
        tasks: undone.put_back.tasks.iter().map(TaskView::from).collect(),
    }
}
