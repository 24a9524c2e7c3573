//! Tokens of a trusted outside issuer.

use serde_json::json;

use crate::support::{TestApp, mint, now};

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
