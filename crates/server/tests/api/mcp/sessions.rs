//! Sessions of the older revisions: any replica goes on with them, nobody else does.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::time::timeout;

use super::{Mcp, SESSIONS};
use crate::{
    cli::{Server, saydo, succeed},
    support::{Answer, Client, PASSWORD, TestApp},
    tokens::program,
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn another_replica_goes_on_with_a_session() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let mcp = Mcp::session(&ada, SESSIONS, json!({})).await;
    Mcp::done(&mcp.call("add_task", json!({"title": "Here"})).await);
    let replica = app.replica().await;
    let there = Mcp { client: ada.at(&replica), ..mcp.clone() };
    assert_eq!(Mcp::done(&there.call("list_tasks", json!({})).await)["total"], 1);
    let app = app.restart(&[]).await;
    let again = Mcp { client: ada.at(&app), ..mcp };
    assert_eq!(Mcp::done(&again.call("list_tasks", json!({})).await)["total"], 1);
}

#[tokio::test]
async fn a_session_belongs_to_whoever_began_it() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let mcp = Mcp::session(&ada, SESSIONS, json!({})).await;
    let theft = Mcp { client: bob, ..mcp.clone() };
    let made_up = Mcp { session: Some("made-up".to_owned()), ..mcp.clone() };
    for mcp in [theft, made_up] {
        mcp.post(&mcp.body("tools/list", json!({}))).await.problem(404);
        Answer::of(mcp.request(Method::GET)).await.problem(404);
        Answer::of(mcp.request(Method::DELETE)).await.problem(404);
    }
    let without = Mcp { session: None, ..mcp.clone() };
    assert!((400..500).contains(&without.post(&without.body("tools/list", json!({}))).await.status));
    mcp.ask("tools/list", json!({})).await;
}

#[tokio::test]
async fn an_ended_session_stays_ended() {
    let app = TestApp::start().await;
    let mcp = Mcp::session(&app.user("ada").await, SESSIONS, json!({})).await;
    let ended = Answer::of(mcp.request(Method::DELETE)).await;
    assert_eq!((ended.status, ended.text.as_str()), (204, ""));
    mcp.post(&mcp.body("tools/list", json!({}))).await.problem(404);
}

#[tokio::test]
async fn a_session_that_ended_has_ended_everywhere() {
    let redis = testbed::Redis::start();
    let url = redis.url();
    let settings = [("REDIS_URL", url.as_str()), ("SAYDO_REDIS_TIMEOUT_MS", "60000")];
    let app = TestApp::with(&settings).await;
    let replica = app.replica_with(&settings).await;
    let ada = app.user("ada").await;
    let mcp = Mcp::session(&ada, SESSIONS, json!({})).await;
    let there = Mcp { client: ada.at(&replica), ..mcp.clone() };
    assert_eq!(Answer::of(mcp.request(Method::DELETE)).await.status, 204);
    there.post(&there.body("tools/list", json!({}))).await.problem(404);
    // Clients begin anew then, wherever they are.
    Mcp::session(&there.client, SESSIONS, json!({})).await.ask("tools/list", json!({})).await;
}

#[tokio::test]
async fn an_open_stream_ends_when_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let user = saydo(folder.path(), &["user", "create", "ada@example.com"]);
    succeed(user, PASSWORD);
    let made = ["user", "token", "ada@example.com", "--name", "Robot", "--scope", "write"];
    let token = succeed(saydo(folder.path(), &made), "");
    let server = Server::start(folder.path(), &[("SAYDO_LOG", "info")]);
    let client = Client::of(&server.base, token.trim());
    let mcp = Mcp::session(&client, SESSIONS, json!({})).await;
    let stream = mcp.request(Method::GET).send().await.unwrap();
    assert_eq!(
        (stream.status().as_u16(), &stream.headers()["content-type"]),
        (200, &"text/event-stream".parse().unwrap())
    );
    let read = tokio::spawn(stream.text());
    let (code, log) = tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    read.await.unwrap().unwrap();
    assert!(!log.contains("cut off"), "{log}");
}

#[tokio::test]
async fn an_open_stream_ends_with_its_token() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let (robot, id) = program(&ada, "write").await;
    let (other, _) = program(&ada, "write").await;
    let mcp = Mcp::session(&robot, SESSIONS, json!({})).await;
    let stream = mcp.request(Method::GET).send().await.unwrap();
    let stays = Mcp::session(&other, SESSIONS, json!({})).await.request(Method::GET).send().await.unwrap();
    assert_eq!((stream.status().as_u16(), stays.status().as_u16()), (200, 200));
    ada.delete(&format!("/api/tokens/{id}")).await.ok(204);
    timeout(PATIENCE, stream.text()).await.expect("the stream ends").unwrap();
    let mut stays = std::pin::pin!(stays.text());
    assert!(futures_util::poll!(&mut stays).is_pending(), "another token's stream goes on");
}

#[tokio::test]
async fn the_oldest_of_too_many_sessions_sleeps() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let oldest = Mcp::session(&ada, SESSIONS, json!({})).await;
    let stream = oldest.request(Method::GET).send().await.unwrap();
    let others = Mcp::session(&bob, SESSIONS, json!({})).await.request(Method::GET).send().await.unwrap();
    for _ in 0..32 {
        Mcp::session(&ada, SESSIONS, json!({})).await;
    }
    timeout(PATIENCE, stream.text()).await.expect("the stream ends").unwrap();
    let mut others = std::pin::pin!(others.text());
    assert!(futures_util::poll!(&mut others).is_pending(), "another person's stream goes on");
    oldest.ask("tools/list", json!({})).await;
}

#[tokio::test]
async fn a_token_of_a_session_is_no_login() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let mcp = Mcp::session(&ada, SESSIONS, json!({})).await;
    ada.with_token(mcp.session.unwrap()).get("/api/tasks").await.problem(401);
}
