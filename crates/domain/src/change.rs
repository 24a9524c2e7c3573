//! The journal: one change per turn or request, with everything needed to put it back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ChangeId, ConversationId, Task, TaskNumber, UserId};

/// The way a change came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// The REST API or the web app's list.
    Rest,
    /// A chat turn.
    Chat,
    /// The MCP server.
    Mcp,
    /// The command line on the server.
    Cli,
    /// A file that was imported.
    Import,
}

impl Door {
    /// The word used in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Chat => "chat",
            Self::Mcp => "mcp",
            Self::Cli => "cli",
            Self::Import => "import",
        }
    }
}

/// A program that acts in a person's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its personal access token.
    pub id: String,
    /// What the person called that token.
    pub name: String,
}

/// What a change did to one task. The inverse swaps the two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The task's number.
    pub number: TaskNumber,
    /// The row before; `None` when the change made it.
    pub before: Option<Task>,
    /// The row after; `None` when the change took it out of existence (the undo of an add).
    pub after: Option<Task>,
}

/// An undoable set of effects, committed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its id.
    pub id: ChangeId,
    /// The owner.
    pub user_id: UserId,
    /// The order of changes of this user, counted from 1: order never depends on time.
    pub seq: i64,
    /// The way it came in.
    pub door: Door,
    /// The program that made it in the person's place.
    pub client: Option<Client>,
    /// The language model that chose it.
    pub model: Option<String>,
    /// The conversation, for a chat turn.
    pub conversation_id: Option<ConversationId>,
    /// One line that says what was done.
    pub summary: String,
    /// The change this one put back, when it is an undo.
    pub undoes: Option<ChangeId>,
    /// The change that put this one back, when it was undone.
    pub undone_by: Option<ChangeId>,
    /// When it was committed.
    pub created_at: Timestamp,
}
