//! `POST /api/undo`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    support::{Answer, Client, TestApp},
    tasks::{all, every, make, make_all},
};

async fn undo(client: &Client, change: &str) -> Answer {
    client.post("/api/undo", json!({"change_id": change})).await
}

/// What a person sees of all tasks: versions and times of change are not content.
async fn content(client: &Client) -> Value {
    let mut tasks = all(client).await;
    for task in tasks.as_array_mut().unwrap() {
        task["version"] = Value::Null;
        task["updated_at"] = Value::Null;
    }
    tasks
}

#[tokio::test]
async fn every_kind_of_change_is_put_back_newest_first() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let fields =
        json!({"title": "x", "description": "d", "labels": ["a"], "due_date": "2026-03-12", "priority": "low"});
    let mut states = vec![content(&ada).await];
    let writes = [
        (Method::POST, "/api/tasks", fields),
        (Method::PATCH, "/api/tasks/1", json!({"title": "y", "labels": ["b"], "due_date": null})),
        (Method::PUT, "/api/tasks/1", json!({"description": null, "recurrence": "daily", "priority": "high"})),
        (Method::PATCH, "/api/tasks/1/complete", json!({})),
        (Method::PATCH, "/api/tasks/1/complete", json!({})),
        (Method::DELETE, "/api/tasks/1", json!({})),
        (Method::POST, "/api/trash/1/restore", json!({})),
        (Method::DELETE, "/api/tasks/1", json!({})),
    ];
    let mut changes = Vec::new();
    for (method, path, body) in writes {
        let answer = Answer::of(ada.request(method, path).json(&body)).await;
        assert!((200..205).contains(&answer.status), "{}", answer.text);
        changes.push(answer.header("x-change-id").to_owned());
        states.push(content(&ada).await);
    }
    for (change, state) in changes.iter().zip(&states).rev() {
        let answer = ada.post("/api/undo", json!({})).await;
        let undone = answer.ok(200);
        assert_eq!(
            (undone["undone"].as_str(), answer.header("x-change-id")),
            (Some(&**change), undone["change_id"].as_str().unwrap())
        );
        assert_eq!(content(&ada).await, *state, "{undone}");
    }
    let (detail, code) = ada.post("/api/undo", json!({})).await.problem(409);
    assert_eq!((detail.as_str(), code.as_str()), ("There is nothing to undo.", "nothing_to_undo"));
}

#[tokio::test]
async fn the_answer_says_what_was_put_back() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "Old"})).await;
    ada.patch("/api/tasks/1", json!({"title": "New"})).await.ok(200);
    // Without any body at all.
    let undone = Answer::of(ada.request(Method::POST, "/api/undo")).await.ok(200);
    assert_eq!(undone["summary"], "Undone: “Old” as before.");
    assert_eq!(undone["tasks"], all(&ada).await);
    assert_eq!(undone["tasks"][0]["version"], 3);
    let undone = ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(undone["summary"], "Undone: “Old” removed again.");
    assert_eq!(undone["tasks"], json!([]));
}

#[tokio::test]
async fn an_undo_of_an_undo_redoes_over_and_over() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "Old"})).await;
    let change = ada.patch("/api/tasks/1", json!({"title": "New"})).await.header("x-change-id").to_owned();
    let mut last = change.clone();
    for title in ["Old", "New", "Old", "New"] {
        let undone = undo(&ada, &last).await.ok(200);
        assert_eq!(undone["undone"], *last);
        assert_eq!(ada.get("/api/tasks/1").await.ok(200)["title"], title);
        assert_eq!(undo(&ada, &last).await.problem(409).1, "already_undone");
        last = undone["change_id"].as_str().unwrap().to_owned();
    }
    // The change is in force again, so it is the newest to undo.
    let undone = ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(undone["undone"], *change);
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["title"], "Old");
}

#[tokio::test]
async fn by_id_only_what_that_change_did() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make_all(&ada, &["a", "b"]).await;
    let change = ada.patch("/api/tasks/1", json!({"title": "A"})).await.header("x-change-id").to_owned();
    ada.patch("/api/tasks/2", json!({"title": "B"})).await.ok(200);
    undo(&ada, &change).await.ok(200);
    assert_eq!(every(&ada, "title").await, ["a", "B"]);
    assert_eq!(undo(&ada, &change).await.problem(409).0, "This was undone already.");
}

#[tokio::test]
async fn a_conflict_says_what_is_in_the_way_and_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make_all(&ada, &["a", "b"]).await;
    let conversation = ada.say(None, "delete all tasks").await.ok(200)["conversation_id"].as_i64();
    let change = ada.say(conversation, "yes").await.ok(200)["change_id"].as_str().unwrap().to_owned();
    ada.post("/api/trash/2/restore", json!({})).await.ok(200);
    let before = (all(&ada).await, ada.get("/api/trash").await.ok(200));
    let (detail, code) = undo(&ada, &change).await.problem(409);
    assert_eq!(code, "undo_conflict");
    assert_eq!(detail, "“b” (#2) was changed again since (Restored “b”); undo that change first.");
    assert_eq!((all(&ada).await, ada.get("/api/trash").await.ok(200)), before);
}

#[tokio::test]
async fn what_is_in_the_way_is_named_as_data_and_undone_it_is_no_more() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make_all(&ada, &["a", "b"]).await;
    let rename = async |number: i64, title: &str| {
        let answer = ada.patch(&format!("/api/tasks/{number}"), json!({"title": title})).await;
        answer.header("x-change-id").to_owned()
    };
    let first = rename(1, "A").await;
    rename(2, "B").await;
    let (second, third) = (rename(1, "AA").await, rename(1, "AAA").await);
    let refused = undo(&ada, &first).await;
    let (detail, code) = refused.problem(409);
    assert!(detail.starts_with("“AAA” (#1) was changed 2 times since"), "{detail}");
    assert_eq!(code, "undo_conflict");
    let in_the_way = refused.json()["in_the_way"].clone();
    assert_eq!((in_the_way.as_array().unwrap().len(), &in_the_way[0]["task_id"]), (1, &json!(1)));
    let changes = in_the_way[0]["changes"].as_array().unwrap();
    assert_eq!(changes.iter().map(|change| &change["change_id"]).collect::<Vec<_>>(), [&json!(third), &json!(second)]);
    assert_eq!((&changes[0]["door"], &changes[0]["agent"]), (&json!("rest"), &Value::Null));
    for change in [&third, &second, &first] {
        undo(&ada, change).await.ok(200);
    }
    assert_eq!(every(&ada, "title").await, ["a", "B"]);
}

#[tokio::test]
async fn in_the_chat_what_is_in_the_way_can_be_undone_first() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make_all(&ada, &["a"]).await;
    let rename =
        async |title: &str| ada.patch("/api/tasks/1", json!({"title": title})).await.header("x-change-id").to_owned();
    let first = rename("b").await;
    rename("c").await;
    rename("b").await;
    // Undone out of order: now the newest change cannot be undone before that.
    undo(&ada, &first).await.ok(200);
    let asked = ada.say(None, "undo").await.ok(200);
    assert!(asked["response"].as_str().unwrap().ends_with("Should I undo that change first?"), "{asked}");
    assert_eq!((&asked["pending"]["kind"], &asked["change_id"]), (&json!("confirm"), &Value::Null));
    let done = ada.say(asked["conversation_id"].as_i64(), "yes").await.ok(200);
    assert!(done["change_id"].is_string(), "{done}");
    assert_eq!(every(&ada, "title").await, ["c"]);
}

#[tokio::test]
async fn foreign_and_missing_changes_look_alike() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let change = ada.post("/api/tasks", json!({"title": "a"})).await.header("x-change-id").to_owned();
    let foreign = undo(&bob, &change).await;
    assert_eq!(foreign.problem(404), ("Change not found".to_owned(), "not_found".to_owned()));
    let missing = undo(&bob, &uuid::Uuid::now_v7().to_string()).await;
    assert_eq!(foreign.comparable(), missing.comparable());
    assert_eq!(undo(&bob, "nonsense").await.refused(), ["change_id"]);
    assert_eq!(bob.post("/api/undo", json!({"change_id": 7})).await.refused(), ["change_id"]);
    assert_eq!(bob.post("/api/undo", json!({"change": change})).await.refused(), ["change"]);
    assert_eq!(bob.post("/api/undo", json!({})).await.problem(409).1, "nothing_to_undo");
    assert_eq!(every(&ada, "title").await, ["a"]);
}

#[tokio::test]
async fn a_bulk_turn_is_undone_in_one() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make_all(&ada, &["a", "b", "c", "d", "e", "f", "g"]).await;
    let before = content(&ada).await;
    let asked = ada.say(None, "delete all tasks").await.ok(200);
    assert_eq!(asked["change_id"], Value::Null);
    assert_eq!(content(&ada).await, before);
    let done = ada.say(asked["conversation_id"].as_i64(), "yes").await.ok(200);
    assert_eq!(every(&ada, "id").await, Vec::<Value>::new());
    let undone = ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(undone["undone"], done["change_id"]);
    assert_eq!(content(&ada).await, before);
    undo(&ada, undone["change_id"].as_str().unwrap()).await.ok(200);
    assert_eq!(ada.get("/api/trash").await.header("x-total-count"), "7");
}
