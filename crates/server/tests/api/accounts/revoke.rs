//! Logout, logout everywhere, password change: tokens stop at once, also for other replicas on the same database.

use serde_json::json;

use crate::support::{Client, PASSWORD, TestApp};

async fn another_session(app: &TestApp, user: &Client, password: &str) -> Client {
    let login =
        app.anonymous().post("/api/auth/login", json!({"email": user.email, "password": password})).await.ok(200);
    user.with_token(login["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn logout_ends_this_token_only() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let phone = another_session(&app, &ada, PASSWORD).await;
    assert_eq!(ada.post("/api/auth/logout", json!({})).await.ok(204), json!(null));
    ada.get("/api/auth/me").await.problem(401);
    phone.get("/api/auth/me").await.ok(200);
}

#[tokio::test]
async fn logout_all_ends_every_token_and_nobody_elses() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let phone = another_session(&app, &ada, PASSWORD).await;
    ada.post("/api/auth/logout-all", json!({})).await.ok(204);
    ada.get("/api/auth/me").await.problem(401);
    phone.get("/api/auth/me").await.problem(401);
    bob.get("/api/auth/me").await.ok(200);
    another_session(&app, &ada, PASSWORD).await.get("/api/auth/me").await.ok(200);
}

#[tokio::test]
async fn a_new_password_ends_all_tokens_and_the_old_password() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let phone = another_session(&app, &ada, PASSWORD).await;
    let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
    assert_eq!(
        ada.post("/api/auth/password", change("wrong password", "a new password")).await.refused(),
        ["current_password"]
    );
    assert_eq!(ada.post("/api/auth/password", change(PASSWORD, "short")).await.refused(), ["new_password"]);
    ada.get("/api/auth/me").await.ok(200);
    ada.post("/api/auth/password", change(PASSWORD, "a new password")).await.ok(204);
    ada.get("/api/auth/me").await.problem(401);
    phone.get("/api/auth/me").await.problem(401);
    app.anonymous().post("/api/auth/login", json!({"email": ada.email, "password": PASSWORD})).await.problem(401);
    another_session(&app, &ada, "a new password").await.get("/api/auth/me").await.ok(200);
}

#[tokio::test]
async fn another_server_on_the_same_database_hears_of_it_at_once() {
    let app = TestApp::start().await;
    let other = app.replica().await;
    let ada = app.user("ada").await;
    let there = other.anonymous().with_token(ada.token.clone().unwrap());
    there.get("/api/auth/me").await.ok(200);
    ada.post("/api/auth/logout", json!({})).await.ok(204);
    there.get("/api/auth/me").await.problem(401);
    let phone = another_session(&app, &ada, PASSWORD).await;
    let there = other.anonymous().with_token(phone.token.clone().unwrap());
    there.get("/api/auth/me").await.ok(200);
    phone.post("/api/auth/logout-all", json!({})).await.ok(204);
    there.get("/api/auth/me").await.problem(401);
}
