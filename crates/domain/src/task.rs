//! A task and the ways to make and change one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Description, Due, Field, Label, Priority, Recurrence, TaskNumber, TaskUid, Title, UserId};

/// A task as it is stored. Its JSON form is the journal's snapshot, not the wire form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The global id.
    pub uid: TaskUid,
    /// The owner.
    pub user_id: UserId,
    /// The number people say; unique per owner, never reused.
    pub number: TaskNumber,
    /// What it is called.
    pub title: Title,
    /// A longer note.
    pub description: Option<Description>,
    /// When it was completed; `None` while it is open.
    pub completed_at: Option<Timestamp>,
    /// How much it matters.
    pub priority: Priority,
    /// When it is due.
    pub due: Option<Due>,
    /// The IANA zone the due time was said in: repeating keeps the wall-clock time there.
    pub zone: Option<String>,
    /// How it repeats.
    pub recurrence: Option<Recurrence>,
    /// The repeating task whose completion made this one.
    pub repeat_of: Option<TaskUid>,
    /// Labels, sorted, each once.
    pub labels: Vec<Label>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it went to the trash; `None` while it is in the list.
    pub deleted_at: Option<Timestamp>,
    /// Grows by one with every change: the basis of `ETag`.
    pub version: i64,
}

impl Task {
    /// Whether it is done.
    #[must_use]
    pub const fn completed(&self) -> bool {
        self.completed_at.is_some()
    }

    /// Whether it is in the trash.
    #[must_use]
    pub const fn in_trash(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// Whether both say the same to a person, whatever their versions and times of change.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        let Self { title, description, completed_at, priority, due, recurrence, labels, deleted_at, .. } = self;
        *title == other.title
            && *description == other.description
            && *completed_at == other.completed_at
            && *priority == other.priority
            && *due == other.due
            && *recurrence == other.recurrence
            && *labels == other.labels
            && *deleted_at == other.deleted_at
    }
}

/// What a new task is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// What it is called.
    pub title: Title,
    /// A longer note.
    pub description: Option<Description>,
    /// How much it matters.
    pub priority: Priority,
    /// When it is due.
    pub due: Option<Due>,
    /// How it repeats.
    pub recurrence: Option<Recurrence>,
    /// Labels in any order, maybe repeated.
    pub labels: Vec<Label>,
}

impl NewTask {
    /// A task with a title and nothing else.
    #[must_use]
    pub const fn titled(title: Title) -> Self {
        Self { title, description: None, priority: Priority::Medium, due: None, recurrence: None, labels: Vec::new() }
    }
}

/// A partial update of a task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskPatch {
    /// New title.
    pub title: Option<Title>,
    /// New description, or none.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub description: Field<Description>,
    /// New priority.
    pub priority: Option<Priority>,
    /// New due, or none.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub due: Field<Due>,
    /// New recurrence, or none.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub recurrence: Field<Recurrence>,
    /// All labels from now on.
    pub labels: Option<Vec<Label>>,
    /// Labels to add to those there are.
    pub add_labels: Vec<Label>,
    /// Labels to take away.
    pub remove_labels: Vec<Label>,
}

impl TaskPatch {
    /// Whether this changes nothing whatever the task.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Applies the patch to a task's content; version and times are the store's business.
    pub fn apply_to(self, task: &mut Task) {
        if let Some(title) = self.title {
            task.title = title;
        }
        self.description.apply_to(&mut task.description);
        if let Some(priority) = self.priority {
            task.priority = priority;
        }
        self.due.apply_to(&mut task.due);
        self.recurrence.apply_to(&mut task.recurrence);
        if let Some(labels) = self.labels {
            task.labels = labels;
        }
        task.labels.extend(self.add_labels);
        task.labels.retain(|label| !self.remove_labels.contains(label));
        task.labels.sort();
        task.labels.dedup();
    }
}
