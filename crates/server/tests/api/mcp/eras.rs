//! The first words in every revision.

use serde_json::{Value, json};

use super::{Mcp, SESSIONS, STATELESS, message};
use crate::support::TestApp;

#[tokio::test]
async fn revisions_with_sessions_shake_hands() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for version in ["2025-03-26", "2025-06-18", SESSIONS] {
        let mcp = Mcp::session(&ada, version, json!({})).await;
        assert!(!mcp.session.as_deref().unwrap().is_empty());
        let tools = mcp.ask("tools/list", json!({})).await;
        assert!(tools["tools"].as_array().unwrap().len() >= 10);
        assert_eq!(mcp.ask("ping", json!({})).await, json!({}));
        let added = mcp.call("add_task", json!({"title": version})).await;
        assert_eq!(Mcp::done(&added)["title"], version);
    }
}

#[tokio::test]
async fn an_unknown_revision_is_answered_with_one_we_know() {
    let app = TestApp::start().await;
    let mcp = Mcp { version: SESSIONS, ..Mcp::stateless(&app.user("ada").await) };
    let params =
        json!({"protocolVersion": "1999-01-01", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let answer = mcp.post(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})).await;
    assert_eq!(message(&answer)["result"]["protocolVersion"], SESSIONS);
}

#[tokio::test]
async fn the_newest_revision_needs_no_handshake() {
    let app = TestApp::start().await;
    let mcp = Mcp::stateless(&app.user("ada").await);
    let found = mcp.ask("server/discover", json!({})).await;
    let versions = found["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!(STATELESS)) && versions.contains(&json!(SESSIONS)), "{found}");
    let answer = mcp.post(&mcp.body("tools/call", json!({"name": "add_task", "arguments": {"title": "Milk"}}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json", "one answer needs no stream");
    assert_eq!(answer.header("mcp-session-id"), "");
    let result = answer.json()["result"].clone();
    assert_eq!(result["resultType"], "complete");
    assert_eq!(Mcp::done(&result)["task_id"], 1);
}

#[tokio::test]
async fn wrong_words_are_refused_without_a_500() {
    let app = TestApp::start().await;
    let mcp = Mcp::stateless(&app.user("ada").await);
    let unknown = mcp.post(&mcp.body("tools/sell", json!({}))).await;
    assert_eq!((unknown.status, unknown.json()["error"]["code"].clone()), (404, json!(-32601)));
    let tool = mcp.post(&mcp.body("tools/call", json!({"name": "drop_table", "arguments": {}}))).await;
    assert_eq!(message(&tool)["error"]["code"], -32602);
    let cursor = mcp.post(&mcp.body("tools/list", json!({"cursor": "x"}))).await;
    assert_eq!(message(&cursor)["error"]["code"], -32602);
    for body in ["", "[]", "{", "null", "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]"] {
        let request = mcp.request(reqwest::Method::POST).header("content-type", "application/json").body(body);
        let status = crate::support::Answer::of(request).await.status;
        assert!((400..500).contains(&status), "{body}: {status}");
    }
    let large = json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "y".repeat(1_100_000)}});
    assert_eq!(mcp.post(&large).await.status, 413);
    assert_eq!(mcp.ask("tools/list", json!({})).await["tools"].as_array().map(Vec::is_empty), Some(false));
    let nothing = mcp.request(reqwest::Method::POST).header("accept", "text/plain").json(&Value::Null);
    assert!(crate::support::Answer::of(nothing).await.status >= 400);
}
