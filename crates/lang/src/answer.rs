//! Answers to a waiting question, in any shape. A message that is clearly a new command is no answer.

use saydo_domain::{PendingKind, TaskNumber};

use crate::{
    Answer, Candidate, Context, Intent, Match, PendingContext, Place, Reading, TaskRef,
    reference::{self, Strength},
    resolve,
    rules::{
        command_confidence,
        frames::draft,
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
    if pending.kind == PendingKind::Ask {
        return text(message, &segment, raw, pending, context);
    }
    if let Some(picked) = pick(message, raw, &segment, pending, context) {
        return vec![picked];
    }
    let flat: Vec<Unit> = raw.iter().filter(|unit| !unit.skip).copied().collect();
    let raw = flat.as_slice();
    let no = phrase::whole(raw, "no") || several(raw, "no");
    let yes = phrase::whole(raw, "yes") || several(raw, "yes");
    match (no, yes) {
        (true, _) => vec![reading(Answer::Reject, EXACT)],
        (false, true) => vec![reading(Answer::Accept, EXACT)],
        _ => Vec::new(),
    }
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
        let polite =
            || phrase::prefix(rest, "politetail").or_else(|| phrase::prefix(rest, "oops").filter(|_| class == "no"));
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
    let draft = draft::draft(segment, &segment.units);
    let given = reading(Answer::Text(Box::new(draft)), 0.9);
    let plain = Context { pending: None, ..context.clone() };
    let sure = command_confidence(message, &message.units, &plain);
    let by_number = !segment.question && reference::hard(message, raw, context).is_some();
    if by_number {
        return vec![reading(given_answer(given), EXACT)];
    }
    let asks = segment.question
        && segment
            .units
            .first()
            .is_some_and(|unit| is_any(unit, &["what", "when", "how", "which", "who", "why", "did", "do", "is"]));
    if sure >= 0.93 || asks && pending.tasks.is_empty() {
        return vec![Reading { confidence: 0.5, ..given }];
    }
    vec![Reading { confidence: 0.95, ..given }]
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

/// Which of the tasks shown.
fn pick(
    message: &Message<'_>,
    raw: &[Unit],
    segment: &Segment<'_, '_>,
    pending: &PendingContext,
    context: &Context,
) -> Option<Reading> {
    let tasks = &pending.tasks;
    if tasks.is_empty() {
        return None;
    }
    let listing = tasks.iter().map(|(number, _)| *number).collect();
    let here = Context { listing, pending: None, focus: Vec::new(), ..context.clone() };
    let choosing = pending.kind == PendingKind::Choose;
    let mut units = if segment.units.is_empty() { raw } else { trim(&segment.units) };
    if phrase::whole(units, "both") && (choosing || !phrase::whole(raw, "yes")) {
        return Some(reading(Answer::Pick((0..tasks.len()).collect()), EXACT));
    }
    let led = strip_lead(raw);
    let said_only = led.len() < raw.len();
    if said_only {
        units = led;
    }
    if let Some(picked) = except(message, raw, pending, &here) {
        return Some(reading(Answer::Pick(picked), 0.96));
    }
    let tie = units.iter().take_while(|unit| is_any(unit, &["for", "about", "with"])).count();
    units = &units[tie.min(units.len().saturating_sub(1))..];
    let found = reference::parse(message, units, &here)?;
    if found.strength == Strength::Hard {
        let picked = indices(&found.targets, pending)?;
        return (!picked.is_empty()).then(|| reading(Answer::Pick(picked), 0.96));
    }
    if !choosing && !said_only {
        return None;
    }
    let plain = Context { pending: None, ..context.clone() };
    if command_confidence(message, &message.units, &plain) >= 0.93 {
        return None;
    }
    let picked = indices(&found.targets, pending).or_else(|| found.apart.and_then(|apart| indices(&apart, pending)))?;
    (!picked.is_empty()).then(|| reading(Answer::Pick(picked), 0.93))
}

/// Without `yes`, `just`, `only`, `the one about`, `i mean` in front.
fn strip_lead(units: &[Unit]) -> &[Unit] {
    let mut rest = trim(units);
    for _ in 0..4 {
        let length = phrase::prefix(rest, "meant").or_else(|| {
            let lead = rest.first().is_some_and(|unit| {
                is_any(
                    unit,
                    &[
                        "yes", "just", "only", "yeah", "no", "ok", "okay", "pick", "choose", "take", "it's", "delete",
                        "complete", "remove", "yep", "sure",
                    ],
                )
            });
            lead.then_some(1)
        });
        match length.filter(|length| *length < rest.len()) {
            Some(length) => rest = trim(&rest[length..]),
            None => break,
        }
    }
    rest
}

/// `both but not the milk`, `all except 3`, `yes but not the second`, `not the milk`.
fn except(message: &Message<'_>, units: &[Unit], pending: &PendingContext, here: &Context) -> Option<Vec<usize>> {
    for at in 0..units.len() {
        let Some(length) = phrase::prefix(&units[at..], "except") else { continue };
        let head = trim(&units[..at]);
        let all = head.is_empty() && is_any(&units[at], &["not", "except", "without"])
            || phrase::whole(head, "both")
            || phrase::whole(head, "yes")
            || phrase::whole(head, "everything")
            || phrase::whole(head, "pronoun");
        if !all {
            continue;
        }
        let but = reference::parse(message, trim(&units[at + length..]), here)?;
        let left_out = indices(&but.targets, pending)?;
        let kept: Vec<usize> = (0..pending.tasks.len()).filter(|index| !left_out.contains(index)).collect();
        return (!left_out.is_empty()).then_some(kept);
    }
    None
}

/// The tasks shown that the references mean; `None` when one of them means none, or more than one.
fn indices(targets: &[TaskRef], pending: &PendingContext) -> Option<Vec<usize>> {
    let shown = |number: &TaskNumber| pending.tasks.iter().position(|(known, _)| known == number);
    let by_place = targets.iter().any(|target| matches!(target, TaskRef::Number(number) if shown(number).is_none()));
    let mut picked = Vec::new();
    for target in targets {
        for index in index_of(target, pending, by_place)? {
            if !picked.contains(&index) {
                picked.push(index);
            }
        }
    }
    Some(picked)
}

fn index_of(target: &TaskRef, pending: &PendingContext, by_place: bool) -> Option<Vec<usize>> {
    let count = pending.tasks.len();
    let at = |index: usize| (index < count).then(|| vec![index]);
    match target {
        TaskRef::Number(number) => {
            let shown = pending.tasks.iter().position(|(known, _)| known == number);
            let place = usize::try_from(number.get()).ok().and_then(|nth| nth.checked_sub(1));
            if by_place { place.and_then(at) } else { shown.and_then(at) }
        }
        TaskRef::Place(place) => places(*place, count),
        TaskRef::Words(words) => by_words(words, &pending.tasks).and_then(at),
        TaskRef::Focus if count == 1 => Some(vec![0]),
        TaskRef::Filter(filter) if *filter == crate::TaskFilter::default() => Some((0..count).collect()),
        _ => None,
    }
}

fn places(place: Place, count: usize) -> Option<Vec<usize>> {
    let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    match place {
        Place::Nth(nth) => size(nth).checked_sub(1).filter(|index| *index < count).map(|index| vec![index]),
        Place::FromEnd(nth) => count.checked_sub(size(nth)).filter(|index| *index < count).map(|index| vec![index]),
        Place::Top(n) => Some((0..count.min(size(n))).collect()),
        Place::Bottom(n) => Some((count.saturating_sub(size(n))..count).collect()),
        Place::All => Some((0..count).collect()),
    }
}

/// The one task shown whose words these are.
fn by_words(words: &str, tasks: &[(TaskNumber, String)]) -> Option<usize> {
    let candidates: Vec<Candidate<'_>> =
        tasks.iter().map(|(number, title)| Candidate { number: *number, title, completed: false }).collect();
    match resolve::resolve(words, &candidates) {
        Match::One(one) => tasks.iter().position(|(number, _)| *number == one.number),
        _ => None,
    }
}
