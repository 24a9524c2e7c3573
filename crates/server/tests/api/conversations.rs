//! `/api/conversations`.

use serde_json::{Value, json};

use crate::{
    support::{Client, NOW, TestApp},
    tasks::every,
};

/// Begins conversations with these messages; gives their ids.
async fn begin(client: &Client, messages: &[&str]) -> Vec<i64> {
    let mut ids = Vec::new();
    for message in messages {
        ids.push(client.say(None, message).await.ok(200)["conversation_id"].as_i64().unwrap());
    }
    ids
}

async fn listed(client: &Client) -> Vec<i64> {
    let list = client.get("/api/conversations").await.ok(200);
    list["conversations"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_one_last_spoken_in_comes_first_though_the_clock_stands_still() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let ids = begin(&ada, &["buy milk", "hello", "show my tasks"]).await;
    assert_eq!(listed(&ada).await, [ids[2], ids[1], ids[0]]);
    ada.say(Some(ids[0]), "show my tasks").await.ok(200);
    assert_eq!(listed(&ada).await, [ids[0], ids[2], ids[1]]);
    let first = ada.get("/api/conversations").await.ok(200)["conversations"][0].clone();
    let expected = json!({"id": ids[0], "title": "buy milk", "created_at": NOW, "updated_at": NOW, "message_count": 4});
    assert_eq!(first, expected);
    assert_eq!(ada.get("/api/conversations/latest").await.ok(200)["conversation_id"], ids[0]);
}

#[tokio::test]
async fn the_latest_may_be_none() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let none = ada.get("/api/conversations/latest").await.ok(200);
    assert_eq!((&none["conversation_id"], &none["messages"]), (&Value::Null, &json!([])));
    assert_eq!(ada.get("/api/conversations").await.ok(200), json!({"conversations": []}));
    let id = begin(&ada, &["hello"]).await[0];
    let latest = ada.get("/api/conversations/latest").await.ok(200);
    assert_eq!(latest, ada.get(&format!("/api/conversations/{id}/messages")).await.ok(200));
}

#[tokio::test]
async fn messages_are_given_in_order_with_their_calls() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let added = ada.say(None, "  buy milk \n").await.ok(200);
    let id = added["conversation_id"].as_i64().unwrap();
    let greeted = ada.say(Some(id), "hello").await.ok(200);
    let view = ada.get(&format!("/api/conversations/{id}/messages")).await.ok(200);
    assert_eq!(view["conversation_id"], id);
    let messages = view["messages"].as_array().unwrap();
    let told: Vec<_> = messages.iter().map(|m| (m["role"].as_str().unwrap(), m["content"].clone())).collect();
    let expected = [
        ("user", json!("buy milk")),
        ("assistant", added["response"].clone()),
        ("user", json!("hello")),
        ("assistant", greeted["response"].clone()),
    ];
    assert_eq!(told, expected);
    let calls: Vec<_> = messages.iter().map(|m| m["tool_calls"].clone()).collect();
    assert_eq!(calls, [Value::Null, added["tool_calls"].clone(), Value::Null, Value::Null]);
    assert!(messages.windows(2).all(|two| two[0]["id"].as_i64() < two[1]["id"].as_i64()));
    assert!(messages.iter().all(|message| message["created_at"] == NOW));
}

#[tokio::test]
async fn a_title_can_be_given() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let ids = begin(&ada, &["hello", "hello"]).await;
    let path = format!("/api/conversations/{}", ids[0]);
    let renamed = ada.patch(&path, json!({"title": "  Groceries "})).await.ok(200);
    let expected =
        json!({"id": ids[0], "title": "Groceries", "created_at": NOW, "updated_at": NOW, "message_count": 2});
    assert_eq!(renamed, expected);
    assert_eq!(listed(&ada).await, [ids[1], ids[0]], "a new name is no new message");
    ada.patch(&path, json!({"title": "日".repeat(200)})).await.ok(200);
    for bad in [json!(""), json!(" \n"), json!("日".repeat(201)), json!("a\0b"), json!(5), Value::Null] {
        assert_eq!(ada.patch(&path, json!({"title": bad})).await.refused(), ["title"], "{bad}");
    }
    assert_eq!(ada.patch(&path, json!({})).await.refused(), ["title"]);
    assert_eq!(ada.patch(&path, json!({"title": "x", "id": 5})).await.refused(), ["id"]);
    assert_eq!(ada.get("/api/conversations").await.ok(200)["conversations"][1]["title"], "日".repeat(200));
}

#[tokio::test]
async fn a_long_first_message_becomes_a_short_title() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    begin(&ada, &["hello", &"👍".repeat(10_000), "hello\nsecond line"]).await;
    let list = ada.get("/api/conversations").await.ok(200);
    let titles: Vec<_> = (0..3).map(|n| list["conversations"][n]["title"].clone()).collect();
    assert_eq!(titles, [json!("hello"), json!(format!("{}…", "👍".repeat(60))), json!("hello")]);
}

#[tokio::test]
async fn deleting_takes_the_messages_and_leaves_the_tasks() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let ids = begin(&ada, &["buy milk", "hello", "hello"]).await;
    let bobs = begin(&bob, &["hello"]).await;
    let path = format!("/api/conversations/{}", ids[0]);
    let deleted = ada.delete(&path).await.ok(200);
    assert_eq!(deleted, json!({"success": true, "deleted_conversation_id": ids[0]}));
    assert_eq!(listed(&ada).await, [ids[2], ids[1]]);
    assert_eq!(ada.delete(&path).await.problem(404).0, "Conversation not found");
    ada.get(&format!("{path}/messages")).await.problem(404);
    assert_eq!(ada.say(Some(ids[0]), "hello").await.problem(404).0, "Conversation not found");
    assert_eq!(ada.delete("/api/conversations").await.ok(200), json!({"success": true, "deleted_count": 2}));
    assert_eq!(ada.delete("/api/conversations").await.ok(200), json!({"success": true, "deleted_count": 0}));
    assert_eq!(listed(&ada).await, Vec::<i64>::new());
    assert_eq!(listed(&bob).await, bobs);
    assert_eq!(every(&ada, "id").await, [1]);
    // What was done in a conversation that is gone can still be undone.
    ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(every(&ada, "id").await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_anothers_looks_like_what_is_missing() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let id = begin(&ada, &["hello"]).await[0];
    let before = ada.get(&format!("/api/conversations/{id}/messages")).await.ok(200);
    let gone = id + 1000;
    let title = || json!({"title": "Mine"});
    for (foreign, missing) in [
        (bob.say(Some(id), "buy milk").await, bob.say(Some(gone), "buy milk").await),
        (bob.say(Some(id), "buy milk").await, bob.say(Some(-1), "buy milk").await),
        (bob.say(Some(id), "buy milk").await, bob.say(Some(i64::MAX), "buy milk").await),
        (
            bob.get(&format!("/api/conversations/{id}/messages")).await,
            bob.get(&format!("/api/conversations/{gone}/messages")).await,
        ),
        (
            bob.patch(&format!("/api/conversations/{id}"), title()).await,
            bob.patch(&format!("/api/conversations/{gone}"), title()).await,
        ),
        (
            bob.delete(&format!("/api/conversations/{id}")).await,
            bob.delete(&format!("/api/conversations/{gone}")).await,
        ),
    ] {
        assert_eq!(foreign.problem(404), ("Conversation not found".to_owned(), "not_found".to_owned()));
        let bytes = |answer: &crate::support::Answer| answer.text.replace(answer.header("x-request-id"), "");
        assert_eq!(bytes(&foreign), bytes(&missing));
    }
    assert_eq!(ada.get(&format!("/api/conversations/{id}/messages")).await.ok(200), before);
    assert_eq!(every(&bob, "id").await, Vec::<Value>::new());
    assert_eq!(listed(&bob).await, Vec::<i64>::new());
}

/// The address of the next page.
fn next(answer: &crate::support::Answer) -> Option<String> {
    let link = answer.header("link");
    (!link.is_empty()).then(|| link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

/// Walks all pages; gives the ids of each.
async fn walk(client: &Client, first: &str, list: &str, total: &str) -> Vec<Vec<i64>> {
    let mut pages: Vec<Vec<i64>> = Vec::new();
    let mut path = Some(first.to_owned());
    while let Some(here) = path {
        assert!(pages.len() < 9, "{first} never ends");
        let answer = client.get(&here).await;
        let page = answer.ok(200)[list].as_array().unwrap().clone();
        pages.push(page.iter().map(|one| one["id"].as_i64().unwrap()).collect());
        assert_eq!(answer.header("x-total-count"), total);
        path = next(&answer);
    }
    pages
}

#[tokio::test]
async fn conversations_come_in_pages() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let ids = begin(&ada, &["hello"; 5]).await;
    begin(&bob, &["hello"; 2]).await;
    let expected = [vec![ids[4], ids[3]], vec![ids[2], ids[1]], vec![ids[0]]];
    assert_eq!(walk(&ada, "/api/conversations?limit=2", "conversations", "5").await, expected);
    let first = ada.get("/api/conversations?limit=2").await;
    ada.say(Some(ids[1]), "hello").await.ok(200);
    ada.delete(&format!("/api/conversations/{}", ids[3])).await.ok(200);
    let rest = walk(&ada, &next(&first).unwrap(), "conversations", "4").await;
    assert_eq!(rest, [[ids[2], ids[0]]], "what moved to the front is not told again behind it");
    let whole = ada.get("/api/conversations").await;
    assert_eq!((next(&whole), whole.ok(200)["conversations"].as_array().unwrap().len()), (None, 4));
    assert_eq!(walk(&ada, "/api/conversations?limit=5", "conversations", "4").await.len(), 1);
}

#[tokio::test]
async fn messages_come_in_pages_from_the_end() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let id = begin(&ada, &["hello"]).await[0];
    begin(&ada, &["elsewhere"]).await;
    for _ in 0..2 {
        ada.say(Some(id), "hello").await.ok(200);
    }
    let path = format!("/api/conversations/{id}/messages");
    let all = walk(&ada, &path, "messages", "6").await.concat();
    assert_eq!(all.len(), 6);
    let pages = walk(&ada, &format!("{path}?limit=4"), "messages", "6").await;
    assert_eq!(pages, [&all[2..], &all[..2]]);
    let first = ada.get(&format!("{path}?limit=4")).await;
    ada.say(Some(id), "hello").await.ok(200);
    assert_eq!(walk(&ada, &next(&first).unwrap(), "messages", "8").await, [&all[..2]]);
    let question = ada.say(Some(id), "delete all tasks").await.ok(200);
    let older = ada.get(&next(&first).unwrap()).await.ok(200);
    assert_eq!(older["pending"], question["pending"], "a question waits on every page");
}

#[tokio::test]
async fn pages_are_refused_by_name() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let ids = begin(&ada, &["hello", "hello"]).await;
    let messages = format!("/api/conversations/{}/messages", ids[0]);
    let cursor = |answer: &crate::support::Answer| next(answer).unwrap().split("cursor=").nth(1).unwrap().to_owned();
    let of_conversations = cursor(&ada.get("/api/conversations?limit=1").await);
    let of_messages = cursor(&ada.get(&format!("{messages}?limit=1")).await);
    for (path, foreign) in [("/api/conversations", &of_messages), (&messages, &of_conversations)] {
        for limit in ["0", "201", "-1", "x", ""] {
            assert_eq!(ada.get(&format!("{path}?limit={limit}")).await.refused(), ["limit"], "{limit}");
        }
        for bad in ["", "0", "zz", foreign] {
            assert_eq!(ada.get(&format!("{path}?cursor={bad}")).await.refused(), ["cursor"], "{path} {bad}");
        }
        assert_eq!(ada.get(&format!("{path}?page=2")).await.refused(), ["page"]);
    }
    let bob = app.user("bob").await;
    bob.get(&format!("{messages}?cursor={of_messages}")).await.problem(404);
    assert_eq!(
        bob.get(&format!("/api/conversations?cursor={of_conversations}")).await.ok(200)["conversations"],
        json!([])
    );
}
