//! What is to be done, resolved down to task numbers: the one form in which every door asks for a change.

use saydo_domain::{NewTask, TaskNumber, TaskPatch};

/// One executable step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make a task.
    Add(Box<NewTask>),
    /// Change an existing task.
    Change {
        /// Which.
        number: TaskNumber,
        /// The version it must have (`If-Match`, or as shown on a plan card); `None`: whatever it has.
        expected: Option<i64>,
        /// In which way.
        action: Action,
    },
}

impl Command {
    /// A change of one task, whatever its version.
    #[must_use]
    pub const fn change(number: TaskNumber, action: Action) -> Self {
        Self::Change { number, expected: None, action }
    }
}

/// What is done to an existing task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Mark it done, or open again. Doing it twice changes nothing.
    SetCompleted(bool),
    /// Mark it done if it is open, else open it again.
    ToggleCompleted,
    /// Change its fields.
    Update(Box<TaskPatch>),
    /// Put it into the trash.
    Delete,
    /// Take it out of the trash.
    Restore,
}
