//! Tokens of a trusted outside issuer.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, mint, now};

const ISSUER: &str = "https://login.example.org";

#[tokio::test]
async fn a_trusted_issuers_user_is_made_on_first_sight() {
    let app = TestApp::with(&[("SAYDO_TRUSTED_ISSUERS", ISSUER)]).await;
    let exp = now().as_second() + 60;
    let claims = json!({"sub": "auth0|42", "iss": ISSUER, "exp": exp, "email": "Bob@Example.com", "name": "Bob"});
    let bob = app.anonymous().with_token(mint(&claims));
    let me = bob.get("/api/auth/me").await.ok(200);
    assert_eq!((&me["id"], &me["email"], &me["name"]), (&json!("auth0|42"), &json!("bob@example.com"), &json!("Bob")));
    bob.post("/api/tasks", json!({"title": "First"})).await.ok(201);
    let again = app.anonymous().with_token(mint(&json!({"sub": "auth0|42", "iss": ISSUER, "exp": exp + 1})));
    assert_eq!(again.get("/api/tasks").await.ok(200).as_array().unwrap().len(), 1);
    assert_eq!(again.get("/api/auth/me").await.ok(200), me);
}

#[tokio::test]
async fn an_email_that_is_taken_or_odd_is_left_out() {
    let app = TestApp::with(&[("SAYDO_TRUSTED_ISSUERS", ISSUER)]).await;
    let ada = app.user("ada").await;
    for (sub, email) in [("u1", json!(ada.email)), ("u2", json!("no address")), ("u3", json!(5)), ("u4", json!(null))] {
        let claims = json!({"sub": sub, "iss": ISSUER, "exp": now().as_second() + 60, "email": email});
        let me = app.anonymous().with_token(mint(&claims)).get("/api/auth/me").await.ok(200);
        assert_eq!((&me["id"], &me["email"]), (&json!(sub), &json!(null)));
    }
}

#[tokio::test]
async fn outside_tokens_can_be_revoked() {
    let app = TestApp::with(&[("SAYDO_TRUSTED_ISSUERS", ISSUER)]).await;
    let claims = json!({"sub": "u1", "iss": ISSUER, "exp": now().as_second() + 60, "iat": now().as_second() - 5});
    let bob = app.anonymous().with_token(mint(&claims));
    bob.get("/api/auth/me").await.ok(200);
    bob.post("/api/auth/logout-all", json!({})).await.ok(204);
    bob.get("/api/auth/me").await.problem(401);
}

#[tokio::test]
async fn without_a_list_only_our_own_tokens_pass() {
    let app = TestApp::start().await;
    let claims = json!({"sub": "u1", "iss": ISSUER, "exp": now().as_second() + 60});
    app.anonymous().with_token(mint(&claims)).get("/api/auth/me").await.problem(401);
}

#[tokio::test]
async fn without_a_password_it_takes_a_fresh_token() {
    let app = TestApp::with(&[("SAYDO_TRUSTED_ISSUERS", ISSUER)]).await;
    let token = |sub: &str, issued: Value| {
        let claims = json!({"sub": sub, "iss": ISSUER, "exp": now().as_second() + 600, "iat": issued});
        app.anonymous().with_token(mint(&claims))
    };
    let at = |ago: i64| json!(now().as_second() - ago);
    let erase = async |client: &Client| {
        Answer::of(client.request(Method::DELETE, "/api/account").json(&json!({"password": "anything"}))).await
    };
    let change = json!({"current_password": "anything", "new_password": "a password of my own"});
    for old in [Value::Null, at(301)] {
        let bob = token("u1", old);
        assert_eq!(erase(&bob).await.problem(403).1, "fresh_sign_in_needed");
        assert_eq!(bob.post("/api/auth/password", change.clone()).await.problem(403).1, "fresh_sign_in_needed");
        bob.get("/api/auth/me").await.ok(200);
    }
    erase(&token("u1", at(300))).await.ok(204);
    // Once there is a password it is asked for, however fresh the token.
    token("u2", at(0)).post("/api/auth/password", change).await.ok(204);
    assert_eq!(erase(&token("u2", json!(now().as_second() + 1))).await.refused(), ["password"]);
}
