//! A conversation belongs to no server.

use serde_json::json;

use super::{everywhere, three};
use crate::{
    chat::{asked_about, decide, go_on, messages},
    tasks::{every, make_all},
};

#[tokio::test]
async fn it_goes_on_at_another_server_in_the_middle_of_a_question() {
    let replicas = three().await;
    let [here, there, elsewhere] = everywhere(&replicas[0].user("ada").await, &replicas);
    make_all(&here, &["Milk", "Bread"]).await;
    let reply = here.say(None, "delete all tasks").await.ok(200);
    assert_eq!(asked_about(&reply), json!([[1, "Milk"], [2, "Bread"]]));
    let done = go_on(&there, &reply, "yes").await;
    assert!(done["change_id"].is_string(), "{done}");
    assert_eq!(every(&elsewhere, "title").await, [""; 0]);
    // Answered once, it is answered everywhere.
    decide(&here, &reply, json!({"decision": "accept"})).await.problem(404);
    go_on(&elsewhere, &reply, "undo").await;
    assert_eq!(every(&here, "title").await, ["Milk", "Bread"]);
    let said = messages(&there, &reply["conversation_id"]).await;
    assert_eq!(said.len(), 6);
}

#[tokio::test]
async fn what_was_shown_at_one_is_meant_at_another() {
    let replicas = three().await;
    let [here, there, elsewhere] = everywhere(&replicas[0].user("ada").await, &replicas);
    make_all(&here, &["Milk", "Bread", "Eggs"]).await;
    let reply = here.say(None, "show my tasks").await.ok(200);
    let shown = reply["tool_calls"][0]["result"]["tasks"][1]["task_id"].clone();
    let done = go_on(&there, &reply, "mark the second one done").await;
    assert_eq!((shown.is_i64(), &done["tool_calls"][0]["params"]["task_id"]), (true, &shown));
    let deleted = go_on(&elsewhere, &reply, "delete it").await;
    assert_eq!(deleted["tool_calls"][0]["params"]["task_id"], shown);
}
