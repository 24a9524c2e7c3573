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

/// The counters of ours in a page, each with its value.
fn counters(page: &str) -> BTreeMap<&str, f64> {
    let lines = page.lines().filter(|line| line.starts_with("saydo_"));
    let lines = lines.filter_map(|line| line.rsplit_once(' ')).filter(|(name, _)| name.contains("_total"));
    lines.map(|(name, value)| (name, value.parse().unwrap())).collect()
}

#[tokio::test]
async fn what_has_not_happened_yet_is_zero_so_that_the_first_time_is_a_rise() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("SAYDO_METRICS_TOKEN", TOKEN), ("SAYDO_RATE_LIMITS", "on")];
    let (_model, server) = with_model(folder.path(), &settings).await;
    let first = page(&server).await.text;
    let first = counters(&first);
    let person = sign_up(&server, "early@example.com").await;
    live(&server, &person).await;
    let second = page(&server).await.text;
    // Of requests only those that fail: which class the first of a route has is not known.
    let is_known = |name: &&str| !name.starts_with("saydo_http_requests_total") || name.contains("5xx");
    for name in counters(&second).keys().filter(|name| is_known(name)) {
        assert!(first.contains_key(name), "{name} begins with its first event");
    }
    for name in [
        r#"saydo_model_cost_millionths_total{model="gpt-4o"}"#,
        r#"saydo_model_tokens_total{model="gpt-4o",direction="output"}"#,
        r#"saydo_model_requests_total{provider="openai",model="gpt-4o",outcome="timeout"}"#,
        r#"saydo_turns_total{planner="none",outcome="failed"}"#,
        r#"saydo_turns_total{planner="model",outcome="no_answer"}"#,
        r#"saydo_tool_calls_total{tool="delete_task",outcome="failed"}"#,
        r#"saydo_rate_limited_total{limit="exports"}"#,
        r#"saydo_rate_limited_total{limit="turns-at-once"}"#,
        r#"saydo_db_errors_total{kind="decode"}"#,
        r#"saydo_http_requests_total{method="PATCH",route="/api/tasks/{id}",status="5xx"}"#,
    ] {
        assert_eq!(first.get(name), Some(&0.0), "{name}");
    }
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test]
async fn the_disk_of_each_folder_is_told_and_no_path() {
    let folder = tempfile::tempdir().unwrap();
    let [backups, database] = ["canary-backups", "canary-database"].map(|name| folder.path().join(name));
    std::fs::create_dir(&backups).unwrap();
    let (backups, database) = (backups.display().to_string(), format!("sqlite:{}/saydo.db", database.display()));
    let settings =
        [("SAYDO_METRICS_TOKEN", TOKEN), ("SAYDO_BACKUP_DIR", backups.as_str()), ("DATABASE_URL", database.as_str())];
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let server = crate::cli::Server::start(&data, &settings);
    let text = page(&server).await.text;
    for of in ["data", "backups", "database"] {
        let room = |what| {
            let series = format!("saydo_data_disk_{what}_bytes{{folder=\"{of}\"}} ");
            let value = text.lines().find_map(|line| line.strip_prefix(series.as_str()));
            value.unwrap_or_else(|| panic!("{series}: {text}")).parse::<f64>().unwrap()
        };
        assert!(room("size") > 0.0 && room("free") <= room("size"), "{of}");
    }
    assert!(!text.contains("canary"), "{text}");
    assert_eq!(server.stop().0, Some(0));
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
