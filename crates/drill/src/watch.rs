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

use crate::{timeline::Timeline, trouble::Tried};

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
    /// Starts one that reads these addresses, with everything in the rules so many times as fast.
    pub(crate) async fn start(
        rules: &Path,
        folder: PathBuf,
        targets: &[String],
        speed: u32,
        timeline: Arc<Timeline>,
    ) -> Tried<Self> {
        std::fs::create_dir_all(&folder)?;
        for file in ["recording.yml", "alerts.yml"] {
            std::fs::write(folder.join(file), hastened(&std::fs::read_to_string(rules.join(file))?, speed))?;
        }
        let targets: Vec<String> = targets.iter().map(|target| format!("\"{target}\"")).collect();
        let configuration = std::fs::read_to_string(rules.join("prometheus.yml"))?;
        let configuration = configuration
            .replace("15s", &format!("{}s", (15 / speed).max(1)))
            .replace("\"127.0.0.1:8000\"", &targets.join(", "));
        std::fs::write(folder.join("prometheus.yml"), configuration)?;
        std::fs::write(folder.join("saydo-token"), "none: the metrics have an address of their own")?;
        let file = folder.join("prometheus.yml");
        let prometheus = tokio::task::spawn_blocking(move || Prometheus::start(&file)).await?;
        let states: Arc<Mutex<States>> = Arc::default();
        let looking = tokio::spawn(look(prometheus.url(), Arc::clone(&states), timeline));
        Ok(Self { prometheus, states, looking })
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
        let name = alert["labels"]["alertname"].as_str().unwrap_or_default().to_owned();
        let state = if alert["state"] == "firing" { State::Firing } else { State::Pending };
        let known = states.entry(name).or_insert(state);
        *known = state.max(*known);
    }
    states
}

/// The rules with all their times so many times as short: what is waited for (`for: 5m`) and what is looked at (`[5m]`).
fn hastened(rules: &str, speed: u32) -> String {
    let mut text = String::with_capacity(rules.len());
    for line in rules.lines() {
        if let Some((before, time)) = line.split_once("for: ") {
            text.push_str(&format!("{before}for: {}", shorter(time, speed)));
        } else {
            let mut parts = line.split('[');
            text.push_str(parts.next().unwrap_or_default());
            for part in parts {
                match part.split_once(']') {
                    Some((window, rest)) => text.push_str(&format!("[{}]{rest}", shorter(window, speed))),
                    None => text.push_str(&format!("[{part}")),
                }
            }
        }
        text.push('\n');
    }
    text
}

/// A time as Prometheus writes it, so many times as short; what is none stays as it is.
fn shorter(time: &str, speed: u32) -> String {
    let (number, unit) = time.split_at(time.len().saturating_sub(1));
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return time.to_owned(),
    };
    number.parse::<u32>().map_or_else(|_| time.to_owned(), |number| format!("{}ms", number * seconds * 1000 / speed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_keep_all_but_their_times() {
        let rules = "expr: 'x:rate5m[5m] > 0.1 and y[1h] or z{a=\"[b]\"}'\n  for: 2m\n";
        let fast = "expr: 'x:rate5m[30000ms] > 0.1 and y[360000ms] or z{a=\"[b]\"}'\n  for: 12000ms\n";
        assert_eq!(hastened(rules, 10), fast);
        assert_eq!(hastened("- alert: A\n", 10), "- alert: A\n");
    }
}
