//! What was said: conversations, messages and the tool calls behind a reply.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ChangeId, ConversationId, ConversationTitle, MessageId, UserId};

/// A thread of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The owner.
    pub user_id: UserId,
    /// What it is called.
    pub title: ConversationTitle,
    /// The name an outside client knows it by, such as `agui:…`; unique per user.
    pub thread: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When the last message came.
    pub updated_at: Timestamp,
}

/// A conversation as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationSummary {
    /// The conversation.
    pub conversation: Conversation,
    /// How many messages it has.
    pub message_count: i64,
}

/// Who said a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    User,
    /// Saydo.
    Assistant,
}

impl Role {
    /// The word used in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id; ids grow with time.
    pub id: MessageId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// Who said it.
    pub role: Role,
    /// The text, as sent.
    pub content: String,
    /// The tool calls behind an assistant's message; empty for the person's.
    pub tool_calls: Vec<ToolCallRecord>,
    /// The change a reply made, if it made one.
    pub change_id: Option<ChangeId>,
    /// Which planner answered, for a reply.
    pub answered_by: Option<AnsweredBy>,
    /// When it was said.
    pub created_at: Timestamp,
}

/// A tool call that was carried out, with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCallRecord {
    /// Unique within the turn.
    pub id: String,
    /// The tool's name.
    pub tool: String,
    /// Its arguments.
    pub params: serde_json::Value,
    /// What came back.
    pub result: serde_json::Value,
}

/// Which planner answered a turn. On the wire: `offline`, or the model's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum AnsweredBy {
    /// Our own grammar.
    Offline,
    /// A language model, by name.
    Model(String),
}

impl From<String> for AnsweredBy {
    fn from(text: String) -> Self {
        if text == "offline" { Self::Offline } else { Self::Model(text) }
    }
}

impl From<AnsweredBy> for String {
    fn from(by: AnsweredBy) -> Self {
        match by {
            AnsweredBy::Offline => "offline".to_owned(),
            AnsweredBy::Model(name) => name,
        }
    }
}
