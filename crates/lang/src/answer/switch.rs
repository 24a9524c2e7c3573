//! A changed mind: instead of an answer something else is to be done, perhaps with the very tasks that were asked about.

use crate::{
    Context, Intent, PendingContext, Reading, reference,
    rules::{
        is_command,
        message::{Message, Unit},
        phrase::{self, is_any, trim},
        read_part,
    },
};

/// The readings of `actually never mind, delete it instead`, `neither, add milk`; empty when it is none.
pub(super) fn read(message: &Message<'_>, raw: &[Unit], pending: &PendingContext, context: &Context) -> Vec<Reading> {
    let (rest, led) = command(raw);
    if rest.len() == raw.len() || rest.len() < 2 && led == 0 || rest.is_empty() {
        return Vec::new();
    }
    let focus = if pending.tasks.is_empty() {
        context.focus.clone()
    } else {
        pending.tasks.iter().map(|(number, _)| *number).collect()
    };
    let plain = Context { pending: None, focus, ..context.clone() };
    if reference::hard(message, rest, &plain).is_some() || !is_command(message, rest, &plain, 0.93) {
        return Vec::new();
    }
    let mut readings = read_part(message, rest, &plain);
    let acts = |reading: &Reading| {
        reading.confidence >= Reading::SURE
            && reading.intents.iter().all(|intent| {
                !matches!(intent, Intent::Talk(_) | Intent::Unknown | Intent::AskTitle { .. } | Intent::Instead { .. })
            })
    };
    if !readings.first().is_some_and(acts) {
        return Vec::new();
    }
    for reading in &mut readings {
        reading.rule = "changed-mind";
    }
    readings
}

/// The units without the refusal before and the `instead` after them, and how many came off in front.
fn command(units: &[Unit]) -> (&[Unit], usize) {
    let mut rest = trim(units);
    let before = rest.len();
    for _ in 0..4 {
        let no = ["no", "neither", "oops"].iter().filter_map(|class| phrase::prefix(rest, class)).max();
        let just = rest.first().filter(|unit| is_any(unit, &["just", "simply", "then", "better", "please"])).map(|_| 1);
        match no.or(just).filter(|length| *length < rest.len()) {
            Some(length) => rest = trim(&rest[length..]),
            None => break,
        }
    }
    let led = before - rest.len();
    while let [shorter @ .., last] = rest
        && !shorter.is_empty()
        && is_any(last, &["instead", "rather", "then", "please"])
    {
        rest = trim(shorter);
    }
    (rest, led)
}
