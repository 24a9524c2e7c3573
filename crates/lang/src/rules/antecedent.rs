//! What `it` means when the sentence before it names a task only in passing: `ironing is too much today, shift it to
//! friday`.

use super::{
    frames::fallback::{STATEMENT, UNCLEAR_NUMBER},
    join::{is_idle, speaks_of_it},
    message::{Message, Unit},
    phrase::{self, is_any, trim},
};
use crate::{Context, Intent, Reading, TaskRef, reference};

/// What follows the subject of such a sentence.
const COPULAS: [&str; 20] = [
    "is", "are", "was", "were", "can", "could", "has", "have", "needs", "need", "will", "would", "got", "does", "do",
    "seems", "looks", "takes", "should", "must",
];

/// Subjects that are no task.
const NOBODY: [&str; 16] = [
    "i",
    "we",
    "you",
    "he",
    "she",
    "they",
    "there",
    "it",
    "that",
    "this",
    "today",
    "tomorrow",
    "everything",
    "nothing",
    "what",
    "which",
];

/// Gives commands about `it` the subject of the statement before them; without a task of that name, they stay what they were.
pub(super) fn resolve(message: &Message<'_>, context: &Context, segments: &[Vec<Unit>], parts: &mut [Vec<Reading>]) {
    for at in 1..parts.len() {
        let unclear = parts[at - 1].first().is_some_and(|reading| reading.rule == UNCLEAR_NUMBER);
        let told = unclear || parts[at - 1].first().is_some_and(is_idle);
        let Some(reading) = parts[at]
            .first()
            .filter(|reading| told && matches!(reading.intents.as_slice(), [intent] if speaks_of_it(intent)))
        else {
            continue;
        };
        let Some(subject) = subject(message, &segments[at - 1], context) else { continue };
        let by_words = subject.iter().any(|target| matches!(target, TaskRef::Words(_)));
        let mut named = reading.clone();
        for intent in &mut named.intents {
            if let Intent::Complete { targets, .. } | Intent::Delete { targets } | Intent::Update { targets, .. } =
                intent
            {
                targets.clone_from(&subject);
            }
        }
        named.only_if_found |= by_words;
        parts[at].insert(0, named);
        // `seven needs no more work, close it`: now it is clear what was meant of it.
        if let Some(before) = parts[at - 1].first_mut().filter(|_| unclear) {
            before.rule = STATEMENT;
        }
    }
}

/// What somebody cannot do: `I can't do 6 today`.
fn unable(units: &[Unit]) -> Option<&[Unit]> {
    let [who, can, not, verb, rest @ ..] = units else { return None };
    let said = is_any(who, &["i", "we"])
        && is_any(can, &["can", "could", "will", "do"])
        && is_any(not, &["not"])
        && is_any(verb, &["do", "make", "manage", "finish", "attend"]);
    let end = phrase::suffix(rest, "now").filter(|length| *length < rest.len()).unwrap_or(0);
    said.then(|| trim(&rest[..rest.len() - end])).filter(|head| !head.is_empty())
}

/// The tasks that a statement is about.
fn subject(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Vec<TaskRef>> {
    let mut units = trim(units);
    while let Some(length) = phrase::prefix(units, "lead").filter(|length| *length < units.len()) {
        units = trim(&units[length..]);
    }
    // `not tuesday for 6`
    let head = unable(units).or_else(|| {
        let end = units.iter().position(|unit| is_any(unit, &COPULAS)).filter(|end| (1..=8).contains(end))?;
        Some(trim(&units[..end]))
    })?;
    if head.first().is_none_or(|unit| is_any(unit, &NOBODY)) {
        return None;
    }
    let targets = reference::parse(message, head, context)?.targets;
    let known = |target: &TaskRef| !matches!(target, TaskRef::Focus | TaskRef::Other | TaskRef::Filter(_));
    targets.iter().all(known).then_some(targets)
}
