//! Holds a database against the ledger: nothing lost, nothing done twice, nothing done by half.

mod journal;
mod loose;
mod talk;
mod user;

use std::collections::BTreeSet;

use crate::{
    facts::{Everything, Facts},
    ledger::Ledger,
};

/// More findings of one user than this say nothing new.
const ENOUGH: usize = 5;

/// What is wrong with all users' rows.
pub(crate) fn all(ledgers: &[Ledger], everything: &Everything) -> Vec<String> {
    let nothing = Facts::default();
    let mut findings = Vec::new();
    for ledger in ledgers {
        let facts = everything.get(&ledger.user).unwrap_or(&nothing);
        let mut found = user::check(ledger, facts);
        found.extend(journal::check(facts));
        found.truncate(ENOUGH);
        findings.extend(found.into_iter().map(|finding| format!("{}: {finding}", ledger.user)));
    }
    findings
}

/// What is wrong with a restored backup: each user's rows must be as they were after some answer, and those moments
/// must fit together: what was answered before something else was asked is in it if that is.
pub(crate) fn prefix(ledgers: &[Ledger], everything: &Everything) -> Vec<String> {
    let nothing = Facts::default();
    let mut findings = Vec::new();
    let mut prefixes = Vec::new();
    let (mut newest_begun, mut oldest_missing) = (None, None);
    for ledger in ledgers {
        let facts = everything.get(&ledger.user).unwrap_or(&nothing);
        let known: BTreeSet<String> = facts.answers.keys().cloned().collect();
        let length = ledger.entries.iter().take_while(|entry| known.contains(&entry.key)).count();
        let (inside, outside) = ledger.entries.split_at(length);
        let holes = outside.iter().filter(|entry| known.contains(&entry.key) && !entry.ask.is_tracked());
        findings
            .extend(holes.map(|entry| format!("{}: {} is there, what came before it is not", ledger.user, entry.key)));
        newest_begun = newest_begun.max(inside.iter().map(|entry| entry.time.0).max());
        let missing = outside.iter().map(|entry| entry.time.1).min();
        oldest_missing = match (oldest_missing, missing) {
            (Some(one), Some(other)) => Some(std::cmp::min(one, other)),
            (one, other) => one.or(other),
        };
        prefixes.push(ledger.prefix(length, &known));
    }
    if let (Some(begun), Some(missing)) = (newest_begun, oldest_missing)
        && missing < begun
    {
        findings
            .push("something is missing that was answered before something else that is there was asked".to_owned());
    }
    findings.extend(all(&prefixes, everything));
    findings
}

#[cfg(test)]
mod tests;
