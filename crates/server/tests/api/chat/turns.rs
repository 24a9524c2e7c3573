//! A turn: its effects, its answer, and what is stored of it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{go_on, messages};
use crate::{
    support::{Answer, NOW, TestApp},
    tasks::{all, every, in_zone, make_all, text::NAUGHTY},
};

#[tokio::test]
async fn a_reply_has_the_shape_of_the_contract() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let body = json!({"message": "Remember to call mom tomorrow"});
    let answer = in_zone(&ada, "Europe/Berlin", Method::POST, &format!("/api/{}/chat", ada.id), body).await;
    let reply = answer.ok(200);
    let fields: Vec<_> = reply.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["answered_by", "change_id", "conversation_id", "pending", "response", "tool_calls"]);
    assert_eq!(reply["answered_by"], "offline");
    assert_eq!(reply["pending"], Value::Null);
    assert!(reply["response"].as_str().unwrap().starts_with("Added “Call mom”, due tomorrow"), "{}", reply["response"]);
    let tasks = all(&ada).await;
    assert_eq!((&tasks[0]["title"], &tasks[0]["due_date"]), (&json!("Call mom"), &json!("2026-03-12")));
    let call = &reply["tool_calls"][0];
    assert!(call["id"].is_string());
    assert_eq!(call["tool"], "add_task");
    assert_eq!(call["params"], json!({"title": "Call mom", "due_date": "2026-03-12"}));
    let result = json!({
        "task_id": 1, "title": "Call mom", "description": null, "completed": false, "completed_at": null,
        "priority": "medium", "due_date": "2026-03-12", "recurrence": null, "labels": [], "created_at": NOW,
        "updated_at": NOW, "version": 1,
    });
    assert_eq!(call["result"], result);
    let undone = ada.post("/api/undo", json!({"change_id": reply["change_id"]})).await.ok(200);
    assert_eq!(undone["undone"], reply["change_id"]);
    assert_eq!(all(&ada).await, json!([]));
}

#[tokio::test]
async fn the_stories_have_their_effects() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let empty = ada.say(None, "show my tasks").await.ok(200);
    assert_eq!(empty["response"], "You don't have any tasks yet. Would you like to add one?");
    let reply = ada.say(None, "buy milk").await.ok(200);
    assert_eq!(reply["response"], "Added “Buy milk”.");
    let list = go_on(&ada, &reply, "show my tasks").await;
    assert!(list["response"].as_str().unwrap().contains("Buy milk"), "{list}");
    let call = &list["tool_calls"][0];
    assert_eq!(
        (&call["tool"], &call["result"]["count"], &call["result"]["total"]),
        (&json!("list_tasks"), &json!(1), &json!(1))
    );
    assert_eq!(call["result"]["tasks"][0]["title"], "Buy milk");
    assert_eq!(list["change_id"], Value::Null);
    let done = go_on(&ada, &reply, "mark 1 done").await;
    assert_eq!(done["response"], "Marked “Buy milk” as complete.");
    let expected = json!({"task_id": 1, "title": "Buy milk", "completed": true, "updated_at": NOW});
    assert_eq!(
        (&done["tool_calls"][0]["tool"], &done["tool_calls"][0]["result"]),
        (&json!("complete_task"), &expected)
    );
    assert_eq!(every(&ada, "completed").await, [true]);
    let again = go_on(&ada, &reply, "mark 1 done").await;
    assert_eq!((&again["change_id"], every(&ada, "version").await), (&Value::Null, vec![json!(2)]));
    let deleted = go_on(&ada, &reply, "delete task 1").await;
    assert_eq!(deleted["response"], "Deleted “Buy milk”. Say “undo” to get it back.");
    let expected = json!({"task_id": 1, "deleted": true, "title": "Buy milk"});
    assert_eq!(
        (&deleted["tool_calls"][0]["tool"], &deleted["tool_calls"][0]["result"]),
        (&json!("delete_task"), &expected)
    );
    let undone = go_on(&ada, &reply, "undo").await;
    assert_eq!(undone["tool_calls"][0]["tool"], "undo");
    assert_eq!(every(&ada, "completed").await, [true]);
    let missing = go_on(&ada, &reply, "mark 7 done").await;
    assert_eq!(missing["response"], "I couldn't find that task. Would you like to see your task list?");
    assert_eq!(missing["change_id"], Value::Null);
}

#[tokio::test]
async fn another_users_tasks_are_out_of_reach() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    make_all(&ada, &["Secret plan", "Other"]).await;
    let before = all(&ada).await;
    for message in
        ["mark 1 done", "delete task 1", "delete all tasks", "mark secret plan done", "undo", "show my tasks"]
    {
        let reply = bob.say(None, message).await.ok(200);
        assert!(!reply.to_string().contains("Secret"), "{message}: {reply}");
        assert_eq!(reply["change_id"], Value::Null, "{message}");
    }
    assert_eq!(all(&ada).await, before);
}

#[tokio::test]
async fn messages_are_stored_as_sent_but_for_surrounding_white_space() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for text in NAUGHTY {
        let reply = ada.say(None, &format!(" \u{3000}\n{text}\t ")).await.ok(200);
        let stored = messages(&ada, &reply["conversation_id"]).await;
        assert_eq!(stored.len(), 2);
        assert_eq!((stored[0]["role"].as_str(), stored[0]["content"].as_str()), (Some("user"), Some(text)));
        assert_eq!(stored[1]["content"], reply["response"]);
    }
    let inner = "a  b\r\n\r\n\tc   d";
    let reply = ada.say(None, inner).await.ok(200);
    assert_eq!(messages(&ada, &reply["conversation_id"]).await[0]["content"], inner);
}

#[tokio::test]
async fn a_conversation_is_resumed() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let first = ada.say(None, "buy milk").await.ok(200);
    let other = ada.say(None, "buy bread").await.ok(200);
    assert_ne!(first["conversation_id"], other["conversation_id"]);
    let second = go_on(&ada, &first, "mark it done").await;
    assert_eq!(second["conversation_id"], first["conversation_id"]);
    assert_eq!(every(&ada, "completed").await, [true, false]);
    assert_eq!(messages(&ada, &first["conversation_id"]).await.len(), 4);
    assert_eq!(messages(&ada, &other["conversation_id"]).await.len(), 2);
}

#[tokio::test]
async fn a_repeated_turn_is_one_turn() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let send = async |message: &str, key: &str| {
        let request = ada.request(Method::POST, &format!("/api/{}/chat", ada.id)).header("idempotency-key", key);
        Answer::of(request.json(&json!({"message": message}))).await
    };
    let first = send("buy milk", "k1").await;
    let again = send("buy milk", "k1").await;
    assert_eq!(first.ok(200), again.ok(200));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(send("buy bread", "k1").await.problem(422).1, "idempotency_key_reused");
    assert_eq!(every(&ada, "title").await, ["Buy milk"]);
    assert_eq!(messages(&ada, &first.json()["conversation_id"]).await.len(), 2);
    let answers = futures_util::future::join_all((0..8).map(|_| send("buy eggs", "k2"))).await;
    assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)));
    assert_eq!(send("buy eggs", "k2").await.status, 200);
    assert_eq!(every(&ada, "title").await, ["Buy milk", "Buy eggs"]);
    let conversations = ada.get("/api/conversations").await.ok(200);
    assert_eq!(conversations["conversations"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn turns_of_one_conversation_at_once_lose_nothing() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let first = ada.say(None, "hello").await.ok(200);
    let texts: Vec<String> = (0..12).map(|n| format!("add task \"Number {n}\"")).collect();
    let replies = futures_util::future::join_all(texts.iter().map(|text| go_on(&ada, &first, text))).await;
    assert!(replies.iter().all(|reply| reply["tool_calls"][0]["tool"] == "add_task"), "{replies:?}");
    assert_eq!(every(&ada, "id").await.len(), 12);
    let stored = messages(&ada, &first["conversation_id"]).await;
    let roles: Vec<_> = stored.iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant"].repeat(13), "each message has its answer right behind it");
}
