//! Who comes in: tokens, origins, hosts.

use reqwest::Method;
use serde_json::json;

use super::{Mcp, SESSIONS};
use crate::support::{Answer, TestApp};

#[tokio::test]
async fn without_a_good_token_there_is_nothing() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let revoked = app.user("carol").await;
    revoked.post("/api/auth/logout", json!({})).await.ok(204);
    let session = Mcp::session(&ada, SESSIONS, json!({})).await;
    for stranger in [app.anonymous(), revoked, ada.with_token("saydo_pat_nobody")] {
        for mcp in [Mcp::stateless(&stranger), Mcp { client: stranger.clone(), ..session.clone() }] {
            let answer = mcp.post(&mcp.body("tools/list", json!({}))).await;
            assert_eq!(answer.problem(401).1, "unauthorized");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            for method in [Method::GET, Method::DELETE] {
                Answer::of(mcp.request(method)).await.problem(401);
            }
        }
    }
}

#[tokio::test]
async fn other_sites_and_bent_names_are_refused() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let mcp = Mcp::stateless(&ada);
    let with = async |name: &str, value: &str| {
        Answer::of(mcp.posting(&mcp.body("tools/list", json!({}))).header(name, value)).await.status
    };
    assert_eq!(with("origin", "https://evil.example").await, 403);
    assert_eq!(with("origin", "null").await, 403);
    assert_eq!(with("origin", ada.base()).await, 200);
    assert_eq!(with("host", "evil.example").await, 403);
    assert_eq!(with("host", "evil.example:8000").await, 403);
    assert_eq!(with("host", "localhost:8000").await, 200);
    let open = TestApp::with(&[("CORS_ORIGINS", "https://app.example.com")]).await;
    let mcp = Mcp::stateless(&open.user("ada").await);
    let posting = mcp.posting(&mcp.body("tools/list", json!({}))).header("origin", "https://app.example.com");
    let answer = Answer::of(posting).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.header("access-control-expose-headers").contains("mcp-session-id"));
}

#[tokio::test]
async fn too_much_is_refused() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHAT_PER_MINUTE", "1")]).await;
    let mcp = Mcp::stateless(&app.user("ada").await);
    Mcp::done(&mcp.call("talk", json!({"message": "hello"})).await);
    let told = Mcp::mistake(&mcp.call("talk", json!({"message": "hello"})).await);
    assert!(told.starts_with("Too many messages"), "{told}");
    Mcp::done(&mcp.call("list_tasks", json!({})).await);
}
