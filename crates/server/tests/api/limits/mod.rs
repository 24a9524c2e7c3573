//! How much anybody may ask for.

mod shared;

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
async fn sign_ins_are_counted_per_address() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_TRUST_PROXY", "on")]).await;
    let sign_up = async |from: &str| {
        let request =
            app.anonymous().request(reqwest::Method::POST, "/api/auth/signup").header("x-forwarded-for", from);
        crate::support::Answer::of(request.json(&json!({}))).await.status
    };
    for _ in 0..20 {
        assert_eq!(sign_up("6.6.6.6, 192.0.2.1").await, 422);
    }
    assert_eq!(sign_up("7.7.7.7, 192.0.2.1").await, 429);
    assert_eq!(sign_up("192.0.2.2").await, 422);
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
