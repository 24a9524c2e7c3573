//! Chat Completions.

use serde_json::{Value, json};

use super::{Event, list_at, pieces, string, words};
use crate::reply::{Call, Quirk, Reply};
use crate::request::Item;

fn chunk(delta: &Value, finish: Option<&str>) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    })
}

pub(super) fn text(text: &str) -> Event {
    Event::new("", &chunk(&json!({"content": text}), None))
}

pub(super) fn events(reply: &Reply) -> Vec<Event> {
    let mut chunks = vec![chunk(&json!({"role": "assistant", "content": ""}), None)];
    chunks.extend(words(&reply.text).map(|word| chunk(&json!({"content": word}), None)));
    for (index, call) in reply.calls.iter().enumerate() {
        chunks.extend(call_pieces(reply, call, index).iter().map(|piece| chunk(&json!({"tool_calls": [piece]}), None)));
    }
    if !reply.has(Quirk::NoFinish) {
        chunks.push(chunk(&json!({}), Some(&finish(reply))));
    }
    if reply.has(Quirk::EmptyDeltas) {
        let empty = chunk(&json!({"content": null, "tool_calls": null}), None);
        chunks = chunks.into_iter().flat_map(|chunk| [empty.clone(), chunk]).collect();
        chunks.insert(1, json!({"choices": [], "prompt_filter_results": []}));
    }
    if reply.has(Quirk::UsageEverywhere) {
        chunks.iter_mut().for_each(|chunk| chunk["usage"] = usage(reply));
    } else if !reply.has(Quirk::NoUsage) {
        chunks
            .push(json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": usage(reply)}));
    }
    let mut events: Vec<Event> = chunks.iter().map(|chunk| Event::new("", chunk)).collect();
    if !reply.has(Quirk::NoDone) {
        events.push(Event { name: "", data: "[DONE]".to_owned() });
    }
    events
}

fn finish(reply: &Reply) -> String {
    let usual = if reply.calls.is_empty() { "stop" } else { "tool_calls" };
    reply.stop.clone().unwrap_or_else(|| usual.to_owned())
}

fn usage(reply: &Reply) -> Value {
    json!({
        "prompt_tokens": reply.usage.input, "completion_tokens": reply.usage.output,
        "total_tokens": reply.usage.input + reply.usage.output,
        "prompt_tokens_details": {"cached_tokens": reply.usage.cached},
    })
}

/// The deltas of one call: first its name, then its arguments cut in the middle of tokens.
fn call_pieces(reply: &Reply, call: &Call, index: usize) -> Vec<Value> {
    let arguments = call.arguments_text();
    let mut all: Vec<Value> = if reply.has(Quirk::ObjectArguments) {
        vec![call.arguments.clone()]
    } else if reply.has(Quirk::WholeCalls) {
        vec![json!(arguments)]
    } else {
        std::iter::once(String::new()).chain(pieces(&arguments)).map(Value::from).collect()
    };
    for (at, piece) in all.iter_mut().enumerate() {
        let mut delta = json!({"function": {"arguments": piece.take()}});
        if !reply.has(Quirk::NoIndex) {
            delta["index"] = json!(if reply.has(Quirk::IndexZero) { 0 } else { index });
        }
        if at == 0 || reply.has(Quirk::RepeatedNames) {
            delta["type"] = json!("function");
            delta["function"]["name"] = json!(call.name);
            if !reply.has(Quirk::NoIds) {
                delta["id"] = json!(call.id);
            }
        } else if reply.has(Quirk::EmptyDeltas) {
            delta["id"] = json!("");
            delta["function"]["name"] = json!("");
        }
        *piece = delta;
    }
    all
}

pub(super) fn whole(reply: &Reply) -> Value {
    let object = reply.has(Quirk::ObjectArguments);
    let call = |call: &Call| {
        let arguments = if object { call.arguments.clone() } else { json!(call.arguments_text()) };
        json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
    };
    let mut message = json!({"role": "assistant", "content": reply.text});
    if !reply.calls.is_empty() {
        message["tool_calls"] = reply.calls.iter().map(call).collect();
    }
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": finish(reply)}], "usage": usage(reply),
    })
}

pub(super) fn items(body: &Value) -> Vec<Item> {
    let mut items = Vec::new();
    for message in list_at(body, "/messages") {
        let content = string(message.get("content"));
        match message["role"].as_str() {
            Some("user") => items.push(Item::User(content)),
            Some("tool") => items.push(Item::Output(string(message.get("tool_call_id")), content)),
            _ => {
                items.push(Item::Other);
                items.extend(list_at(message, "/tool_calls").iter().map(|call| Item::Call(string(call.get("id")))));
            }
        }
    }
    items
}
