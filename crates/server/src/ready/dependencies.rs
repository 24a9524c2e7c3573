//! What `scripts/dependencies.sh` found out about the dependencies, and how long ago.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use saydo_app::Clock;
use serde::Deserialize;

use super::row::{Check, Row};

const DEPENDENCIES: Check =
    Check::must("S19", "Dependencies", "looked through within 30 days, nothing found", "dependency report");

const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);
const HELP: &str = "run scripts/dependencies.sh, and name its report in SAYDO_DEPENDENCY_REPORT";

#[derive(Debug, Deserialize)]
struct Found {
    made_at: Timestamp,
    tools: Vec<Tool>,
}

/// One tool, and how many faults it found, if it could ask.
#[derive(Debug, Deserialize)]
struct Tool {
    name: String,
    ran: bool,
    database_age_days: Option<u32>,
    findings: Option<u32>,
}

pub(super) fn row(path: &Path) -> Row {
    let shown = path.display();
    let Ok(text) = std::fs::read_to_string(path) else {
        return DEPENDENCIES.yours(format!("there is no report at {shown}"), HELP);
    };
    match serde_json::from_str::<Found>(&text) {
        Ok(found) => judge(&found, Clock::System.now()),
        Err(error) => DEPENDENCIES.unknown(format!("{shown} cannot be read: {error}"), HELP),
    }
}

fn judge(found: &Found, now: Timestamp) -> Row {
    let faults: Vec<String> = found
        .tools
        .iter()
        .filter_map(|tool| Some((tool, tool.findings.filter(|count| *count > 0)?)))
        .map(|(tool, count)| format!("{} found {count}", tool.name))
        .collect();
    let silent: Vec<&str> = found.tools.iter().filter(|tool| !tool.ran).map(|tool| tool.name.as_str()).collect();
    let age = now.duration_since(found.made_at);
    let days = age.as_hours() / 24;
    let made = format!("made {:.0}, {days} days ago", found.made_at);
    if !faults.is_empty() {
        return DEPENDENCIES
            .fails(format!("{}; {made}", faults.join(", ")), "replace them, or say in deny.toml why not");
    }
    if found.tools.is_empty() || age > MONTH {
        return DEPENDENCIES.fails(format!("{} tools, {made}", found.tools.len()), HELP);
    }
    if !silent.is_empty() {
        let evidence = format!("nobody could ask {}; {made}", silent.join(", "));
        return DEPENDENCIES.yours(evidence, "run scripts/dependencies.sh where they can be reached");
    }
    let oldest = found.tools.iter().filter_map(|tool| tool.database_age_days).max();
    let database = oldest.map(|days| format!(", the list of known holes {days} days old")).unwrap_or_default();
    DEPENDENCIES.holds(format!("{} tools found nothing{database}; {made}", found.tools.len()))
}

#[cfg(test)]
mod tests {
    use super::{super::row::State, *};

    fn state(tools: &str, made_at: &str) -> (State, String) {
        let text = format!("{{\"made_at\": \"{made_at}\", \"tools\": {tools}}}");
        let row = judge(&serde_json::from_str(&text).unwrap(), "2026-03-11T09:00:00Z".parse().unwrap());
        (row.state, row.evidence)
    }

    #[test]
    fn what_was_found_its_age_and_what_could_not_be_asked_are_told_apart() {
        let tool = |ran: bool, age: &str, findings: &str| {
            format!("[{{\"name\": \"audit\", \"ran\": {ran}, \"database_age_days\": {age}, \"findings\": {findings}}}]")
        };
        let (fresh, old) = ("2026-03-10T09:00:00Z", "2026-01-10T09:00:00Z");
        let (ok, told) = state(&tool(true, "3", "0"), fresh);
        assert_eq!((ok, told.contains("3 days old")), (State::Ok, true), "{told}");
        for (tools, made_at, expected) in [
            (tool(true, "3", "2"), fresh, State::Failed),
            (tool(true, "3", "0"), old, State::Failed),
            ("[]".to_owned(), fresh, State::Failed),
            (tool(false, "null", "null"), fresh, State::Yours),
        ] {
            assert_eq!(state(&tools, made_at).0, expected, "{tools}");
        }
    }
}
