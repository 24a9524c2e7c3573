//! The one place that changes tasks: commands become effects, and effects a journal entry that can be undone.
//!
//! Everything here runs inside one write transaction; whoever calls commits effects, journal and answer together.
//!
//! - `run`: what a command does to a task
//! - `repeat`: when a repeating task is due, and what completing and reopening it does to its next occurrence
//! - `journal`: the effects, one for each task, and the change they become

mod journal;
mod repeat;
mod run;

use saydo_domain::Task;
use serde::{Deserialize, Serialize};

pub use journal::Journal;

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
