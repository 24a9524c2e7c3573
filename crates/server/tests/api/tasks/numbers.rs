//! A task's number: per user, from 1, never reused.

use serde_json::json;

use super::{every, make, make_all};
use crate::support::TestApp;

#[tokio::test]
async fn everybody_counts_from_one() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    make_all(&ada, &["a", "b"]).await;
    assert_eq!(make(&bob, json!({"title": "c"})).await, 1);
    assert_eq!(make(&ada, json!({"title": "d"})).await, 3);
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["title"], "a");
    assert_eq!(bob.get("/api/tasks/1").await.ok(200)["title"], "c");
}

#[tokio::test]
async fn a_number_is_never_reused() {
    let life = ("JWT_EXPIRY_DAYS", "365");
    let app = TestApp::with(&[life]).await;
    let ada = app.user("ada").await;
    make_all(&ada, &["a", "b", "c"]).await;
    // Taken out of existence by an undo.
    ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(make(&ada, json!({"title": "d"})).await, 4);
    // Deleted, and later removed from the trash for good.
    ada.delete("/api/tasks/4").await.ok(204);
    let app = app.restart(&[life, ("SAYDO_NOW", "2026-04-10T09:00:01Z")]).await;
    let ada = ada.at(&app);
    assert_eq!(app.app.sweep().await.unwrap().tasks, 1);
    assert_eq!(ada.get("/api/trash").await.ok(200), json!([]));
    assert_eq!(make(&ada, json!({"title": "e"})).await, 5);
    assert_eq!(every(&ada, "id").await, [1, 2, 5]);
}

#[tokio::test]
async fn numbers_are_given_once_in_a_race() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let calls = (0..20).map(|_| make(&ada, json!({"title": "x"})));
    let mut numbers = futures_util::future::join_all(calls).await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
}
