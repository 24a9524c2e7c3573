//! Google's Gemini (`streamGenerateContent`). Calls have no ids there: results go back by name and order.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{error_in, fold::fold, object_arguments, safe_name, text};
use crate::llm::answer::{Answer, count, stream_error};
use crate::llm::calls::Piece;
use crate::llm::{ModelError, ModelMessage, ModelRequest, StopReason, ToolDefinition, Usage};

/// Gemini 3 wants each call back with the signature of the thought behind it; this documented value says that
/// signatures are not kept.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

pub(super) fn write(request: &ModelRequest) -> Value {
    let mut contents: Vec<Value> = Vec::new();
    let mut names: HashMap<String, String> = HashMap::new();
    for message in fold(&request.messages) {
        match message {
            ModelMessage::System(text) | ModelMessage::User(text) => {
                push(&mut contents, "user", vec![json!({"text": text})]);
            }
            ModelMessage::Assistant { text, calls } => {
                names.extend(calls.iter().map(|call| (call.id.clone(), safe_name(call))));
                let words = (!text.is_empty()).then(|| json!({"text": text}));
                let calls = calls.iter().map(|call| {
                    let call = json!({"name": safe_name(call), "args": object_arguments(call)});
                    json!({"functionCall": call, "thoughtSignature": NO_SIGNATURE})
                });
                push(&mut contents, "model", words.into_iter().chain(calls).collect());
            }
            ModelMessage::ToolResult { call_id, content } => {
                let name = names.get(&call_id).map_or("unknown", String::as_str);
                let result = serde_json::from_str::<Value>(&content).unwrap_or(Value::String(content));
                let response = json!({"name": name, "response": {"result": result}});
                push(&mut contents, "user", vec![json!({"functionResponse": response})]);
            }
        }
    }
    let mut body = json!({
        "systemInstruction": {"parts": [{"text": *request.system}]},
        "contents": contents,
        "generationConfig": {"maxOutputTokens": request.max_output_tokens},
    });
    if !request.tools.is_empty() {
        let tool = |tool: &ToolDefinition| json!({"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters});
        body["tools"] = json!([{"functionDeclarations": request.tools.iter().map(tool).collect::<Value>()}]);
    }
    body
}

fn push(contents: &mut Vec<Value>, role: &str, parts: Vec<Value>) {
    if parts.is_empty() {
        return;
    }
    let last = contents.last_mut().filter(|content| text(content, "role") == role);
    match last.and_then(|content| content.get_mut("parts")).and_then(Value::as_array_mut) {
        Some(before) => before.extend(parts),
        None => contents.push(json!({"role": role, "parts": parts})),
    }
}

pub(super) fn read(data: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    if let Some(error) = error_in(data) {
        return Err(stream_error(error));
    }
    if let Some(usage) = data.get("usageMetadata") {
        answer.usage(Usage {
            input_tokens: count(usage, "/promptTokenCount"),
            cached_tokens: count(usage, "/cachedContentTokenCount"),
            // Thoughts are billed as output.
            output_tokens: count(usage, "/candidatesTokenCount") + count(usage, "/thoughtsTokenCount"),
        });
    }
    if data.pointer("/promptFeedback/blockReason").is_some() {
        answer.stop(StopReason::Filtered);
    }
    let Some(candidate) = data.pointer("/candidates/0") else { return Ok(()) };
    let parts = candidate.pointer("/content/parts").and_then(Value::as_array);
    for part in parts.into_iter().flatten() {
        if let Some(call) = part.get("functionCall") {
            // Each part is a whole call: a number of its own keeps equal ones apart.
            let index = Some(answer.calls().len() as u64);
            let (id, name) = (call.get("id").and_then(Value::as_str), call.get("name").and_then(Value::as_str));
            answer.calls().add(&Piece { index, id, name, arguments: call.get("args") })?;
        } else if part.get("thought") != Some(&Value::Bool(true)) {
            answer.text(text(part, "text"));
        }
    }
    match text(candidate, "finishReason") {
        "" | "FINISH_REASON_UNSPECIFIED" => {}
        "STOP" => answer.stop(StopReason::Finished),
        "MAX_TOKENS" => answer.stop(StopReason::Length),
        "MALFORMED_FUNCTION_CALL" => {
            return Err(ModelError::Malformed("the model wrote a call its own server could not read".to_owned()));
        }
        _ => answer.stop(StopReason::Filtered),
    }
    Ok(())
}

/// A whole answer is one chunk, or all chunks in an array.
pub(super) fn read_whole(body: &Value, answer: &mut Answer) -> Result<(), ModelError> {
    match body {
        Value::Array(chunks) => chunks.iter().try_for_each(|chunk| read(chunk, answer)),
        one => read(one, answer),
    }
}
