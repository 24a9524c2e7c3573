//! Conversations: every message with its reply, as they were given.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    facts::{Facts, Message},
    ledger::Ledger,
};

/// A message, its reply, and the change that was made.
type Said<'a> = (String, &'a str, Option<&'a str>);

pub(super) fn check(ledger: &Ledger, facts: &Facts) -> Vec<String> {
    let mut findings = Vec::new();
    let mut promised: BTreeMap<i64, Vec<Said<'_>>> = BTreeMap::new();
    for entry in &ledger.entries {
        if let (Some(message), Some(reply)) = (entry.ask.message(), &entry.reply) {
            let turn = (message, reply.text.as_str(), entry.change.as_deref());
            promised.entry(reply.conversation).or_default().push(turn);
        }
    }
    for (id, turns) in &promised {
        let found = facts.conversations.get(id).map(Vec::as_slice).unwrap_or_default();
        let right = found.len() == 2 * turns.len()
            && found.chunks(2).zip(turns).all(|(pair, (message, reply, change))| match pair {
                [said, replied] => {
                    said.is_user
                        && said.text == *message
                        && !replied.is_user
                        && replied.text == *reply
                        && replied.change.as_deref() == *change
                }
                _ => false,
            });
        if !right {
            findings.push(format!("conversation {id} is not as promised: {found:?}"));
        }
    }
    let tracked = ledger.entries.iter().filter(|entry| entry.ask.is_tracked()).filter_map(|entry| entry.ask.message());
    let cut: BTreeSet<String> = ledger.loose.iter().filter_map(|loose| loose.ask.message()).collect();
    let said: BTreeSet<String> = tracked.chain(cut.iter().cloned()).collect();
    for (id, messages) in facts.conversations.iter().filter(|(id, _)| !promised.contains_key(id)) {
        // Asked for once more without the stream and not waited for, it may be done without a turn of its own.
        if let [first, reply] = messages.as_slice()
            && cut.contains(&first.text)
            && !reply.is_user
            && !facts.turns.iter().any(|turn| turn.conversation == *id)
        {
            continue;
        }
        findings.extend(broken_off(*id, messages, facts, &said));
    }
    findings
}

/// A conversation that a tracked turn has left behind: its message, and the reply unless the turn counts as running.
fn broken_off(id: i64, messages: &[Message], facts: &Facts, said: &BTreeSet<String>) -> Option<String> {
    let turns: Vec<_> = facts.turns.iter().filter(|turn| turn.conversation == id).collect();
    let whole = match (messages, turns.as_slice()) {
        ([first], [turn]) => first.is_user && said.contains(&first.text) && turn.status == "running",
        ([first, reply], [turn]) => {
            first.is_user
                && said.contains(&first.text)
                && !reply.is_user
                && turn.status != "running"
                && reply.change == turn.change
        }
        _ => false,
    };
    (!whole).then(|| format!("conversation {id} was never promised, or is half a turn: {messages:?} {turns:?}"))
}
