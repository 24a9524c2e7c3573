//! Requests of an absurd shape: too long, too many, too deep.

use reqwest::Method;
use serde_json::json;

use crate::{
    chat::decide,
    support::{Answer, TestApp},
    tasks::make_all,
};

#[tokio::test]
async fn long_lists_are_refused_by_name() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let labels: Vec<String> = (0..5000).map(|n| format!("l{n}")).collect();
    let refused = ada.post("/api/tasks", json!({"title": "Milk", "labels": labels})).await;
    assert_eq!(refused.refused(), ["labels"]);
    assert_eq!(ada.get("/api/tasks").await.ok(200), json!([]));
    make_all(&ada, &["Milk", "Bread", "Eggs"]).await;
    let card = ada.say(None, "delete all tasks").await.ok(200);
    let ids: Vec<i64> = (1..100_000).collect();
    let refused = decide(&ada, &card, json!({"decision": "accept", "task_ids": ids})).await;
    assert_eq!(refused.refused(), ["task_ids"]);
    let same: Vec<i64> = std::iter::repeat_n(1, 100_000).collect();
    let decided = decide(&ada, &card, json!({"decision": "accept", "task_ids": same})).await;
    assert!(decided.status == 200 || decided.status == 422, "{}", decided.text);
}

#[tokio::test]
async fn addresses_and_headers_have_an_end() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let long = ada.get(&format!("/api/tasks?search={}", "x".repeat(7000))).await;
    assert!([200, 422].contains(&long.status), "{} {}", long.status, long.text);
    // What came before the end was noticed is still taken: as much again at the most.
    let more = ada.request(Method::GET, "/api/tasks").header("x-more", "x".repeat(130 * 1024));
    assert_eq!(Answer::of(more).await.status, 431);
    let pairs = "completed=true&".repeat(600);
    let answer = ada.get(&format!("/api/tasks?{pairs}")).await;
    assert!((400..500).contains(&answer.status), "{} {}", answer.status, answer.text);
    let mut many = ada.request(Method::GET, "/api/tasks");
    for n in 0..2000 {
        many = many.header(format!("x-{n}"), "x");
    }
    assert_eq!(Answer::of(many).await.status, 431);
    let long = ada.request(Method::GET, "/api/tasks").header("x-long", "x".repeat(200_000));
    assert_eq!(Answer::of(long).await.status, 431);
    ada.get("/api/tasks").await.ok(200);
}

#[tokio::test]
async fn deep_json_is_refused_everywhere() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let chat = format!("/api/{}/chat", ada.id);
    for (path, field) in
        [("/api/tasks", "title"), (chat.as_str(), "message"), ("/api/undo", "change_id"), ("/mcp", "params")]
    {
        let body = format!("{{\"{field}\":{}}}", deep(100_000));
        let request = ada.request(Method::POST, path).header("content-type", "application/json").body(body);
        let answer = Answer::of(request.header("accept", "application/json, text/event-stream")).await;
        assert!((400..500).contains(&answer.status), "{path} {} {}", answer.status, answer.text);
    }
    ada.get("/api/tasks").await.ok(200);
}
