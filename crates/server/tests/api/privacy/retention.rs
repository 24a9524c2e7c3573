//! What has had its time goes, and that time can be set.

use saydo_app::{
    audit::{self, AuditKind},
    sweep::Swept,
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// Leaves one of each that has a time.
async fn live(ada: &Client) -> Value {
    ada.post("/api/tasks", json!({"title": "Binned"})).await.ok(201);
    ada.delete("/api/tasks/1").await.ok(204);
    let write = ada.request(reqwest::Method::POST, "/api/tasks").header("idempotency-key", "k");
    Answer::of(write.json(&json!({"title": "Kept"}))).await.ok(201);
    let said = ada.stream(None, "hello").await;
    assert_eq!(said.status, 200);
    ada.get("/api/conversations/latest").await.ok(200)["conversation_id"].clone()
}

/// What is left, when the clock says this: trash, conversations, changes.
async fn left(app: TestApp, ada: &Client, settings: &[(&str, &str)], now: &str) -> (TestApp, Swept, [usize; 3]) {
    let settings = [settings, &[("SAYDO_NOW", now)]].concat();
    let app = app.restart(&settings).await;
    // The database knows how late it is by what was noted.
    let noted = audit::of_installation(&app.app.store, app.app.clock, AuditKind::Migrated, json!({})).await;
    noted.unwrap();
    let swept = app.app.sweep().await.unwrap();
    let user = app.app.accounts.admin_find(&ada.email).await.unwrap();
    let mut conn = app.app.store.read().await.unwrap();
    let trash = usize::try_from(conn.trash_count(&user.id).await.unwrap()).unwrap();
    let conversations = usize::try_from(conn.conversations_count(&user.id).await.unwrap()).unwrap();
    let changes = conn.changes_newest(&user.id, 99).await.unwrap().len();
    drop(conn);
    (app, swept, [trash, conversations, changes])
}

#[tokio::test]
async fn each_time_can_be_set() {
    let settings = [
        ("SAYDO_TRASH_KEEP_DAYS", "10"),
        ("SAYDO_TURNS_KEEP_HOURS", "48"),
        ("SAYDO_ANSWERS_KEEP_HOURS", "2"),
        ("SAYDO_CONVERSATIONS_KEEP_DAYS", "20"),
        ("SAYDO_CHANGES_KEEP_DAYS", "15"),
        ("SAYDO_AUDIT_KEEP_DAYS", "25"),
    ];
    let app = TestApp::with(&settings).await;
    let ada = app.user("ada").await;
    live(&ada).await;
    // Two hours later, to the second.
    let (app, swept, left_over) = left(app, &ada, &settings, "2026-03-11T10:59:59Z").await;
    assert_eq!((swept.answers, left_over), (0, [1, 1, 3]));
    let (app, swept, _) = left(app, &ada, &settings, "2026-03-11T11:00:00Z").await;
    assert_eq!((swept.answers, swept.turns), (1, 0));
    let (app, swept, _) = left(app, &ada, &settings, "2026-03-13T09:00:01Z").await;
    assert_eq!(swept.turns, 1);
    let (app, _, left_over) = left(app, &ada, &settings, "2026-03-21T09:00:00Z").await;
    assert_eq!(left_over, [1, 1, 3]);
    let (app, _, left_over) = left(app, &ada, &settings, "2026-03-21T09:00:01Z").await;
    assert_eq!(left_over, [0, 1, 3]);
    let (app, _, left_over) = left(app, &ada, &settings, "2026-03-26T09:00:01Z").await;
    assert_eq!(left_over, [0, 1, 0]);
    let (app, _, left_over) = left(app, &ada, &settings, "2026-03-31T09:00:01Z").await;
    assert_eq!(left_over, [0, 0, 0]);
    let (_, swept, _) = left(app, &ada, &settings, "2026-04-05T09:00:01Z").await;
    assert!(swept.audit > 0, "{swept:?}");
}

#[tokio::test]
async fn conversations_and_changes_are_kept_unless_told_otherwise() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    live(&ada).await;
    let (app, swept, left_over) = left(app, &ada, &[], "2026-03-12T09:00:01Z").await;
    assert_eq!((swept.answers, swept.turns, left_over), (1, 1, [1, 1, 3]));
    let (app, _, left_over) = left(app, &ada, &[], "2026-04-10T09:00:01Z").await;
    assert_eq!(left_over, [0, 1, 3]);
    let (_, swept, left_over) = left(app, &ada, &[], "2036-03-11T09:00:00Z").await;
    assert_eq!(left_over, [0, 1, 3]);
    assert!(swept.audit > 0, "{swept:?}");
}
