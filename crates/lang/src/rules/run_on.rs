//! Commands in one breath, without a word or a comma between them: `mark 3 done delete 5 add milk`.
//!
//! A cut needs a plain command on both sides, and one of them must name its task by number: `add delete 5 photos` and
//! `remind me to delete 5` stay whole.

use super::{
    courtesy::courteous,
    message::{Message, Unit},
    part::read_part,
    phrase::{self, is_any, trim},
};
use crate::{Context, Intent, Reading, TaskRef, reference::numbers::is_number};

/// Words that may begin the next command.
const OPENERS: [&str; 22] = [
    "delete", "mark", "add", "complete", "remove", "rename", "reopen", "move", "show", "list", "remind", "tick",
    "cross", "push", "postpone", "undo", "set", "make", "put", "create", "tag", "cancel",
];

/// After these a verb belongs to what comes before.
const BINDING: [&str; 16] =
    ["to", "and", "not", "the", "a", "my", "i", "you", "can", "will", "should", "must", "or", "for", "of", "then"];

/// How many words that open a command are tried as the beginning of the next one.
const MOST_OPENERS: usize = 3;

/// More units than this are no commands in one breath.
const MOST_UNITS: usize = 60;

/// The commands that the units run together; the units themselves when they are one.
pub(super) fn split(message: &Message<'_>, units: &[Unit], context: &Context) -> Vec<Vec<Unit>> {
    let mut parts = Vec::new();
    let mut rest = units;
    while let Some(at) = cut(message, rest, context) {
        parts.push(rest[..at].to_vec());
        rest = &rest[at..];
    }
    parts.push(rest.to_vec());
    parts
}

/// Where the second command begins.
fn cut(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<usize> {
    let numbered = |unit: &Unit| is_number(message, unit);
    if units.len() < 4 || units.len() > MOST_UNITS || !units.iter().any(numbered) {
        return None;
    }
    let opens = |at: &usize| is_any(&units[*at], &OPENERS) && !units[*at].typo && !is_any(&units[at - 1], &BINDING);
    // A first command of several openers is one command, and so is what follows it.
    (2..units.len() - 1).filter(opens).take(MOST_OPENERS).find(|at| {
        let (left, right) = (trim(&units[..*at]), trim(&units[*at..]));
        (left.iter().any(numbered) || right.iter().any(numbered))
            && plain(message, left, context).is_some_and(|hard| {
                // The right side may run on itself; its first command decides.
                let ends = (2..=right.len()).filter(|end| *end == right.len() || is_any(&right[*end], &OPENERS));
                let mut nearest = ends.take(MOST_OPENERS);
                nearest.any(|end| plain(message, &right[..end], context).is_some_and(|also| hard || also))
            })
    })
}

/// Whether the units are a command that we are sure of, and if so, whether all its tasks are named by number.
fn plain(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<bool> {
    let reading = read_part(message, units, context).into_iter().next()?;
    let by_number =
        |targets: &[TaskRef]| !targets.is_empty() && targets.iter().all(|target| matches!(target, TaskRef::Number(_)));
    let hard = match reading.intents.as_slice() {
        [Intent::Complete { targets, .. } | Intent::Delete { targets } | Intent::Update { targets, .. }] => {
            let named = !targets.is_empty() && units.len() > 1;
            named.then(|| by_number(targets))?
        }
        // A filler and a name are no task here: `let us delete 7`.
        [Intent::Add(_)] if !courteous(message, units) && led(units) => false,
        [Intent::List(_)] => false,
        _ => return None,
    };
    (hard && reading.confidence >= 0.9 || !hard && !reading.only_if_found && reading.confidence >= Reading::SURE)
        .then_some(hard)
}

/// Whether something to do begins with a verb or is said to be added.
fn led(units: &[Unit]) -> bool {
    let verb = units.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base));
    verb || ["addonly", "remindme", "dontforget"].iter().any(|class| phrase::prefix(units, class).is_some())
}
