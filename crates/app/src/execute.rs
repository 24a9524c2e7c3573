//! The one place that changes tasks: commands become effects, and effects a journal entry that can be undone.
//!
//! Everything here runs inside one write transaction; whoever calls commits effects, journal and answer together.

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};
use saydo_domain::{
    ChangeId, Client, ConversationId, Door, Due, Effect, Field, NewTask, Recurrence, Task, TaskNumber, TaskPatch,
    TaskUid, UserId,
};
use saydo_store::{NewChange, Tx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AppError, Caller, Clock, Missing,
    command::{Action, Command},
};

/// What a command did, from the rows as they will be committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The task before the command; `None` when the command made it.
    pub before: Option<Task>,
    /// The task after the command.
    pub task: Task,
    /// Whether anything changed.
    pub changed: bool,
    /// The next occurrence that completing a repeating task made.
    pub next: Option<Task>,
}

/// Collects the effects of one turn or request.
#[derive(Debug)]
pub struct Journal {
    user: UserId,
    door: Door,
    client: Option<Client>,
    model: Option<String>,
    conversation: Option<ConversationId>,
    zone: TimeZone,
    now: Timestamp,
    effects: Vec<Effect>,
    /// Where the effect on a task is among them.
    places: HashMap<TaskNumber, usize>,
}

impl Journal {
    /// An empty journal for this caller.
    #[must_use]
    pub fn new(caller: &Caller, clock: Clock, conversation: Option<ConversationId>) -> Self {
        Self {
            user: caller.id().clone(),
            // What is said in a conversation comes in over REST, but it is the chat that changes something.
            door: if caller.door == Door::Rest && conversation.is_some() { Door::Chat } else { caller.door },
            client: caller.client.clone(),
            model: None,
            conversation,
            zone: caller.zone.clone(),
            now: clock.now(),
            effects: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// The same, filled by this language model.
    #[must_use]
    pub fn by_model(self, model: String) -> Self {
        Self { model: Some(model), ..self }
    }

    /// The owner.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// The instant of this turn or request.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether anything was changed so far.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.effects.is_empty()
    }

    /// How many tasks were changed so far.
    pub(crate) const fn touched(&self) -> usize {
        self.effects.len()
    }

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

    /// Writes the journal entry, if there is anything to write.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn commit(self, tx: &mut Tx, summary: &str) -> Result<Option<ChangeId>, AppError> {
        self.commit_as(tx, summary, None).await
    }

    /// As [`Self::commit`], naming the change that this one puts back.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn commit_as(
        self,
        tx: &mut Tx,
        summary: &str,
        undoes: Option<ChangeId>,
    ) -> Result<Option<ChangeId>, AppError> {
        if self.effects.is_empty() {
            return Ok(None);
        }
        let id = ChangeId::new(Uuid::now_v7());
        let change = NewChange {
            id,
            user_id: self.user,
            door: self.door,
            client: self.client,
            model: self.model,
            conversation_id: self.conversation,
            summary: summary.to_owned(),
            undoes,
            created_at: self.now,
        };
        tx.change_insert(&change, &self.effects).await?;
        Ok(Some(id))
    }

    /// Adds to a change of earlier in the same turn, which then reads `whole`; a change of its own, which reads `part`,
    /// when that one was put back meanwhile or somebody else has changed its tasks since.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn extend(
        self,
        tx: &mut Tx,
        change: ChangeId,
        whole: &str,
        part: &str,
    ) -> Result<Option<ChangeId>, AppError> {
        if self.effects.is_empty() || tx.change_extend(&self.user, change, whole, &self.effects).await? {
            return Ok(Some(change));
        }
        self.commit(tx, part).await
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

    /// Completes an open task; a repeating one leaves its next occurrence behind as a new task.
    async fn complete(&mut self, tx: &mut Tx, before: Task) -> Result<Outcome, AppError> {
        let mut after = before.clone();
        after.completed_at = Some(self.now);
        let next = self.next_occurrence(tx, &before).await?;
        let task = self.update(tx, before.clone(), after).await?;
        Ok(Outcome { before: Some(before), task, changed: true, next })
    }

    async fn next_occurrence(&mut self, tx: &mut Tx, done: &Task) -> Result<Option<Task>, AppError> {
        let Some((due, rest)) = self.follower(done, self.now) else { return Ok(None) };
        let next = Task {
            uid: TaskUid::new(Uuid::now_v7()),
            number: tx.task_numbers_take(&self.user, 1).await?,
            due: Some(due),
            recurrence: Some(rest),
            repeat_of: Some(done.uid),
            completed_at: None,
            created_at: self.now,
            updated_at: self.now,
            version: 1,
            ..done.clone()
        };
        self.insert(tx, &next).await?;
        Ok(Some(next))
    }

    /// When a repeating task comes next if it is done at this instant, and how it goes on from there.
    fn follower(&self, done: &Task, at: Timestamp) -> Option<(Due, Recurrence)> {
        let zone = self.repeat_zone(done);
        done.recurrence.as_ref()?.next(done.due, &zone, &at.to_zoned(zone.clone()))
    }

    /// Whether the next occurrence is as completing made it, though undo and redo may have put it back.
    fn is_untouched(&self, next: &Task, done: &Task) -> bool {
        let as_made = || {
            let (due, rest) = self.follower(done, done.completed_at?)?;
            let made = Task { due: Some(due), recurrence: Some(rest), completed_at: None, ..done.clone() };
            Some(next.same_content(&made))
        };
        next.version == 1 || as_made() == Some(true)
    }

    /// Reopening a repeating task takes back the next occurrence, unless somebody has touched that one since.
    async fn withdraw_next(&mut self, tx: &mut Tx, reopened: &Task) -> Result<(), AppError> {
        if reopened.recurrence.is_none() {
            return Ok(());
        }
        if let Some(next) = tx.task_find_repeat_of(&self.user, reopened.uid).await?
            && !next.completed()
            && self.is_untouched(&next, reopened)
        {
            tx.task_remove(&self.user, next.number).await?;
            self.record(next.number, Some(next), None);
        }
        Ok(())
    }

    async fn insert(&mut self, tx: &mut Tx, task: &Task) -> Result<(), AppError> {
        tx.task_insert(task).await?;
        self.record(task.number, None, Some(task.clone()));
        Ok(())
    }

    async fn update(&mut self, tx: &mut Tx, before: Task, mut after: Task) -> Result<Task, AppError> {
        after.version = before.version + 1;
        after.updated_at = self.now;
        if !tx.task_update(&after, before.version).await? {
            return Err(AppError::Stale { current: after.version });
        }
        self.record(after.number, Some(before), Some(after.clone()));
        Ok(after)
    }

    /// Puts a task into a given state (or out of existence): the step that undo is made of.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn put(
        &mut self,
        tx: &mut Tx,
        number: TaskNumber,
        current: Option<Task>,
        wanted: Option<Task>,
    ) -> Result<Option<Task>, AppError> {
        match (current, wanted) {
            (None, None) => Ok(None),
            (Some(current), None) => {
                tx.task_remove(&self.user, number).await?;
                self.record(number, Some(current), None);
                Ok(None)
            }
            (None, Some(mut wanted)) => {
                wanted.version += 1;
                wanted.updated_at = self.now;
                self.insert(tx, &wanted).await?;
                Ok(Some(wanted))
            }
            (Some(current), Some(wanted)) => self.update(tx, current, wanted).await.map(Some),
        }
    }

    /// Two effects on one task within a change are one: the first `before` and the last `after`.
    fn record(&mut self, number: TaskNumber, before: Option<Task>, after: Option<Task>) {
        match self.places.get(&number).and_then(|place| self.effects.get_mut(*place)) {
            Some(earlier) => earlier.after = after,
            None => {
                self.places.insert(number, self.effects.len());
                self.effects.push(Effect { number, before, after });
            }
        }
    }

    fn first_due(&self, recurrence: &Recurrence) -> Option<Due> {
        let today = self.now.to_zoned(self.zone.clone()).date();
        recurrence.first_on_or_after(today.at(0, 0, 0, 0)).map(|at| Due::Day(at.date()))
    }

    /// The zone to remember with a due: the caller's, if the due's offset is the one in force there then.
    fn zone_of(&self, due: Option<Due>) -> Option<String> {
        let Some(Due::Moment { at, offset }) = due else { return None };
        let name = self.zone.iana_name()?;
        (self.zone.to_offset(at) == offset).then(|| name.to_owned())
    }

    /// The zone whose wall clock a repetition keeps: the remembered one, else the caller's if it fits the due,
    /// else the due's own fixed offset.
    fn repeat_zone(&self, task: &Task) -> TimeZone {
        if let Some(zone) = task.zone.as_deref().and_then(|name| TimeZone::get(name).ok()) {
            return zone;
        }
        match task.due {
            Some(Due::Moment { at, offset }) if self.zone.to_offset(at) != offset => TimeZone::fixed(offset),
            _ => self.zone.clone(),
        }
    }
}
