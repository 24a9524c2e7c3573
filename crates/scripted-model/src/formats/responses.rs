//! Responses.

use serde_json::{Value, json};

use super::{Event, list_at, pieces, string, words};
use crate::reply::{Call, Quirk, Reply};
use crate::request::Item;

pub(super) fn text(text: &str) -> Event {
    event("response.output_text.delta", json!({"item_id": "msg_1", "output_index": 0, "delta": text}))
}

fn event(kind: &'static str, mut data: Value) -> Event {
    data["type"] = json!(kind);
    Event::new(kind, &data)
}

pub(super) fn events(reply: &Reply) -> Vec<Event> {
    let begun = json!({"id": "resp_1", "object": "response", "status": "in_progress", "output": []});
    let mut events = vec![event("response.created", json!({"response": begun}))];
    let mut index = 0;
    if !reply.text.is_empty() {
        let item = json!({"id": "msg_1", "type": "message", "role": "assistant", "content": []});
        events.push(event("response.output_item.added", json!({"output_index": 0, "item": item})));
        events.extend(words(&reply.text).map(text));
        events.push(event("response.output_text.done", json!({"output_index": 0, "text": reply.text})));
        events.push(event("response.output_item.done", json!({"output_index": 0, "item": message(reply)})));
        index = 1;
    }
    for (at, call) in reply.calls.iter().enumerate() {
        let output_index = index + at;
        let mut item = function_call(call);
        item["arguments"] = json!("");
        events.push(event("response.output_item.added", json!({"output_index": output_index, "item": item})));
        let arguments = call.arguments_text();
        if !reply.has(Quirk::WholeCalls) {
            events.extend(pieces(&arguments).into_iter().map(|delta| {
                let item_id = item["id"].clone();
                let data = json!({"item_id": item_id, "output_index": output_index, "delta": delta});
                event("response.function_call_arguments.delta", data)
            }));
        }
        let done = json!({"output_index": output_index, "arguments": arguments});
        events.push(event("response.function_call_arguments.done", done));
        let item = function_call(call);
        events.push(event("response.output_item.done", json!({"output_index": output_index, "item": item})));
    }
    let kind = if reply.stop.is_some() { "response.incomplete" } else { "response.completed" };
    events.push(event(kind, json!({"response": whole(reply)})));
    events
}

fn message(reply: &Reply) -> Value {
    let content = json!([{"type": "output_text", "text": reply.text, "annotations": []}]);
    json!({"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content})
}

fn function_call(call: &Call) -> Value {
    json!({
        "id": format!("fc_{}", call.id.as_deref().unwrap_or("1")), "type": "function_call", "call_id": call.id,
        "name": call.name, "arguments": call.arguments_text(),
    })
}

pub(super) fn whole(reply: &Reply) -> Value {
    let mut output = Vec::new();
    if !reply.text.is_empty() {
        output.push(message(reply));
    }
    output.extend(reply.calls.iter().map(function_call));
    let mut response = json!({
        "id": "resp_1", "object": "response", "model": "scripted", "output": output,
        "status": if reply.stop.is_some() { "incomplete" } else { "completed" },
        "incomplete_details": reply.stop.as_ref().map(|reason| json!({"reason": reason})),
    });
    if !reply.has(Quirk::NoUsage) {
        response["usage"] = json!({
            "input_tokens": reply.usage.input, "output_tokens": reply.usage.output,
            "input_tokens_details": {"cached_tokens": reply.usage.cached},
        });
    }
    response
}

pub(super) fn items(body: &Value) -> Vec<Item> {
    let item = |item: &Value| match (item["type"].as_str(), item["role"].as_str()) {
        (Some("function_call"), _) => Item::Call(string(item.get("call_id"))),
        (Some("function_call_output"), _) => Item::Output(string(item.get("call_id")), string(item.get("output"))),
        (_, Some("user")) => Item::User(string(item.get("content"))),
        _ => Item::Other,
    };
    list_at(body, "/input").iter().map(item).collect()
}
