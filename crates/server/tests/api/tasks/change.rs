//! `GET`, `PUT`, `PATCH` and `DELETE /api/tasks/{id}`.

use reqwest::Method;
use serde_json::{Value, json};

use super::{if_match, make};
use crate::support::{Answer, Client, TestApp};

async fn with_full_task(app: &TestApp) -> (Client, Value) {
    let ada = app.user("ada").await;
    let fields = json!({
        "title": "Report", "description": "d", "priority": "high", "due_date": "2026-03-13", "labels": ["a", "b"],
        "recurrence": "every friday",
    });
    let task = ada.post("/api/tasks", fields).await.ok(201);
    (ada, task)
}

#[tokio::test]
async fn an_unchanged_task_is_not_sent_again() {
    let app = TestApp::start().await;
    let (ada, task) = with_full_task(&app).await;
    let get = async |tag: &str| {
        let request = ada.request(Method::GET, "/api/tasks/1").header("if-none-match", tag);
        Answer::of(request).await
    };
    let first = ada.get("/api/tasks/1").await;
    assert_eq!((first.ok(200), first.header("etag")), (task, "\"1\""));
    for tag in ["\"1\"", "W/\"1\"", "*", "\"0\", \"1\""] {
        let answer = get(tag).await;
        assert_eq!((answer.status, answer.text.as_str(), answer.header("etag")), (304, "", "\"1\""), "{tag}");
    }
    ada.patch("/api/tasks/1", json!({"title": "New"})).await.ok(200);
    let answer = get("\"1\"").await;
    assert_eq!((answer.ok(200)["title"].as_str(), answer.header("etag")), (Some("New"), "\"2\""));
}

#[tokio::test]
async fn absent_fields_are_untouched_and_null_ones_cleared() {
    for method in [Method::PUT, Method::PATCH] {
        let app = TestApp::start().await;
        let (ada, mut task) = with_full_task(&app).await;
        let cases = [
            (json!({"title": "  New title "}), json!({"title": "New title"})),
            (json!({"description": null}), json!({"description": null})),
            (json!({"priority": "low"}), json!({"priority": "low"})),
            (json!({"priority": null}), json!({"priority": "medium"})),
            (json!({"due_date": "2026-03-20T10:00:00Z"}), json!({"due_date": "2026-03-20T10:00:00Z"})),
            (json!({"recurrence": null}), json!({"recurrence": null})),
            (json!({"due_date": null}), json!({"due_date": null})),
            (json!({"labels": ["C", "a"]}), json!({"labels": ["a", "c"]})),
            (json!({"labels": null}), json!({"labels": []})),
            (
                json!({"title": "All", "description": "x", "priority": "high", "due_date": "2026-04-01", "labels": ["z"]}),
                json!({"title": "All", "description": "x", "priority": "high", "due_date": "2026-04-01", "labels": ["z"]}),
            ),
        ];
        for (version, (patch, expected)) in (2..).zip(cases) {
            let answer = Answer::of(ada.request(method.clone(), "/api/tasks/1").json(&patch)).await;
            for (field, value) in expected.as_object().unwrap() {
                task[field] = value.clone();
            }
            task["version"] = json!(version);
            assert_eq!(answer.ok(200), task, "{method} {patch}");
            assert_eq!(answer.header("etag"), format!("\"{version}\""));
            assert!(uuid::Uuid::parse_str(answer.header("x-change-id")).is_ok());
            assert_eq!(ada.get("/api/tasks/1").await.ok(200), task);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_cleared_or_is_no_change_is_told() {
    let app = TestApp::start().await;
    let (ada, task) = with_full_task(&app).await;
    assert_eq!(ada.patch("/api/tasks/1", json!({"title": null})).await.refused(), ["title"]);
    assert_eq!(ada.patch("/api/tasks/1", json!({"completed": null})).await.refused(), ["completed"]);
    assert_eq!(ada.patch("/api/tasks/1", json!({"completed": "yes"})).await.refused(), ["completed"]);
    assert_eq!(ada.patch("/api/tasks/1", json!({})).await.refused(), ["body"]);
    assert_eq!(ada.patch("/api/tasks/1", json!({"id": 7})).await.refused(), ["id"]);
    assert_eq!(ada.patch("/api/tasks/1", json!({"version": 7})).await.refused(), ["version"]);
    let same = ada.patch("/api/tasks/1", json!({"title": "Report", "labels": ["b", "a"]})).await;
    assert_eq!((same.ok(200), same.header("x-change-id")), (task.clone(), ""), "nothing to undo");
    assert_eq!(ada.get("/api/tasks/1").await.ok(200), task);
    let missing = ada.patch("/api/tasks/2", json!({"title": "x"})).await;
    assert_eq!(missing.problem(404), ("Task not found".to_owned(), "not_found".to_owned()));
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let app = TestApp::start().await;
    let (ada, _) = with_full_task(&app).await;
    let current = ada.patch("/api/tasks/1", json!({"title": "Second"})).await.ok(200);
    let writes = [
        (Method::PUT, "/api/tasks/1", json!({"title": "Third"})),
        (Method::PATCH, "/api/tasks/1", json!({"title": "Third"})),
        (Method::PATCH, "/api/tasks/1", json!({"completed": true})),
        (Method::PATCH, "/api/tasks/1/complete", json!({})),
        (Method::PATCH, "/api/tasks/1/complete", json!({"completed": true})),
        (Method::DELETE, "/api/tasks/1", json!({})),
    ];
    for (method, path, body) in &writes {
        for tag in ["\"1\"", "\"3\"", "W/\"2\"", "2", "garbage"] {
            let answer = if_match(&ada, method.clone(), path, tag, body.clone()).await;
            assert_eq!(answer.problem(412).1, "stale", "{method} {path} {tag}");
            assert_eq!(ada.get("/api/tasks/1").await.ok(200), current);
        }
    }
    assert_eq!(ada.get("/api/trash").await.ok(200), json!([]));
    let answer = if_match(&ada, Method::PUT, "/api/tasks/1", "\"2\"", json!({"title": "Third"})).await;
    assert_eq!(answer.ok(200)["version"], 3);
    let answer = if_match(&ada, Method::PUT, "/api/tasks/1", "*", json!({"title": "Fourth"})).await;
    assert_eq!(answer.ok(200)["version"], 4);
    if_match(&ada, Method::DELETE, "/api/tasks/1", "\"4\"", json!({})).await.ok(204);
    // A precondition on what does not exist: it is missing.
    if_match(&ada, Method::PUT, "/api/tasks/1", "\"4\"", json!({"title": "x"})).await.problem(404);
}

#[tokio::test]
async fn a_deleted_task_is_gone_from_everywhere_but_the_trash() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "Old"})).await;
    let deleted = ada.delete("/api/tasks/1").await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert!(uuid::Uuid::parse_str(deleted.header("x-change-id")).is_ok());
    for answer in [
        ada.get("/api/tasks/1").await,
        ada.put("/api/tasks/1", json!({"title": "x"})).await,
        ada.patch("/api/tasks/1/complete", json!({})).await,
        ada.delete("/api/tasks/1").await,
    ] {
        assert_eq!(answer.problem(404).0, "Task not found");
    }
    assert_eq!(ada.get("/api/tasks?q=old").await.ok(200), json!([]));
    assert_eq!(ada.get("/api/trash").await.ok(200)[0]["title"], "Old");
}
