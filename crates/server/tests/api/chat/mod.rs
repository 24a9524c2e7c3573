//! `/api/{user_id}/chat`, and the questions it asks.

mod history;
mod pending;
mod refusals;
mod restart;
mod resume;
mod stream;
mod turns;

use serde_json::{Value, json};

use crate::support::{Answer, Client};

/// Decides a waiting question by the endpoint.
pub(crate) async fn decide(client: &Client, reply: &Value, decision: Value) -> Answer {
    let id = reply["pending"]["id"].as_str().unwrap();
    client.post(&format!("/api/conversations/{}/pending/{id}", reply["conversation_id"]), decision).await
}

/// Says something in the conversation of a reply.
pub(crate) async fn go_on(client: &Client, reply: &Value, message: &str) -> Value {
    client.say(reply["conversation_id"].as_i64(), message).await.ok(200)
}

/// The messages of a conversation.
pub(crate) async fn messages(client: &Client, conversation: &Value) -> Vec<Value> {
    let view = client.get(&format!("/api/conversations/{conversation}/messages")).await.ok(200);
    view["messages"].as_array().unwrap().clone()
}

/// Tasks of a waiting question: number and title.
pub(crate) fn asked_about(reply: &Value) -> Value {
    let tasks = reply["pending"]["tasks"].as_array().unwrap();
    tasks.iter().map(|task| json!([task["id"], task["title"]])).collect()
}
