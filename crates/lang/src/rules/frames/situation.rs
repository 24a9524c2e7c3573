//! A reminder that says on what occasion before it says what: `remind me on my way home to get diesel`.

use super::Match;
use crate::{
    Draft,
    rules::{
        frames::draft::{self, lowered},
        message::Unit,
        phrase::{is_any, trim},
    },
};

/// What an occasion begins with.
const OCCASIONS: [&str; 8] = ["on", "when", "before", "after", "while", "once", "as", "during"];

/// The thing to do with its occasion after it; `None` when there is no occasion, or it is nothing but a time.
pub(super) fn draft(found: &Match<'_, '_, '_>, text: &[Unit]) -> Option<Draft> {
    let units = found.units;
    let start = units.iter().position(|unit| Some(unit.token) == text.first().map(|unit| unit.token))?;
    let before = start.checked_sub(1).filter(|at| is_any(&units[*at], &OCCASIONS));
    let from = before.or_else(|| is_any(&units[start], &OCCASIONS).then_some(start))?;
    let rest = &units[from..];
    let verb = |unit: &Unit| unit.verb.is_some_and(|verb| verb.is_base);
    let to = (2..rest.len().saturating_sub(1)).find(|at| is_any(&rest[*at], &["to"]) && verb(&rest[at + 1]))?;
    let (occasion, thing) = (trim(&rest[..to]), trim(&rest[to + 1..]));
    // Only a whole sentence has its words in a row: attributes were not taken out.
    if found.behind_attributes || thing.len() < 2 {
        return None;
    }
    let when = draft::draft(found.segment, occasion);
    let mut draft = draft::draft(found.segment, thing);
    if when.title.split_whitespace().count() < 2 || draft.title.is_empty() || when.recurrence.is_some() {
        return None;
    }
    draft.title = format!("{} {}", draft.title, lowered(&when.title));
    draft.due = draft.due.or(when.due);
    draft.priority = draft.priority.or(when.priority);
    draft.spans.splice(0..0, when.spans);
    Some(draft)
}
