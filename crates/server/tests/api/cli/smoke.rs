//! `saydo smoke`: it passes on a server that works, and fails by the name of whatever effect is missing.

use std::{path::Path, process::Command};

use axum::http::Method;
use futures_util::{StreamExt as _, stream};
use scripted_model::{Reply, Rule, ScriptedModel};
use serde_json::{Value, json};

use super::{
    Server,
    proxy::{Fault, Proxy},
    run, saydo, succeed,
};
use crate::support::{PASSWORD, SECRET, TestApp};

/// What a smoke test says in JSON, and its exit status.
async fn smoke(base: &str, arguments: &[&str], input: &'static str) -> (Option<i32>, Value) {
    let arguments: Vec<String> =
        ["smoke", "--json", "--base-url", base].iter().chain(arguments).map(|&text| text.to_owned()).collect();
    let output = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().unwrap();
        run(saydo(folder.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>()), input)
    });
    let output = output.await.unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code(), told)
}

/// The checks that ended like this, by name.
fn checks<'a>(report: &'a Value, verdict: &str) -> Vec<&'a str> {
    let checks = report["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == verdict);
    checks.map(|check| check["name"].as_str().unwrap()).collect()
}

/// The e-mails of all accounts.
pub(super) async fn emails(app: &TestApp) -> Vec<String> {
    let users = app.app.store.read().await.unwrap().users_list(500, None).await.unwrap();
    users.into_iter().filter_map(|user| user.email).map(String::from).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_works_passes_and_nothing_is_left() {
    let app = TestApp::start().await;
    let (status, report) = smoke(&app.base, &[], "").await;
    assert_eq!((status, &report["verdict"]), (Some(0), &json!("passed")), "{report:#}");
    assert_eq!(checks(&report, "passed").len(), 18, "{report:#}");
    assert_eq!(emails(&app).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_may_sign_up_only_who_runs_it_can_try_it() {
    let app = TestApp::with(&[("SAYDO_SIGNUP", "closed")]).await;
    let tried = async |secret: &'static str| {
        let base = app.base.clone();
        let trying = tokio::task::spawn_blocking(move || {
            let folder = tempfile::tempdir().unwrap();
            let mut command = saydo(folder.path(), &["smoke", "--json", "--base-url", &base]);
            command.env("SAYDO_SIGNUP", "closed").env("BETTER_AUTH_SECRET", secret);
            serde_json::from_slice::<Value>(&run(command, "").stdout).unwrap()
        });
        trying.await.unwrap()
    };
    let report = tried(SECRET).await;
    assert_eq!(report["verdict"], "passed", "{report:#}");
    let report = tried("nobody else's secret of 40 characters 0123").await;
    assert!(checks(&report, "failed").contains(&"sign up"), "{report:#}");
    assert_eq!(emails(&app).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_effect_is_noticed() {
    let app = TestApp::start().await;
    let instead = |method, path, status, body| Fault::Instead(method, path, status, body);
    let unwell = json!({"status": "healthy", "database": "disconnected", "timestamp": crate::support::NOW});
    let anybody = json!({"access_token": "a.b.c", "user": {"id": "1"}});
    let table = [
        ("health", instead(Method::GET, "/health", 200, unwell)),
        ("web app", instead(Method::GET, "/", 200, json!({}))),
        ("web app", Fault::Page("<!doctype html><title>Saydo</title><p>The web app is not built yet")),
        ("web app", Fault::Page("<script src=\"/theme.js\"></script><script src=\"/assets/gone.js\"></script>")),
        (
            "web app",
            Fault::Page("<script src=\"/theme.js\"></script><link rel=\"stylesheet\" href=\"/assets/gone.css\">"),
        ),
        ("sign up", instead(Method::POST, "/api/auth/signup", 201, json!({"id": "1"}))),
        ("log in", instead(Method::POST, "/api/auth/login", 200, anybody)),
        ("add by chat", Fault::Deaf("add buy")),
        ("list by chat", Fault::Deaf("what is due")),
        ("update by chat", Fault::Deaf("change")),
        ("complete by chat", Fault::Deaf("mark buy")),
        ("delete by chat", Fault::Deaf("delete buy")),
        ("undo", instead(Method::POST, "/api/undo", 200, json!({}))),
        ("several turns", Fault::Deaf("make it")),
        ("resume", Fault::Deaf("mark it")),
        (
            "resume",
            instead(Method::GET, "/conversations/latest", 200, json!({"conversation_id": null, "messages": []})),
        ),
        ("streamed turn", Fault::Deaf("add call")),
        ("streamed turn", Fault::Loses("accept")),
        ("repeated request", Fault::Loses("idempotency-key")),
        ("isolation", Fault::Confused(Method::GET, "/api/tasks/")),
        ("isolation", Fault::Confused(Method::PATCH, "/api/tasks/")),
        ("errors", instead(Method::GET, "/api/nothing-here", 404, json!({}))),
        ("clean-up", instead(Method::DELETE, "/api/account", 204, Value::Null)),
    ];
    // Accounts cost time: where it is not about them, a few people do one row after the other.
    let lanes = stream::iter(["ada", "bob", "eve"].into_iter().enumerate()).map(|(lane, name)| {
        let (app, rows) = (&app, table.iter().skip(lane).step_by(3));
        async move {
            let somebody = app.user(name).await;
            let mut missed = Vec::new();
            for (check, fault) in rows {
                let proxy = Proxy::start(&app.base, fault.clone()).await;
                let token = ["--token", somebody.token.as_deref().unwrap()];
                let is_new = ["sign up", "log in", "clean-up"].contains(check);
                let (status, report) = smoke(&proxy.base, if is_new { &[] } else { &token }, "").await;
                if (status, checks(&report, "failed")) != (Some(1), vec![*check]) {
                    missed.push(format!("{check}, {fault:?}: {report:#}"));
                }
            }
            assert_eq!(somebody.get("/api/tasks").await.json(), json!([]), "{name}'s list is as it was");
            missed
        }
    });
    let missed: Vec<String> = lanes.buffer_unordered(3).map(stream::iter).flatten().collect().await;
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    let (status, report) = smoke(&app.base, &["--target-p95", "1ms", "--timeout", "1m"], "").await;
    assert_eq!((status, checks(&report, "failed")), (Some(1), vec!["speed"]), "{report:#}");
    assert_eq!(emails(&app).await.len(), 3 + 2, "only those whose removal was prevented are left");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_given_keeps_what_it_had() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "Buy milk"})).await.ok(201);
    let conversation = ada.say(None, "add call mom").await.ok(200)["conversation_id"].clone();
    let before = ada.get("/api/tasks").await.text;
    let (status, report) = smoke(&app.base, &["--account", &ada.email], PASSWORD).await;
    assert_eq!((status, checks(&report, "skipped")), (Some(0), vec!["sign up"]), "{report:#}");
    let token = ada.post("/api/tokens", json!({"name": "smoke", "scope": "write"})).await.ok(201);
    let (status, report) = smoke(&app.base, &["--token", token["token"].as_str().unwrap()], "").await;
    assert_eq!((status, checks(&report, "skipped")), (Some(0), vec!["sign up"]), "{report:#}");
    assert_eq!(ada.get("/api/tasks").await.text, before);
    let conversations = ada.get("/api/conversations").await.json()["conversations"].clone();
    assert_eq!(conversations.as_array().unwrap().len(), 1);
    assert_eq!(conversations[0]["id"], conversation);
    assert_eq!(emails(&app).await, [ada.email]);
}

/// A model that does what the smoke test asks of one.
fn able(model: &ScriptedModel) {
    let rule = |when: &str, reply| model.rule(Rule::new(when, reply, Some(Reply::text("Certainly."))));
    rule("delete visit", Reply::text("There is no such task."));
    rule("add buy * tomorrow", Reply::call("add_task", json!({"title": "Buy {*}", "due_date": "tomorrow"})));
    rule("what is due", Reply::call("list_tasks", json!({})));
    rule("change the priority", Reply::call("update_task", json!({"task_id": 1, "priority": "high"})));
    rule("mark buy", Reply::call("complete_task", json!({"task_id": 1})));
    rule("delete buy", Reply::call("delete_task", json!({"task_id": 1})));
    rule("add visit *", Reply::call("add_task", json!({"title": "Visit {*}"})));
    rule("make it high", Reply::call("update_task", json!({"task_id": 2, "priority": "high"})));
    rule("mark it as done", Reply::call("complete_task", json!({"task_id": 2})));
    rule("add call *", Reply::call("add_task", json!({"title": "Call {*}"})));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_limits_and_a_model_passes() {
    let model = ScriptedModel::start().await;
    able(&model);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("OPENAI_BASE_URL", &model.base_url())]);
    let (status, report) = smoke(&server.base, &["--planner", "llm"], "").await;
    assert_eq!((status, &report["verdict"]), (Some(0), &json!("passed")), "{report:#}");
    assert!(model.requests().len() >= 10, "the model was asked");
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(succeed(saydo(folder.path(), &["user", "list"]), ""), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_is_ended_leaves_nothing_either() {
    let app = TestApp::start().await;
    let proxy = Proxy::start(&app.base, Fault::Hangs(Method::POST, "/chat")).await;
    let folder = tempfile::tempdir().unwrap();
    let child =
        saydo(folder.path(), &["smoke", "--base-url", &proxy.base]).stdout(std::process::Stdio::piped()).spawn();
    let child = child.unwrap();
    proxy.hanging.notified().await;
    assert_eq!(emails(&app).await.len(), 1);
    end(child.id());
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("ok      sign up") && told.contains("ok      clean-up"), "{told}");
    assert_eq!(emails(&app).await, Vec::<String>::new());
}

/// Asks a program to end, as a service manager does.
pub(super) fn end(id: u32) {
    assert!(Command::new("kill").args(["-TERM", &id.to_string()]).status().unwrap().success());
}

#[test]
fn a_server_that_is_not_there_fails_and_a_wrong_address_is_a_wrong_command() {
    let smoke = |base: &str| run(saydo(Path::new("/"), &["smoke", "--base-url", base]), "");
    let away = smoke("http://127.0.0.1:9");
    let told = String::from_utf8(away.stdout).unwrap();
    assert_eq!(away.status.code(), Some(1));
    assert!(told.contains("FAILED  health") && told.contains("skipped add by chat"), "{told}");
    for wrong in ["localhost:8000", "ftp://localhost", "http://", "nonsense"] {
        assert_eq!(smoke(wrong).status.code(), Some(2), "{wrong}");
    }
}
