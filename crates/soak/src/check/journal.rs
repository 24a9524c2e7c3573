//! The journal is whole: each change begins where the last one on the same task ended, and the last ends at the row.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{facts::Facts, ledger::task::Task};

pub(super) fn check(facts: &Facts) -> Vec<String> {
    let mut findings = Vec::new();
    let mut now: BTreeMap<i64, Value> = BTreeMap::new();
    let mut uids: BTreeMap<i64, Value> = BTreeMap::new();
    for change in &facts.changes {
        if change.effects.is_empty() {
            findings.push(format!("change {} has no effect", change.seq));
        }
        for effect in &change.effects {
            let number = effect.number;
            if now.get(&number) != effect.before.as_ref() {
                findings
                    .push(format!("change {} of task {number} does not begin where the last one ended", change.seq));
            }
            for snapshot in effect.before.iter().chain(&effect.after) {
                if uids.entry(number).or_insert_with(|| snapshot["uid"].clone()) != &snapshot["uid"] {
                    findings.push(format!("number {number} was given to two tasks"));
                }
            }
            match &effect.after {
                Some(after) => drop(now.insert(number, after.clone())),
                None => drop(now.remove(&number)),
            }
        }
    }
    let ends: BTreeMap<i64, Option<Task>> =
        now.iter().map(|(number, json)| (*number, Task::of_journal(json))).collect();
    for (number, task) in &facts.tasks {
        if ends.get(number) != Some(&Some(task.clone())) {
            findings.push(format!("task {number} is not as the journal left it: {task:?}"));
        }
    }
    let gone = ends.keys().filter(|number| !facts.tasks.contains_key(*number));
    findings.extend(gone.map(|number| format!("task {number} is in the journal and not in the list")));
    if let Some(highest) = uids.keys().max().filter(|highest| facts.next_number <= **highest) {
        findings.push(format!("the next number is {}, {highest} was given already", facts.next_number));
    }
    findings
}
