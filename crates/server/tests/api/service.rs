//! `/health`, `/livez`, `/readyz`, `/docs`.

use serde_json::json;

use crate::support::{NOW, TestApp};

#[tokio::test]
async fn health_says_what_is_connected() {
    let app = TestApp::start().await;
    let health = app.anonymous().get("/health").await.ok(200);
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["database"], "connected");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(health["timestamp"], NOW);
    for figure in ["size", "idle", "in_use", "max"] {
        assert!(health["pool_status"][figure].is_u64(), "{health}");
    }
    assert_eq!(app.anonymous().get("/livez").await.text, "ok");
    assert_eq!(app.anonymous().get("/readyz").await.text, "ok");
}

#[tokio::test]
async fn without_the_database_it_lives_but_is_not_ready() {
    let app = TestApp::start().await;
    app.app.store.close().await;
    let health = app.anonymous().get("/health").await;
    assert_eq!(health.status, 503);
    assert_eq!((&health.json()["status"], &health.json()["database"]), (&json!("unhealthy"), &json!("disconnected")));
    app.anonymous().get("/readyz").await.problem(503);
    assert_eq!(app.anonymous().get("/livez").await.status, 200);
}

#[tokio::test]
async fn the_docs_need_nothing_from_outside() {
    let app = TestApp::start().await;
    let page = app.anonymous().get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "{}", page.text);
    let start = app.anonymous().get("/docs/swagger-initializer.js").await;
    assert!(start.text.contains("/openapi.json"), "{}", start.text);
}
