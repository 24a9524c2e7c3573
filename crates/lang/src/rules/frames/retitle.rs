//! New titles and other texts that are taken as they are typed.

use super::{Match, draft, edit};
use crate::{
    Edit,
    attributes::Options,
    rules::{
        message::Unit,
        pattern::Slot,
        phrase::{self, is_any},
    },
    token::TokenKind,
};

/// `change 3 to friday` moves it; `change 3 to 'Friday'` and `change 3 to buy milk` rename it.
pub(super) fn title_or_edit(found: &Match<'_, '_, '_>) -> Option<Edit> {
    let Some(units) = found.slot(Slot::New) else { return Some(Edit::default()) };
    // `change this lightbulb` says which lightbulb.
    let article = found.slot(Slot::Hard).is_some_and(|hard| {
        matches!(hard, [only] if is_any(only, &["this", "that", "these", "those"])
            && units.first().is_some_and(|unit| unit.token == only.token + 1))
    });
    if article && found.section.name == "update-title" {
        return None;
    }
    if found.section.name.starts_with("update-title")
        && let Some(edit) = edit::read(found.segment, units)
    {
        return Some(edit);
    }
    let done = found.section.name.starts_with("update-title")
        && (phrase::whole(phrase::trim(units), "donestrict") || phrase::whole(phrase::trim(units), "notdone"));
    let title = literal(found, units).filter(|_| !done)?;
    // `change lunch to dinner at 7`: another name and another time.
    let range = found.segment.message.token_range(phrase::trim(units));
    let said = found.segment.message.attributes(range, &found.segment.context.moment, Options::default());
    if found.section.name == "update-title-soft" && said.recurrence.is_none() && said.due.is_some() {
        let draft = draft::draft(found.segment, units);
        if !draft.title.is_empty() {
            let edit = edit::from_extraction(&said, found.segment.message.text);
            return Some(Edit { title: Some(draft.title), ..edit });
        }
    }
    Some(Edit { title: Some(capitalised(&title)), ..Edit::default() })
}

/// The text of units as typed; quotes around all of it are taken off.
pub(super) fn literal(found: &Match<'_, '_, '_>, units: &[Unit]) -> Option<String> {
    let message = found.segment.message;
    let units = phrase::trim(units);
    // `"Ask Marta" from now on`
    if let [only, rest @ ..] = units
        && (phrase::whole(rest, "now") || phrase::whole(rest, "onwards"))
        && let Some(quoted) = message.token(only).unquoted()
    {
        return (!quoted.is_empty()).then(|| quoted.to_owned());
    }
    if let [only] = units
        && let Some(quoted) = message.token(only).unquoted()
    {
        return (!quoted.is_empty()).then(|| quoted.to_owned());
    }
    let range = message.token_range(units);
    let (first, last) = (message.tokens.get(range.start)?, message.tokens.get(range.end.checked_sub(1)?)?);
    let text = message.text.get(first.start..last.end)?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// With the first letter in upper case, unless it begins with an address.
pub(super) fn capitalised(text: &str) -> String {
    if text.split_whitespace().next().is_some_and(|word| word.contains("://") || word.starts_with("www.")) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `add the note "bring cash" to the sale`, `call the shed job "Clear it out"`: where most words could be a task of their
/// own, quotes show what is text.
pub(super) fn literal_enough(found: &Match<'_, '_, '_>, soft: bool) -> bool {
    let name = found.section.name;
    let calls = name == "update-rename" && found.units.first().is_some_and(|unit| is_any(unit, &["call", "name"]));
    let quoted =
        |units: &[Unit]| matches!(units, [only] if found.segment.message.token(only).kind == TokenKind::Quoted);
    let text = found.slot(Slot::Text).or_else(|| found.slot(Slot::New));
    !(name == "update-note-named" && soft || calls && found.slot(Slot::Ref).is_some())
        || text.map(phrase::trim).is_some_and(quoted)
}
