//! Lists with a head: `three errands: stamps, bank, cobbler`, `groceries: milk and eggs`, `to call: Ana, Bo`.
//!
//! A head that only says that things follow (how many, what kind of list, when) is dropped, and what it says about when
//! holds for all. A verb in the head holds for each thing. Before three things or more, any other single word is their
//! label (`chemist: plasters, syrup, pills`) and any other phrase announces; before two, the line stays one task.

use super::{
    frames::draft,
    message::{Message, Unit},
    phrase::{in_class, is_any, trim},
    segment::Segment,
    split::MOST_PARTS,
    things,
};
use crate::{Draft, reference::numbers::is_number, token::TokenKind};
use saydo_domain::{Due, Label};

/// Nouns that announce a list.
const NOUNS: [&str; 24] = [
    "errands",
    "errand",
    "chores",
    "jobs",
    "groceries",
    "grocery",
    "shopping",
    "list",
    "things",
    "stuff",
    "todo",
    "todos",
    "tasks",
    "items",
    "reminders",
    "supermarket",
    "agenda",
    "plan",
    "plans",
    "bits",
    "shop",
    "homework",
    "calls",
    "purchases",
];

/// Words around them that say nothing more.
const GLUE: [&str; 34] = [
    "to",
    "do",
    "the",
    "my",
    "our",
    "for",
    "me",
    "us",
    "of",
    "i",
    "we",
    "need",
    "have",
    "must",
    "still",
    "also",
    "more",
    "new",
    "following",
    "these",
    "some",
    "couple",
    "few",
    "a",
    "as",
    "well",
    "are",
    "is",
    "here",
    "on",
    "at",
    "this",
    "quick",
    "please",
];

/// The drafts of a list with a head; `None` when the units are none.
pub(crate) fn drafts(segment: &Segment<'_, '_>, units: &[Unit]) -> Option<Vec<Draft>> {
    let message = segment.message;
    let at = units.iter().take(10).position(|unit| ends_head(message, unit))?;
    let (head, items) = (trim(&units[..at]), trim(&units[at + 1..]));
    let parts = items_of(message, items);
    if head.is_empty() || parts.len() < 2 || parts.len() > MOST_PARTS {
        return None;
    }
    let mut said = draft::draft(segment, head);
    said.due = said.due.or_else(|| day_of(segment, head));
    let dash = !message.token(&units[at]).is_punct(':');
    let area = !dash && matches!(head, [only] if in_class(only, "area") && !is_any(only, &["errands"]));
    let verb = match announces(segment, head, dash) {
        // `work: draft the plan, book the hall`
        Some(_) | None if area => {
            said.labels.extend(Label::new(&message.token(&head[0]).norm).ok());
            None
        }
        Some(verb) => verb,
        None => {
            let short = parts.iter().all(|part| part.len() <= 8);
            let commas = items.iter().filter(|unit| message.token(unit).text == ",").count();
            if parts.len() < 3 || commas < 2 || !short || !subject(message, head) {
                return None;
            }
            if let [only] = head {
                said.labels.extend(Label::new(&message.token(only).norm).ok());
            }
            None
        }
    };
    let draft = |part: &&[Unit]| {
        let mut draft = draft::draft(segment, part);
        let own = part.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base));
        if let Some(verb) = verb.filter(|_| !own) {
            let name = part.first().is_some_and(|unit| message.token(unit).text.starts_with(char::is_uppercase));
            let thing = if name { draft.title } else { draft::lowered(&draft.title) };
            draft.title = draft::titled(&format!("{verb} {thing}"));
        }
        within(draft, &said)
    };
    let drafts: Vec<Draft> = parts.iter().map(draft).collect();
    drafts.iter().all(|draft| !draft.title.is_empty()).then_some(drafts)
}

/// `tomorrow's plan`, `monday's jobs`
fn day_of(segment: &Segment<'_, '_>, head: &[Unit]) -> Option<Due> {
    let stem = segment.message.token(head.first()?).norm.strip_suffix("'s")?.to_owned();
    crate::parse_due(&stem, &segment.context.moment)
}

/// Whether the words can be what a list is about: no order, no question, no command of ours.
fn subject(message: &Message<'_>, head: &[Unit]) -> bool {
    let word = |unit: &Unit| message.token(unit).kind == TokenKind::Word;
    let ours =
        |unit: &Unit| ["task", "desc", "command", "greeting", "ack", "oops"].iter().any(|class| in_class(unit, class));
    head.len() <= 5
        && head.iter().all(word)
        && !head.iter().any(ours)
        && !head.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base))
        && !head
            .iter()
            .any(|unit| is_any(unit, &["you", "he", "she", "they", "is", "are", "said", "says", "ask", "tell"]))
}

/// A colon before a space, or a dash between spaces.
fn ends_head(message: &Message<'_>, unit: &Unit) -> bool {
    let token = message.token(unit);
    let spaced = message.tokens.get(unit.token + 1).is_some_and(|next| next.space_before);
    spaced && (token.is_punct(':') || token.space_before && matches!(token.text, "-" | "–" | "—"))
}

/// Whether the words only announce a list, and the verb that they give to each thing.
fn announces(segment: &Segment<'_, '_>, head: &[Unit], dash: bool) -> Option<Option<&'static str>> {
    let message = segment.message;
    let range = message.token_range(head);
    let first = range.start;
    let found = message.attributes(range, &segment.context.moment, crate::attributes::Options::default());
    let rest: Vec<Unit> = super::filter::residual(head, &found, first).into_iter().filter(|unit| !unit.skip).collect();
    let norm = |unit: &Unit| message.token(unit).norm.clone();
    let day = |unit: &Unit| {
        let token = message.token(unit);
        token.norm.strip_suffix("'s").is_some_and(|stem| crate::parse_due(stem, &segment.context.moment).is_some())
    };
    let noun = |unit: &Unit| NOUNS.contains(&&*norm(unit)) || in_class(unit, "list");
    let counts = |unit: &Unit| is_number(message, unit);
    let glue = |unit: &Unit| GLUE.contains(&&*norm(unit)) || unit.clitic || day(unit) || in_class(unit, "addonly");
    let verbs: Vec<&Unit> = rest
        .iter()
        .filter(|unit| !noun(unit) && !glue(unit) && !counts(unit) && unit.verb.is_some_and(|verb| verb.is_base))
        .collect();
    let known =
        |unit: &Unit| noun(unit) || glue(unit) || counts(unit) || verbs.iter().any(|verb| verb.token == unit.token);
    let named = rest.iter().any(noun) || found.due.is_some() && rest.iter().all(glue);
    let led = verbs.len() == 1 && (rest.len() == 1 || named || rest.first().is_some_and(|unit| is_any(unit, &["to"])));
    if !rest.iter().all(known) || verbs.len() > 1 || !(named || led && !dash) {
        return None;
    }
    Some(verbs.first().and_then(|unit| unit.verb).map(|verb| verb.base))
}

/// The things: between commas, or `and` when there is none, and at the last `and` unless it binds a pair.
fn items_of<'u>(message: &Message<'_>, items: &'u [Unit]) -> Vec<&'u [Unit]> {
    let comma = |unit: &Unit| matches!(message.token(unit).text, "," | ";");
    let pieces: Vec<&[Unit]> = items.split(comma).map(trim).filter(|piece| !piece.is_empty()).collect();
    let mut parts = Vec::new();
    for piece in pieces {
        let and = |unit: &Unit| is_any(unit, &["and", "plus"]);
        let split: Vec<&[Unit]> = piece.split(and).map(trim).filter(|part| !part.is_empty()).collect();
        match split.as_slice() {
            [left, right] if things::pair(message, left, right) => parts.push(piece),
            _ => parts.extend(split),
        }
    }
    parts
}

/// A thing with what the head says about all of them.
pub(crate) fn within(mut draft: Draft, head: &Draft) -> Draft {
    draft.due = draft.due.or(head.due);
    draft.priority = draft.priority.or(head.priority);
    draft.recurrence = draft.recurrence.or_else(|| head.recurrence.clone());
    let labels: Vec<_> = head.labels.iter().filter(|label| !draft.labels.contains(label)).cloned().collect();
    draft.labels.extend(labels);
    draft
}
