//! What only people decide: read from a file that they fill in.

use std::{collections::BTreeMap, path::Path};

use figment::{
    Figment,
    providers::{Format as _, Toml},
};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use saydo_app::Clock;
use serde::Deserialize;

use super::row::{Check, Row};

/// The file with nothing filled in.
pub(crate) const TEMPLATE: &str = include_str!("ready.toml");

const BY: &str = "what people wrote down";

const DECISIONS: [(&str, Check); 8] = [
    ("product", Check::should("D11", "Approval: product", "a name and a day", BY)),
    ("engineering", Check::should("D11", "Approval: engineering", "a name and a day", BY)),
    ("operations", Check::should("D11", "Approval: operations", "a name and a day", BY)),
    ("security", Check::should("S15", "Security reviewed", "a name and a day", BY)),
    ("alerts", Check::should("O6", "Alerts reach somebody", "tried, by a name, on a day", BY)),
    ("on_call", Check::should("X3", "On call and escalation", "written down", BY)),
    ("incidents", Check::should("X3", "Incidents and communication", "written down", BY)),
    ("legal", Check::should("X4", "Legal review", "a name and a day", BY)),
];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    by: String,
    on: String,
    #[serde(default)]
    refused: bool,
}

pub(super) fn rows(path: &Path) -> Vec<Row> {
    let shown = path.display();
    if !path.exists() {
        let help = format!("saydo ready --example > {shown}, and fill it in");
        return DECISIONS.iter().map(|(_, check)| check.yours("nothing is written down", help.clone())).collect();
    }
    match Figment::from(Toml::file_exact(path)).extract::<BTreeMap<String, Decision>>() {
        Ok(found) => judge(&found, &shown.to_string(), Clock::System.now().to_zoned(TimeZone::system()).date()),
        Err(error) => {
            let why = error.to_string().lines().next().unwrap_or_default().to_owned();
            let help = format!("put {shown} right; saydo ready --example shows how");
            DECISIONS
                .iter()
                .map(|(_, check)| check.yours(format!("the file cannot be read: {why}"), help.clone()))
                .collect()
        }
    }
}

fn judge(found: &BTreeMap<String, Decision>, file: &str, today: Date) -> Vec<Row> {
    let rows = DECISIONS.iter().map(|(name, check)| {
        let Decision { by, on, refused } = found.get(*name).cloned().unwrap_or_default();
        let help = format!("fill in [{name}] in {file}");
        let day = on.parse::<Date>().ok().filter(|day| *day <= today);
        match (by.trim(), day) {
            // Who says no decides, whatever else is missing.
            (by, _) if refused => {
                let check = Check { need: super::row::Need::Must, ..*check };
                check.fails(format!("{} decided against it", if by.is_empty() { "somebody" } else { by }), help)
            }
            ("", _) => check.yours("nobody has decided yet", help),
            (by, None) => check.yours(format!("{by}, without a day that has come"), help),
            (by, Some(day)) if day < today.saturating_sub(1.year()) => {
                check.yours(format!("{by}, on {day}: more than a year ago"), help)
            }
            (by, Some(day)) => check.holds(format!("{by}, on {day}")),
        }
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::{super::row::State, *};

    #[test]
    fn the_template_names_every_decision_and_no_other() {
        let found: BTreeMap<String, Decision> = Figment::from(Toml::string(TEMPLATE)).extract().unwrap();
        let mut names: Vec<&str> = DECISIONS.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(found.keys().collect::<Vec<_>>(), names);
        let rows = judge(&found, "ready.toml", "2026-03-11".parse().unwrap());
        assert!(rows.iter().all(|row| row.state == State::Yours), "{rows:#?}");
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/ready.toml");
        assert_eq!(std::fs::read_to_string(beside).unwrap(), TEMPLATE, "deploy/ready.toml is this file");
    }

    #[test]
    fn a_decision_needs_a_name_and_a_day_and_does_not_last_forever() {
        let state = |text: &str| {
            let found = Figment::from(Toml::string(text)).extract().unwrap();
            judge(&found, "ready.toml", "2026-03-11".parse().unwrap())[0].state
        };
        for (text, expected) in [
            ("product = {by = \"Ada\", on = \"2026-03-11\"}", State::Ok),
            ("product = {by = \"Ada\", on = \"2026-03-12\"}", State::Yours),
            ("product = {by = \"Ada\", on = \"soon\"}", State::Yours),
            ("product = {by = \"\", on = \"2026-03-11\"}", State::Yours),
            ("product = {by = \"Ada\", on = \"2025-03-10\"}", State::Yours),
            ("product = {by = \"\", on = \"\", refused = true}", State::Failed),
            ("", State::Yours),
        ] {
            assert_eq!(state(text), expected, "{text}");
        }
    }
}
