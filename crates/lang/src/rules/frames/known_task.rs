//! Sentences that speak of a task that there is, though no rule knows what they want: they name no new one.

use crate::{
    rules::{
        message::Unit,
        phrase::{in_class, is_any, trim},
        segment::Segment,
    },
    token::TokenKind,
};

/// `the label kitchen`
pub(super) fn names_a_label(segment: &Segment<'_, '_>) -> Option<saydo_domain::Label> {
    let [the, label, name] = segment.units.as_slice() else { return None };
    let named = is_any(the, &["the"]) && is_any(label, &["label", "tag", "category"]);
    named.then(|| crate::rules::filter::label(&segment.message.token(name).norm)).flatten()
}

/// `kids tasks`: what they are about.
pub(super) fn tasks_of(segment: &Segment<'_, '_>) -> Option<String> {
    let [topic @ .., tasks] = segment.units.as_slice() else { return None };
    let plain = |unit: &Unit| {
        segment.message.token(unit).kind == TokenKind::Word
            && !unit.verb.is_some_and(|verb| verb.is_base)
            && !in_class(unit, "det")
    };
    let named = (1..=2).contains(&topic.len()) && topic.iter().all(plain) && is_any(tasks, &["tasks"]);
    named.then(|| segment.message.cut(topic))
}

/// `and the eggs` after something was done to a task: that is to be done to another one, too; which, is not known here.
pub(super) fn continues(segment: &Segment<'_, '_>) -> bool {
    let context = segment.context;
    let raw = trim(&segment.message.units);
    let and_the =
        raw.len() < 6 && raw.len() > 2 && is_any(&raw[0], &["and", "also"]) && is_any(&raw[1], &["the", "my"]);
    and_the && !context.focus.is_empty() && !context.last_was_add
}

/// Verbs that with the number of a task can only be about that task.
const CHANGES: [&str; 43] = [
    "lower",
    "raise",
    "reduce",
    "prioritise",
    "delete",
    "remove",
    "move",
    "push",
    "postpone",
    "rename",
    "reopen",
    "complete",
    "close",
    "tick",
    "mark",
    "rid",
    "expand",
    "strip",
    "wipe",
    "untag",
    "unlabel",
    "tag",
    "label",
    "flag",
    "bump",
    "reschedule",
    "rebook",
    "shift",
    "clear",
    "reset",
    "undo",
    "update",
    "change",
    "edit",
    "give",
    "untick",
    "uncheck",
    "unflag",
    "snooze",
    "defer",
    "delay",
    "retitle",
    "swap",
];

/// `wipe 3's priority`, `2 loses its finance tag`, `switch off the repetition of 6`: whatever is meant, it is about a
/// task that there is, and no new one.
pub(super) fn changes_a_number(segment: &Segment<'_, '_>) -> bool {
    let message = segment.message;
    let numeral = |unit: &Unit| {
        message.token(unit).kind == TokenKind::Number && message.token(unit).text.len() < 5
            || in_class(unit, "numberword")
    };
    let units: Vec<&Unit> = segment.units.iter().filter(|unit| message.token(unit).text != "#").collect();
    let after = |unit: &Unit| {
        unit.skip
            || unit.clitic
            || is_any(
                unit,
                &["and", "its", "to", "for", "on", "as", "from", "until", "till", "off", "up", "again", "back"],
            )
    };
    // `do 3 first`, `start with 3`
    let begins = |verb: &Unit| is_any(verb, &["do", "start", "begin", "tackle"]);
    let order = |unit: &Unit| is_any(unit, &["first", "next", "later", "last", "now"]);
    match units.as_slice() {
        [verb, number, when] if begins(verb) && numeral(number) && order(when) => true,
        [verb, with, number] if begins(verb) && is_any(with, &["with"]) && numeral(number) => true,
        [verb, number] => is_any(verb, &CHANGES) && numeral(number),
        [verb, number, next, ..] if is_any(verb, &CHANGES) && numeral(number) => {
            after(next) || is_any(verb, &["rid", "strip"]) && is_any(next, &["of"])
        }
        [number, verb, _, ..] if numeral(number) => is_any(
            verb,
            &["is", "has", "needs", "gets", "goes", "can", "should", "must", "loses", "deserves", "becomes"],
        ),
        _ => units.windows(3).any(|three| {
            let field = ["duefield", "prio", "repeat", "tag"].iter().any(|class| in_class(three[0], class))
                && !is_any(three[0], &["day", "when", "time", "schedule", "date", "repeats", "label"]);
            field && is_any(three[1], &["of", "from"]) && numeral(three[2])
        }),
    }
}
