//! `Idempotency-Key`.

use reqwest::Method;
use saydo_domain::{ConversationTitle, UserId};
use saydo_store::{StoreError, StoredAnswer};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, now};

async fn keyed(client: &Client, method: Method, path: &str, key: &str, body: Value) -> Answer {
    Answer::of(client.request(method, path).header("idempotency-key", key).json(&body)).await
}

async fn titles(client: &Client) -> Vec<String> {
    let tasks = client.get("/api/tasks?sort=id").await.ok(200);
    tasks.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_same_key_and_body_give_the_same_answer_and_one_effect() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let first = keyed(&ada, Method::POST, "/api/tasks", "k1", json!({"title": "Once"})).await;
    let again = keyed(&ada, Method::POST, "/api/tasks", "k1", json!({"title": "Once"})).await;
    assert_eq!(first.ok(201), again.ok(201));
    for name in ["location", "etag", "x-change-id"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
        assert_ne!(first.header(name), "", "{name}");
    }
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(titles(&ada).await, ["Once"]);
}

#[tokio::test]
async fn another_body_or_path_under_the_key_is_refused() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    keyed(&ada, Method::POST, "/api/tasks", "k1", json!({"title": "One"})).await.ok(201);
    for (method, path, body) in [
        (Method::POST, "/api/tasks", json!({"title": "Two"})),
        (Method::POST, "/api/undo", json!({"title": "One"})),
        (Method::POST, "/api/tasks?x=1", json!({"title": "One"})),
    ] {
        let answer = keyed(&ada, method, path, "k1", body).await;
        assert_eq!(answer.problem(422).1, "idempotency_key_reused");
    }
    assert_eq!(titles(&ada).await, ["One"]);
}

#[tokio::test]
async fn keys_belong_to_their_user() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    keyed(&ada, Method::POST, "/api/tasks", "k1", json!({"title": "Ada's"})).await.ok(201);
    let answer = keyed(&bob, Method::POST, "/api/tasks", "k1", json!({"title": "Ada's"})).await;
    assert_eq!(answer.ok(201)["user_id"], bob.id);
    assert_eq!(answer.header("idempotency-replayed"), "");
}

#[tokio::test]
async fn a_race_has_one_effect() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let calls = (0..8).map(|_| keyed(&ada, Method::POST, "/api/tasks", "race", json!({"title": "Once"})));
    let answers = futures_util::future::join_all(calls).await;
    for answer in &answers {
        match answer.status {
            201 => assert_eq!(answer.json()["id"], 1),
            409 => assert_eq!(answer.problem(409).1, "idempotency_in_flight"),
            other => panic!("{other}: {}", answer.text),
        }
    }
    assert_eq!(titles(&ada).await, ["Once"]);
}

#[tokio::test]
async fn every_kind_of_write_is_replayed() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "One"})).await.ok(201);
    let chat = format!("/api/{}/chat", ada.id);
    let writes = [
        (Method::PATCH, "/api/tasks/1/complete", json!({"completed": true}), 200),
        (Method::PUT, "/api/tasks/1", json!({"title": "Two"}), 200),
        (Method::POST, "/api/undo", json!({}), 200),
        (Method::POST, chat.as_str(), json!({"message": "hello"}), 200),
        (Method::PATCH, "/api/auth/me", json!({"name": "A"}), 200),
        (Method::DELETE, "/api/tasks/1", json!({}), 204),
        (Method::POST, "/api/trash/1/restore", json!({}), 200),
    ];
    for (n, (method, path, body, status)) in writes.into_iter().enumerate() {
        let key = format!("write-{n}");
        let first = keyed(&ada, method.clone(), path, &key, body.clone()).await;
        let again = keyed(&ada, method, path, &key, body).await;
        assert_eq!(first.ok(status), again.ok(status), "{path}");
        assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
    }
}

#[tokio::test]
async fn a_failed_write_is_not_kept() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    keyed(&ada, Method::PUT, "/api/tasks/1", "k1", json!({"title": "New"})).await.problem(404);
    ada.post("/api/tasks", json!({"title": "Old"})).await.ok(201);
    keyed(&ada, Method::PUT, "/api/tasks/1", "k1", json!({"title": "New"})).await.ok(200);
}

#[tokio::test]
async fn keys_are_1_to_255_visible_characters() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for bad in [" ".to_owned(), "k".repeat(256), "ü".to_owned()] {
        let answer = keyed(&ada, Method::POST, "/api/tasks", &bad, json!({"title": "x"})).await;
        assert_eq!(answer.refused(), ["Idempotency-Key"]);
    }
    keyed(&ada, Method::POST, "/api/tasks", &"k".repeat(255), json!({"title": "x"})).await.ok(201);
}

/// What is kept of a person in a day is bounded, also of what changes nothing; and that goes on when the day is used up.
#[tokio::test]
async fn kept_answers_take_room_of_the_day() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHANGES_PER_DAY", "5")]).await;
    let ada = app.user("ada").await;
    let path = "/api/tasks/1";
    // Its answer is a part of the change.
    keyed(&ada, Method::POST, "/api/tasks", "made", json!({"title": "One"})).await.ok(201);
    let again = async |method: &Method, path: &str, body: Value, key: &str| {
        let answers = [
            keyed(&ada, method.clone(), path, key, body.clone()).await,
            keyed(&ada, method.clone(), path, key, body).await,
        ];
        assert_eq!(answers[0].ok(200), answers[1].ok(200), "{key}");
        answers[1].header("idempotency-replayed") == "true"
    };
    let nothing =
        [(Method::PATCH, path, json!({"title": "One"})), (Method::PATCH, "/api/auth/me", json!({"name": "ada"}))];
    let mut replayed = Vec::new();
    for n in 0..4 {
        for (method, path, body) in &nothing {
            replayed.push(again(method, path, body.clone(), &format!("{n} {path}")).await);
        }
    }
    assert_eq!(replayed, [true, true, true, true, false, false, false, false]);
    let refused = keyed(&ada, Method::POST, "/api/tasks", "two", json!({"title": "Two"})).await;
    assert_eq!(refused.problem(429).1, "too_many_requests");
    assert_eq!(titles(&ada).await, ["One"]);
    // What is kept is given again, and room can be made.
    let made = keyed(&ada, Method::POST, "/api/tasks", "made", json!({"title": "One"})).await;
    assert_eq!(made.header("idempotency-replayed"), "true");
    keyed(&ada, Method::DELETE, "/api/conversations", "gone", json!({})).await.ok(200);
}

#[tokio::test]
async fn large_answers_take_more_room() {
    const LARGE: usize = 40 * 1024;
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHANGES_PER_DAY", "5")]).await;
    let ada = UserId::new(app.user("ada").await.id).unwrap();
    let keep = async |key: &'static str, bytes: usize, change: bool| {
        let user = ada.clone();
        let job = app.app.store.write(move |tx| {
            Box::pin(async move {
                if change {
                    tx.conversation_insert(&user, &ConversationTitle::new("Plans").unwrap(), now()).await?;
                }
                let (fingerprint, body) = ("f".to_owned(), "x".repeat(bytes));
                let answer = StoredAnswer { fingerprint, status: 200, headers: Vec::new(), body };
                let end = now() + jiff::SignedDuration::from_hours(24);
                tx.idempotency_insert(&user, key, &answer, now(), end).await
            })
        });
        let kept: Result<(), StoreError> = job.await;
        let found = app.app.store.read().await.unwrap().idempotency_find(&ada, key, now()).await.unwrap();
        (kept.is_ok(), found.is_some())
    };
    // The change itself is one of the three.
    assert_eq!(keep("first", LARGE, true).await, (true, true));
    // What was changed is not left without its answer; what changed nothing is.
    assert_eq!(keep("second", LARGE + 16 * 1024, true).await, (false, false));
    assert_eq!(keep("third", LARGE, false).await, (true, false));
    assert_eq!(keep("fourth", 1, false).await, (true, true));
    assert_eq!(keep("fifth", 1, true).await, (true, true));
    assert_eq!(keep("sixth", 1, true).await, (false, false));
}

#[tokio::test]
async fn what_is_only_looked_at_takes_no_key() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHANGES_PER_DAY", "1")]).await;
    let ada = app.user("ada").await;
    for text in ["call mom tomorrow", "call mom tomorrow", "call dad"] {
        let answer = keyed(&ada, Method::POST, "/api/parse", "k1", json!({ "text": text })).await;
        answer.ok(200);
        assert_eq!(answer.header("idempotency-replayed"), "");
    }
    ada.post("/api/tasks", json!({"title": "One"})).await.ok(201);
}
