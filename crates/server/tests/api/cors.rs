//! Cross-origin calls: exact origins, bearer tokens only.

use reqwest::Method;

use crate::support::{Answer, TestApp};

const FRIEND: &str = "https://app.example.org";

async fn preflight(app: &TestApp, origin: &str) -> Answer {
    let request = app.anonymous().request(Method::OPTIONS, "/api/tasks").header("origin", origin);
    let request = request
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,idempotency-key");
    Answer::of(request).await
}

#[tokio::test]
async fn only_named_origins_are_let_in() {
    let app = TestApp::with(&[("CORS_ORIGINS", FRIEND)]).await;
    let yes = preflight(&app, FRIEND).await;
    assert_eq!(yes.header("access-control-allow-origin"), FRIEND);
    assert!(yes.header("access-control-allow-headers").contains("idempotency-key"));
    assert_eq!(yes.header("access-control-allow-credentials"), "");
    for stranger in ["https://app.example.org.evil.example", "http://app.example.org", "null"] {
        assert_eq!(preflight(&app, stranger).await.header("access-control-allow-origin"), "", "{stranger}");
    }
}

#[tokio::test]
async fn without_origins_nothing_is_said() {
    let app = TestApp::start().await;
    let answer = preflight(&app, FRIEND).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    answer.problem(401);
}
