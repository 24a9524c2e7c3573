//! A real Prometheus reads a real server under load: every expression of the dashboard and of the rules has an answer.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use testbed::Prometheus;

use super::{TOKEN, expressions, live, root, sign_up, with_model};
use crate::support::Client;

/// How long an expression may take to have an answer: two scrapes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The configuration of the project, for this server and quicker.
fn configuration(folder: &std::path::Path, base: &str) -> std::path::PathBuf {
    let source = root().join("deploy/prometheus");
    let text = std::fs::read_to_string(source.join("prometheus.yml")).unwrap();
    let text = text.replace("15s", "1s").replace("127.0.0.1:8000", base.trim_start_matches("http://"));
    std::fs::write(folder.join("prometheus.yml"), text).unwrap();
    std::fs::write(folder.join("saydo-token"), TOKEN).unwrap();
    for rules in ["recording.yml", "alerts.yml"] {
        std::fs::copy(source.join(rules), folder.join(rules)).unwrap();
    }
    folder.join("prometheus.yml")
}

/// What an expression says now.
async fn ask(prometheus: &Prometheus, expression: &str) -> Value {
    let url = format!("{}/api/v1/query", prometheus.url());
    let url = reqwest::Url::parse_with_params(&url, [("query", expression)]).unwrap();
    let answer = reqwest::get(url).await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["status"], "success", "{expression}: {answer}");
    answer["data"]["result"].clone()
}

/// Whether there is an answer, and a number in it.
fn has_data(result: &Value) -> bool {
    let numbers = result.as_array().into_iter().flatten().filter_map(|sample| sample["value"][1].as_str());
    numbers.into_iter().any(|number| number != "NaN")
}

/// The names of metrics in the expressions of the alerts.
fn metrics_of_alerts() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("deploy/prometheus/alerts.yml")).unwrap();
    let expressions = text.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    let words = expressions.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':'));
    let ours = |word: &&str| word.starts_with("saydo") || word.starts_with("process_");
    words.filter(ours).filter(|word| *word != "saydo").map(str::to_owned).collect()
}

#[tokio::test]
async fn every_expression_has_an_answer_from_a_real_prometheus() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("SAYDO_METRICS_TOKEN", TOKEN), ("SAYDO_BACKUP_EVERY", "1")];
    let (_model, server) = with_model(folder.path(), &settings).await;
    let person = sign_up(&server, "watched@example.com").await;
    live(&server, &person).await;
    let prometheus = Prometheus::start(&configuration(folder.path(), &server.base));

    let dashboard = std::fs::read_to_string(root().join("deploy/grafana/saydo.json")).unwrap();
    let mut waiting = Vec::new();
    expressions(&serde_json::from_str(&dashboard).unwrap(), &mut waiting, "");
    assert!(waiting.len() > 40, "{}", waiting.len());
    let excused = waiting.iter().filter(|(title, _)| title.ends_with("(?)")).count();
    assert_eq!(excused, 2, "only what needs a Redis may be without data");
    waiting.retain(|(title, _)| !title.ends_with("(?)"));
    let rules = std::fs::read_to_string(root().join("deploy/prometheus/recording.yml")).unwrap();
    let records = rules.lines().filter_map(|line| line.trim().strip_prefix("- record: "));
    waiting.extend(records.map(|record| ("rule".to_owned(), record.to_owned())));
    let of_redis = |name: &String| name.starts_with("saydo_redis");
    let named = metrics_of_alerts().into_iter().filter(|name| !of_redis(name));
    waiting.extend(named.map(|name| ("alert".to_owned(), name)));

    let until = Instant::now() + PATIENCE;
    while !waiting.is_empty() {
        assert!(Instant::now() < until, "without data: {waiting:#?}");
        live(&server, &person).await;
        let mut left = Vec::new();
        for (title, expression) in waiting {
            if !has_data(&ask(&prometheus, &expression).await) {
                left.push((title, expression));
            }
        }
        waiting = left;
    }
    drop(prometheus);
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test]
async fn an_alert_fires_when_logins_fail() {
    let folder = tempfile::tempdir().unwrap();
    let (_model, server) = with_model(folder.path(), &[("SAYDO_METRICS_TOKEN", TOKEN)]).await;
    let configuration = configuration(folder.path(), &server.base);
    // As it is, but for the minute it waits.
    let rules = folder.path().join("alerts.yml");
    std::fs::write(&rules, std::fs::read_to_string(&rules).unwrap().replace("for: 1m", "for: 0m")).unwrap();
    let prometheus = Prometheus::start(&configuration);
    let nobody = Client::of(&server.base, "");
    let wrong = json!({"email": "nobody@example.com", "password": "not this one"});
    let until = Instant::now() + PATIENCE;
    let firing = r#"ALERTS{alertname="SaydoFailedLogins",alertstate="firing"}"#;
    while !has_data(&ask(&prometheus, firing).await) {
        assert!(Instant::now() < until, "no alert");
        // It is about more than 25 in five minutes; each takes as long as a password does.
        join_all((0..10).map(|_| nobody.post("/api/auth/login", wrong.clone()))).await;
    }
    drop(prometheus);
    assert_eq!(server.stop().0, Some(0));
}
