//! What is wrong as people would meet it is noticed.

use std::{collections::BTreeSet, path::Path};

use axum::{Router, routing::get};
use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};

use super::{BAD, METRICS, of_this_machine, report, row, titles, words};
use crate::{
    cli::{
        Server,
        proxy::{Fault, Proxy},
        run, saydo, succeed,
    },
    support::SECRET,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_list_itself_is_noticed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answer =
        async |axum::extract::Path(status): axum::extract::Path<u16>| axum::http::StatusCode::from_u16(status).unwrap();
    let router = Router::new().route("/{status}/models", get(answer));
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
    let folder = tempfile::tempdir().unwrap();
    for (status, state) in [(200, "ok"), (400, "failed"), (401, "failed"), (404, "failed"), (429, "failed")] {
        let mut command = saydo(folder.path(), &["ready", "--json", "--without-accounts"]);
        command.env("OPENAI_BASE_URL", format!("{base}/{status}")).env("SAYDO_PLANNER", "llm");
        command.env("SAYDO_LISTEN", "127.0.0.1:9");
        let output = tokio::task::spawn_blocking(move || run(command, "")).await.unwrap();
        let (_, report) = report(&output);
        let row = row(&report, "Language model");
        assert_eq!(row["state"], state, "{row:#}");
        assert!(row["evidence"].as_str().unwrap().contains(&status.to_string()), "{row:#}");
    }
}

pub(super) fn instead(path: &'static str, status: u16, body: Value) -> Fault {
    Fault::Instead(Method::GET, path, status, body)
}

/// `saydo ready` over a proxy that fails in this way; without accounts or with them.
async fn over(folder: &Path, server: &str, fault: Fault, arguments: &[&str]) -> BTreeSet<String> {
    let proxy = Proxy::start(server, fault).await;
    let arguments = [&["ready", "--json", "--base-url", &proxy.base], arguments].concat();
    let mut command = saydo(folder, &arguments);
    command.env("SAYDO_LISTEN", server.trim_start_matches("http://")).env("SAYDO_METRICS_TOKEN", METRICS);
    command.env("BETTER_AUTH_SECRET", SECRET);
    let output = tokio::task::spawn_blocking(move || run(command, "")).await.unwrap();
    titles(&report(&output).1, &BAD)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_outside_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let stranger = ("CORS_ORIGINS", "https://saydo-ready.invalid");
    let server = Server::start(folder.path(), &[("SAYDO_METRICS_TOKEN", METRICS)]);
    let look = async |fault| over(folder.path(), &server.base, fault, &["--without-accounts"]).await;
    let good = look(Fault::Loses("x-nothing")).await;
    assert!(
        ["Encryption", "Certificate", "Only ever https", "Profile"].iter().all(|title| good.contains(*title)),
        "{good:?}"
    );
    let well =
        json!({"status": "healthy", "database": "connected", "version": "0.0.1", "timestamp": "2020-01-01T00:00:00Z"});
    for (fault, noticed) in [
        (
            instead("/health", 503, json!({"status": "unhealthy"})),
            &["Health", "Health, how quick", "Version", "Clock", "Security headers"][..],
        ),
        (instead("/health", 200, well), &["Health, how quick", "Version", "Clock", "Security headers"]),
        (instead("/metrics", 200, json!({})), &["Metrics from outside"]),
        (instead("/api/tasks", 200, json!([])), &["Without a token", "Errors"]),
        (instead("/openapi.json", 404, json!({})), &["API documents"]),
        (instead("/", 200, json!({})), &["Security headers", "Web app"]),
        (Fault::Page("<p>The web app is not built yet"), &["Security headers", "Web app"]),
    ] {
        let found: BTreeSet<_> = look(fault.clone()).await.difference(&good).cloned().collect();
        assert_eq!(of_this_machine(&found), words(noticed), "{fault:?}");
    }
    assert_eq!(server.stop().0, Some(0));
    let server = Server::start(folder.path(), &[("SAYDO_METRICS_TOKEN", METRICS), stranger]);
    let found = over(folder.path(), &server.base, Fault::Loses("x-nothing"), &["--without-accounts"]).await;
    assert!(found.contains("A foreign site"), "{found:?}");
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_would_meet_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_METRICS_TOKEN", METRICS), ("SAYDO_RATE_LIMITS", "off")]);
    let look = async |fault| over(folder.path(), &server.base, fault, &[]).await;
    let gone = Fault::Instead(Method::DELETE, "/api/account", 204, Value::Null);
    let table = [
        // Of a server for development on its own machine: no limits, and a cookie without TLS.
        (Fault::Loses("x-nothing"), &["Session cookie", "Too much of one person", "Guessing a password"][..]),
        (Fault::Confused(Method::GET, "/api/tasks/"), &["Another person", "What is another's"]),
        (Fault::Confused(Method::POST, "/api/"), &["Speaking as another"]),
        (Fault::Deaf("add polish"), &["What is said is done"]),
        (gone, &["Erased accounts", "Audit events"]),
        (instead("/api/auth/me", 200, json!({"id": "somebody"})), &["Forged tokens", "A log-out"]),
    ];
    let missed: Vec<String> = stream::iter(table)
        .map(async |(fault, noticed)| {
            let found = look(fault.clone()).await;
            let missing: Vec<_> = words(noticed).difference(&found).cloned().collect();
            (!missing.is_empty()).then(|| format!("{fault:?}: {missing:?} are missing in {found:?}"))
        })
        .buffer_unordered(2)
        .filter_map(|missed| async { missed })
        .collect()
        .await;
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    let left = succeed(saydo(folder.path(), &["user", "list"]), "");
    // Those whose erasure was prevented, and of whom the proxy said that they are there still.
    assert_eq!(left.lines().filter(|line| line.contains("saydo-ready-")).count(), left.lines().count(), "{left}");
    assert_eq!(server.stop().0, Some(0));
}
