//! What is asked of a model.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One request: the whole conversation, as models keep nothing between requests.
///
/// The fixed parts come first (`system`, `tools`), so that providers' prompt caches hit.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// The fixed instructions.
    pub system: Arc<str>,
    /// The tools that may be called.
    pub tools: Arc<[ToolDefinition]>,
    /// The conversation, oldest first.
    pub messages: Vec<ModelMessage>,
    /// The most tokens the answer may have.
    pub max_output_tokens: u32,
}

/// A tool as a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDefinition {
    /// The name calls use.
    pub name: String,
    /// What it does, for the model to read.
    pub description: String,
    /// The arguments as a JSON Schema of an object.
    pub parameters: Value,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelMessage {
    /// What the server has to say late in the conversation (the date, the tasks). Formats that know no system message
    /// there get it as a `<context>` block at the head of the next message of the person.
    System(String),
    /// What the person said.
    User(String),
    /// What the model answered.
    Assistant {
        /// Its words; may be empty.
        text: String,
        /// The tools it called; each needs exactly one [`ModelMessage::ToolResult`] before its next message.
        calls: Vec<RequestedCall>,
    },
    /// What a call gave.
    ToolResult {
        /// The id of the call.
        call_id: String,
        /// The result as text, JSON by custom.
        content: String,
    },
}

/// A call a model wants made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedCall {
    /// Unique in the conversation; made here when the server gave none or one it had used.
    pub id: String,
    /// The tool's name as the model wrote it; may be unknown.
    pub name: String,
    /// JSON text as the model wrote it; may be invalid. `{}` when it wrote nothing.
    pub arguments: String,
}
