//! The effects of one turn or request: each task once, as it was before and as it is after; and the change they become.

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};
use saydo_domain::{ChangeId, Client, ConversationId, Door, Effect, Task, TaskNumber, UserId};
use saydo_store::{NewChange, Tx};
use uuid::Uuid;

use crate::{AppError, Caller, Clock};

/// Collects the effects of one turn or request.
#[derive(Debug)]
pub struct Journal {
    pub(super) user: UserId,
    door: Door,
    client: Option<Client>,
    model: Option<String>,
    conversation: Option<ConversationId>,
    pub(super) zone: TimeZone,
    pub(super) now: Timestamp,
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

    pub(super) async fn insert(&mut self, tx: &mut Tx, task: &Task) -> Result<(), AppError> {
        tx.task_insert(task).await?;
        self.record(task.number, None, Some(task.clone()));
        Ok(())
    }

    pub(super) async fn update(&mut self, tx: &mut Tx, before: Task, mut after: Task) -> Result<Task, AppError> {
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
    pub(super) fn record(&mut self, number: TaskNumber, before: Option<Task>, after: Option<Task>) {
        match self.places.get(&number).and_then(|place| self.effects.get_mut(*place)) {
            Some(earlier) => earlier.after = after,
            None => {
                self.places.insert(number, self.effects.len());
                self.effects.push(Effect { number, before, after });
            }
        }
    }
}
