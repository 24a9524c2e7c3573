//! `/api/tasks`.

mod change;
mod complete;
mod create;
mod history;
mod list;
mod numbers;
mod pages;
mod race;
mod refusals;
mod repeat;
pub(crate) mod text;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client};

/// Makes a task from these fields; gives its number.
pub(crate) async fn make(client: &Client, fields: Value) -> i64 {
    client.post("/api/tasks", fields).await.ok(201)["id"].as_i64().unwrap()
}

/// Makes tasks with these titles.
pub(crate) async fn make_all(client: &Client, titles: &[&str]) {
    for title in titles {
        make(client, json!({"title": title})).await;
    }
}

/// A call from a place on earth.
pub(crate) async fn in_zone(client: &Client, zone: &str, method: Method, path: &str, body: Value) -> Answer {
    Answer::of(client.request(method, path).header("x-timezone", zone).json(&body)).await
}

/// A call that holds only for a version.
pub(crate) async fn if_match(client: &Client, method: Method, path: &str, tag: &str, body: Value) -> Answer {
    Answer::of(client.request(method, path).header("if-match", tag).json(&body)).await
}

/// The numbers on a page.
pub(crate) fn ids(page: &Value) -> Vec<i64> {
    page.as_array().unwrap().iter().map(|task| task["id"].as_i64().unwrap()).collect()
}

/// All tasks, in the order of their numbers.
pub(crate) async fn all(client: &Client) -> Value {
    client.get("/api/tasks?sort=id&limit=200").await.ok(200)
}

/// One field of all tasks, in the order of their numbers.
pub(crate) async fn every(client: &Client, field: &str) -> Vec<Value> {
    all(client).await.as_array().unwrap().iter().map(|task| task[field].clone()).collect()
}
