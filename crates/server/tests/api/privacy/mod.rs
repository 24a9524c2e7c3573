//! What is known about a person: all of it can be taken away, all of it can be erased, and it goes when its time is over.

mod erase;
mod export;
mod restore;
mod retention;

use saydo_domain::{ConversationId, TurnId, UserId};
use saydo_store::{NewTurn, Session, StoreError, TurnRound, UsageDelta, copy::TABLES};
use serde_json::json;
use uuid::Uuid;

use crate::{
    mcp::Mcp,
    support::{Answer, Client, TestApp, now},
};

/// Words that nobody else would write.
const MARKS: [&str; 8] =
    ["Zaphira", "vulpecula", "quibbledy", "snorkelwise", "marzipanny", "brindlewick", "flumadiddle", "oxterhaul"];

/// Leaves something in every table, by every door.
async fn live(app: &TestApp, ada: &Client) {
    let [name, task, note, said, token, key, model, thread] = MARKS;
    ada.patch("/api/auth/me", json!({"name": name, "timezone": "Europe/Berlin", "planner": "offline"})).await.ok(200);
    let body = json!({"title": format!("Call {task}"), "description": note, "labels": ["home"],
        "due_date": "2026-03-20T09:00:00+01:00", "recurrence": "every friday"});
    let write = ada.request(reqwest::Method::POST, "/api/tasks").header("idempotency-key", key).json(&body);
    Answer::of(write).await.ok(201);
    for title in ["Second", "Third"] {
        ada.post("/api/tasks", json!({"title": format!("{title} {task}")})).await.ok(201);
    }
    ada.patch("/api/tasks/1/complete", json!({"completed": true})).await.ok(200);
    ada.patch("/api/tasks/2", json!({"description": format!("not {note}")})).await.ok(200);
    ada.delete("/api/tasks/3").await.ok(204);
    ada.post("/api/undo", json!({})).await.ok(200);
    ada.delete("/api/tasks/3").await.ok(204);
    let conversation = ada.say(None, &format!("add {said} soup")).await.ok(200)["conversation_id"].clone();
    let run = json!({"threadId": thread, "runId": "r", "tools": [], "context": [], "state": {}, "forwardedProps": {},
        "messages": [{"id": "m", "role": "user", "content": format!("add {said} again")}]});
    ada.post("/api/agui", run).await.events();
    let words = json!({"model": "saydo", "messages": [{"role": "user", "content": format!("add {said} once more")}]});
    ada.post("/v1/chat/completions", words).await.ok(200);
    let made = ada.post("/api/tokens", json!({"name": token, "scope": "write"})).await.ok(201);
    let robot = ada.with_token(made["token"].as_str().unwrap());
    Mcp::stateless(&robot).call("add_task", json!({"title": format!("By robot {task}")})).await;
    let asked = ada.say(None, "delete all tasks").await.ok(200);
    assert!(asked["pending"].is_object(), "{asked}");
    second_session(app, ada).await;
    by_a_model(app, ada, ConversationId::new(conversation.as_i64().unwrap()), model).await;
    every_table_is_used(app, ada).await;
}

/// Comes in once more and leaves.
async fn second_session(app: &TestApp, ada: &Client) {
    let user = app.app.accounts.admin_find(&ada.email).await.unwrap();
    let session = app.app.accounts.admin_token(user).await.unwrap();
    let other = ada.with_token(secrecy::ExposeSecret::expose_secret(&session.token));
    other.post("/api/auth/logout", json!({})).await.ok(204);
}

/// What is left by a model's turn that is cut off half-way; and a login as the table has room for it.
async fn by_a_model(app: &TestApp, ada: &Client, conversation_id: ConversationId, model: &'static str) {
    let (user, id) = (UserId::new(&*ada.id).unwrap(), TurnId::new(Uuid::now_v7()));
    let new = NewTurn { id, user_id: user.clone(), conversation_id, key: None, started_at: now() };
    let left = app.app.store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            tx.turn_insert(&new).await?;
            tx.turn_events_append(&user, id, 1, &[json!({"delta": model}).to_string()], now()).await?;
            let round = TurnRound { round: 1, data: json!({"said": model}), tokens: 5, elapsed_ms: 6 };
            tx.turn_round_insert(&user, id, &round, now()).await?;
            tx.usage_add(&user, jiff::civil::date(2026, 3, 11), model, &UsageDelta::default()).await?;
            tx.consent_use(&user, Uuid::now_v7(), now()).await?;
            let session = Session {
                user_id: user,
                token_id: "t1".to_owned(),
                created_at: now(),
                expires_at: now(),
                last_seen_at: None,
                client: model.to_owned(),
            };
            tx.session_insert(&session).await
        })
    });
    left.await.unwrap();
}

/// A table that this misses would be tested by nothing: fill it above.
async fn every_table_is_used(app: &TestApp, ada: &Client) {
    let (user, mut conn) = (UserId::new(&*ada.id).unwrap(), app.app.store.read().await.unwrap());
    for table in TABLES.iter().filter(|table| table.owner().is_some()) {
        let rows = conn.own_rows(&user, table, None, 9).await.unwrap();
        assert!(!rows.is_empty(), "{} has nothing of Ada's", table.name);
    }
}
