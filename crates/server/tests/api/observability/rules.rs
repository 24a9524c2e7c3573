//! The rules of Prometheus: that they are sound, do what their tests say, and lead to runbooks.

use std::collections::BTreeSet;

use super::{promtool, root};

const TESTS: [&str; 2] = ["deploy/prometheus/tests/alerts_test.yml", "deploy/prometheus/tests/days_test.yml"];

/// Values of a key of the alerts, in order.
fn values(key: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("deploy/prometheus/alerts.yml")).unwrap();
    let values = text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix(key));
    values.map(|value| value.trim().to_owned()).collect()
}

#[test]
fn rules_are_sound_and_pass_their_tests() {
    promtool(&["check", "rules", "deploy/prometheus/recording.yml", "deploy/prometheus/alerts.yml"], "");
    promtool(&[["test", "rules"], TESTS].concat(), "");
}

#[test]
fn every_alert_is_tested_and_has_a_runbook() {
    let (alerts, books) = (values("alert:"), values("runbook_url:"));
    let address = r#"'{{ or $externalLabels.runbooks "docs/runbooks" }}"#;
    let books: Vec<String> = books
        .iter()
        .map(|book| book.strip_prefix(address).unwrap_or_else(|| panic!("{book} does not begin with {address}")))
        .map(|book| format!("docs/runbooks{}", book.trim_end_matches('\'')))
        .collect();
    assert!(alerts.len() > 20 && alerts.len() == books.len(), "{alerts:?} {books:?}");
    let tests = TESTS.map(|file| std::fs::read_to_string(root().join(file)).unwrap()).concat();
    for (alert, book) in alerts.iter().zip(&books) {
        assert!(tests.contains(&format!("alertname: {alert}\n")), "{alert} has no test");
        let text = std::fs::read_to_string(root().join(book)).unwrap_or_else(|error| panic!("{book}: {error}"));
        assert!(text.contains(&format!("`{alert}`")), "{book} does not speak of {alert}");
        for part in ["## What you see", "## What it means", "## What to do", "## It is over when", "## Drilled"] {
            assert!(text.contains(part), "{book}: {part}");
        }
    }
    let linked: BTreeSet<&str> = books.iter().filter_map(|book| book.rsplit('/').next()).collect();
    for book in std::fs::read_dir(root().join("docs/runbooks")).unwrap() {
        let name = book.unwrap().file_name().into_string().unwrap();
        // What all of them need.
        if name == "README.md" {
            continue;
        }
        assert!(linked.contains(name.as_str()), "nothing leads to {name}");
    }
}
