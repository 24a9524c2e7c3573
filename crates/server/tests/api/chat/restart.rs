//! All state is in the database: a restart in the middle of a conversation changes nothing.

use serde_json::json;

use super::{decide, go_on, messages};
use crate::{
    support::TestApp,
    tasks::{every, make_all},
};

#[tokio::test]
async fn a_question_is_answered_after_a_restart() {
    for by_endpoint in [false, true] {
        let app = TestApp::start().await;
        let ada = app.user("ada").await;
        make_all(&ada, &["Milk", "Bread"]).await;
        let reply = ada.say(None, "delete all tasks").await.ok(200);
        let app = app.restart(&[]).await;
        let ada = ada.at(&app);
        let done = if by_endpoint {
            decide(&ada, &reply, json!({"decision": "accept"})).await.ok(200)
        } else {
            go_on(&ada, &reply, "yes").await
        };
        assert!(done["change_id"].is_string(), "{done}");
        assert_eq!(ada.get("/api/tasks").await.ok(200), json!([]));
        let app = app.restart(&[]).await;
        let ada = ada.at(&app);
        go_on(&ada, &reply, "undo").await;
        assert_eq!(every(&ada, "title").await, ["Milk", "Bread"]);
        assert_eq!(messages(&ada, &reply["conversation_id"]).await.len(), 6);
    }
}

#[tokio::test]
async fn what_was_shown_and_meant_is_remembered() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make_all(&ada, &["Milk", "Bread", "Eggs"]).await;
    let reply = ada.say(None, "show my tasks").await.ok(200);
    let shown = reply["tool_calls"][0]["result"]["tasks"][1]["task_id"].clone();
    assert!(shown.is_i64(), "{reply}");
    let app = app.restart(&[]).await;
    let done = go_on(&ada.at(&app), &reply, "mark the second one done").await;
    assert_eq!(done["tool_calls"][0]["params"]["task_id"], shown);
    let app = app.restart(&[]).await;
    let ada = ada.at(&app);
    let deleted = go_on(&ada, &reply, "delete it").await;
    assert_eq!(deleted["tool_calls"][0]["params"]["task_id"], shown);
    assert_eq!(every(&ada, "id").await.len(), 2);
}

#[tokio::test]
async fn two_servers_on_one_database_are_one() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let replica = app.replica().await;
    make_all(&ada, &["Milk", "Bread"]).await;
    let there = ada.at(&replica);
    let reply = ada.say(None, "delete all tasks").await.ok(200);
    go_on(&there, &reply, "yes").await;
    assert_eq!(ada.get("/api/tasks").await.ok(200), json!([]));
    decide(&ada, &reply, json!({"decision": "accept"})).await.problem(404);
    ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(every(&there, "title").await, ["Milk", "Bread"]);
}
