//! What `scripts/dependencies.sh` found out about the dependencies, and how long ago.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use saydo_app::Clock;
use serde::Deserialize;

use super::row::{Check, Row};
use crate::config::Config;

const DEPENDENCIES: Check =
    Check::must("S19", "Dependencies", "looked through within 30 days, nothing found", "dependency report");

const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How far the clocks of two machines may be apart.
const APART: SignedDuration = SignedDuration::from_mins(10);
/// What `scripts/dependencies.sh` looks with.
const TOOLS: [&str; 5] =
    ["cargo-deny licences, bans, sources", "npm licences", "bill of materials", ADVISORIES, "npm audit"];
/// The one that asks a copy of a list, which may be old.
const ADVISORIES: &str = "cargo-deny advisories";
/// The report that comes with a release, beside the program.
const OF_RELEASE: &str = "saydo-dependencies.json";
/// One that was made later, in the data folder.
const OF_DATA: &str = "dependencies.json";
const HELP: &str = "install a newer release, or run scripts/dependencies.sh in the sources of this one and name its report in \
                    SAYDO_DEPENDENCY_REPORT";

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

pub(super) fn row(config: &Config) -> Row {
    match &config.ready.dependencies {
        Some(named) => newest(std::slice::from_ref(named)),
        None => {
            let program = std::env::current_exe().ok();
            let release = program.as_deref().and_then(Path::parent).map(|folder| folder.join(OF_RELEASE));
            newest(&[config.data_dir.join(OF_DATA)].into_iter().chain(release).collect::<Vec<_>>())
        }
    }
}

/// What the newest of these reports says, of those that are there.
fn newest(paths: &[PathBuf]) -> Row {
    let mut reports = Vec::new();
    for path in paths {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        match serde_json::from_str::<Found>(&text) {
            Ok(found) => reports.push(found),
            Err(error) => return DEPENDENCIES.unknown(format!("{} cannot be read: {error}", path.display()), HELP),
        }
    }
    match reports.iter().max_by_key(|found| found.made_at) {
        Some(found) => judge(found, Clock::System.now()),
        None => {
            let places: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            DEPENDENCIES.yours(format!("there is no report at {}", places.join(", nor at ")), HELP)
        }
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
    if age < -APART {
        return DEPENDENCIES.fails(format!("made {:.0}, which is yet to come", found.made_at), HELP);
    }
    if age > MONTH {
        return DEPENDENCIES.fails(made, HELP);
    }
    let missing: Vec<&str> =
        TOOLS.into_iter().filter(|name| !found.tools.iter().any(|tool| tool.name == *name)).collect();
    if !missing.is_empty() {
        return DEPENDENCIES.fails(format!("without {}; {made}", missing.join(", ")), HELP);
    }
    if let Some(tool) = found.tools.iter().find(|tool| tool.ran && tool.findings.is_none()) {
        return DEPENDENCIES.unknown(format!("{} does not say what it found; {made}", tool.name), HELP);
    }
    if !silent.is_empty() {
        let evidence = format!("nobody could ask {}; {made}", silent.join(", "));
        return DEPENDENCIES.yours(evidence, "run scripts/dependencies.sh where they can be reached");
    }
    let list = found.tools.iter().find(|tool| tool.name == ADVISORIES).and_then(|tool| tool.database_age_days);
    match list {
        None => DEPENDENCIES.unknown(format!("nobody knows how old the list of known holes is; {made}"), HELP),
        Some(days) if i64::from(days) > MONTH.as_hours() / 24 => DEPENDENCIES.yours(
            format!("the list of known holes is {days} days old; {made}"),
            "run scripts/dependencies.sh where a newer list can be had",
        ),
        Some(days) => DEPENDENCIES.holds(format!(
            "{} tools found nothing, the list of known holes {days} days old; {made}",
            found.tools.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::row::State, *};

    fn state(tools: &str, made_at: &str) -> (State, String) {
        let text = format!("{{\"made_at\": \"{made_at}\", \"tools\": {tools}}}");
        let row = judge(&serde_json::from_str(&text).unwrap(), "2026-03-11T09:00:00Z".parse().unwrap());
        (row.state, row.evidence)
    }

    /// The report with one tool in place of the one of its name.
    fn tools(name: &str, ran: bool, age: Option<u32>, findings: Option<u32>) -> String {
        let tool = |known: &str| match known == name {
            true => json!({"name": known, "ran": ran, "database_age_days": age, "findings": findings}),
            false => json!({"name": known, "ran": true, "database_age_days": 3, "findings": 0}),
        };
        json!(TOOLS.map(tool)).to_string()
    }

    #[test]
    fn what_was_found_its_age_and_what_could_not_be_asked_are_told_apart() {
        let fresh = "2026-03-10T09:00:00Z";
        let well = tools("npm audit", true, None, Some(0));
        let (ok, told) = state(&well, fresh);
        assert_eq!((ok, told.contains("3 days old")), (State::Ok, true), "{told}");
        for (tools, made_at, expected) in [
            (tools("npm audit", true, None, Some(2)), fresh, State::Failed),
            (tools("npm audit", true, None, None), fresh, State::NotChecked),
            (tools("npm audit", false, None, None), fresh, State::Yours),
            (tools(ADVISORIES, true, Some(30), Some(0)), fresh, State::Ok),
            (tools(ADVISORIES, true, Some(31), Some(0)), fresh, State::Yours),
            (tools(ADVISORIES, true, None, Some(0)), fresh, State::NotChecked),
            (well.clone(), "2026-01-10T09:00:00Z", State::Failed),
            (well.clone(), "2099-03-10T09:00:00Z", State::Failed),
            (well.replace("npm audit", "npm"), fresh, State::Failed),
            ("[]".to_owned(), fresh, State::Failed),
        ] {
            assert_eq!(state(&tools, made_at).0, expected, "{made_at} {tools}");
        }
    }

    #[test]
    fn of_two_reports_the_newer_one_counts() {
        let folder = tempfile::tempdir().unwrap();
        let [own, release] = [OF_DATA, OF_RELEASE].map(|name| folder.path().join(name));
        let paths = [own.clone(), release.clone()];
        let none = newest(&paths);
        assert_eq!((none.state, none.evidence.contains(OF_RELEASE)), (State::Yours, true), "{}", none.evidence);
        let report = |found: u32, days: i64| {
            let made_at = Clock::System.now() - SignedDuration::from_hours(24 * days);
            let tools = TOOLS.map(|name| json!({"name": name, "ran": true, "database_age_days": 3, "findings": found}));
            json!({"made_at": made_at, "tools": tools}).to_string()
        };
        std::fs::write(&release, report(0, 2)).unwrap();
        assert_eq!(newest(&paths).state, State::Ok);
        std::fs::write(&own, report(1, 3)).unwrap();
        assert_eq!(newest(&paths).state, State::Ok);
        std::fs::write(&own, report(1, 1)).unwrap();
        assert_eq!(newest(&paths).state, State::Failed);
        std::fs::write(&own, "{").unwrap();
        assert_eq!(newest(&paths).state, State::NotChecked);
    }

    #[test]
    fn the_tools_are_those_of_the_script() {
        let script = include_str!("../../../../scripts/dependencies/main.mjs");
        let names = script.lines().filter_map(|line| line.strip_prefix("look(\"")?.split('"').next());
        assert_eq!(names.collect::<Vec<_>>(), TOOLS);
    }
}
