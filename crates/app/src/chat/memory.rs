//! What a conversation remembers besides its messages: typed data, stored with it.

use saydo_domain::{ChangeId, ConversationId, TaskNumber};
use saydo_lang::{ListQuery, ListQuestion};
use serde::{Deserialize, Serialize};

use crate::{
    planner::{
        TargetAction,
        plan::{Asked, Reason},
        targets::filter_of,
    },
    tools::ListTasksArgs,
};

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

/// What was asked of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastQuery {
    /// Which tasks.
    pub args: ListTasksArgs,
    /// What about them.
    pub asked: Asked,
}

impl LastQuery {
    /// As the language engine knows it.
    #[must_use]
    pub fn as_said(&self) -> ListQuery {
        let question = match self.asked {
            Asked::Show => ListQuestion::Show,
            Asked::Count => ListQuestion::Count,
            Asked::Next => ListQuestion::Next,
        };
        ListQuery { question, filter: filter_of(&self.args) }
    }
}

/// What “the second one”, “it” and “why?” refer to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The conversation this is the memory of; none before its first turn.
    #[serde(skip)]
    pub conversation: Option<ConversationId>,
    /// The tasks of the list last shown, in the order shown.
    pub listing: Vec<TaskNumber>,
    /// The tasks the last change or answer was about.
    pub focus: Vec<TaskNumber>,
    /// Whether `focus` is what was asked about, and not yet which of them was meant.
    pub undecided: bool,
    /// How many turns that did or showed something lie between the one that `focus` is from and now.
    pub since: u32,
    /// What the last turn asked of the list, if that is all it did.
    pub query: Option<LastQuery>,
    /// Whether the last turn that did, showed or asked something changed tasks.
    pub changed: bool,
    /// Whether the last turn added tasks.
    pub last_was_add: bool,
    /// Whether the last turn gave a task another name.
    pub last_was_rename: bool,
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
