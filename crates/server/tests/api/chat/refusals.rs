//! Refusals of the chat, with the texts of the contract and in its order.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    support::{Answer, Client, TestApp},
    tasks::every,
};

async fn raw(client: &Client, user: &str, kind: &str, body: &str) -> Answer {
    let request = client.request(Method::POST, &format!("/api/{user}/chat")).header("content-type", kind);
    Answer::of(request.body(body.to_owned())).await
}

#[tokio::test]
async fn who_asks_is_proven_before_the_body_is_read() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let huge = "x".repeat(2 * 1024 * 1024);
    for body in ["{\"message\":\"hello\"}", "garbage", "", "{\"message\":5}", "{\"message\":\"\"}", &huge] {
        for kind in ["application/json", "text/plain"] {
            let nobody = raw(&app.anonymous(), &ada.id, kind, body).await;
            assert_eq!(nobody.problem(401).1, "unauthorized");
            let foreign = raw(&bob, &ada.id, kind, body).await;
            assert_eq!(foreign.problem(403), ("Cannot access chat for other users".to_owned(), "forbidden".to_owned()));
            let missing = raw(&bob, "nobody-at-all", kind, body).await;
            assert_eq!(foreign.comparable(), missing.comparable());
        }
    }
    for user in [ada.id.to_uppercase(), format!("{}%20", ada.id), format!("{}%00", ada.id), "me".to_owned()] {
        raw(&ada, &user, "application/json", "{\"message\":\"hello\"}").await.problem(403);
    }
    assert_eq!(raw(&ada, &ada.id, "text/plain", "hello").await.status, 415);
    assert_eq!(raw(&ada, &ada.id, "application/json", &huge).await.status, 413);
    assert_eq!(ada.get("/api/conversations").await.ok(200), json!({"conversations": []}));
}

#[tokio::test]
async fn messages_are_neither_empty_nor_too_long() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for empty in ["", " ", "\n\t \r\n", "\u{3000}\u{a0}\u{2003}"] {
        assert_eq!(ada.say(None, empty).await.problem(400).0, "Message cannot be empty", "{empty:?}");
    }
    for letter in ["x", "é", "日", "👍"] {
        let (fits, long) = (letter.repeat(10_000), letter.repeat(10_001));
        assert_eq!(ada.say(None, &long).await.problem(400).0, "Message too long (max 10000 characters)", "{letter}");
        let reply = ada.say(None, &format!("\n {fits} \t")).await.ok(200);
        assert_eq!(super::messages(&ada, &reply["conversation_id"]).await[0]["content"], fits, "{letter}");
    }
    let conversations = ada.get("/api/conversations").await.ok(200);
    assert_eq!(conversations["conversations"].as_array().unwrap().len(), 4, "a refusal leaves nothing behind");
    assert!(ada.say(None, "a\0b").await.problem(400).0.contains("NUL"));
}

#[tokio::test]
async fn malformed_bodies_are_422() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for (body, field) in [
        ("{}", "message"),
        ("{\"message\":null}", "message"),
        ("{\"message\":5}", "message"),
        ("{\"message\":[\"hello\"]}", "message"),
        ("{\"message\":\"hello\",\"conversation_id\":\"1\"}", "conversation_id"),
        ("{\"message\":\"hello\",\"conversation_id\":1.5}", "conversation_id"),
        ("{\"message\":\"hello\",\"conversation_id\":99999999999999999999}", "conversation_id"),
        ("{\"message\":\"hello\",\"user_id\":\"x\"}", "user_id"),
        ("{\"message\":\"\\ud800\"}", "message"),
        ("{\"message\":\"hello\"", "body"),
        ("[\"hello\"]", "body"),
        ("", "body"),
    ] {
        assert_eq!(raw(&ada, &ada.id, "application/json", body).await.refused(), [field], "{body}");
    }
    assert_eq!(ada.get("/api/conversations").await.ok(200), json!({"conversations": []}));
}

#[tokio::test]
async fn a_missing_conversation_is_404_and_nothing_is_done() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for id in [0, -1, 7, i64::MAX] {
        let answer = ada.say(Some(id), "buy milk").await;
        assert_eq!(answer.problem(404), ("Conversation not found".to_owned(), "not_found".to_owned()));
    }
    assert_eq!(every(&ada, "id").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_database_that_is_away_has_its_sentence() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let first = ada.say(None, "buy milk").await.ok(200);
    app.app.store.close().await;
    for answer in [ada.say(None, "buy bread").await, ada.say(first["conversation_id"].as_i64(), "undo").await] {
        assert_eq!(answer.problem(503).0, "Failed to process chat message");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    }
    let (detail, code) = ada.get("/api/tasks").await.problem(503);
    assert_eq!(detail, "The database is away; try again in a moment.");
    assert_eq!(code, "database_unavailable");
    let app = app.restart(&[]).await;
    assert_eq!(every(&ada.at(&app), "title").await, ["Buy milk"]);
}
