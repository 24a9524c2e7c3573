//! The server dies in the middle of a model's turn: the same request goes on with it, and nothing is done twice.

use std::time::{Duration, Instant};

use reqwest::Method;
use scripted_model::{Fault, Reply, ScriptedModel};
use serde_json::{Value, json};
use testbed::{Running, Saydo};

use crate::support::{Client, PASSWORD, SECRET};

/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn program(folder: &tempfile::TempDir, model: &ScriptedModel, now: &str) -> Saydo {
    Saydo::new(env!("CARGO_BIN_EXE_saydo"), folder.path())
        .with("SAYDO_NOW", now)
        .with("SAYDO_RATE_LIMITS", "off")
        .with("BETTER_AUTH_SECRET", SECRET)
        .with("OPENAI_BASE_URL", model.base_url())
        .with("SAYDO_PLANNER", "llm")
}

async fn up(server: &Saydo) -> (Running, Client) {
    let running = server.start();
    let nobody = Client::of(&server.base(), "");
    until("the server comes up", async || {
        nobody.request(Method::GET, "/readyz").send().await.is_ok_and(|answer| answer.status().is_success())
    })
    .await;
    (running, nobody)
}

/// Asks for breakfast under one key; an error when the server dies meanwhile.
async fn ask(client: &Client) -> Result<reqwest::Response, reqwest::Error> {
    let request = client.request(Method::POST, &format!("/api/{}/chat", client.id));
    request.header("idempotency-key", "breakfast").json(&json!({"message": "breakfast things"})).send().await
}

async fn answered(client: &Client) -> Value {
    let response = ask(client).await.unwrap();
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

#[tokio::test]
async fn killed_between_two_rounds_the_turn_comes_to_its_end_once() {
    let (folder, model) = (tempfile::tempdir().unwrap(), ScriptedModel::start().await);
    let first = program(&folder, &model, "2026-03-11T09:00:00Z");
    let (mut running, nobody) = up(&first).await;
    let account = json!({"email": "ada@example.com", "password": PASSWORD});
    nobody.post("/api/auth/signup", account.clone()).await.ok(201);
    let session = nobody.post("/api/auth/login", account).await.ok(200);
    let token = session["access_token"].as_str().unwrap();
    let at = |server: &Saydo| Client {
        id: session["user"]["id"].as_str().unwrap().to_owned(),
        ..Client::of(&server.base(), token)
    };

    // Two rounds are done, and the answer of the third hangs.
    model.reply(Reply::call("add_task", json!({"title": "Milk"})).and_call("list_tasks", json!({})));
    model.reply(Reply::call("add_task", json!({"title": "Bread"})).and_call("list_tasks", json!({})));
    model.reply(Reply::fault(Fault::HangBeforeHeaders));
    let client = at(&first);
    let asking = tokio::spawn(async move { ask(&client).await });
    until("the third round begins", async || model.requests().len() == 3).await;
    running.kill();
    assert!(asking.await.unwrap().is_err());

    // Two servers come up on the same data, and both are asked again.
    let (one, two) =
        (program(&folder, &model, "2026-03-11T09:02:00Z"), program(&folder, &model, "2026-03-11T09:02:00Z"));
    let (_one, _) = up(&one).await;
    let (_two, _) = up(&two).await;
    model.reply(Reply::call("add_task", json!({"title": "Eggs"})));
    let (here, there) = (at(&one), at(&two));
    let (left, right) = tokio::join!(answered(&here), answered(&there));
    assert_eq!(left, right);
    assert_eq!(left["response"], "Added 3 tasks: “Milk”, “Bread” and “Eggs”.");
    assert_eq!(model.requests().len(), 4, "nothing was asked twice");
    let titles = |tasks: &Value| {
        let mut titles: Vec<String> =
            tasks.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    };
    assert_eq!(titles(&here.get("/api/tasks").await.ok(200)), ["Bread", "Eggs", "Milk"]);
    let path = format!("/api/conversations/{}/messages", left["conversation_id"]);
    let messages = there.get(&path).await.ok(200)["messages"].clone();
    assert_eq!(messages.as_array().unwrap().len(), 2, "{messages}");
    let again = ask(&there).await.unwrap();
    assert_eq!(
        again.headers().get("idempotency-replayed").map(reqwest::header::HeaderValue::as_bytes),
        Some(&b"true"[..])
    );
    assert_eq!(again.json::<Value>().await.unwrap(), left);
    // One change for all of it, by the model's name.
    let history = there.get("/api/tasks/2/history").await.ok(200);
    assert_eq!((&history[0]["change_id"], history[0]["agent"].is_string()), (&left["change_id"], true));
    there.post("/api/undo", json!({"change_id": left["change_id"]})).await.ok(200);
    assert_eq!(here.get("/api/tasks").await.ok(200), json!([]));
}
