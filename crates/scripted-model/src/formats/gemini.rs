//! Gemini. Calls and outputs are matched by name.

use serde_json::{Value, json};

use super::{Event, list_at, string, words};
use crate::reply::{Quirk, Reply};
use crate::request::Item;

fn chunk(part: &Value) -> Value {
    json!({"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}}]})
}

pub(super) fn text(text: &str) -> Event {
    Event::new("", &chunk(&json!({"text": text})))
}

fn calls(reply: &Reply) -> Vec<Value> {
    let call = |call: &crate::reply::Call| json!({"functionCall": {"name": call.name, "args": call.arguments}, "thoughtSignature": "c2ln"});
    reply.calls.iter().map(call).collect()
}

pub(super) fn events(reply: &Reply) -> Vec<Event> {
    let mut chunks = vec![chunk(&json!({"text": "Thinking.", "thought": true}))];
    chunks.extend(words(&reply.text).map(|word| chunk(&json!({"text": word}))));
    chunks.extend(calls(reply).iter().map(chunk));
    let mut last = chunk(&json!({"text": ""}));
    last["candidates"][0]["finishReason"] = json!(reply.stop.as_deref().unwrap_or("STOP"));
    if !reply.has(Quirk::NoUsage) {
        last["usageMetadata"] = usage(reply);
    }
    chunks.push(last);
    chunks.iter().map(|chunk| Event::new("", chunk)).collect()
}

fn usage(reply: &Reply) -> Value {
    json!({
        "promptTokenCount": reply.usage.input, "cachedContentTokenCount": reply.usage.cached,
        "candidatesTokenCount": reply.usage.output,
    })
}

pub(super) fn whole(reply: &Reply) -> Value {
    let parts: Vec<Value> = std::iter::once(json!({"text": reply.text})).chain(calls(reply)).collect();
    let reason = reply.stop.as_deref().unwrap_or("STOP");
    json!({
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": reason}],
        "usageMetadata": usage(reply),
    })
}

pub(super) fn items(body: &Value) -> Vec<Item> {
    let part = |role: &str, part: &Value| {
        if let Some(call) = part.get("functionCall") {
            return Item::Call(string(call.get("name")));
        }
        if let Some(response) = part.get("functionResponse") {
            return Item::Output(string(response.get("name")), string(response.pointer("/response/result")));
        }
        if role == "user" { Item::User(string(part.get("text"))) } else { Item::Other }
    };
    list_at(body, "/contents")
        .iter()
        .flat_map(|content| {
            let role = content["role"].as_str().unwrap_or("");
            list_at(content, "/parts").iter().map(move |one| part(role, one))
        })
        .collect()
}
