//! `/v1`: Chat Completions. That an unchanged client gets on with it is shown in `tests/clients`.

use reqwest::Method;
use scripted_model::{Fault, Reply, ScriptedModel};
use serde_json::{Value, json};

use crate::{
    chat::messages,
    support::{Answer, Client, TestApp, event},
    tasks::every,
};

async fn complete(client: &Client, messages: &Value) -> Answer {
    client.post("/v1/chat/completions", json!({"model": "saydo", "messages": messages, "temperature": 0.3})).await
}

fn content(answer: &Answer) -> String {
    answer.ok(200)["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
}

/// The error of an answer in OpenAI's shape.
#[track_caller]
fn error(answer: &Answer, status: u16) -> Value {
    assert_eq!((answer.status, answer.header("content-type")), (status, "application/json"), "{}", answer.text);
    let error = answer.json()["error"].clone();
    assert!(error["message"].is_string() && error["type"].is_string() && !answer.header("x-request-id").is_empty());
    error
}

/// Says something on top of what was said.
async fn go_on(client: &Client, said: &mut Vec<Value>, text: &str) -> String {
    said.push(json!({"role": "user", "content": text}));
    let reply = content(&complete(client, &json!(said)).await);
    // Clients trim.
    said.push(json!({"role": "assistant", "content": format!(" {}\n", reply.trim())}));
    reply
}

#[tokio::test]
async fn a_completion_is_a_turn() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let answer = complete(
        &ada,
        &json!([{"role": "system", "content": "You are"}, {"role": "user", "content": "buy milk tomorrow"}]),
    )
    .await;
    let body = answer.ok(200);
    assert_eq!((&body["object"], &body["model"]), (&json!("chat.completion"), &json!("saydo")));
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(content(&answer), "Added “Buy milk”, due tomorrow (Thu 12 Mar).");
    assert_eq!((every(&ada, "title").await, answer.header("cache-control")), (vec![json!("Buy milk")], "no-store"));
}

#[tokio::test]
async fn a_history_finds_its_conversation_and_a_new_one_begins_anew() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let (mut one, mut other) = (Vec::new(), Vec::new());
    go_on(&ada, &mut one, "buy milk").await;
    go_on(&ada, &mut one, "buy bread").await;
    go_on(&ada, &mut other, "hello").await;
    let asked = go_on(&ada, &mut one, "delete all tasks").await;
    assert!(asked.contains("Go ahead?"), "{asked}");
    // “yes” elsewhere is no answer to it.
    go_on(&ada, &mut other, "yes").await;
    assert_eq!(every(&ada, "id").await.len(), 2);
    go_on(&ada, &mut one, "yes").await;
    assert_eq!(every(&ada, "id").await.len(), 0);
    let conversations = ada.get("/api/conversations").await.ok(200);
    assert_eq!(conversations["conversations"].as_array().unwrap().len(), 2);
    // Two chats that begin alike are two, and the newer one is gone on with.
    for _ in 0..2 {
        let mut same = Vec::new();
        go_on(&ada, &mut same, "hello").await;
        go_on(&ada, &mut same, "thanks").await;
    }
    let conversations = ada.get("/api/conversations").await.ok(200);
    let counts: Vec<_> =
        conversations["conversations"].as_array().unwrap().iter().map(|one| one["message_count"].clone()).collect();
    assert_eq!(counts, [4, 4, 8, 4].map(Value::from), "newest first: alike, alike, one, other");
}

#[tokio::test]
async fn a_chat_that_has_a_name_is_found_by_it() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let say = async |client: &Client, chat: &str, text: &str| {
        let request = client.request(Method::POST, "/v1/chat/completions").header("x-openwebui-chat-id", chat);
        let body = json!({"model": "saydo", "messages": [{"role": "user", "content": text}]});
        content(&Answer::of(request.json(&body)).await)
    };
    say(&ada, "c1", "buy milk").await;
    say(&ada, "c1", "buy bread").await;
    say(&ada, "c1", "delete all tasks").await;
    for (client, chat) in [(&ada, "c2"), (&bob, "c1")] {
        say(client, chat, "yes").await;
    }
    assert_eq!(every(&ada, "id").await.len(), 2);
    say(&ada, "c1", "yes").await;
    assert_eq!(every(&ada, "id").await.len(), 0);
    // What the client asks for itself is no message.
    let chore = say(&ada, "c1", "### Task:\nGenerate tags:\n- buy a car").await;
    assert!(chore.contains("to-do list"), "{chore}");
    let newest = ada.get("/api/conversations/latest").await.ok(200);
    assert_eq!((every(&ada, "id").await.len(), messages(&ada, &newest["conversation_id"]).await.len()), (0, 8));
}

#[tokio::test]
async fn a_completion_streams() {
    let model = ScriptedModel::start().await;
    let app = TestApp::with(&[("OPENAI_BASE_URL", &model.base_url())]).await;
    let ada = app.user("ada").await;
    let stream = async |model: &str, text: &str| {
        let messages = json!([{"role": "user", "content": text}]);
        let body = json!({"model": model, "stream": true, "messages": messages});
        let answer = ada.post("/v1/chat/completions", body).await;
        assert_eq!(answer.header("content-type"), "text/event-stream");
        answer.text.split("\n\n").filter_map(event).map(|(_, chunk)| chunk).collect::<Vec<Value>>()
    };
    let text = |chunks: &[Value]| {
        let texts = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str());
        texts.collect::<String>()
    };
    model.reply(Reply::text("Nothing is due, so take a walk."));
    let chunks = stream("saydo-llm", "what should I do?").await;
    assert_eq!(text(&chunks), "Nothing is due, so take a walk.");
    assert_eq!(chunks[0]["choices"][0]["delta"], json!({"role": "assistant", "content": ""}));
    assert_eq!(chunks[chunks.len() - 2]["choices"][0]["finish_reason"], "stop");
    assert_eq!(chunks[chunks.len() - 1], "[DONE]");
    assert!(chunks[..chunks.len() - 1].iter().all(|chunk| chunk["id"] == chunks[0]["id"]));
    let chunks = stream("saydo-offline", "buy milk tomorrow").await;
    assert_eq!(text(&chunks), "Added “Buy milk”, due tomorrow (Thu 12 Mar).");
    assert_eq!(model.requests().len(), 1);
    // A turn that cannot be answered still says so in words.
    model.always(Reply::fault(Fault::CloseConnection));
    let chunks = stream("saydo-llm", "qwertz asdf?").await;
    assert!(!text(&chunks).is_empty(), "{chunks:?}");
}

#[tokio::test]
async fn models_are_those_that_can_answer() {
    let ids = async |client: &Client| {
        let list = client.get("/v1/models").await.ok(200);
        list["data"].as_array().unwrap().iter().map(|model| model["id"].clone()).collect::<Vec<_>>()
    };
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    assert_eq!(ids(&ada).await, ["saydo", "saydo-offline"]);
    assert_eq!(ada.get("/v1/models/saydo").await.ok(200)["id"], "saydo");
    error(&ada.get("/v1/models/saydo-llm").await, 404);
    let body = json!({"model": "saydo-llm", "messages": [{"role": "user", "content": "hello"}]});
    assert_eq!(error(&ada.post("/v1/chat/completions", body).await, 404)["code"], "model_not_found");
    let app = TestApp::with(&[("OPENAI_API_KEY", "sk-test")]).await;
    assert_eq!(ids(&app.user("bob").await).await, ["saydo", "saydo-offline", "saydo-llm"]);
}

#[tokio::test]
async fn errors_are_those_openais_clients_know() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHAT_PER_MINUTE", "6")]).await;
    let ada = app.user("ada").await;
    for stranger in [app.anonymous(), ada.with_token("sk-nothing")] {
        let refused = complete(&stranger, &json!([{"role": "user", "content": "hello"}])).await;
        assert_eq!(error(&refused, 401)["type"], "authentication_error");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        error(&stranger.get("/v1/models").await, 401);
    }
    let reader = ada.post("/api/tokens", json!({"name": "R", "scope": "read"})).await.ok(201);
    let reader = ada.with_token(reader["token"].as_str().unwrap());
    reader.get("/v1/models").await.ok(200);
    assert_eq!(error(&complete(&reader, &json!([])).await, 403)["code"], "insufficient_scope");
    let picture = json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]);
    assert!(error(&complete(&ada, &picture).await, 400)["message"].as_str().unwrap().contains("Only text"));
    error(&complete(&ada, &json!([])).await, 400);
    error(&complete(&ada, &json!([{"role": "assistant", "content": "hello"}])).await, 400);
    error(&complete(&ada, &json!([{"role": "user", "content": " "}])).await, 400);
    assert_eq!(error(&ada.post("/v1/chat/completions", json!({"model": 5})).await, 400)["param"], "model");
    complete(&ada, &json!([{"role": "user", "content": "hello"}])).await.ok(200);
    let refused = complete(&ada, &json!([{"role": "user", "content": "hello"}])).await;
    assert_eq!(error(&refused, 429)["type"], "rate_limit_error");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(ada.get("/api/conversations").await.ok(200)["conversations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_repeated_completion_is_answered_again_and_done_once() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let ask = async |key: &str, text: &str, streams: bool| {
        let body = json!({"model": "saydo", "stream": streams, "messages": [{"role": "user", "content": text}]});
        let request = ada.request(Method::POST, "/v1/chat/completions").header("idempotency-key", key);
        Answer::of(request.json(&body)).await
    };
    let first = ask("a", "buy milk", false).await;
    let again = ask("a", "buy milk", false).await;
    assert_eq!(content(&again), content(&first));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    let other = ask("a", "buy bread", false).await;
    assert_eq!(error(&other, 400)["code"], "idempotency_key_reused");
    for _ in 0..2 {
        let streamed = ask("b", "buy eggs", true).await;
        assert!(streamed.text.contains("Eggs") || streamed.text.contains("eggs"), "{}", streamed.text);
        assert!(streamed.text.trim_end().ends_with("[DONE]"), "{}", streamed.text);
    }
    assert_eq!(every(&ada, "id").await.len(), 2);
}
