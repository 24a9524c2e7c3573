//! `OpenAI`'s Responses, without storage: every request has the whole conversation.

use serde_json::{Value, json};

use super::{Dialect, error_in, fold::fold, object_arguments, safe_name, text};
use crate::llm::answer::{Answer, count, stream_error};
use crate::llm::calls::Piece;
use crate::llm::{ModelError, ModelMessage, ModelRequest, StopReason, Usage};

pub(super) fn write(dialect: &Dialect, request: &ModelRequest) -> Value {
    let mut input = Vec::new();
    if dialect.is_openai {
        request.messages.iter().for_each(|message| items(message, &mut input));
    } else {
        fold(&request.messages).iter().for_each(|message| items(message, &mut input));
    }
    let mut body = json!({
        "model": dialect.model,
        "instructions": *request.system,
        "input": input,
        "stream": true,
        "store": false,
        "max_output_tokens": request.max_output_tokens,
    });
    if !request.tools.is_empty() {
        let tool = |tool: &crate::llm::ToolDefinition| {
            json!({
                "type": "function", "name": tool.name, "description": tool.description,
                "parameters": tool.parameters, "strict": false,
            })
        };
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    body
}

fn items(message: &ModelMessage, input: &mut Vec<Value>) {
    match message {
        ModelMessage::System(text) => input.push(json!({"role": "system", "content": text})),
        ModelMessage::User(text) => input.push(json!({"role": "user", "content": text})),
        ModelMessage::Assistant { text, calls } => {
            if !text.is_empty() {
                input.push(json!({"role": "assistant", "content": text}));
            }
            input.extend(calls.iter().map(|call| {
                json!({
                    "type": "function_call", "call_id": call.id, "name": safe_name(call),
                    "arguments": object_arguments(call).to_string(),
                })
            }));
        }
        ModelMessage::ToolResult { call_id, content } => {
            input.push(json!({"type": "function_call_output", "call_id": call_id, "output": content}));
        }
    }
}

pub(super) fn read(name: &str, data: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    let kind = if text(data, "type").is_empty() { name } else { text(data, "type") };
    match kind {
        "response.output_text.delta" | "response.refusal.delta" => answer.text(text(data, "delta")),
        "response.output_item.added" => read_item(data, answer, false)?,
        "response.output_item.done" => read_item(data, answer, true)?,
        "response.function_call_arguments.delta" => {
            answer.calls().add(&Piece { index: index(data), arguments: data.get("delta"), ..Piece::default() })?;
        }
        "response.completed" | "response.incomplete" | "response.done" => {
            let response = data.get("response").unwrap_or(&Value::Null);
            // Some servers have text and calls only here.
            read_outputs(response, answer)?;
            end(response, answer);
        }
        "response.failed" | "error" => {
            let error = data.pointer("/response/error").or_else(|| error_in(data));
            return Err(stream_error(error.unwrap_or(data)));
        }
        _ => {
            if let Some(error) = error_in(data) {
                return Err(stream_error(error));
            }
        }
    }
    Ok(())
}

pub(super) fn read_whole(body: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    if let Some(error) = error_in(body) {
        return Err(stream_error(error));
    }
    if !body.get("output").is_some_and(Value::is_array) {
        return Err(ModelError::Malformed("a response without output".to_owned()));
    }
    read_outputs(body, answer)?;
    end(body, answer);
    Ok(())
}

/// Reads the whole items of a response: the text if none came before, and the calls that did not.
fn read_outputs(response: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    let had_text = answer.has_text();
    let had_calls = answer.calls().len() > 0;
    for (at, item) in response.get("output").and_then(Value::as_array).into_iter().flatten().enumerate() {
        match text(item, "type") {
            "function_call" if !had_calls => answer.calls().add(&piece(item, Some(at as u64)))?,
            "message" if !had_text => {
                let parts = item.get("content").and_then(Value::as_array).into_iter().flatten();
                parts.for_each(|part| answer.text(text(part, "text")));
            }
            _ => {}
        }
    }
    Ok(())
}

fn read_item(data: &Value, answer: &mut Answer, done: bool) -> Result<(), ModelError> {
    let Some(item) = data.get("item").filter(|item| text(item, "type") == "function_call") else { return Ok(()) };
    let piece = piece(item, index(data));
    // The finished item has the whole arguments; a server that leaves them out has sent them in pieces.
    let whole = piece.arguments.is_some_and(|arguments| arguments.as_str() != Some(""));
    if done && whole { answer.calls().set(&piece) } else { answer.calls().add(&piece) }
}

fn piece(item: &Value, index: Option<u64>) -> Piece<'_> {
    Piece {
        index,
        id: item.get("call_id").and_then(Value::as_str),
        name: item.get("name").and_then(Value::as_str),
        arguments: item.get("arguments"),
    }
}

fn index(data: &Value) -> Option<u64> {
    data.get("output_index").and_then(Value::as_u64)
}

fn end(response: &Value, answer: &mut Answer) {
    if let Some(usage) = response.get("usage").filter(|usage| usage.is_object()) {
        answer.usage(Usage {
            input_tokens: count(usage, "/input_tokens"),
            cached_tokens: count(usage, "/input_tokens_details/cached_tokens"),
            output_tokens: count(usage, "/output_tokens"),
        });
    }
    let why = response.pointer("/incomplete_details/reason").and_then(Value::as_str);
    answer.stop(match why {
        Some("content_filter") => StopReason::Filtered,
        Some(_) => StopReason::Length,
        None => StopReason::Finished,
    });
    answer.complete();
}
