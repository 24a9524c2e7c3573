//! `POST /api/auth/signup`.

use serde_json::json;

use crate::support::{Answer, NOW, PASSWORD, TestApp};

#[tokio::test]
async fn makes_an_account_that_can_log_in() {
    let app = TestApp::start().await;
    let body = json!({"email": " Ada@Example.com ", "password": PASSWORD, "name": "  Ada Lovelace "});
    let user = app.anonymous().post("/api/auth/signup", body).await.ok(201);
    assert_eq!(user["email"], "ada@example.com");
    assert_eq!(user["name"], "Ada Lovelace");
    assert_eq!(user["created_at"], NOW);
    let login = json!({"email": "ADA@EXAMPLE.COM", "password": PASSWORD});
    assert_eq!(app.anonymous().post("/api/auth/login", login).await.ok(200)["user"], user);
}

#[tokio::test]
async fn an_email_has_one_account() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let again = json!({"email": "ADA@example.com", "password": "another password"});
    let answer = app.anonymous().post("/api/auth/signup", again).await;
    assert_eq!(answer.problem(400), ("Email already registered".to_owned(), "email_taken".to_owned()));
    ada.get("/api/auth/me").await.ok(200);
}

#[tokio::test]
async fn two_sign_ups_at_once_make_one_account() {
    let app = TestApp::start().await;
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let (one, two) = (app.anonymous(), app.anonymous());
    let (one, two) = tokio::join!(one.post("/api/auth/signup", body.clone()), two.post("/api/auth/signup", body));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400]);
}

#[tokio::test]
async fn every_mistake_is_named() {
    let app = TestApp::start().await;
    let refused = async |body| app.anonymous().post("/api/auth/signup", body).await.refused();
    assert_eq!(refused(json!({})).await, ["email"]);
    assert_eq!(
        refused(json!({"email": "x", "password": "short", "name": "n".repeat(101)})).await,
        ["email", "password", "name"]
    );
    assert_eq!(refused(json!({"email": "a@b.c", "password": PASSWORD, "admin": true})).await, ["admin"]);
    assert_eq!(refused(json!({"email": 5, "password": PASSWORD})).await, ["email"]);
}

#[tokio::test]
async fn passwords_are_8_to_72_bytes_as_typed() {
    let app = TestApp::start().await;
    let body = |password: &str| json!({"email": "ada@example.com", "password": password});
    for bad in ["1234567".to_owned(), "é".repeat(37)] {
        assert_eq!(app.anonymous().post("/api/auth/signup", body(&bad)).await.refused(), ["password"]);
    }
    let spaced = format!("  {}  ", "🔑".repeat(17));
    assert_eq!(spaced.len(), 72);
    app.anonymous().post("/api/auth/signup", body(&spaced)).await.ok(201);
    app.anonymous().post("/api/auth/login", body(&spaced)).await.ok(200);
    app.anonymous().post("/api/auth/login", body(spaced.trim())).await.problem(401);
}

#[tokio::test]
async fn nobody_signs_up_where_it_is_closed() {
    let app = TestApp::with(&[("SAYDO_SIGNUP", "closed")]).await;
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let (detail, code) = app.anonymous().post("/api/auth/signup", body.clone()).await.problem(403);
    assert!(code == "signup_closed" && detail.contains("saydo user create"), "{code}: {detail}");
    let forged = app.anonymous().request(reqwest::Method::POST, "/api/auth/signup");
    let forged = Answer::of(forged.header("x-saydo-operator", "let me in").json(&body)).await;
    assert_eq!(forged.problem(403).1, "signup_closed");
    // The web app learns of it with what it asks anyway.
    assert_eq!(app.anonymous().get("/api/auth/me").await.header("saydo-signup"), "closed");
    let open = TestApp::start().await;
    assert_eq!(open.anonymous().get("/api/auth/me").await.header("saydo-signup"), "");
}
