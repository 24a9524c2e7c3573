//! `/api/trash`.

use serde_json::json;

use crate::{
    support::{NOW, TestApp},
    tasks::{ids, make, make_all},
};

#[tokio::test]
async fn a_task_comes_back_as_it_was() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let fields =
        json!({"title": "x", "description": "d", "labels": ["a"], "due_date": "2026-03-12", "priority": "low"});
    let mut task = ada.post("/api/tasks", fields).await.ok(201);
    ada.delete("/api/tasks/1").await.ok(204);
    let trash = ada.get("/api/trash").await;
    assert_eq!(trash.header("x-total-count"), "1");
    task["version"] = json!(2);
    task["deleted_at"] = json!(NOW);
    assert_eq!(trash.ok(200), json!([task]));
    let restored = ada.post("/api/trash/1/restore", json!({})).await;
    task["version"] = json!(3);
    task.as_object_mut().unwrap().remove("deleted_at");
    assert_eq!(restored.ok(200), task);
    assert!(uuid::Uuid::parse_str(restored.header("x-change-id")).is_ok());
    assert_eq!(ada.get("/api/tasks/1").await.ok(200), task);
    assert_eq!(ada.get("/api/trash").await.ok(200), json!([]));
}

#[tokio::test]
async fn only_what_is_there_comes_back_and_once() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    make_all(&ada, &["a", "b"]).await;
    ada.delete("/api/tasks/1").await.ok(204);
    let foreign = bob.post("/api/trash/1/restore", json!({})).await;
    assert_eq!(foreign.problem(404).0, "Task not found");
    assert_eq!(foreign.comparable(), bob.post("/api/trash/99/restore", json!({})).await.comparable());
    assert_eq!(ada.post("/api/trash/2/restore", json!({})).await.problem(404).0, "Task not found");
    ada.post("/api/trash/1/restore", json!({})).await.ok(200);
    assert_eq!(ada.post("/api/trash/1/restore", json!({})).await.problem(404).0, "Task not found");
    assert_eq!(ada.post("/api/trash/x/restore", json!({})).await.refused(), ["id"]);
    assert_eq!(bob.get("/api/trash").await.ok(200), json!([]));
}

#[tokio::test]
async fn a_full_trash_has_pages() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for n in 1..=7 {
        make(&ada, json!({"title": format!("t{n}")})).await;
        ada.delete(&format!("/api/tasks/{n}")).await.ok(204);
    }
    let mut walked = Vec::new();
    let mut path = "/api/trash?limit=3".to_owned();
    loop {
        let answer = ada.get(&path).await;
        walked.extend(ids(&answer.ok(200)));
        assert_eq!(answer.header("x-total-count"), "7");
        match answer.header("link").strip_prefix('<').and_then(|link| link.split('>').next()) {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(walked, [7, 6, 5, 4, 3, 2, 1]);
    for (query, field) in [("limit=0", "limit"), ("limit=201", "limit"), ("cursor=x", "cursor"), ("q=x", "q")] {
        assert_eq!(ada.get(&format!("/api/trash?{query}")).await.refused(), [field], "{query}");
    }
}

#[tokio::test]
async fn it_is_kept_for_thirty_days() {
    let life = ("JWT_EXPIRY_DAYS", "365");
    let app = TestApp::with(&[life]).await;
    let ada = app.user("ada").await;
    make_all(&ada, &["a"]).await;
    ada.delete("/api/tasks/1").await.ok(204);
    let app = app.restart(&[life, ("SAYDO_NOW", "2026-04-10T09:00:00Z")]).await;
    app.app.sweep().await.unwrap();
    ada.at(&app).post("/api/trash/1/restore", json!({})).await.ok(200);
    ada.at(&app).delete("/api/tasks/1").await.ok(204);
    let app = app.restart(&[life, ("SAYDO_NOW", "2026-05-10T09:00:01Z")]).await;
    app.app.sweep().await.unwrap();
    ada.at(&app).post("/api/trash/1/restore", json!({})).await.problem(404);
    let refused = ada.at(&app).post("/api/undo", json!({})).await;
    assert_eq!(refused.problem(409), ("“a” (#1) is gone for good.".to_owned(), "undo_conflict".to_owned()));
    assert_eq!(refused.json()["in_the_way"], json!([{"task_id": 1, "title": "a", "changes": []}]));
    let said = ada.at(&app).say(None, "undo").await.ok(200);
    assert_eq!(
        (&said["response"], &said["pending"]),
        (&json!("“a” (#1) is gone for good. Nothing was changed."), &json!(null))
    );
    let history = ada.at(&app).get("/api/tasks/1/history").await.ok(200);
    let what: Vec<_> = history.as_array().unwrap().iter().map(|entry| entry["what"].clone()).collect();
    assert_eq!(what, ["deleted", "restored", "deleted", "created"]);
}
