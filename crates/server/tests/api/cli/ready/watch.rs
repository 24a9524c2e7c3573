//! The first hours, and ends at any moment.

use std::{
    process::{Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Router, routing::get};
use reqwest::Method;
use serde_json::{Value, json};

use super::{METRICS, outside::instead, report, row, titles};
use crate::cli::{
    Server,
    proxy::{Fault, Proxy},
    run, saydo,
    smoke::end,
    succeed,
};

/// Metrics of a server on which ever more requests fail.
async fn failing() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let looks = Arc::new(AtomicU64::new(0));
    let page = move || {
        let looks = looks.fetch_add(1, Ordering::Relaxed);
        async move {
            let series = |status: &str, count: u64| {
                format!(
                    "saydo_http_requests_total{{method=\"GET\",route=\"/api/tasks\",status=\"{status}\"}} {count}\n"
                )
            };
            series("2xx", 100 * looks) + &series("5xx", 20 * looks)
        }
    };
    tokio::spawn(async { axum::serve(listener, Router::new().route("/metrics", get(page))).await.unwrap() });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_hours_are_watched_and_a_reason_to_roll_back_ends_them() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_METRICS_TOKEN", METRICS)]);
    let watch = async |metrics: Option<String>, base: &str, length: &str| {
        let arguments = ["ready", "--without-accounts", "--base-url", base, "--watch", length, "--every", "100ms"];
        let mut command = saydo(folder.path(), &arguments);
        command.env("SAYDO_LISTEN", server.base.trim_start_matches("http://")).env("SAYDO_METRICS_TOKEN", METRICS);
        command.envs(metrics.map(|address| ("SAYDO_METRICS_LISTEN", address)));
        let output = tokio::task::spawn_blocking(move || run(command, "")).await.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    // It goes on to its end, and the verdict is that of the list.
    let (status, told) = watch(None, &server.base, "1s").await;
    let after = told.split("until (UTC)").nth(1).unwrap_or_else(|| panic!("{told}"));
    assert_eq!((status, told.matches("NO-GO").count()), (Some(1), 2), "{told}");
    assert!(after.contains(" MB ") && after.contains("turns p95 ") && !after.contains("ROLL BACK"), "{told}");
    let proxy = Proxy::start(&server.base, instead("/health", 503, json!({}))).await;
    let (status, told) = watch(None, &proxy.base, "1h").await;
    assert_eq!(status, Some(1));
    assert!(told.contains("ROLL BACK  no health or no metrics, 3 times in a row"), "{told}");
    let (status, told) = watch(Some(failing().await), &server.base, "1h").await;
    assert_eq!(status, Some(1));
    assert!(told.contains("ROLL BACK  20 of 120 requests failed"), "{told}");
    assert!(told.contains("deploy.sh production rollback"), "{told}");
    assert_eq!(server.stop().0, Some(0));
}

/// What a run tells that is ended while the proxy keeps it waiting.
async fn ended(mut command: Command, proxy: &Proxy) -> Output {
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    proxy.hanging.notified().await;
    end(child.id());
    tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_it_leaves_nobody_behind() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let proxy = Proxy::start(&server.base, Fault::Hangs(Method::POST, "/chat")).await;
    let output = ended(saydo(folder.path(), &["ready", "--json", "--base-url", &proxy.base]), &proxy).await;
    let (status, report) = report(&output);
    assert_eq!(status, Some(1));
    assert!(titles(&report, &["not_checked"]).contains("Another person"), "{report:#}");
    assert!(titles(&report, &["ok"]).contains("Erased accounts"), "{report:#}");
    assert_eq!(succeed(saydo(folder.path(), &["user", "list"]), ""), "");
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_ended_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    // Before anybody signs up, and after they are erased.
    for (fault, arguments) in [
        (Fault::Hangs(Method::GET, "/openapi.json"), &["--without-accounts"][..]),
        (Fault::Hangs(Method::GET, "/models"), &["--watch", "1h"]),
    ] {
        let proxy = Proxy::start(&server.base, fault).await;
        let arguments = [&["ready", "--json", "--base-url", proxy.base.as_str()], arguments].concat();
        let mut command = saydo(folder.path(), &arguments);
        command.env("OPENAI_BASE_URL", &proxy.base);
        let output = ended(command, &proxy).await;
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let report = told.get("report").unwrap_or(&told);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(row(report, "The whole list")["state"], "not_checked", "{report:#}");
        assert_eq!(row(report, "The whole list")["evidence"], "not checked: somebody ended it");
    }
    assert_eq!(server.stop().0, Some(0));
}
