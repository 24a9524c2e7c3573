//! A turn that was cut off: what it did is a beginning of what it was to do, each once, and all in one change.

use std::collections::BTreeSet;

use crate::{
    facts::Facts,
    ledger::{Loose, ask::Ask, marker},
};

pub(super) fn check(loose: &Loose, facts: &Facts) -> Vec<String> {
    let mut findings = Vec::new();
    let planned = loose.ask.titles();
    let is_of = |title: &str| marker::in_text(title) == Some(loose.marker.as_str());
    let found: Vec<&str> = facts.tasks.values().map(|task| task.title.as_str()).filter(|title| is_of(title)).collect();
    let beginning = found.len() <= planned.len()
        && found.iter().zip(&planned).all(|(found, planned)| found.to_lowercase().contains(&planned.to_lowercase()));
    // Without a model there is one transaction for all of it.
    let whole = matches!(loose.ask, Ask::Wonder { .. }) || found.is_empty() || found.len() == planned.len();
    if !beginning || !whole {
        findings.push(format!("{} was to make {planned:?} and made {found:?}", loose.key));
    }
    let touches = |change: &&crate::facts::Change| {
        let tasks = change.effects.iter().filter_map(|effect| effect.after.as_ref());
        tasks.filter_map(|task| task["title"].as_str()).any(is_of)
    };
    let changes: BTreeSet<&str> = facts.changes.iter().filter(touches).map(|change| change.id.as_str()).collect();
    if changes.len() > 1 {
        findings.push(format!("{} is more than one change: {changes:?}", loose.key));
    }
    if let Some(answered) = &loose.answered
        && answered.as_deref() != changes.first().copied()
    {
        findings.push(format!("{} was answered with change {answered:?}, there is {changes:?}", loose.key));
    }
    findings
}
