//! Anthropic's Messages (version 2023-06-01).

use serde_json::{Value, json};

use super::{Dialect, error_in, fold::fold, object_arguments, safe_name, text};
use crate::llm::answer::{Answer, count, stream_error};
use crate::llm::calls::Piece;
use crate::llm::{ModelError, ModelMessage, ModelRequest, StopReason, ToolDefinition, Usage};

pub(super) fn write(dialect: &Dialect, request: &ModelRequest) -> Value {
    let mut messages: Vec<Value> = Vec::new();
    for message in fold(&request.messages) {
        match message {
            ModelMessage::System(text) | ModelMessage::User(text) => {
                push(&mut messages, "user", vec![json!({"type": "text", "text": text})]);
            }
            ModelMessage::Assistant { text, calls } => {
                // An empty text is refused.
                let words = (!text.trim().is_empty()).then(|| json!({"type": "text", "text": text}));
                let calls = calls.iter().map(|call| {
                    let input = object_arguments(call);
                    json!({"type": "tool_use", "id": call.id, "name": safe_name(call), "input": input})
                });
                push(&mut messages, "assistant", words.into_iter().chain(calls).collect());
            }
            ModelMessage::ToolResult { call_id, content } => {
                let result = json!({"type": "tool_result", "tool_use_id": call_id, "content": content});
                push(&mut messages, "user", vec![result]);
            }
        }
    }
    let tool = |tool: &ToolDefinition| json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters});
    let mut body = json!({
        "model": dialect.model,
        "max_tokens": request.max_output_tokens,
        // The cache covers all up to this mark: the tools, which come first, and this text.
        "system": [{"type": "text", "text": *request.system, "cache_control": {"type": "ephemeral"}}],
        "messages": messages,
        "stream": true,
    });
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    body
}

/// Adds content, to the last message if the same side speaks: all results of a round have to be in one message.
fn push(messages: &mut Vec<Value>, role: &str, content: Vec<Value>) {
    if content.is_empty() {
        return;
    }
    let last = messages.last_mut().filter(|message| text(message, "role") == role);
    match last.and_then(|message| message.get_mut("content")).and_then(Value::as_array_mut) {
        Some(before) => before.extend(content),
        None => messages.push(json!({"role": role, "content": content})),
    }
}

pub(super) fn read(name: &str, data: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    let kind = if text(data, "type").is_empty() { name } else { text(data, "type") };
    let index = data.get("index").and_then(Value::as_u64);
    match kind {
        "message_start" => read_usage(data.pointer("/message/usage"), answer),
        "content_block_start" => {
            let block = data.get("content_block").unwrap_or(&Value::Null);
            match text(block, "type") {
                "tool_use" => answer.calls().add(&Piece { arguments: None, ..piece(block, index) })?,
                _ => answer.text(text(block, "text")),
            }
        }
        "content_block_delta" => {
            let delta = data.get("delta").unwrap_or(&Value::Null);
            match text(delta, "type") {
                "text_delta" => answer.text(text(delta, "text")),
                "input_json_delta" => {
                    let arguments = delta.get("partial_json");
                    answer.calls().add(&Piece { index, arguments, ..Piece::default() })?;
                }
                _ => {}
            }
        }
        "message_delta" => {
            read_usage(data.get("usage"), answer);
            stop(data.pointer("/delta/stop_reason"), answer);
        }
        "message_stop" => {
            answer.stop(StopReason::Finished);
            answer.complete();
        }
        "error" => return Err(stream_error(error_in(data).unwrap_or(data))),
        _ => {}
    }
    Ok(())
}

pub(super) fn read_whole(body: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    if let Some(error) = error_in(body) {
        return Err(stream_error(error));
    }
    let Some(blocks) = body.get("content").and_then(Value::as_array) else {
        return Err(ModelError::Malformed("a message without content".to_owned()));
    };
    for (index, block) in blocks.iter().enumerate() {
        match text(block, "type") {
            "tool_use" => answer.calls().add(&piece(block, Some(index as u64)))?,
            _ => answer.text(text(block, "text")),
        }
    }
    read_usage(body.get("usage"), answer);
    stop(body.get("stop_reason"), answer);
    answer.stop(StopReason::Finished);
    answer.complete();
    Ok(())
}

fn piece(block: &Value, index: Option<u64>) -> Piece<'_> {
    Piece {
        index,
        id: block.get("id").and_then(Value::as_str),
        name: block.get("name").and_then(Value::as_str),
        arguments: block.get("input"),
    }
}

fn stop(reason: Option<&Value>, answer: &mut Answer) {
    match reason.and_then(Value::as_str) {
        None => {}
        Some("max_tokens" | "model_context_window_exceeded") => answer.stop(StopReason::Length),
        Some("refusal") => answer.stop(StopReason::Filtered),
        Some("tool_use") => answer.stop(StopReason::ToolCalls),
        Some(_) => answer.stop(StopReason::Finished),
    }
}

/// Counts come in parts: the input at the start, the output with the stop. Cached input is not in `input_tokens`.
fn read_usage(usage: Option<&Value>, answer: &mut Answer) {
    let Some(usage) = usage.filter(|usage| usage.is_object()) else { return };
    let before = answer.usage_so_far();
    let cached = count(usage, "/cache_read_input_tokens");
    let input = count(usage, "/input_tokens") + count(usage, "/cache_creation_input_tokens") + cached;
    answer.usage(Usage {
        input_tokens: before.input_tokens.max(input),
        cached_tokens: before.cached_tokens.max(cached),
        output_tokens: before.output_tokens.max(count(usage, "/output_tokens")),
    });
}
