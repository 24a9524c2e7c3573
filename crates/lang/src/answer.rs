//! Answers to a waiting question, in any shape. A message that is clearly a new command is no answer.

mod pick;
mod spare;
mod switch;

use saydo_domain::PendingKind;

use crate::{
    Answer, Context, Intent, PendingContext, Reading, reference,
    rules::{
        frames::draft,
        is_command,
        message::{Message, Unit},
        phrase::{self, is_any, trim},
        segment::Segment,
    },
};

/// Confidence of an answer that fits exactly.
const EXACT: f32 = 0.995;

/// Readings of a message as an answer; empty when it is none.
pub(crate) fn read(message: &Message<'_>, pending: &PendingContext, context: &Context) -> Vec<Reading> {
    let segment = Segment::new(message, &message.units, context);
    let raw = trim(&message.units);
    if let Some(answer) = symbol(message) {
        return vec![reading(answer, EXACT)];
    }
    if phrase::whole(raw, "asksagain") {
        return vec![reading(Answer::Again, EXACT)];
    }
    if pending.kind != PendingKind::Ask && refuses(raw) {
        return vec![reading(Answer::Reject, EXACT)];
    }
    if pending.kind != PendingKind::Ask
        && let Some(rest) = spare::sparing(message, raw, pending, context)
    {
        return vec![rest];
    }
    if pending.kind != PendingKind::Ask && spare::forgets(message, raw, pending) {
        return vec![reading(Answer::Reject, EXACT)];
    }
    let flat: Vec<Unit> = raw.iter().filter(|unit| !unit.skip).copied().collect();
    if pending.deletes && pending.kind == PendingKind::Confirm && repeats_the_order(&flat, pending) {
        return vec![reading(Answer::Accept, EXACT)];
    }
    let switched = switch::read(message, raw, pending, context);
    if !switched.is_empty() {
        return switched;
    }
    if pending.kind == PendingKind::Ask {
        return text(message, &segment, raw, pending, context);
    }
    if let Some(picked) = pick::read(message, raw, &segment, pending, context) {
        return vec![picked];
    }
    // “Great” to “This would delete 9 tasks” may be said of anything.
    let agreed = if pending.deletes { "clearyes" } else { "yes" };
    let yes = phrase::whole(&flat, agreed)
        || several(&flat, agreed)
        || pending.kind == PendingKind::Confirm && repeats_the_order(&flat, pending);
    if yes { vec![reading(Answer::Accept, EXACT)] } else { Vec::new() }
}

/// `no`, `never mind, leave them`.
fn refuses(units: &[Unit]) -> bool {
    let flat: Vec<Unit> = units.iter().filter(|unit| !unit.skip).copied().collect();
    phrase::whole(&flat, "no") || several(&flat, "no")
}

/// `yep, bin all three`: a yes that says once more what is to be done with what was shown.
fn repeats_the_order(units: &[Unit], pending: &PendingContext) -> bool {
    let rest = match phrase::prefix(units, "yes").map(|length| &units[length..]) {
        Some(rest) => rest,
        // `delete them`, to whether they should be deleted
        None if pending.deletes => units,
        None => return false,
    };
    if pending.deletes && !["deletestrong", "deleteweak"].iter().any(|class| phrase::prefix(rest, class).is_some()) {
        return false;
    }
    let verb = ["deletestrong", "deleteweak", "doneverb", "markverb", "move", "reopen"]
        .iter()
        .filter_map(|class| phrase::prefix(rest, class))
        .max();
    let shown = |units: &[Unit]| match units {
        [them, all] => phrase::in_class(them, "pronoun") && is_any(all, &["all", "both"]),
        _ => ["allshown", "pronoun", "both"].iter().any(|class| phrase::whole(units, class)),
    };
    verb.is_some_and(|length| shown(&rest[length..]))
}

const fn answer(answer: Answer) -> Intent {
    Intent::Answer(answer)
}

fn reading(given: Answer, confidence: f32) -> Reading {
    Reading { intents: vec![answer(given)], confidence, only_if_found: false, rule: "answer" }
}

/// `👍`, `✅`, `❌`.
fn symbol(message: &Message<'_>) -> Option<Answer> {
    let text = message.text.trim();
    if text.is_empty() || text.chars().any(char::is_alphanumeric) {
        return None;
    }
    if text.contains(['👍', '✅', '👌', '✔', '✓', '🆗', '☑']) {
        return Some(Answer::Accept);
    }
    text.contains(['👎', '❌', '✖', '🚫', '✗', '🙅', '🛑']).then_some(Answer::Reject)
}

/// Whether the units are members of the class one after another: `yes, go ahead please`.
fn several(units: &[Unit], class: &str) -> bool {
    let mut rest = trim(units);
    if rest.len() > 10 {
        return false;
    }
    let mut any = false;
    while !rest.is_empty() {
        let tail = if class == "clearyes" { "please" } else { "politetail" };
        let polite = || phrase::prefix(rest, tail).or_else(|| phrase::prefix(rest, "oops").filter(|_| class == "no"));
        let length = phrase::prefix(rest, class);
        any |= length.is_some();
        let Some(length) = length.or_else(polite) else { return false };
        rest = trim(&rest[length..]);
    }
    any
}

/// A text was asked for: everything is one, but a refusal and a clear command.
fn text(
    message: &Message<'_>,
    segment: &Segment<'_, '_>,
    raw: &[Unit],
    pending: &PendingContext,
    context: &Context,
) -> Vec<Reading> {
    let refuses = is_refusal(raw);
    if refuses {
        return vec![reading(Answer::Reject, EXACT)];
    }
    if raw.is_empty() {
        return Vec::new();
    }
    let draft = draft::draft(segment, without_musing(&segment.units));
    let given = reading(Answer::Text(Box::new(draft)), 0.9);
    let plain = Context { pending: None, ..context.clone() };
    let sure = is_command(message, &message.units, &plain, 0.93);
    let by_number = !segment.question && reference::hard(message, raw, context).is_some();
    if by_number {
        return vec![reading(given_answer(given), EXACT)];
    }
    let asks = segment.question
        && segment
            .units
            .first()
            .is_some_and(|unit| is_any(unit, &["what", "when", "how", "which", "who", "why", "did", "do", "is"]));
    if sure || asks && pending.tasks.is_empty() {
        return vec![Reading { confidence: 0.5, ..given }];
    }
    vec![Reading { confidence: 0.95, ..given }]
}

/// Without the `I guess` before what is answered.
fn without_musing(units: &[Unit]) -> &[Unit] {
    let mut rest = trim(units);
    while rest
        .first()
        .is_some_and(|unit| is_any(unit, &["hmm", "hm", "um", "uh", "er", "erm", "well", "maybe", "perhaps", "i"]))
        && let Some(length) = phrase::prefix(rest, "hedge").filter(|length| *length < rest.len())
    {
        rest = trim(&rest[length..]);
    }
    rest
}

fn given_answer(reading: Reading) -> Answer {
    match reading.intents.into_iter().next() {
        Some(Intent::Answer(answer)) => answer,
        _ => Answer::Reject,
    }
}

/// `never mind`, `no`, `nothing`: to an open question only what cannot be the text itself.
fn is_refusal(units: &[Unit]) -> bool {
    (phrase::whole(units, "no") || several(units, "no"))
        && !is_any_whole(units, &["back", "go", "false", "wrong", "all", "skip", "wait"])
}

fn is_any_whole(units: &[Unit], words: &[&str]) -> bool {
    matches!(units, [only] if is_any(only, words))
}
