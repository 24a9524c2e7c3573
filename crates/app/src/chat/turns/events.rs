//! The events of a turn in the AG-UI protocol, as JSON texts.

use saydo_domain::ToolCallRecord;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{chat::ChatReply, view::PendingView};

/// The custom event that carries the reply in the shape of the JSON answer.
pub const REPLY: &str = "saydo.reply";

/// One event. `type` comes first, so that the end of a turn is seen without parsing.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub(super) enum Event<'a> {
    RunStarted { thread_id: &'a str, run_id: &'a str },
    TextMessageStart { message_id: &'a str, role: &'a str },
    TextMessageContent { message_id: &'a str, delta: &'a str },
    TextMessageEnd { message_id: &'a str },
    ToolCallStart { tool_call_id: &'a str, tool_call_name: &'a str },
    ToolCallArgs { tool_call_id: &'a str, delta: &'a str },
    ToolCallEnd { tool_call_id: &'a str },
    ToolCallResult { message_id: &'a str, tool_call_id: &'a str, content: &'a str, role: &'a str },
    Custom { name: &'a str, value: &'a ChatReply },
    RunFinished { thread_id: &'a str, run_id: &'a str, outcome: Value },
    RunError { message: &'a str, code: &'a str },
}

impl Event<'_> {
    pub(super) fn json(&self) -> String {
        // Strings and numbers always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Whether a turn ends with this event.
pub(super) fn is_last(json: &str) -> bool {
    json.starts_with(r#"{"type":"RUN_FINISHED""#) || json.starts_with(r#"{"type":"RUN_ERROR""#)
}

/// The four events of one call.
pub(super) fn tool_call(turn: &str, record: &ToolCallRecord) -> [String; 4] {
    // Clients know calls by their ids in the whole thread, where `call_1` would come again.
    let id = &format!("{turn}.{}", record.id);
    let (params, content) = (record.params.to_string(), record.result.to_string());
    [
        Event::ToolCallStart { tool_call_id: id, tool_call_name: &record.tool }.json(),
        Event::ToolCallArgs { tool_call_id: id, delta: &params }.json(),
        Event::ToolCallEnd { tool_call_id: id }.json(),
        Event::ToolCallResult {
            message_id: &format!("{id}.result"),
            tool_call_id: id,
            content: &content,
            role: "tool",
        }
        .json(),
    ]
}

/// How a turn that was not stopped ended: with a question that waits, or without.
pub(super) fn outcome(pending: Option<&PendingView>) -> Value {
    let Some(pending) = pending else { return json!({ "type": "success" }) };
    let reason = if pending.tasks.is_empty() { "input_required" } else { "confirmation" };
    json!({ "type": "interrupt", "interrupts": [{
        "id": pending.id,
        "reason": reason,
        "message": pending.prompt,
        "expiresAt": pending.expires_at,
        "responseSchema": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "decision": { "type": "string", "enum": ["accept", "reject"] },
                "task_ids": { "type": "array", "items": { "type": "integer" } },
                "text": { "type": "string" },
            },
        },
        "metadata": { "kind": pending.kind, "tasks": pending.tasks },
    }] })
}

/// The last events of a turn that broke off and is not gone on with: what it did, and that it is over.
pub(super) fn broken_off(reply: &ChatReply) -> [String; 2] {
    let (message, code) = (crate::reply::talk::SERVER_STOPPED, "interrupted");
    [Event::Custom { name: REPLY, value: reply }.json(), Event::RunError { message, code }.json()]
}

/// How a stopped turn ended.
pub(super) fn cancelled() -> Value {
    json!({ "type": "cancelled" })
}
