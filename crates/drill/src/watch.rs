//! A real Prometheus with the project's rules, and somebody who looks at its alerts all the while.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use reqwest::Client;
use serde_json::Value;
use testbed::Prometheus;
use tokio::task::JoinHandle;

use crate::{
    installation::Installation,
    timeline::Timeline,
    times::Times,
    trouble::{Tried, other},
};

/// The one target in the project's configuration.
const TARGET: &str = "- targets: [\"127.0.0.1:8000\"]\n        labels: {environment: production}";
/// How often the alerts are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// What an alert says. One that says nothing is not in the list of Prometheus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Quiet,
    Pending,
    Firing,
}

/// The states of all alerts, and since when.
type States = BTreeMap<String, (State, Instant)>;

/// The Prometheus of the drill, watched until this is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    prometheus: Prometheus,
    states: Arc<Mutex<States>>,
    looking: JoinHandle<()>,
}

impl Watch {
    /// Starts one that reads these installations, with the times of the rules shortened.
    pub(crate) async fn start(
        rules: &Path,
        folder: PathBuf,
        installations: &[&Installation],
        times: Times,
        timeline: Arc<Timeline>,
    ) -> Tried<Self> {
        std::fs::create_dir_all(&folder)?;
        for file in ["recording.yml", "alerts.yml"] {
            std::fs::write(folder.join(file), times.hasten(&std::fs::read_to_string(rules.join(file))?))?;
        }
        let configuration = std::fs::read_to_string(rules.join("prometheus.yml"))?;
        if !configuration.contains(TARGET) {
            return other("the configuration of Prometheus does not have the target that is to be replaced");
        }
        let targets: Vec<String> = installations
            .iter()
            .map(|one| {
                format!("- targets: [\"{}\"]\n        labels: {{environment: {}}}", one.metrics, one.environment)
            })
            .collect();
        let configuration = configuration
            .replace("15s", &format!("{}s", times.interval(15)))
            .replace(TARGET, &targets.join("\n      "));
        std::fs::write(folder.join("prometheus.yml"), configuration)?;
        std::fs::write(folder.join("saydo-token"), "none: the metrics have an address of their own")?;
        let file = folder.join("prometheus.yml");
        let prometheus = tokio::task::spawn_blocking(move || Prometheus::start(&file)).await?;
        let states: Arc<Mutex<States>> = Arc::default();
        let looking = tokio::spawn(look(prometheus.url(), Arc::clone(&states), timeline));
        Ok(Self { prometheus, states, looking })
    }

    /// An alert as the watch knows it. Those of staging say so; one of no installation is production's.
    pub(crate) fn name(alert: &str, environment: &str) -> String {
        if environment == "staging" { format!("{alert} ({environment})") } else { alert.to_owned() }
    }

    pub(crate) fn url(&self) -> String {
        self.prometheus.url()
    }

    /// Waits until an alert is in this state; says when that began, or nothing when it takes longer than it may.
    pub(crate) async fn wait(&self, alert: &str, state: State, bound: Duration) -> Option<Instant> {
        let until = Instant::now() + bound;
        while Instant::now() < until {
            let is = lock(&self.states).get(alert).copied().unwrap_or((State::Quiet, Instant::now()));
            if is.0 == state {
                return Some(is.1);
            }
            tokio::time::sleep(LOOK).await;
        }
        None
    }

    /// The alerts that fire now.
    pub(crate) fn firing(&self) -> Vec<String> {
        let states = lock(&self.states);
        states.iter().filter(|(_, (state, _))| *state == State::Firing).map(|(name, _)| name.clone()).collect()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

fn lock(states: &Mutex<States>) -> MutexGuard<'_, States> {
    states.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks for as long as it may, and tells each change.
async fn look(url: String, states: Arc<Mutex<States>>, timeline: Arc<Timeline>) {
    let client = Client::new();
    let mut every = tokio::time::interval(LOOK);
    loop {
        every.tick().await;
        // A look that fails is made up for by the next one.
        let Ok(response) = client.get(format!("{url}/api/v1/alerts")).send().await else { continue };
        let Ok(answer) = response.json::<Value>().await else { continue };
        let now = of(&answer);
        let mut states = lock(&states);
        let mut names: Vec<String> = states.keys().cloned().collect();
        names.extend(now.keys().cloned());
        names.sort();
        names.dedup();
        for name in names {
            let (before, since) = states.get(&name).copied().unwrap_or((State::Quiet, Instant::now()));
            let is = now.get(&name).copied().unwrap_or(State::Quiet);
            if before != is {
                tell(&timeline, &name, before, is, since.elapsed());
                states.insert(name, (is, Instant::now()));
            }
        }
    }
}

/// Tells of an alert that fires or no longer does. One that was pending and came to nothing is not told of.
fn tell(timeline: &Timeline, name: &str, before: State, is: State, took: Duration) {
    let seconds = took.as_secs();
    match (before, is) {
        (State::Pending, State::Firing) => timeline.seen(format!("alert {name}: FIRING, pending for {seconds} s")),
        (_, State::Firing) => timeline.seen(format!("alert {name}: FIRING")),
        (State::Firing, _) => timeline.seen(format!("alert {name}: resolved, after {seconds} s")),
        _ => {}
    }
}

/// The highest state of each alert in the answer of Prometheus.
fn of(answer: &Value) -> BTreeMap<String, State> {
    let mut states = BTreeMap::new();
    for alert in answer["data"]["alerts"].as_array().into_iter().flatten() {
        let label = |name: &str| alert["labels"][name].as_str().unwrap_or_default();
        let name = Watch::name(label("alertname"), label("environment"));
        let state = if alert["state"] == "firing" { State::Firing } else { State::Pending };
        let known = states.entry(name).or_insert(state);
        *known = state.max(*known);
    }
    states
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn installations_are_kept_apart_and_the_worst_state_counts() {
        let alert = |environment: &str, state: &str| json!({"labels": {"alertname": "SaydoErrors", "environment": environment}, "state": state});
        let of_nobody = json!({"labels": {"alertname": "SaydoMissing"}, "state": "pending"});
        let alerts =
            [alert("production", "firing"), alert("production", "pending"), alert("staging", "pending"), of_nobody];
        let states = of(&json!({"data": {"alerts": alerts}}));
        let expected = [
            ("SaydoErrors", State::Firing),
            ("SaydoErrors (staging)", State::Pending),
            ("SaydoMissing", State::Pending),
        ];
        assert_eq!(states, expected.map(|(name, state)| (name.to_owned(), state)).into());
    }
}
