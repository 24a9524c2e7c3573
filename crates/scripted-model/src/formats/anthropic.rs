//! Anthropic's Messages.

use serde_json::{Value, json};

use super::{Event, list_at, pieces, string, words};
use crate::reply::{Call, Quirk, Reply};
use crate::request::Item;

fn event(kind: &'static str, mut data: Value) -> Event {
    data["type"] = json!(kind);
    Event::new(kind, &data)
}

fn delta(index: usize, delta: &Value) -> Event {
    event("content_block_delta", json!({"index": index, "delta": delta}))
}

pub(super) fn text(text: &str) -> Event {
    delta(0, &json!({"type": "text_delta", "text": text}))
}

pub(super) fn events(reply: &Reply) -> Vec<Event> {
    let mut message = whole(reply);
    message["content"] = json!([]);
    message["stop_reason"] = Value::Null;
    message["usage"]["output_tokens"] = json!(1);
    let mut events = vec![event("message_start", json!({"message": message})), event("ping", json!({}))];
    let mut index = 0;
    if !reply.text.is_empty() {
        let block = json!({"type": "text", "text": ""});
        events.push(event("content_block_start", json!({"index": 0, "content_block": block})));
        events.extend(words(&reply.text).map(text));
        events.push(event("content_block_stop", json!({"index": 0})));
        index = 1;
    }
    for (at, call) in reply.calls.iter().enumerate() {
        let block = json!({"type": "tool_use", "id": call.id, "name": call.name, "input": {}});
        events.push(event("content_block_start", json!({"index": index + at, "content_block": block})));
        let json = std::iter::once(String::new()).chain(pieces(&call.arguments_text()));
        events.extend(json.map(|piece| delta(index + at, &json!({"type": "input_json_delta", "partial_json": piece}))));
        events.push(event("content_block_stop", json!({"index": index + at})));
    }
    let usage = json!({"output_tokens": if reply.has(Quirk::NoUsage) { 0 } else { reply.usage.output }});
    events.push(event("message_delta", json!({"delta": {"stop_reason": stop(reply)}, "usage": usage})));
    events.push(event("message_stop", json!({})));
    events
}

fn stop(reply: &Reply) -> String {
    let usual = if reply.calls.is_empty() { "end_turn" } else { "tool_use" };
    reply.stop.clone().unwrap_or_else(|| usual.to_owned())
}

pub(super) fn whole(reply: &Reply) -> Value {
    let mut content = Vec::new();
    if !reply.text.is_empty() {
        content.push(json!({"type": "text", "text": reply.text}));
    }
    let call = |call: &Call| json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments});
    content.extend(reply.calls.iter().map(call));
    let usage = if reply.has(Quirk::NoUsage) {
        json!({})
    } else {
        json!({
            "input_tokens": reply.usage.input - reply.usage.cached, "cache_read_input_tokens": reply.usage.cached,
            "cache_creation_input_tokens": 0, "output_tokens": reply.usage.output,
        })
    };
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": content,
        "stop_reason": stop(reply), "usage": usage,
    })
}

pub(super) fn items(body: &Value) -> Vec<Item> {
    let block = |role: &str, block: &Value| match (block["type"].as_str(), role) {
        (Some("tool_use"), _) => Item::Call(string(block.get("id"))),
        (Some("tool_result"), _) => Item::Output(string(block.get("tool_use_id")), string(block.get("content"))),
        (_, "user") => Item::User(string(block.get("text"))),
        _ => Item::Other,
    };
    list_at(body, "/messages")
        .iter()
        .flat_map(|message| {
            let role = message["role"].as_str().unwrap_or("");
            list_at(message, "/content").iter().map(move |content| block(role, content))
        })
        .collect()
}
