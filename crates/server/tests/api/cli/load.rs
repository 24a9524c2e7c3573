//! `saydo load`: what it measures, what it refuses, and that nobody is left.

use std::{path::Path, process::Output, time::Duration};

use axum::http::Method;
use scripted_model::{Reply, ScriptedModel};
use serde_json::{Value, json};

use super::{
    Server,
    proxy::{Fault, Proxy},
    run, saydo,
    smoke::{emails, end},
    succeed,
};
use crate::support::TestApp;

/// A short run: four people, each four times in a second.
const SHORT: [&str; 10] = ["--users", "4", "--rate", "4", "--ramp", "0", "--duration", "1s", "--target-p95", "1m"];

async fn load(base: &str, arguments: &[&str]) -> Output {
    let arguments: Vec<String> =
        ["load", "--base-url", base].iter().chain(arguments).map(|&text| text.to_owned()).collect();
    let output = tokio::task::spawn_blocking(move || {
        run(saydo(Path::new("/"), &arguments.iter().map(String::as_str).collect::<Vec<_>>()), "")
    });
    output.await.unwrap()
}

/// A short run, as JSON, with its exit status.
async fn measured(base: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = load(base, &[&SHORT[..], &["--json"], arguments].concat()).await;
    let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code(), told)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_is_measured_and_nobody_is_left() {
    let model = ScriptedModel::start().await;
    model.always(Reply::text("Quite a week."));
    let app = TestApp::with(&[("OPENAI_BASE_URL", &model.base_url())]).await;
    let cases = [
        ("chat-offline", json!({"chat": 16})),
        ("chat-model", json!({"chat": 16})),
        ("list", json!({"list": 16})),
        ("mixed", json!({"chat": 3, "list": 10, "add": 3})),
    ];
    for (scenario, expected) in cases {
        let (status, report) = measured(&app.base, &["--scenario", scenario]).await;
        assert_eq!((status, &report["verdict"]), (Some(0), &json!("met")), "{report:#}");
        let counts = report["acts"].as_object().unwrap().iter().map(|(act, of)| (act.clone(), of["count"].clone()));
        assert_eq!(Value::Object(counts.collect()), expected, "{report:#}");
        for act in report["acts"].as_object().unwrap().values() {
            let sum: u64 =
                act["histogram"].as_array().unwrap().iter().map(|step| step["count"].as_u64().unwrap()).sum();
            assert_eq!((json!(sum), &act["errors"]), (act["count"].clone(), &json!({})), "{act:#}");
            let at = |name: &str| act["response"][name].as_f64().unwrap();
            assert!(0.0 < at("p50") && at("p50") <= at("p95") && at("p95") <= at("max"), "{act:#}");
        }
        assert_eq!(emails(&app).await, Vec::<String>::new());
    }
    assert_eq!(model.requests().len(), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stalls_cannot_hide_it() {
    let app = TestApp::start().await;
    let proxy = Proxy::start(&app.base, Fault::Stalls(Method::POST, "/chat", Duration::from_secs(1))).await;
    let arguments = ["--users", "1", "--rate", "10", "--ramp", "0", "--duration", "2s", "--target-p95", "1m", "--json"];
    let output = load(&proxy.base, &arguments).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let chat = &report["acts"]["chat"];
    let steps = chat["histogram"].as_array().unwrap().iter();
    let long: u64 =
        steps.filter(|step| step["up_to"].as_f64() > Some(200.0)).map(|step| step["count"].as_u64().unwrap()).sum();
    // What was due meanwhile waited as well, although each was answered at once when its turn came.
    assert!(chat["count"] == 20 && long >= 5, "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_is_the_exit_status() {
    let app = TestApp::start().await;
    let output = load(&app.base, &[&SHORT[..8], &["--target-p95", "1us", "--target-p99", "1m"][..]].concat()).await;
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    for line in [
        "chat-offline at ",
        "chat: how many took how long",
        "MISSED  chat p95 ",
        "ok      chat p99 ",
        "ok      failed or refused 0.00 %",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    assert!(told.contains("█"), "{told}");
    let failing = Proxy::start(&app.base, Fault::Instead(Method::POST, "/chat", 503, json!({}))).await;
    let output = load(&failing.base, &SHORT).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("status 503: 16"));
    // Each kind of act has its target, also where it is about several.
    let slow = Proxy::start(&app.base, Fault::Stalls(Method::GET, "/api/tasks", Duration::from_secs(2))).await;
    let arguments = ["--scenario", "mixed", "--target-p95", "1500ms"];
    let told = load(&slow.base, &[&SHORT[..8], &arguments].concat()).await;
    let (status, told) = (told.status.code(), String::from_utf8(told.stdout).unwrap());
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("MISSED  list p95 ") && told.contains(" add p95 "), "{told}");
    // An answer that did nothing is no answer, however quick.
    let deaf = Proxy::start(&app.base, Fault::Deaf("buy thing 1 of")).await;
    let (status, mut report) = measured(&deaf.base, &[]).await;
    let errors = std::mem::take(&mut report["acts"]["chat"]["errors"]);
    assert_eq!((status, errors), (Some(1), json!({"nothing was changed": 4})), "{report:#}");
    assert_eq!(emails(&app).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_by_the_limits_are_counted_apart() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_CHAT_PER_MINUTE", "2")]);
    let (status, report) = measured(&server.base, &["--accounts", "2"]).await;
    let chat = &report["acts"]["chat"];
    let [count, refused] = ["count", "refused"].map(|name| chat[name].as_u64().unwrap());
    assert_eq!((status, count, &chat["errors"]), (Some(1), 16, &json!({})), "{report:#}");
    assert!((10..=12).contains(&refused), "{report:#}");
    let told = load(&server.base, &SHORT).await.stdout;
    assert!(String::from_utf8(told).unwrap().contains("SAYDO_CHAT_PER_MINUTE"));
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(succeed(saydo(folder.path(), &["user", "list"]), ""), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_bounded_and_goes_nowhere_it_was_not_told_to() {
    let refused = async |base: &str, arguments: &[&str], why: &str| {
        let output = load(base, arguments).await;
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && told.contains(why), "{base} {arguments:?}: {told}");
    };
    let elsewhere = "http://todo.example.com";
    refused(elsewhere, &[], "add --allow-host todo.example.com").await;
    refused(elsewhere, &["--allow-host", "example.com"], "add --allow-host todo.example.com").await;
    refused("http://localhost.example.com", &[], "is not this machine").await;
    refused("http://127.0.0.1.example.com", &[], "is not this machine").await;
    let here = "http://127.0.0.1:9";
    refused(here, &["--rate", "100"], "--max-requests allows 100000").await;
    refused(here, &["--duration", "61m", "--users", "1"], "an hour").await;
    refused(here, &["--users", "2001"], "2000").await;
    refused(here, &["--rate", "0"], "--rate").await;
    refused(here, &["--rate", "1", "--closed"], "--closed").await;
    let app = TestApp::start().await;
    let output = load(
        &app.base,
        &["--users", "2", "--closed", "--ramp", "0", "--max-requests", "9", "--target-p95", "1m", "--json"],
    )
    .await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &report["acts"]["chat"]["count"]), (Some(0), &json!(9)), "{report:#}");
    // A host that is named may be measured; here nobody answers.
    let output = load("http://todo.invalid", &["--allow-host", "todo.invalid", "--users", "1"]).await;
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_ended_leaves_nobody() {
    let app = TestApp::start().await;
    let proxy = Proxy::start(&app.base, Fault::Hangs(Method::POST, "/chat")).await;
    let arguments = [&["load", "--base-url", proxy.base.as_str()][..], &SHORT].concat();
    let child = saydo(Path::new("/"), &arguments).stderr(std::process::Stdio::piped()).spawn().unwrap();
    proxy.hanging.notified().await;
    assert_eq!(emails(&app).await.len(), 4);
    end(child.id());
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!((output.status.code(), emails(&app).await.len()), (Some(1), 0), "{output:?}");
}
