//! Words that are nothing but attributes, as an edit.

use std::ops::Range;

use saydo_domain::{Field, Priority};

use crate::{
    Edit, Moment, Shift,
    attributes::{Extraction, Mode, Options, extract},
    lexicon::{self, PhraseKind},
    rules::{
        message::Unit,
        phrase::{self, is_any, trim},
        segment::Segment,
    },
    token::{Token, tokenize},
};

/// The edit that the units say; `None` when they say anything else too.
pub(crate) fn read(segment: &Segment<'_, '_>, units: &[Unit]) -> Option<Edit> {
    let mut units = trim(units);
    // `later, like 3pm`: how it is said, not when.
    while let [first, rest @ ..] = units
        && !rest.is_empty()
        && is_any(first, &["later", "like", "say", "maybe", "perhaps"])
    {
        units = trim(rest);
    }
    if units.is_empty() || units.len() > 24 || is_any(&units[0], &["and", "then"]) {
        return None;
    }
    if units.len() == 1 && phrase::in_class(&units[0], "numberword")
        || phrase::is(&units[0], "one") && units.len() > 1 && phrase::in_class(&units[1], "high")
    {
        return None;
    }
    // `urgent now`: from now on, not due now.
    let lasting = match units {
        [rest @ .., now] if is_any(now, &["now"]) => rest,
        _ => units,
    };
    if let Some(priority) = priority(lasting) {
        return Some(Edit { priority: Some(priority), ..Edit::default() });
    }
    let message = segment.message;
    let range = message.token_range(units);
    if let Some(known) = message.known.edits.borrow().get(&range) {
        return known.clone();
    }
    let edit = find(segment, range.clone()).or_else(|| both(segment, units));
    message.known.edits.borrow_mut().insert(range, edit.clone());
    edit
}

/// `high and due friday`: two changes of one task.
fn both(segment: &Segment<'_, '_>, units: &[Unit]) -> Option<Edit> {
    let at = units.iter().position(|unit| is_any(unit, &["and"]) || segment.message.token(unit).text == ",")?;
    let (mut left, right) = (read(segment, &units[..at])?, read(segment, without_and(&units[at..]))?);
    let apart = (left.priority.is_none() || right.priority.is_none())
        && (left.due.is_keep() && left.recurrence.is_keep() || right.due.is_keep() && right.recurrence.is_keep());
    if !apart || left.shift.is_some() || right.shift.is_some() {
        return None;
    }
    left.priority = left.priority.or(right.priority);
    if left.due.is_keep() {
        left.due = right.due;
        (left.due_time_only, left.due_date_only) = (right.due_time_only, right.due_date_only);
    }
    if left.recurrence.is_keep() {
        left.recurrence = right.recurrence;
    }
    left.add_labels.extend(right.add_labels);
    left.spans.extend(right.spans);
    Some(left)
}

/// Without the `and` in front, and the `then` or `also` after it.
fn without_and(units: &[Unit]) -> &[Unit] {
    let joint = units.iter().take_while(|unit| unit.skip || is_any(unit, &["and", "also", "make", "it"])).count();
    &units[joint..]
}

fn find(segment: &Segment<'_, '_>, range: Range<usize>) -> Option<Edit> {
    let message = segment.message;
    let tokens = &message.tokens[range.clone()];
    let options = Options { mode: Mode::Value, keep_description: true, ..Options::default() };
    let extraction = message.attributes(range, &segment.context.moment, options);
    if !extraction.explains_all(tokens) || extraction.found.is_empty() && extraction.shift.is_none() {
        return None;
    }
    Some(from_extraction(&extraction, message.text))
}

/// `high`, `top priority`, `not important`: the words alone.
pub(crate) fn priority(units: &[Unit]) -> Option<Priority> {
    let units = trim(units);
    let skip = units
        .iter()
        .take_while(|unit| {
            is_any(
                unit,
                &[
                    "a",
                    "an",
                    "very",
                    "really",
                    "super",
                    "so",
                    "more",
                    "of",
                    "the",
                    "as",
                    "at",
                    "extremely",
                    "most",
                    "pretty",
                    "quite",
                    "to",
                ],
            )
        })
        .count();
    let units = &units[skip..];
    let classes = [("high", Priority::High), ("medium", Priority::Medium), ("low", Priority::Low)];
    let found = classes.into_iter().find(|(class, _)| phrase::whole(units, class)).map(|(_, priority)| priority);
    let lone = units.len() == 1 && is_any(&units[0], &["priority"]);
    found.filter(|_| !lone)
}

/// An extraction as an edit.
pub(crate) fn from_extraction(extraction: &Extraction, text: &str) -> Edit {
    let mut edit = Edit {
        priority: extraction.priority,
        add_labels: extraction.labels.clone(),
        shift: extraction.shift,
        spans: extraction.spans(text),
        ..Edit::default()
    };
    if let Some(due) = &extraction.due {
        edit.due = Field::Set(due.due);
        edit.due_time_only = due.explicit_time && !due.explicit_date;
        edit.due_date_only = due.explicit_date && !due.explicit_time;
        edit.day_of_repetition = extraction.recurrence.is_some() && !due.explicit_date;
    }
    if let Some(recurrence) = &extraction.recurrence {
        edit.recurrence = Field::Set(recurrence.clone());
    }
    if let Some(description) = &extraction.description {
        edit.description = Field::Set(description.clone());
    }
    edit
}

/// `by an additional two and a half hours or so later`
const MOST_WORDS_OF_A_SHIFT: usize = 12;

/// How far the words move a due: `two days`, `by a week`, `an hour later`.
pub(crate) fn shift(text: &str, moment: &Moment) -> Option<Shift> {
    // A quick look before the attributes are read: without a unit there is no stretch of time.
    let words = tokenize(text);
    let is_unit = |token: &Token<'_>| {
        let entry = lexicon::look_up(&token.norm);
        entry.unit.is_some() || entry.phrases.iter().any(|phrase| phrase.kind == PhraseKind::Unit)
    };
    if words.len() > MOST_WORDS_OF_A_SHIFT || !words.iter().any(is_unit) {
        return None;
    }
    // `one more day`, `two extra hours`
    let text = [" more ", " extra ", " further ", " additional "]
        .iter()
        .fold(text.to_lowercase(), |text, word| text.replacen(word, " ", 1));
    let bare = ["later", "earlier", "sooner", "more", "further", "extra", "additional", "back", "forward"]
        .iter()
        .fold(text.trim(), |text, word| text.trim_end_matches(word).trim());
    let bare = ["by ", "for ", "another ", "an additional ", "an extra ", "a further ", "in "]
        .iter()
        .fold(bare, |text, word| text.strip_prefix(word).unwrap_or(text).trim());
    let bare = if bare.starts_with(|c: char| c.is_ascii_digit() || c.is_alphabetic()) { bare } else { return None };
    let one = ["day", "week", "month", "hour", "year", "fortnight", "weekend"].contains(&bare);
    let said = if one { format!("by a {bare}") } else { format!("by {bare}") };
    let tokens = tokenize(&said);
    let options = Options { mode: Mode::Value, keep_description: true, shift: true, ..Options::default() };
    let extraction = extract(&tokens, &said, moment, options);
    // `on thursday back one day`: the day says which tasks.
    extraction.shift.filter(|_| extraction.due.is_none() && extraction.explains_all(&tokens))
}
