//! What has had its time goes, and what belongs to the models' tables leaves with the account's export.

use jiff::{Timestamp, ToSpan as _, civil::date};
use saydo_domain::{
    AccessToken, AccessTokenId, AnsweredBy, ConversationId, TokenName, TokenScope, TurnId, TurnStatus, UserId,
};
use saydo_store::{NewTurn, StoreError, TurnRun, UsageDelta};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, NOW, TestApp, now};

/// A turn of this user with one event, ended at that instant if at all.
async fn put_turn(app: &TestApp, user: &Client, conversation: &Value, ended: Option<Timestamp>) -> TurnId {
    let id = TurnId::new(Uuid::now_v7());
    let user = UserId::new(&*user.id).unwrap();
    let conversation_id = ConversationId::new(conversation.as_i64().unwrap());
    let new = NewTurn { id, user_id: user.clone(), conversation_id, key: None, started_at: now() };
    let job = app.app.store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            tx.turn_insert(&new).await?;
            tx.turn_events_append(&user, id, 1, &["{\"type\":\"RUN_STARTED\"}".to_owned()], now()).await?;
            if let Some(ended) = ended {
                let by = AnsweredBy::Model("tiny".to_owned());
                assert!(tx.turn_finish(&user, TurnRun::first(id), TurnStatus::Finished, None, Some(&by), ended).await?);
            }
            Ok(())
        })
    });
    job.await.unwrap();
    id
}

#[tokio::test]
async fn an_ended_turn_is_kept_for_a_day() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let conversation = ada.say(None, "hello").await.ok(200)["conversation_id"].clone();
    let day = now() - 24.hours();
    put_turn(&app, &ada, &conversation, Some(day - 1.second())).await;
    let kept = put_turn(&app, &ada, &conversation, Some(day)).await;
    let running = put_turn(&app, &ada, &conversation, None).await;
    assert_eq!(app.app.sweep().await.unwrap().turns, 1);
    let user = UserId::new(&*ada.id).unwrap();
    let mut conn = app.app.store.read().await.unwrap();
    let left: Vec<TurnId> = conn.turns_all(&user).await.unwrap().iter().map(|turn| turn.id).collect();
    assert_eq!(left, [kept, running]);
    assert_eq!(conn.turn_events_after(&user, kept, 0, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_export_holds_turns_tokens_and_usage_but_no_hash() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let conversation = ada.say(None, "hello").await.ok(200)["conversation_id"].clone();
    let turn = put_turn(&app, &ada, &conversation, Some(now())).await;
    let id = UserId::new(&*ada.id).unwrap();
    let token = AccessToken {
        id: AccessTokenId::new(Uuid::now_v7()),
        user_id: id.clone(),
        name: TokenName::new("Script").unwrap(),
        scope: TokenScope::Write,
        created_at: now(),
        expires_at: None,
        last_used_at: None,
    };
    let token_id = token.id;
    let thread = ConversationId::new(conversation.as_i64().unwrap());
    let job = app.app.store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            tx.access_token_insert(&token, "0f5a-hash").await?;
            tx.conversation_set_thread(&id, thread, "agui:7").await?;
            let used = UsageDelta { turns: 1, calls: 2, input_tokens: 30, ..UsageDelta::default() };
            tx.usage_add(&id, date(2026, 3, 11), "tiny", &used).await
        })
    });
    job.await.unwrap();

    let export = ada.get("/api/account/export").await;
    let document = export.ok(200);
    let wanted = json!([{
        "id": turn.to_string(), "conversation_id": conversation, "status": "finished", "change_id": null,
        "answered_by": "tiny", "started_at": NOW, "ended_at": NOW,
    }]);
    assert_eq!(document["turns"], wanted);
    let wanted = json!([{
        "id": token_id.to_string(), "name": "Script", "scope": "write", "created_at": NOW, "expires_at": null,
        "last_used_at": null,
    }]);
    assert_eq!(document["access_tokens"], wanted);
    let wanted = json!([{
        "day": "2026-03-11", "model": "tiny", "turns": 1, "calls": 2, "input_tokens": 30, "cached_tokens": 0,
        "output_tokens": 0, "cost_micros": 0,
    }]);
    assert_eq!(document["model_usage"], wanted);
    assert_eq!(document["conversations"][0]["thread"], "agui:7");
    assert!(!export.text.contains("0f5a-hash"));
    let other = bob.get("/api/account/export").await.ok(200);
    assert_eq!([&other["turns"], &other["access_tokens"], &other["model_usage"]], [&json!([]); 3]);
}
