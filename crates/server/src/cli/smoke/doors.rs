//! What is no talk: health, the web app, accounts, refusals, other people, speed.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{
    super::{
        site::{send, send_patiently},
        span::told,
        web_app,
    },
    scene::{Fault, Scene, failed, must},
};

/// How often each thing is asked for whose speed is measured.
const SAMPLES: usize = 20;
/// 95 of 100 plain requests must take less, wherever this runs.
const PLAIN_P95: Duration = Duration::from_secs(1);

pub(super) async fn health(scene: &mut Scene) -> Result<String, Fault> {
    for path in ["/livez", "/readyz"] {
        let answer = send(scene.site.request(Method::GET, path)).await?;
        must(answer.status == 200, || format!("{path} is answered {}", answer.status))?;
    }
    let health = send(scene.site.request(Method::GET, "/health")).await?;
    let (status, database) = (&health.json["status"], &health.json["database"]);
    let well = health.status == 200 && status == "healthy" && database == "connected";
    must(well, || format!("{}: status {status}, database {database}", health.status))?;
    Ok(format!("version {}", health.json["version"].as_str().unwrap_or("unknown")))
}

/// The page is there, and everything it needs to run.
pub(super) async fn web_app(scene: &mut Scene) -> Result<String, Fault> {
    match web_app::look(&scene.site).await? {
        Ok(told) => Ok(told),
        Err(wrong) => failed(wrong),
    }
}

pub(super) async fn sign_up(scene: &mut Scene) -> Result<String, Fault> {
    if scene.given {
        return Err(Fault::Skipped("the account was given"));
    }
    let planner = scene.planner.clone();
    let ada = scene.ada_outside();
    ada.sign_up().await?;
    let me = ada.get("/api/auth/me").await?.expect(200)?;
    let email = ada.email.clone();
    must(me.json["email"] == email, || format!("the account is of {}", me.json["email"]))?;
    if let Some(planner) = planner {
        ada.patch("/api/auth/me", json!({"planner": planner})).await?.expect(200)?;
    }
    scene.let_in();
    Ok(email)
}

/// The right password opens, a wrong one and none do not.
pub(super) async fn log_in(scene: &mut Scene) -> Result<String, Fault> {
    let nobody = send(scene.site.request(Method::GET, "/api/auth/me")).await?;
    must(nobody.status == 401, || format!("without a token the answer is {}", nobody.status))?;
    if !scene.given {
        scene.ada()?;
    }
    let ada = scene.ada_outside();
    if !ada.is_known_by_token() {
        let wrong = ada.try_password("not the password at all").await?;
        must(wrong.status == 401, || format!("a wrong password is answered {}", wrong.status))?;
        ada.log_in().await?;
    }
    let me = ada.get("/api/auth/me").await?.expect(200)?;
    let id = ada.id().to_owned();
    must(me.json["id"] == id, || format!("the token is of {}", me.json["id"]))?;
    scene.let_in();
    Ok(format!("user {id}"))
}

/// The same request twice with one key makes one task.
pub(super) async fn repeat(scene: &mut Scene) -> Result<String, Fault> {
    let word = scene.words[3].clone();
    let (key, body) = (uuid::Uuid::new_v4().to_string(), json!({"title": format!("Water {word}")}));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = scene.ada()?.request(Method::POST, "/api/tasks").header("idempotency-key", &key).json(&body);
        ids.push(send_patiently(request).await?.expect(201)?.json["id"].clone());
    }
    scene.only_task_about(&word).await?;
    must(ids[0] == ids[1], || format!("two answers name two tasks: {} and {}", ids[0], ids[1]))?;
    Ok(format!("task {} once", ids[0]))
}

/// A second person sees and changes nothing of the first one's.
pub(super) async fn isolation(scene: &mut Scene) -> Result<String, Fault> {
    let (conversation, id) = scene.talk.ok_or(Fault::Skipped("there is nothing to look for"))?;
    let before = scene.task(id).await?;
    let bob = scene.bob().await?;
    let listed = bob.get("/api/tasks").await?.expect(200)?.json;
    must(listed == json!([]), || "a new account has tasks".to_owned())?;
    let (task, messages) = (format!("/api/tasks/{id}"), format!("/api/conversations/{conversation}/messages"));
    let foreign = scene.ada()?.id().to_owned();
    let chat = format!("/api/{foreign}/chat");
    let attempts = [
        ("reading a task", bob.get(&task).await?, 404),
        ("changing a task", bob.patch(&task, json!({"title": "Mine"})).await?, 404),
        ("completing a task", bob.patch(&format!("{task}/complete"), json!({"completed": false})).await?, 404),
        ("deleting a task", bob.delete(&task).await?, 404),
        ("reading a conversation", bob.get(&messages).await?, 404),
        ("going on with a conversation", send_patiently(bob.message(Some(conversation), "hello")).await?, 404),
        ("speaking as somebody else", bob.post(&chat, json!({"message": "hello"})).await?, 403),
    ];
    for (what, answer, expected) in &attempts {
        must(answer.status == *expected, || format!("{what} of another person is answered {}", answer.status))?;
    }
    send_patiently(bob.message(None, &format!("delete visit {}", scene.words[1]))).await?.expect(200)?;
    must(scene.task(id).await? == before, || format!("task {id} was changed by another person"))?;
    Ok(format!("{} attempts refused, nothing changed", attempts.len()))
}

/// What is wrong is refused, in the one form that programs read.
pub(super) async fn errors(scene: &mut Scene) -> Result<String, Fault> {
    let ada = scene.ada()?;
    let chat = format!("/api/{}/chat", ada.id());
    let title = json!({"title": "x".repeat(201)});
    let refusals = [
        ("an empty message", ada.post(&chat, json!({"message": "  "})).await?, 400),
        ("a message too long", ada.post(&chat, json!({"message": "x".repeat(10_001)})).await?, 400),
        ("an unknown field", ada.post(&chat, json!({"message": "hello", "oops": 1})).await?, 422),
        ("an unknown conversation", ada.post(&chat, json!({"message": "x", "conversation_id": i64::MAX})).await?, 404),
        ("a title too long", ada.post("/api/tasks", title).await?, 422),
        ("an unknown task", ada.get("/api/tasks/999999999").await?, 404),
        ("an unknown address", ada.get("/api/nothing-here").await?, 404),
    ];
    for (what, answer, expected) in &refusals {
        must(answer.status == *expected, || format!("{what} is answered {}", answer.status))?;
        must(answer.kind() == "application/problem+json", || format!("{what} is answered in {}", answer.kind()))?;
        let told = answer.json["code"].is_string() && answer.json["detail"].is_string();
        must(told && answer.headers.contains_key("x-request-id"), || format!("{what}: no code, detail or request id"))?;
    }
    Ok(format!("{} mistakes refused", refusals.len()))
}

pub(super) async fn speed(scene: &mut Scene) -> Result<String, Fault> {
    let (mut health, mut list) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        health.push(send(scene.site.request(Method::GET, "/health")).await?.took);
        list.push(scene.ada()?.get("/api/tasks").await?.expect(200)?.took);
    }
    let (Some(chat), Some(health), Some(list)) = (p95(&scene.turns), p95(&health), p95(&list)) else {
        return failed("no turn was answered");
    };
    let measured =
        format!("p95: chat {} ({} turns), list {}, health {}", told(chat), scene.turns.len(), told(list), told(health));
    let slow = [(chat, scene.target_p95), (health, PLAIN_P95), (list, PLAIN_P95)]
        .into_iter()
        .find(|(took, limit)| took >= limit);
    match slow {
        Some((_, limit)) => failed(format!("{measured}; the limit is {}", told(limit))),
        None => Ok(measured),
    }
}

fn p95(times: &[Duration]) -> Option<Duration> {
    let mut times = times.to_vec();
    times.sort();
    times.get((times.len() * 95).div_ceil(100).checked_sub(1)?).copied()
}
