//! `model check`, the streaming terminal, and the end of a server with turns at work.

use std::process::Command;

use futures_util::StreamExt as _;
use scripted_model::{Fault, Reply, Rule, ScriptedModel};
use serde_json::json;

use super::{Server, run, saydo, succeed};
use crate::support::PASSWORD;

/// A model that can do all that is asked of one.
fn able(model: &ScriptedModel) {
    let rule = |when: &str, reply| model.rule(Rule::new(when, reply, Some(Reply::text("There you are."))));
    rule("hello", Reply::text("I keep your list."));
    rule("buy milk", Reply::call("add_task", json!({"title": "Buy milk", "due_date": "tomorrow"})));
    let two = Reply::call("add_task", json!({"title": "Call mom"}));
    rule("call mom", two.and_call("add_task", json!({"title": "Water the plants"})));
    rule("got the milk", Reply::call("complete_task", json!({"task_id": 1})));
    rule("still left", Reply::text("You still have to call mom and to water the plants."));
    let all = (1..=3).fold(Reply::default(), |reply, id| reply.and_call("delete_task", json!({"task_id": id})));
    rule("delete all", all);
}

/// A token of Ada's that any server on this data takes.
fn token(folder: &std::path::Path) -> String {
    let arguments = ["user", "token", "ada@example.com", "--name", "test", "--scope", "write"];
    succeed(saydo(folder, &arguments), "").trim().to_owned()
}

fn check(folder: &std::path::Path, model: &ScriptedModel) -> Command {
    let mut command = saydo(folder, &["model", "check"]);
    command.env("OPENAI_BASE_URL", model.base_url()).env("SAYDO_LOG", "error");
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_tried_in_a_database_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let model = ScriptedModel::start().await;
    able(&model);
    let told = succeed(check(folder.path(), &model), "");
    assert_eq!((told.matches(" ok ").count(), told.matches("FAILED").count()), (6, 0), "{told}");
    assert!(told.starts_with("openai: gpt-4o\n") && told.contains(" requests, "), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was left");
    // One that only talks fails what it did not do.
    let model = ScriptedModel::start().await;
    model.always(Reply::text("Let me think about that."));
    let output = run(check(folder.path(), &model), "");
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), told.matches("FAILED").count()), (Some(1), 5), "{told}");
    assert!(told.contains("told: Let me think about that."), "{told}");
    // One that is not there fails everything.
    let mut away = saydo(folder.path(), &["model", "check"]);
    away.env("OPENAI_BASE_URL", "http://127.0.0.1:9/v1").env("SAYDO_LOG", "error");
    let output = run(away, "");
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), told.matches("FAILED").count()), (Some(1), 6), "{told}");
}

#[test]
fn without_a_model_there_is_nothing_to_try() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(saydo(folder.path(), &["model", "check"]), "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("OPENAI_API_KEY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_prints_a_reply_as_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    succeed(saydo(folder.path(), &["user", "create", "ada@example.com"]), PASSWORD);
    let token = token(folder.path());
    let model = ScriptedModel::start().await;
    model.reply(Reply::text("One two three."));
    model.reply(Reply::call("add_task", json!({"title": "Buy milk"})));
    let server = Server::start(folder.path(), &[("OPENAI_BASE_URL", &model.base_url()), ("SAYDO_PLANNER", "llm")]);
    let chat = saydo(folder.path(), &["chat", "--base-url", &server.base, "--token", &token]);
    let heard = succeed(chat, "tell me something\nwe are out of milk\n");
    assert_eq!(heard, "One two three.\nAdded “Buy milk”.\n");
    let last = model.requests().pop().unwrap();
    assert!(last.body.to_string().contains("One two three."), "it was the same conversation");
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_tells_the_streams() {
    let folder = tempfile::tempdir().unwrap();
    succeed(saydo(folder.path(), &["user", "create", "ada@example.com"]), PASSWORD);
    let token = token(folder.path());
    let model = ScriptedModel::start().await;
    model.reply(Reply::text("Some words.").with_fault(Fault::HangAfter(2)));
    let server = Server::start(folder.path(), &[("OPENAI_BASE_URL", &model.base_url()), ("SAYDO_PLANNER", "llm")]);
    let input = json!({"threadId": "t", "runId": "r", "messages": [{"role": "user", "content": "tell me something"}]});
    let request = reqwest::Client::new().post(format!("{}/api/agui", server.base)).bearer_auth(&token);
    let mut bytes = request.json(&input).send().await.unwrap().bytes_stream();
    let mut text = String::new();
    while !text.contains("RUN_STARTED") {
        text.push_str(std::str::from_utf8(&bytes.next().await.unwrap().unwrap()).unwrap());
    }
    let stopped = tokio::task::spawn_blocking(move || server.stop());
    while let Some(Ok(chunk)) = bytes.next().await {
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let last = text.trim_end().rsplit("\n\n").next().unwrap();
    assert!(last.contains("RUN_ERROR") && last.contains("server_stopping"), "{text}");
    let (code, log) = stopped.await.unwrap();
    assert_eq!(code, Some(0));
    assert!(!log.contains("cut off"), "{log}");
}
