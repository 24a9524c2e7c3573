//! How much anybody may ask for.

mod shared;

use std::time::Instant;

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn chat_turns_are_counted_per_user() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHAT_PER_MINUTE", "3")]).await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    for left in ["2", "1", "0"] {
        let answer = ada.say(None, "hello").await;
        answer.ok(200);
        assert_eq!((answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")), ("3", left));
    }
    let refused = ada.say(None, "hello").await;
    assert_eq!(refused.problem(429).1, "too_many_requests");
    assert!((1..=20).contains(&refused.header("retry-after").parse().unwrap()));
    bob.say(None, "hello").await.ok(200);
    ada.get("/api/tasks").await.ok(200);
}

#[tokio::test]
async fn changes_are_counted_by_the_day() {
    let settings = [("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHANGES_PER_DAY", "4"), ("SAYDO_NOW", "2026-03-11T23:00:00Z")];
    let app = TestApp::with(&settings).await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    // What changes nothing costs nothing.
    for _ in 0..5 {
        ada.post("/api/tasks", json!({})).await.ok(422);
        ada.post("/api/parse", json!({ "text": "call mom tomorrow" })).await.ok(200);
        ada.get("/api/tasks").await.ok(200);
    }
    let one = ada.post("/api/tasks", json!({ "title": "One" })).await.ok(201);
    let path = format!("/api/tasks/{}", one["id"]);
    ada.delete(&path).await.ok(204);
    // A task, and a turn of a conversation.
    ada.say(None, "add two").await.ok(200);
    for refused in [
        ada.post("/api/tasks", json!({ "title": "Three" })).await,
        ada.say(None, "add three").await,
        ada.post("/api/undo", json!({})).await,
    ] {
        assert_eq!(refused.problem(429).1, "too_many_requests");
        assert_eq!(refused.header("retry-after"), "3600");
    }
    assert_eq!(ada.get("/api/tasks").await.ok(200).as_array().unwrap().len(), 1);
    assert_eq!(ada.get("/api/conversations").await.ok(200)["conversations"].as_array().unwrap().len(), 1);
    bob.post("/api/tasks", json!({ "title": "One" })).await.ok(201);
    // Room can be made, and tomorrow is another day.
    ada.delete("/api/conversations").await.ok(200);
    let tomorrow = [settings[0], settings[1], ("SAYDO_NOW", "2026-03-12T00:00:00Z")];
    let tomorrow = app.replica_with(&tomorrow).await;
    ada.at(&tomorrow).post("/api/tasks", json!({ "title": "Three" })).await.ok(201);
}

#[tokio::test]
async fn sign_ins_are_counted_per_address() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_TRUST_PROXY", "on")]).await;
    let sign_up = async |from: &str| {
        let request =
            app.anonymous().request(reqwest::Method::POST, "/api/auth/signup").header("x-forwarded-for", from);
        crate::support::Answer::of(request.json(&json!({}))).await.status
    };
    let (began, mut passed) = (Instant::now(), 0);
    while sign_up(&format!("6.6.6.{passed}, 192.0.2.1")).await == 422 {
        passed += 1;
    }
    // Another one every three seconds.
    assert!((20..=20 + began.elapsed().as_secs() / 3).contains(&passed), "{passed}");
    assert_eq!(sign_up("192.0.2.2").await, 422);
}

/// Each leaves an audit event that is kept for a year.
#[tokio::test]
async fn tokens_and_new_passwords_are_counted_by_the_hour() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on")]).await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let robot = ada.post("/api/tokens", json!({"name": "robot", "scope": "read"})).await.ok(201);
    for (path, made) in [("/api/tokens", 1), ("/api/auth/password", 0)] {
        let (began, mut passed) = (Instant::now(), made);
        let refused = loop {
            let answer = ada.post(path, json!({})).await;
            if answer.status != 422 {
                break answer;
            }
            passed += 1;
        };
        // Another one every three minutes.
        assert!((20..=20 + began.elapsed().as_secs() / 180).contains(&passed), "{path}: {passed}");
        assert_eq!(refused.problem(429).1, "too_many_requests");
        assert!((1..=180).contains(&refused.header("retry-after").parse().unwrap()));
        bob.post(path, json!({})).await.problem(422);
    }
    ada.get("/api/tokens").await.ok(200);
    ada.delete(&format!("/api/tokens/{}", robot["id"].as_str().unwrap())).await.ok(204);
}

#[tokio::test]
async fn off_means_no_limits_and_no_headers() {
    let app = TestApp::with(&[("SAYDO_CHAT_PER_MINUTE", "1")]).await;
    let ada = app.user("ada").await;
    for _ in 0..5 {
        let answer = ada.say(None, "hello").await;
        answer.ok(200);
        assert_eq!(answer.header("ratelimit-limit"), "");
    }
}
