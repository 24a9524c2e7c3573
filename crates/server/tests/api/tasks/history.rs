//! `GET /api/tasks/{id}/history`.

use reqwest::Method;
use serde_json::{Value, json};

use super::{make, make_all};
use crate::{
    mcp::Mcp,
    support::{Client, TestApp},
};

async fn history(client: &Client, number: i64) -> Vec<Value> {
    client.get(&format!("/api/tasks/{number}/history")).await.ok(200).as_array().unwrap().clone()
}

fn each<'a>(history: &'a [Value], field: &str) -> Vec<&'a Value> {
    history.iter().map(|entry| &entry[field]).collect()
}

#[tokio::test]
async fn it_says_what_became_of_a_task_newest_first() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "Old", "priority": "low"})).await;
    ada.patch("/api/tasks/1", json!({"title": "New", "due_date": "2026-03-12", "labels": ["a"]})).await.ok(200);
    for _ in 0..2 {
        ada.patch("/api/tasks/1/complete", json!({})).await.ok(200);
    }
    let deleted = ada.delete("/api/tasks/1").await.header("x-change-id").to_owned();
    let in_trash = history(&ada, 1).await;
    assert_eq!(each(&in_trash, "what"), ["deleted", "reopened", "completed", "updated", "created"]);
    let undo = ada.post("/api/undo", json!({})).await.ok(200)["change_id"].clone();
    let all = history(&ada, 1).await;
    assert_eq!(
        (&all[0]["what"], &all[0]["undoes"], &all[0]["change_id"]),
        (&json!("restored"), &json!(deleted), &undo)
    );
    assert_eq!(all[1]["undone_by"], undo);
    assert_eq!(
        all[4]["fields"],
        json!([{"field": "title", "before": "Old", "after": "New"},
            {"field": "due_date", "before": null, "after": "2026-03-12"},
            {"field": "labels", "before": [], "after": ["a"]}])
    );
    assert_eq!(
        all[5]["fields"],
        json!([{"field": "title", "before": null, "after": "Old"}, {"field": "priority", "before": null, "after": "low"}])
    );
    assert_eq!(
        (&all[4]["door"], &all[4]["agent"], &all[4]["at"]),
        (&json!("rest"), &Value::Null, &json!("2026-03-11T09:00:00Z"))
    );
    // Undone, its making leaves no task, and yet its history.
    let made = all[5]["change_id"].clone();
    ada.post("/api/undo", json!({"change_id": all[4]["change_id"]})).await.ok(200);
    ada.post("/api/undo", json!({"change_id": made})).await.ok(200);
    ada.get("/api/tasks/1").await.problem(404);
    assert_eq!(history(&ada, 1).await[0]["what"], "removed");
}

#[tokio::test]
async fn it_says_who_and_by_which_door() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let token = ada.post("/api/tokens", json!({"name": "Robot 🤖", "scope": "write"})).await.ok(201);
    let robot = ada.with_token(token["token"].as_str().unwrap());
    make(&robot, json!({"title": "Milk"})).await;
    Mcp::stateless(&robot).call("update_task", json!({"task_id": 1, "title": "Oat milk"})).await;
    let said = ada.say(None, "mark 1 done").await.ok(200);
    let history = history(&ada, 1).await;
    assert_eq!(each(&history, "door"), ["chat", "mcp", "rest"]);
    assert_eq!(each(&history, "agent"), [&Value::Null, &json!("Robot 🤖"), &json!("Robot 🤖")]);
    assert_eq!(each(&history, "conversation_id"), [&said["conversation_id"], &Value::Null, &Value::Null]);
    assert_eq!(history[0]["summary"], "Marked “Oat milk” as complete.");
}

#[tokio::test]
async fn it_comes_in_pages_and_only_to_its_owner() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    make_all(&ada, &["a", "b"]).await;
    for n in 1..=6 {
        ada.patch("/api/tasks/1", json!({"title": format!("a{n}")})).await.ok(200);
        ada.patch("/api/tasks/2", json!({"title": format!("b{n}")})).await.ok(200);
    }
    let (mut walked, mut path) = (Vec::new(), "/api/tasks/1/history?limit=3".to_owned());
    loop {
        let answer = ada.get(&path).await;
        assert_eq!(answer.header("x-total-count"), "7");
        let page = answer.ok(200).as_array().unwrap().clone();
        walked.extend(page.iter().map(|entry| entry["fields"][0]["after"].as_str().unwrap().to_owned()));
        match answer.header("link").strip_prefix('<').and_then(|link| link.split('>').next()) {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(walked, ["a6", "a5", "a4", "a3", "a2", "a1", "a"]);
    let foreign = bob.get("/api/tasks/1/history").await;
    assert_eq!(foreign.problem(404), ("Task not found".to_owned(), "not_found".to_owned()));
    assert_eq!(foreign.comparable(), bob.get("/api/tasks/99/history").await.comparable());
    for (query, field) in [("limit=0", "limit"), ("limit=201", "limit"), ("cursor=x", "cursor"), ("q=x", "q")] {
        assert_eq!(ada.get(&format!("/api/tasks/1/history?{query}")).await.refused(), [field], "{query}");
    }
    assert_eq!(ada.get("/api/tasks/x/history").await.refused(), ["id"]);
    let request = ada.request(Method::POST, "/api/tasks/1/history");
    assert_eq!(crate::support::Answer::of(request).await.status, 405);
}
