//! `PATCH /api/tasks/{id}/complete`, and completion by `PATCH`.

use reqwest::Method;
use serde_json::json;

use super::make;
use crate::support::{Answer, NOW, TestApp};

#[tokio::test]
async fn without_a_body_it_toggles() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "x"})).await;
    let toggle = async || Answer::of(ada.request(Method::PATCH, "/api/tasks/1/complete")).await.ok(200);
    let done = toggle().await;
    assert_eq!((&done["completed"], &done["completed_at"], &done["version"]), (&json!(true), &json!(NOW), &json!(2)));
    let open = toggle().await;
    assert_eq!(
        (&open["completed"], open["completed_at"].is_null(), &open["version"]),
        (&json!(false), true, &json!(3))
    );
    let with_empty_object = ada.patch("/api/tasks/1/complete", json!({})).await;
    assert_eq!(with_empty_object.ok(200)["completed"], true);
    assert_eq!(with_empty_object.header("etag"), "\"4\"");
    assert_eq!(ada.patch("/api/tasks/1/complete", json!({"completed": null})).await.ok(200)["completed"], false);
}

#[tokio::test]
async fn with_a_body_it_sets() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "x"})).await;
    for (completed, version, changed) in [(true, 2, true), (true, 2, false), (false, 3, true), (false, 3, false)] {
        let answer = ada.patch("/api/tasks/1/complete", json!({"completed": completed})).await;
        let task = answer.ok(200);
        assert_eq!((&task["completed"], &task["version"]), (&json!(completed), &json!(version)));
        assert_eq!(task["completed_at"].is_string(), completed);
        assert_eq!(!answer.header("x-change-id").is_empty(), changed);
        assert_eq!(ada.get("/api/tasks/1").await.ok(200), task);
    }
}

#[tokio::test]
async fn it_can_be_patched_together_with_other_fields_and_undone_in_one() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "x"})).await;
    let task = ada.patch("/api/tasks/1", json!({"completed": true, "title": "y", "priority": "low"})).await.ok(200);
    assert_eq!((&task["completed"], &task["title"], &task["priority"]), (&json!(true), &json!("y"), &json!("low")));
    assert_eq!(task["completed_at"], NOW);
    ada.post("/api/undo", json!({})).await.ok(200);
    let task = ada.get("/api/tasks/1").await.ok(200);
    assert_eq!((&task["completed"], &task["title"], &task["priority"]), (&json!(false), &json!("x"), &json!("medium")));
}

#[tokio::test]
async fn bad_bodies_are_refused() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "x"})).await;
    for (body, field) in [
        ("{\"completed\":\"yes\"}", "completed"),
        ("{\"completed\":1}", "completed"),
        ("{\"done\":true}", "done"),
        ("true", "body"),
        ("{", "body"),
    ] {
        let request = ada.request(Method::PATCH, "/api/tasks/1/complete").header("content-type", "application/json");
        assert_eq!(Answer::of(request.body(body)).await.refused(), [field], "{body}");
    }
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["version"], 1);
    assert_eq!(ada.patch("/api/tasks/2/complete", json!({})).await.problem(404).0, "Task not found");
}
