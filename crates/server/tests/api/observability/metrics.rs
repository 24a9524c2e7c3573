//! `/metrics`: who may read it, and that it is what Prometheus wants.

use std::collections::{BTreeMap, BTreeSet};

use saydo_server::config::{Config, Sources};

use super::{TOKEN, live, page, promtool, root, sign_up, with_model};
use crate::support::{Client, TestApp};

#[tokio::test]
async fn it_is_never_open_by_accident() {
    let closed = TestApp::start().await;
    closed.anonymous().get("/metrics").await.problem(404);
    closed.user("ada").await.get("/metrics").await.problem(404);
    let guarded = TestApp::with(&[("SAYDO_METRICS_TOKEN", TOKEN)]).await;
    let ada = guarded.user("ada").await;
    for stranger in [guarded.anonymous(), ada.clone(), ada.with_token(format!("{TOKEN}x")), ada.with_token("")] {
        stranger.get("/metrics").await.problem(401);
    }
    let answer = ada.with_token(TOKEN).get("/metrics").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; version=0.0.4; charset=utf-8"));
}

#[test]
fn an_address_that_others_reach_needs_a_token() {
    let parse = |settings: &[(&str, &str)]| {
        let env = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::parse(&Sources { env, ..Sources::default() }).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(parse(&[("SAYDO_METRICS_LISTEN", "127.0.0.1:9464")]), Ok(()));
    assert_eq!(parse(&[("SAYDO_METRICS_LISTEN", "0.0.0.0:9464"), ("SAYDO_METRICS_TOKEN", TOKEN)]), Ok(()));
    let open = parse(&[("SAYDO_METRICS_LISTEN", "0.0.0.0:9464")]).unwrap_err();
    assert!(open.contains("SAYDO_METRICS_LISTEN") && open.contains("SAYDO_METRICS_TOKEN"), "{open}");
    let short = parse(&[("SAYDO_METRICS_TOKEN", "short")]).unwrap_err();
    assert!(short.contains("at least 16"), "{short}");
}

#[tokio::test]
async fn at_an_address_of_their_own_the_metrics_are_all_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let own = format!("127.0.0.1:{}", testbed::free_port());
    let server = crate::cli::Server::start(folder.path(), &[("SAYDO_METRICS_LISTEN", &own)]);
    let watcher = Client::of(&format!("http://{own}"), "");
    // It begins to listen before the server says where it is, and to answer a moment later.
    let answer = watcher.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("saydo_build_info"), "{}", answer.text);
    assert_eq!(watcher.get("/api/tasks").await.status, 404);
    Client::of(&server.base, "").get("/metrics").await.problem(404);
    assert_eq!(server.stop().0, Some(0));
}

/// Metrics of the documentation and their labels.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("docs/OPERATIONS.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `saydo_") || line.starts_with("| `process_"));
    let rows = rows.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let words = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    rows.filter(|cells| ["counter", "gauge", "histogram"].contains(&cells[2]))
        .map(|cells| (words(cells[1]).remove(0), words(cells[3]).into_iter().collect()))
        .collect()
}

/// Name and label names of a line of the page.
fn series(line: &str) -> (String, BTreeSet<String>) {
    let (name, rest) = line.split_once('{').unwrap_or_else(|| (line.split(' ').next().unwrap(), ""));
    let labels = rest.split("=\"").filter_map(|part| part.rsplit(['{', ',', '"']).next());
    let labels = labels.map(str::to_owned).filter(|label| !label.is_empty() && !label.contains('}') && label != "le");
    let name = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    (name.to_owned(), labels.collect())
}

#[tokio::test]
async fn the_page_is_sound_documented_and_says_nothing_of_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let (_model, server) = with_model(folder.path(), &[("SAYDO_METRICS_TOKEN", TOKEN)]).await;
    let person = sign_up(&server, "canary-email@example.com").await;
    live(&server, &person).await;
    let text = page(&server).await.text;
    let verdict = promtool(&["check", "metrics"], &text);
    assert_eq!(verdict.trim(), "", "promtool has something to say");

    let documented = documented();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    for line in &lines {
        let (name, labels) = series(line);
        let known = documented.get(&name).unwrap_or_else(|| panic!("{name} is not documented"));
        assert!(labels.is_subset(known), "{line}: {known:?}");
    }
    let seen: BTreeSet<String> = lines.iter().map(|line| series(line).0).collect();
    let redis = ["saydo_redis_fallback", "saydo_redis_done_without_total"];
    let missing: Vec<&String> =
        documented.keys().filter(|name| !seen.contains(*name) && !redis.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");

    for canary in ["canary", person.id.as_str(), "4711", "nobody@example.com", TOKEN] {
        assert!(!text.contains(canary), "{canary}");
    }
    for fact in [
        r#"saydo_http_requests_total{method="POST",route="/api/tasks",status="2xx"} 1"#,
        r#"saydo_http_requests_total{method="GET",route="/api/tasks/{id}",status="4xx"} 1"#,
        r#"saydo_logins_total{outcome="failed"} 1"#,
        r#"saydo_audit_events_total{kind="other_user_refused"} 1"#,
        r#"saydo_model_tokens_total{model="gpt-4o",direction="cached"} 400"#,
    ] {
        assert!(lines.contains(&fact), "{fact} is not there:\n{text}");
    }
    assert!(lines.len() < 2500, "{} series", lines.len());
    assert_eq!(server.stop().0, Some(0));
}
