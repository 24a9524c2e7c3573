//! Chat Completions, as `OpenAI` describes it and as small servers send it.

use serde_json::{Value, json};

use super::{Dialect, error_in, fold::fold, object_arguments, safe_name, text};
use crate::llm::answer::{Answer, count, stream_error};
use crate::llm::calls::Piece;
use crate::llm::{ModelError, ModelMessage, ModelRequest, RequestedCall, StopReason, Usage};

pub(super) fn write(dialect: &Dialect, request: &ModelRequest) -> Value {
    let mut messages = vec![json!({"role": "system", "content": *request.system})];
    if dialect.is_openai {
        messages.extend(request.messages.iter().map(message));
    } else {
        messages.extend(fold(&request.messages).iter().map(message));
    }
    // The old name is the one every other server knows; OpenAI's newer models refuse it.
    let limit = if dialect.is_openai { "max_completion_tokens" } else { "max_tokens" };
    let mut body = json!({
        "model": dialect.model,
        "messages": messages,
        "stream": true,
        "stream_options": {"include_usage": true},
        limit: request.max_output_tokens,
    });
    if !request.tools.is_empty() {
        let tool = |tool: &crate::llm::ToolDefinition| {
            json!({"type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.parameters,
            }})
        };
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    body
}

fn message(message: &ModelMessage) -> Value {
    match message {
        ModelMessage::System(text) => json!({"role": "system", "content": text}),
        ModelMessage::User(text) => json!({"role": "user", "content": text}),
        ModelMessage::Assistant { text, calls } if calls.is_empty() => json!({"role": "assistant", "content": text}),
        ModelMessage::Assistant { text, calls } => json!({
            "role": "assistant",
            "content": if text.is_empty() { Value::Null } else { json!(text) },
            "tool_calls": calls.iter().map(call).collect::<Value>(),
        }),
        ModelMessage::ToolResult { call_id, content } => {
            json!({"role": "tool", "tool_call_id": call_id, "content": content})
        }
    }
}

fn call(call: &RequestedCall) -> Value {
    json!({"id": call.id, "type": "function", "function": {
        "name": safe_name(call), "arguments": object_arguments(call).to_string(),
    }})
}

/// Reads a whole answer: a chunk with `message` in the place of `delta`.
pub(super) fn read_whole(body: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    read("", body, answer)?;
    if body.pointer("/choices/0").is_none() {
        return Err(ModelError::Malformed("an answer without a choice".to_owned()));
    }
    answer.stop(StopReason::Finished);
    Ok(())
}

/// Reads a chunk.
pub(super) fn read(name: &str, data: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    if let Some(error) = error_in(data) {
        return Err(stream_error(error));
    }
    if name == "error" {
        return Err(stream_error(data));
    }
    let usage = data.get("usage").filter(|usage| usage.is_object()).or_else(|| data.pointer("/x_groq/usage"));
    if let Some(usage) = usage {
        answer.usage(read_usage(usage));
    }
    // Usage-only chunks and Azure's filter reports have no choice.
    let Some(choice) = data.pointer("/choices/0") else { return Ok(()) };
    let delta = choice.get("delta").filter(|delta| delta.is_object()).or_else(|| choice.get("message"));
    if let Some(delta) = delta {
        read_delta(delta, answer)?;
    }
    match text(choice, "finish_reason") {
        "" => {}
        "length" | "max_tokens" => answer.stop(StopReason::Length),
        "content_filter" => answer.stop(StopReason::Filtered),
        "tool_calls" | "function_call" => answer.stop(StopReason::ToolCalls),
        _ => answer.stop(StopReason::Finished),
    }
    Ok(())
}

fn read_delta(delta: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    match delta.get("content") {
        Some(Value::String(content)) => answer.text(content),
        // Parts; those that think are of another type.
        Some(Value::Array(parts)) => {
            for part in parts.iter().filter(|part| text(part, "type") == "text") {
                answer.text(text(part, "text"));
            }
        }
        _ => answer.text(text(delta, "refusal")),
    }
    let calls = delta.get("tool_calls").and_then(Value::as_array);
    for call in calls.into_iter().flatten() {
        let function = call.get("function").unwrap_or(&Value::Null);
        answer.calls().add(&Piece {
            index: call.get("index").and_then(Value::as_u64),
            id: call.get("id").and_then(Value::as_str),
            name: function.get("name").and_then(Value::as_str),
            arguments: function.get("arguments"),
        })?;
    }
    Ok(())
}

fn read_usage(usage: &Value) -> Usage {
    Usage {
        input_tokens: count(usage, "/prompt_tokens"),
        cached_tokens: count(usage, "/prompt_tokens_details/cached_tokens"),
        output_tokens: count(usage, "/completion_tokens"),
    }
}
