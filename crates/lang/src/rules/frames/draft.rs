//! A draft of a task from the units that name it.

use std::ops::Range;

use jiff::ToSpan;
use saydo_domain::Due;

use super::lead;
use crate::{
    Draft, Edit, Moment,
    attributes::{Extraction, Options, extract},
    rules::{
        message::{Message, Unit, tidy},
        phrase,
        segment::Segment,
    },
    token::{Token, TokenKind},
};

/// The draft that the units say.
pub(crate) fn draft(segment: &Segment<'_, '_>, units: &[Unit]) -> Draft {
    draft_from(segment, units, &segment.context.moment)
}

/// The same as said at another moment: what follows `at 7` is later than that.
pub(crate) fn draft_from(segment: &Segment<'_, '_>, units: &[Unit], moment: &Moment) -> Draft {
    let message = segment.message;
    let (units, before_that) = relative(segment, without_threat(phrase::trim(units)));
    let mut range = message.token_range(units);
    // `!high` begins before its word.
    if range.start > 0 && message.tokens[range.start - 1].is_punct('!') && !message.tokens[range.start].space_before {
        range.start -= 1;
    }
    range = with_marks(message, range);
    let tokens = &message.tokens[range.clone()];
    let extraction = if std::ptr::eq(moment, &raw const segment.context.moment) {
        Extraction::clone(&message.attributes(range, moment, Options::default()))
    } else {
        // What is known about the tokens is known for the message's own moment.
        extract(tokens, message.text, moment, Options::default())
    };
    let mut draft = from_extraction(message, tokens, extraction);
    if before_that {
        draft.relative_to = Some(usize::MAX);
    }
    draft
}

/// With the `!!` that stand apart before or after the words.
fn with_marks(message: &Message<'_>, range: Range<usize>) -> Range<usize> {
    let mark = |at: &usize| message.tokens[*at].is_punct('!');
    let before = (0..range.start).rev().take_while(mark).count();
    let after = (range.end..message.tokens.len()).take_while(mark).count();
    let start = if before > 1 && before == range.start { 0 } else { range.start };
    let apart = message.tokens.get(range.end).is_some_and(|token| token.space_before);
    let end = if after > 1 && apart { range.end + after } else { range.end };
    start..end
}

/// The draft of some units, with the attributes found in the whole segment around them.
pub(crate) fn draft_within(segment: &Segment<'_, '_>, units: &[Unit]) -> Draft {
    let (message, (_, extraction)) = (segment.message, segment.adding());
    let range = message.token_range(&segment.units);
    let mut extraction = Extraction::clone(extraction);
    for (consumed, token) in extraction.consumed.iter_mut().zip(range.clone()) {
        *consumed |= !units.iter().any(|unit| unit.token == token);
    }
    from_extraction(message, &message.tokens[range], extraction)
}

fn from_extraction(message: &Message<'_>, tokens: &[Token<'_>], mut extraction: Extraction) -> Draft {
    for (consumed, token) in extraction.consumed.iter_mut().zip(tokens) {
        *consumed |=
            matches!(&*token.norm, "um" | "umm" | "uh" | "uhm" | "erm" | "uhh" | "ummm" | "hm" | "hmm" | "hmmm");
    }
    let mut title = strip_lead(tidy(&extraction.title(tokens))).to_owned();
    if extraction.due.is_some() {
        title = strip_ties(&title).to_owned();
    }
    // `TODO(me): bump openssl`
    if message.text.len() > 5
        && message.text.is_char_boundary(5)
        && message.text[..5].eq_ignore_ascii_case("todo(")
        && let Some((_, rest)) = title.split_once("): ")
    {
        title = rest.to_owned();
    }
    for tail in [", oh yeah", ", oh", " too", " as well", " also", " already"] {
        title.truncate(title.strip_suffix(tail).map_or(title.len(), str::len));
    }
    if let [only] = tokens
        && only.kind == TokenKind::Quoted
    {
        title = only.unquoted().unwrap_or(&title).to_owned();
    }
    Draft {
        title: super::retitle::capitalised(&unquoted(&title)),
        spans: extraction.spans(message.text),
        due: extraction.due.map(|due| due.due),
        description: extraction.description,
        recurrence: extraction.recurrence,
        priority: extraction.priority,
        labels: extraction.labels,
        problems: extraction.problems,
        relative_to: None,
    }
}

/// A title with its first letter in upper case.
pub(crate) fn titled(title: &str) -> String {
    super::retitle::capitalised(title)
}

/// With the first letter in lower case, as after a verb.
pub(crate) fn lowered(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Without the `on`, `by`, `for` that a date left behind.
fn strip_ties(title: &str) -> &str {
    let ties = [" to", " at", " by", " for", " until", " till", " from", " before", ","];
    ties.iter().fold(title, |title, tie| title.strip_suffix(tie).unwrap_or(title).trim_end())
}

/// A title that is one quotation loses its quotes.
fn unquoted(title: &str) -> String {
    let inner = title.strip_prefix(['"', '“']).and_then(|rest| rest.strip_suffix(['"', '”']));
    inner.filter(|inner| !inner.is_empty() && !inner.contains(['"', '“', '”'])).unwrap_or(title).to_owned()
}

/// Without the `to`, `that I need to`, `about` that tied the title to the command.
fn strip_lead(title: &str) -> &str {
    let mut rest = title;
    for lead in [
        "task: ",
        "task to ",
        "todo: ",
        "reminder to ",
        "that i need to ",
        "that i have to ",
        "that i must ",
        "that i should ",
        "i need to ",
        "i have to ",
        "i must ",
        "to ",
        "that ",
        "please ",
        "probably ",
        "prob ",
        "but ",
        "firstly ",
        "secondly ",
        "thirdly ",
        "lastly ",
        "i have a ",
        "i have an ",
        "i've got a ",
        "i have ",
        "i ",
    ] {
        if rest.len() > lead.len() && rest.is_char_boundary(lead.len()) && rest[..lead.len()].eq_ignore_ascii_case(lead)
        {
            rest = rest[lead.len()..].trim_start();
        }
    }
    rest
}

/// Without what happens else: `submit the log otherwise I fail`.
fn without_threat(units: &[Unit]) -> &[Unit] {
    let who = |unit: &Unit| phrase::is_any(unit, &["i", "we", "he", "she", "they", "it", "you", "the", "my"]);
    let threat = units.windows(3).skip(1).position(|three| {
        phrase::is(&three[0], "otherwise") && who(&three[1])
            || phrase::is(&three[0], "or") && phrase::is(&three[1], "else")
    });
    threat.map_or(units, |at| phrase::trim(&units[..=at]))
}

/// `before that` at the end: the draft hangs on the one before it.
fn relative<'u>(segment: &Segment<'_, '_>, units: &'u [Unit]) -> (&'u [Unit], bool) {
    let words: Vec<&str> = units.iter().rev().take(3).map(|unit| &*segment.message.token(unit).norm).collect();
    match words.as_slice() {
        ["that" | "then" | "it" | "this", "before", ..] if units.len() > 2 => {
            (phrase::trim(&units[..units.len() - 2]), true)
        }
        ["beforehand", ..] if units.len() > 1 => (phrase::trim(&units[..units.len() - 1]), true),
        _ => (units, false),
    }
}

/// Gives a draft that was said to come before that the due of the last draft with one: an hour earlier when it has a
/// time, the same day when it is all-day.
pub(crate) fn hang_on(mut draft: Draft, before: &[Draft]) -> Draft {
    if draft.relative_to != Some(usize::MAX) {
        // Indices are within one message part; parts are appended in order.
        return draft;
    }
    draft.relative_to = None;
    if let Some((at, due)) = before.iter().enumerate().rev().find_map(|(at, other)| other.due.map(|due| (at, due))) {
        draft.relative_to = Some(at);
        draft.due = Some(match due {
            Due::Day(_) => due,
            Due::Moment { at, offset } => Due::Moment { at: at.checked_sub(1.hour()).unwrap_or(at), offset },
        });
    }
    draft
}

/// Makes sure that no draft hangs on nothing.
pub(crate) fn settle(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut settled: Vec<Draft> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut draft = hang_on(draft, &settled);
        lead::hang(&mut draft, &settled);
        settled.push(draft);
    }
    settled
}

/// Whether an edit is nothing but attributes that a new task can have.
pub(crate) fn can_take(edit: &Edit) -> bool {
    edit.title.is_none() && edit.shift.is_none() && edit.remove_labels.is_empty() && edit.append_description.is_none()
}

/// Gives a new task the attributes that were said about it afterwards.
pub(crate) fn take(draft: &mut Draft, edit: &Edit) {
    edit.due.clone().apply_to(&mut draft.due);
    edit.recurrence.clone().apply_to(&mut draft.recurrence);
    edit.description.clone().apply_to(&mut draft.description);
    draft.priority = edit.priority.or(draft.priority);
    draft
        .labels
        .extend(edit.add_labels.iter().filter(|label| !draft.labels.contains(label)).cloned().collect::<Vec<_>>());
    draft.spans.extend(edit.spans.iter().cloned());
}
