//! Texts that break careless programs, by every door and in every field: kept byte for byte, or refused by name.

use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};

use crate::{
    chat::messages,
    mcp::Mcp,
    support::{Answer, Client, TestApp},
    tasks::{every, text::NAUGHTY},
};

/// Headers that the server reads.
const HEADERS: [&str; 22] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "access-control-request-method",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "last-event-id",
    "mcp-session-id",
    "origin",
    "range",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-saydo-client",
    "x-timezone",
];

/// What the person said last, in the newest conversation.
async fn heard(client: &Client) -> Value {
    let newest = client.get("/api/conversations?limit=1").await.ok(200)["conversations"][0]["id"].clone();
    let messages = messages(client, &newest).await;
    messages.iter().rfind(|message| message["role"] == "user").unwrap()["content"].clone()
}

#[tokio::test]
async fn what_is_said_is_kept_whoever_carries_it() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for (number, text) in NAUGHTY.iter().enumerate() {
        ada.say(None, text).await.ok(200);
        assert_eq!(heard(&ada).await, *text, "the chat");
        ada.stream(None, text).await.events();
        assert_eq!(heard(&ada).await, *text, "the chat, streamed");
        let completion = json!({"model": "saydo", "messages": [{"role": "user", "content": text}]});
        ada.post("/v1/chat/completions", completion).await.ok(200);
        assert_eq!(heard(&ada).await, *text, "/v1");
        let run = json!({"threadId": format!("{number} {text}"), "runId": text,
            "messages": [{"role": "user", "content": text}]});
        let run = ada.post("/api/agui", run).await.events();
        let ends = [&run[0].1, &run.last().unwrap().1];
        assert!(ends.iter().all(|event| event["threadId"] == format!("{number} {text}") && event["runId"] == *text));
        assert_eq!(heard(&ada).await, *text, "AG-UI");
        Mcp::stateless(&ada).call("talk", json!({"message": text})).await;
        assert_eq!(heard(&ada).await, *text, "MCP");
    }
}

#[tokio::test]
async fn what_tools_write_every_door_reads() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let mcp = Mcp::stateless(&ada);
    for (number, text) in (1..).zip(NAUGHTY) {
        let made = Mcp::done(&mcp.call("add_task", json!({"title": text, "description": text})).await);
        assert_eq!((made["title"].as_str(), made["description"].as_str()), (Some(text), Some(text)));
        let fetched = Mcp::done(&mcp.call("fetch", json!({"id": number.to_string()})).await);
        assert_eq!(fetched["title"], text);
        // What was there before stands in the history as it was.
        ada.patch(&format!("/api/tasks/{number}"), json!({"title": "Plain"})).await.ok(200);
        let history = ada.get(&format!("/api/tasks/{number}/history")).await;
        assert!(holds(&history.ok(200), text), "{text:?}: {}", history.text);
        ada.post("/api/undo", json!({})).await.ok(200);
        let token = ada.post("/api/tokens", json!({"name": text, "scope": "read"})).await.ok(201);
        assert_eq!(ada.get("/api/tokens").await.ok(200)["tokens"][0]["name"], text);
        ada.delete(&format!("/api/tokens/{}", token["id"].as_str().unwrap())).await.ok(204);
    }
    assert_eq!(every(&ada, "title").await, NAUGHTY);
    let export = ada.get("/api/account/export").await.ok(200);
    let exported = export["tasks"].as_array().unwrap().iter().filter(|task| task["title"] == task["description"]);
    assert_eq!(exported.count(), NAUGHTY.len());
    for number in 1..=NAUGHTY.len() {
        ada.delete(&format!("/api/tasks/{number}")).await.ok(204);
    }
    let trash = ada.get("/api/trash?limit=200").await.ok(200);
    assert!(NAUGHTY.iter().all(|text| holds(&trash, text)), "{trash}");
}

/// Whether this text stands somewhere in the document, whole.
fn holds(document: &Value, text: &str) -> bool {
    match document {
        Value::String(there) => there == text,
        Value::Array(values) => values.iter().any(|value| holds(value, text)),
        Value::Object(fields) => fields.values().any(|value| holds(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[tokio::test]
async fn nul_is_refused_by_name_everywhere() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "First"})).await.ok(201);
    let conversation = ada.say(None, "hello").await.ok(200)["conversation_id"].clone();
    let text = "a\u{0}b";
    let chat = format!("/api/{}/chat", ada.id);
    let answers = [
        ada.post("/api/tasks", json!({"title": text})).await,
        ada.post("/api/tasks", json!({"title": "x", "description": text})).await,
        ada.post("/api/tasks", json!({"title": "x", "labels": [text]})).await,
        ada.post("/api/tasks", json!({"title": "x", "recurrence": text})).await,
        ada.post("/api/tasks", json!({"title": "x", "due_date": text})).await,
        ada.patch("/api/tasks/1", json!({"title": text})).await,
        ada.patch("/api/auth/me", json!({"name": text})).await,
        ada.patch(&format!("/api/conversations/{conversation}"), json!({"title": text})).await,
        ada.post("/api/tokens", json!({"name": text, "scope": "read"})).await,
        ada.post(&chat, json!({"message": text})).await,
        ada.post("/v1/chat/completions", json!({"model": "saydo", "messages": [{"role": "user", "content": text}]}))
            .await,
        ada.post("/api/agui", json!({"threadId": text, "runId": "r", "messages": [{"role": "user", "content": "x"}]}))
            .await,
        app.anonymous().post("/api/auth/signup", json!({"email": format!("{text}@b.c"), "password": "12345678"})).await,
    ];
    for answer in answers {
        assert!([400, 422].contains(&answer.status), "{} {}", answer.status, answer.text);
    }
    let tool = Mcp::stateless(&ada).call("add_task", json!({"title": text})).await;
    assert!(Mcp::mistake(&tool).contains("NUL"), "{tool}");
    for query in ["q", "label", "sort", "cursor", "due_before", "completed"] {
        let answer = ada.get(&format!("/api/tasks?{query}=a%00b")).await;
        assert!([200, 422].contains(&answer.status), "{query}: {} {}", answer.status, answer.text);
    }
    let login = json!({"email": text, "password": text});
    app.anonymous().post("/api/auth/login", login).await.problem(401);
    assert_eq!(every(&ada, "title").await, ["First"]);
}

#[tokio::test]
async fn no_header_breaks_anything_or_comes_back() {
    let app = TestApp::with(&[("CORS_ORIGINS", "https://app.example.org"), ("SAYDO_TRUST_PROXY", "on")]).await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "First"})).await.ok(201);
    for (turn, name) in HEADERS.iter().enumerate() {
        // Every text somewhere, and many in every header.
        for text in NAUGHTY.iter().skip(turn % 4).step_by(4) {
            // What cannot stand in a header does not arrive.
            let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) else { continue };
            let reading = ada.request(Method::GET, "/api/tasks/1").header(*name, &value);
            let writing = ada.request(Method::PATCH, "/api/tasks/1").json(&json!({"priority": "low"}));
            for request in [reading, writing.header(*name, &value)] {
                let answer = Answer::of(request).await;
                assert!(answer.status < 500, "{name}: {text:?}: {} {}", answer.status, answer.text);
                let back = answer.headers.values().any(|there| text.len() > 8 && there == value);
                assert!(!back, "{name}: {text:?} came back");
            }
        }
    }
    ada.get("/api/tasks/1").await.ok(200);
}

#[tokio::test]
async fn keys_are_told_apart_byte_for_byte() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let keys = NAUGHTY.iter().filter(|text| text.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    let keys: Vec<String> = keys.flat_map(|text| [(*text).to_owned(), format!("{text}x")]).collect();
    for (number, key) in (1..).zip(&keys) {
        for replayed in ["", "true"] {
            let request = ada.request(Method::POST, "/api/tasks").header("idempotency-key", key);
            let answer = Answer::of(request.json(&json!({"title": "Milk"}))).await;
            assert_eq!(answer.ok(201)["id"], number, "{key}");
            assert_eq!(answer.header("idempotency-replayed"), replayed, "{key}");
        }
    }
}
