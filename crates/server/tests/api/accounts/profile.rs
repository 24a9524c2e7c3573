//! `PATCH /api/auth/me`, `GET /api/account/export`, `DELETE /api/account`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, PASSWORD, TestApp};

#[tokio::test]
async fn name_and_zone_can_be_changed_and_cleared() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let me = ada.patch("/api/auth/me", json!({"timezone": "america/new_york"})).await.ok(200);
    assert_eq!((&me["name"], &me["timezone"]), (&json!("ada"), &json!("America/New_York")));
    let me = ada.patch("/api/auth/me", json!({"name": "Countess 👑", "timezone": null})).await.ok(200);
    assert_eq!((&me["name"], &me["timezone"]), (&json!("Countess 👑"), &json!(null)));
    assert_eq!(ada.get("/api/auth/me").await.ok(200), me);
    let refused =
        ada.patch("/api/auth/me", json!({"name": "n".repeat(101), "timezone": "Mars/Olympus"})).await.refused();
    assert_eq!(refused, ["name", "timezone"]);
    assert_eq!(ada.patch("/api/auth/me", json!({"email": "x@example.com"})).await.refused(), ["email"]);
    assert_eq!(ada.get("/api/auth/me").await.ok(200), me);
}

#[tokio::test]
async fn a_planner_can_be_chosen_and_the_choice_be_left_to_the_server() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    assert_eq!(ada.get("/api/auth/me").await.ok(200)["planner"], json!(null));
    let me = ada.patch("/api/auth/me", json!({"planner": "offline"})).await.ok(200);
    assert_eq!((&me["planner"], &me["name"]), (&json!("offline"), &json!("ada")));
    assert_eq!(ada.patch("/api/auth/me", json!({"name": "Ada"})).await.ok(200)["planner"], json!("offline"));
    assert_eq!(bob.get("/api/auth/me").await.ok(200)["planner"], json!(null));
    assert_eq!(ada.patch("/api/auth/me", json!({"planner": "magic"})).await.refused(), ["planner"]);
    assert_eq!(ada.patch("/api/auth/me", json!({"planner": null})).await.ok(200)["planner"], json!(null));
}

#[tokio::test]
async fn the_export_holds_everything_of_this_user_only() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    bob.post("/api/tasks", json!({"title": "Bob's"})).await.ok(201);
    for title in ["Kept", "Binned"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    ada.delete("/api/tasks/2").await.ok(204);
    ada.say(None, "hello").await.ok(200);
    let export = ada.get("/api/account/export").await;
    assert_eq!(export.header("content-disposition"), "attachment; filename=\"saydo-export.json\"");
    let document = export.ok(200);
    assert_eq!(document["user"]["email"], ada.email);
    let titles: Vec<&str> =
        document["tasks"].as_array().unwrap().iter().map(|t| t["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(titles.contains(&"Kept") && titles.contains(&"Binned"));
    assert_eq!(document["conversations"][0]["messages"][0]["content"], "hello");
    assert_eq!(document["changes"].as_array().unwrap().len(), 3);
    assert!(!export.text.contains("Bob's") && !export.text.contains("$2b$"));
}

#[tokio::test]
async fn deleting_the_account_needs_the_password_and_takes_everything() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    for user in [&ada, &bob] {
        user.post("/api/tasks", json!({"title": "Mine"})).await.ok(201);
    }
    let delete = async |password: &str| {
        Answer::of(ada.request(Method::DELETE, "/api/account").json(&json!({"password": password}))).await
    };
    assert_eq!(delete("wrong password").await.refused(), ["password"]);
    ada.get("/api/auth/me").await.ok(200);
    delete(PASSWORD).await.ok(204);
    ada.get("/api/auth/me").await.problem(401);
    let login = json!({"email": ada.email, "password": PASSWORD});
    app.anonymous().post("/api/auth/login", login.clone()).await.problem(401);
    assert_eq!(bob.get("/api/tasks").await.ok(200).as_array().unwrap().len(), 1);
    app.anonymous().post("/api/auth/signup", login).await.ok(201);
}
