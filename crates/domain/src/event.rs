//! What is told to whoever follows a person's changes as they happen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ChangeId, ConversationId, Door, Effect, Task, TaskNumber};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// A task is in the list that was not: made, or back from the trash.
    #[serde(rename = "task.created")]
    TaskCreated,
    /// A task of the list is another than before.
    #[serde(rename = "task.updated")]
    TaskUpdated,
    /// A task is no longer in the list: in the trash, or never made.
    #[serde(rename = "task.deleted")]
    TaskDeleted,
    /// Something was said in a conversation, or it was begun, renamed or deleted.
    #[serde(rename = "conversation.updated")]
    ConversationUpdated,
}

impl EventKind {
    /// The word used in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TaskCreated => "task.created",
            Self::TaskUpdated => "task.updated",
            Self::TaskDeleted => "task.deleted",
            Self::ConversationUpdated => "conversation.updated",
        }
    }
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A task.
    Task(TaskNumber),
    /// A conversation.
    Conversation(ConversationId),
}

/// Something that happened, before it has its place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// To what.
    pub subject: Subject,
    /// The task's version after it; `None` when it has none any more.
    pub version: Option<i64>,
    /// The journal entry it belongs to.
    pub change_id: Option<ChangeId>,
    /// The way it came in.
    pub door: Door,
    /// When.
    pub at: Timestamp,
}

/// Something that happened, in the order in which it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserEvent {
    /// Its place among this person's events, counted from 1 without gaps.
    pub seq: i64,
    /// What it is.
    pub event: NewEvent,
}

impl EventKind {
    /// What an effect looks like to somebody who watches the list; `None` when it has never been in the list.
    #[must_use]
    pub fn of(effect: &Effect) -> Option<Self> {
        let listed = |task: &Option<Task>| task.as_ref().is_some_and(|task| !task.in_trash());
        match (listed(&effect.before), listed(&effect.after)) {
            (false, true) => Some(Self::TaskCreated),
            (true, true) => Some(Self::TaskUpdated),
            (true, false) => Some(Self::TaskDeleted),
            // The trash is a list as well.
            (false, false) => effect.after.is_some().then_some(Self::TaskUpdated),
        }
    }
}
