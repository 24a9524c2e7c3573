//! The same person at several servers at the same time.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{everywhere, three};
use crate::{
    support::{Answer, Client},
    tasks::{every, if_match, make},
};

/// Sends a request with a key until it is no longer being carried out elsewhere.
async fn keyed(client: &Client, path: &str, body: &Value) -> Answer {
    repeated(client, Method::POST, path, path, body).await
}

async fn repeated(client: &Client, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    loop {
        let request = client.request(method.clone(), path).header("idempotency-key", key);
        let answer = Answer::of(request.json(body)).await;
        if answer.status != 409 {
            return answer;
        }
        assert_eq!(answer.problem(409).1, "idempotency_in_flight");
    }
}

#[tokio::test]
async fn a_key_has_one_effect_and_one_answer() {
    let replicas = three().await;
    let ada = replicas[0].user("ada").await;
    let clients = everywhere(&ada, &replicas);
    let chat = format!("/api/{}/chat", ada.id);
    for (path, body, status) in
        [("/api/tasks", json!({"title": "Once"}), 201), (chat.as_str(), json!({"message": "add Twice"}), 200)]
    {
        let before = every(&ada, "id").await.len();
        let answers = join_all((0..12).map(|n| keyed(&clients[n % 3], path, &body))).await;
        let first = answers[0].ok(status);
        assert!(answers.iter().all(|answer| answer.ok(status) == first), "{path}");
        assert_eq!(every(&ada, "id").await.len(), before + 1, "{path}");
        let made = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count();
        assert_eq!(made, 1, "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_done_twice_is_answered_as_the_first_time() {
    let replicas = three().await;
    let ada = replicas[0].user("ada").await;
    let clients = everywhere(&ada, &replicas);
    make(&ada, json!({"title": "Comes and goes"})).await;
    let nothing = json!({});
    for round in 0..8 {
        for (method, path, status) in [
            (Method::DELETE, "/api/tasks/1", 204),
            (Method::POST, "/api/trash/1/restore", 200),
            (Method::POST, "/api/undo", 200),
        ] {
            let key = format!("{path} {round}");
            let send = |n: usize| repeated(&clients[n % 3], method.clone(), path, &key, &nothing);
            let answers = join_all((0..6).map(send)).await;
            let first = answers[0].ok(status);
            assert!(answers.iter().all(|answer| answer.ok(status) == first), "{path}");
        }
        // The undo has put it into the trash again.
        ada.post("/api/trash/1/restore", nothing.clone()).await.ok(200);
    }
}

#[tokio::test]
async fn numbers_never_collide() {
    let replicas = three().await;
    let clients = everywhere(&replicas[0].user("ada").await, &replicas);
    let mut numbers = join_all((0..45).map(|n| make(&clients[n % 3], json!({"title": format!("Task {n}")})))).await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=45).collect::<Vec<_>>());
}

#[tokio::test]
async fn of_two_edits_of_one_version_one_is_refused() {
    let replicas = three().await;
    let [here, there, elsewhere] = everywhere(&replicas[0].user("ada").await, &replicas);
    make(&here, json!({"title": "Old"})).await;
    for version in 1..=5 {
        let tag = format!("\"{version}\"");
        let edit = |client, title: &str| {
            let body = json!({"title": format!("{title} {version}")});
            let tag = tag.clone();
            async move { if_match(client, Method::PATCH, "/api/tasks/1", &tag, body).await }
        };
        let (mine, theirs) = tokio::join!(edit(&here, "Mine"), edit(&there, "Theirs"));
        let (won, lost) = if mine.status == 200 { (mine, theirs) } else { (theirs, mine) };
        assert_eq!(lost.problem(412).1, "stale");
        assert_eq!(elsewhere.get("/api/tasks/1").await.ok(200), won.ok(200));
    }
}
