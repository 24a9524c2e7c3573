//! One user's rows against the ledger.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{loose, talk};
use crate::{
    facts::Facts,
    ledger::{Ledger, Pending, ask::Ask, entry::Entry, marker, task::Tasks},
    user::Answer,
};

pub(super) fn check(ledger: &Ledger, facts: &Facts) -> Vec<String> {
    let mut findings = Vec::new();
    let mut ledger = ledger.clone();
    if let Some(pending) = ledger.pending.take() {
        findings.extend(whole_or_nothing(&mut ledger, pending, facts));
    }
    let markers: BTreeSet<&str> = ledger.loose.iter().map(|loose| loose.marker.as_str()).collect();
    let is_loose = |title: &str| marker::in_text(title).is_some_and(|marker| markers.contains(marker));
    let firm: Tasks =
        facts.tasks.iter().filter(|(_, task)| !is_loose(&task.title)).map(|(n, task)| (*n, task.clone())).collect();
    findings.extend(differences(&ledger.tasks, &firm));
    findings.extend(changes(&ledger, facts, is_loose));
    findings.extend(answers(&ledger, facts));
    findings.extend(talk::check(&ledger, facts));
    for loose in &ledger.loose {
        findings.extend(loose::check(loose, facts));
    }
    findings
}

/// What was asked and not answered: its stored answer says that it was done, and what; without one nothing was.
fn whole_or_nothing(ledger: &mut Ledger, pending: Pending, facts: &Facts) -> Option<String> {
    let Some(stored) = facts.answers.get(&pending.key) else {
        if pending.ask.is_tracked() {
            ledger.pending = Some(pending);
            ledger.set_aside();
        }
        return None;
    };
    let answer = Answer { status: stored.status, change: stored.change.clone(), body: stored.body.clone() };
    match pending.ask.read(&answer, &ledger.tasks) {
        Ok(promise) => {
            ledger.settle(pending, promise, stored.body.clone());
            None
        }
        Err(finding) => Some(format!("the stored answer of {}: {finding}", pending.key)),
    }
}

fn differences(promised: &Tasks, found: &Tasks) -> Vec<String> {
    let numbers: BTreeSet<i64> = promised.keys().chain(found.keys()).copied().collect();
    let difference = |number: &i64| match (promised.get(number), found.get(number)) {
        (Some(promised), None) => Some(format!("task {number} is lost: {promised:?}")),
        (None, Some(found)) => Some(format!("task {number} was never promised: {found:?}")),
        (Some(promised), Some(found)) if promised != found => {
            Some(format!("task {number} is {found:?}, promised was {promised:?}"))
        }
        _ => None,
    };
    numbers.iter().filter_map(difference).collect()
}

/// The journal has exactly the changes that were promised.
fn changes(ledger: &Ledger, facts: &Facts, is_loose: impl Fn(&str) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    let mut found: BTreeMap<&str, &crate::facts::Change> =
        facts.changes.iter().map(|change| (change.id.as_str(), change)).collect();
    let mut last = 0;
    for (at, entry) in ledger.entries.iter().enumerate() {
        let Some(id) = &entry.change else { continue };
        let Some(change) = found.remove(id.as_str()) else {
            findings.push(format!("the change of {} is lost", entry.key));
            continue;
        };
        let in_journal: BTreeSet<i64> = change.effects.iter().map(|effect| effect.number).collect();
        let promised: BTreeSet<i64> = entry.effects.iter().map(|effect| effect.number).collect();
        if in_journal != promised {
            findings.push(format!("the change of {} is of tasks {in_journal:?}, not {promised:?}", entry.key));
        }
        let ordinary = !matches!(entry.ask, Ask::Undo { .. });
        if ordinary && ledger.in_force.contains(&at) != change.undone_by.is_none() {
            findings.push(format!("whether {} is undone is not as promised", entry.key));
        }
        // A turn that was set aside was answered later than its change was made.
        if !entry.ask.is_tracked() {
            if change.seq < last {
                findings.push(format!("the change of {} is out of order", entry.key));
            }
            last = change.seq;
        }
    }
    let ghost = |change: &&crate::facts::Change| {
        let titles = change.effects.iter().flat_map(|effect| effect.before.iter().chain(&effect.after));
        !titles.filter_map(|task| task["title"].as_str()).any(&is_loose)
    };
    let ghosts = found.values().copied().filter(ghost);
    findings.extend(ghosts.map(|change| format!("change {} was never promised", change.seq)));
    findings
}

/// Each answer is kept under its key, and no other.
fn answers(ledger: &Ledger, facts: &Facts) -> Vec<String> {
    let mut findings = Vec::new();
    let loose = ledger.loose.iter().map(|loose| loose.key.as_str());
    let known: BTreeSet<&str> = ledger.entries.iter().map(|entry| entry.key.as_str()).chain(loose).collect();
    let lost = |entry: &&Entry| {
        let value = |body: &str| serde_json::from_str::<Value>(body).ok();
        facts.answers.get(&entry.key).is_none_or(|stored| value(&stored.body) != value(&entry.body))
    };
    findings.extend(ledger.entries.iter().filter(lost).map(|entry| format!("the answer of {} is lost", entry.key)));
    let ghosts = facts.answers.keys().filter(|key| !known.contains(key.as_str()));
    findings.extend(ghosts.map(|key| format!("an answer is kept under {key}, which has none")));
    let ids: BTreeSet<&str> = facts.changes.iter().map(|change| change.id.as_str()).collect();
    let empty = facts.answers.iter().filter(|(_, stored)| {
        let body: Value = serde_json::from_str(&stored.body).unwrap_or_default();
        let named = stored.change.as_deref().or_else(|| body["change_id"].as_str());
        named.is_some_and(|id| !ids.contains(id))
    });
    findings.extend(empty.map(|(key, _)| format!("the answer under {key} names a change that is not there")));
    findings
}
