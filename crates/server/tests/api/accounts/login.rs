//! `POST /api/auth/login` and what a token is good for.

use std::time::Instant;

use futures_util::future::join_all;
use serde_json::{Value, json};
use testbed::{Durability, Postgres, ROLE};

use crate::{
    database::Engine,
    support::{PASSWORD, SECRET, TestApp, mint, now},
};

#[tokio::test]
async fn answers_with_a_token_of_ours() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let login =
        app.anonymous().post("/api/auth/login", json!({"email": ada.email, "password": PASSWORD})).await.ok(200);
    assert_eq!(login["token_type"], "bearer");
    assert_eq!(login["expires_in"], 7 * 24 * 3600);
    let mut checks = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    checks.validate_exp = false;
    let key = jsonwebtoken::DecodingKey::from_secret(SECRET.as_bytes());
    let claims = jsonwebtoken::decode::<Value>(login["access_token"].as_str().unwrap(), &key, &checks).unwrap().claims;
    assert_eq!(claims["sub"], ada.id);
    assert_eq!(claims["email"], ada.email);
    assert_eq!(claims["iss"], "todo-api");
    assert_eq!(claims["iat"], now().as_second());
    assert_eq!(claims["exp"], now().as_second() + 7 * 24 * 3600);
    assert!(claims["jti"].is_string());
}

#[tokio::test]
async fn known_and_unknown_emails_get_the_same_answer() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let wrong =
        app.anonymous().post("/api/auth/login", json!({"email": ada.email, "password": "wrong password"})).await;
    let nobody =
        app.anonymous().post("/api/auth/login", json!({"email": "no@example.com", "password": PASSWORD})).await;
    let odd =
        app.anonymous().post("/api/auth/login", json!({"email": "no address", "password": "x".repeat(100)})).await;
    assert_eq!(wrong.problem(401), ("Invalid credentials".to_owned(), "invalid_credentials".to_owned()));
    assert_eq!(wrong.comparable(), nobody.comparable());
    assert_eq!(wrong.comparable(), odd.comparable());
}

#[tokio::test]
async fn failures_slow_down_and_say_when_to_come_back() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on")]).await;
    let ada = app.user("ada").await;
    for email in [ada.email.as_str(), "no@example.com"] {
        let body = json!({"email": email, "password": "wrong password"});
        let mut tried = 0;
        // On a slow machine a wait may be over before the next try: they double until one is not.
        let refused = loop {
            let answer = app.anonymous().post("/api/auth/login", body.clone()).await;
            if answer.status == 429 {
                break answer;
            }
            answer.problem(401);
            tried += 1;
        };
        refused.problem(429);
        assert!((5..10).contains(&tried), "{tried} tries");
        let seconds: u32 = refused.header("retry-after").parse().unwrap();
        assert!((1..=1 << (tried - 5)).contains(&seconds), "{seconds} s after {tried} tries");
    }
}

/// Nobody keeps a person from changing their password by failed logins with the person's id.
#[tokio::test]
async fn a_login_with_an_id_is_no_confirmation() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on")]).await;
    let ada = app.user("ada").await;
    let body = json!({"email": ada.id, "password": "wrong password"});
    let nobody = app.anonymous();
    let answers = join_all((0..7).map(|_| nobody.post("/api/auth/login", body.clone()))).await;
    assert!(answers.iter().any(|answer| answer.status == 429), "{answers:?}");
    let new = json!({"current_password": PASSWORD, "new_password": "another good one"});
    ada.post("/api/auth/password", new).await.ok(204);
}

/// Tries that nobody could look at are not held against anybody.
#[tokio::test]
async fn what_fails_by_our_fault_does_not_count() {
    let cluster = Postgres::start(Durability::OfProcess);
    cluster.create_database("app");
    let url = cluster.url("app", ROLE);
    let settings = [("DATABASE_URL", url.as_str()), ("DB_POOL_TIMEOUT", "1"), ("SAYDO_RATE_LIMITS", "on")];
    let app = TestApp::on(Engine::Sqlite, &settings).await;
    let ada = app.user("ada").await;
    let log_in =
        async || app.anonymous().post("/api/auth/login", json!({"email": ada.email, "password": PASSWORD})).await;
    cluster.stop_immediate();
    // One after the other: of many at once only a few are looked at, whatever comes of them.
    for _ in 0..8 {
        log_in().await.problem(503);
    }
    cluster.start_again();
    let began = Instant::now();
    let mut answer = log_in().await;
    while answer.status == 503 {
        assert!(began.elapsed().as_secs() < 60, "{answer:?}");
        answer = log_in().await;
    }
    answer.ok(200);
}

#[tokio::test]
async fn a_hand_minted_token_of_an_existing_user_works() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let exp = now().as_second() + 60;
    let token = |claims| ada.with_token(mint(&claims));
    let good = json!({"sub": ada.id, "iss": "todo-api", "exp": exp});
    token(good).get("/api/auth/me").await.ok(200);
    for bad in [
        json!({"sub": "nobody", "iss": "todo-api", "exp": exp}),
        json!({"sub": ada.id, "iss": "todo-api"}),
        json!({"sub": ada.id, "iss": "todo-api", "exp": now().as_second()}),
        json!({"sub": ada.id, "iss": "somebody", "exp": exp}),
        json!({"sub": ada.id, "exp": exp}),
        json!({"sub": ada.id, "iss": "todo-api", "exp": exp, "gen": 7}),
    ] {
        let answer = token(bad.clone()).get("/api/auth/me").await;
        assert_eq!(answer.problem(401).1, "unauthorized", "{bad}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn headers_that_are_no_bearer_token_are_refused() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let token = ada.token.clone().unwrap();
    for value in ["Bearer", "Bearer ", "Basic YTpi", token.as_str(), "Bearer a.b.c"] {
        let request = app.anonymous().request(reqwest::Method::GET, "/api/auth/me").header("authorization", value);
        crate::support::Answer::of(request).await.problem(401);
    }
}
