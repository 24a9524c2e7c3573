//! What a conversation remembers besides its messages: typed data, stored with it.

use saydo_domain::{ChangeId, TaskNumber};
use serde::{Deserialize, Serialize};

use crate::planner::{TargetAction, plan::Reason};

/// One thing that was done with tasks that somebody referred to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastAct {
    /// What.
    pub action: TargetAction,
    /// With which tasks.
    pub tasks: Vec<TaskNumber>,
    /// The change it made, and those it took back for it, newest first; none when it only showed something.
    pub changes: Vec<ChangeId>,
}

/// What “the second one”, “it” and “why?” refer to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The tasks of the list last shown, in the order shown.
    pub listing: Vec<TaskNumber>,
    /// The tasks the last change or answer was about.
    pub focus: Vec<TaskNumber>,
    /// Whether the last turn added tasks.
    pub last_was_add: bool,
    /// What the last change did, in words.
    pub deed: Option<String>,
    /// What was done or shown last, for “no, I meant the other one”.
    pub last: Option<LastAct>,
    /// Why the last attributes were read as they were.
    pub reasons: Vec<Reason>,
}

impl Memory {
    /// The answer to “what did you just do?”.
    #[must_use]
    pub fn last_deed(&self) -> String {
        self.deed.clone().unwrap_or_else(|| "I haven't changed anything in this conversation yet.".to_owned())
    }
}
