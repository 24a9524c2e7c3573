//! Corrections of what was just added, changed or talked about: `make that 4pm instead`, `no, friday`.

use saydo_domain::Field;

use super::{
    Match, edit,
    retitle::{capitalised, literal},
    update::negated,
};
use crate::{
    Edit, Intent, Reading, TaskRef,
    reference::{self, Reference, Strength},
    rules::{
        pattern::Slot,
        phrase::{self, is_any},
    },
};

/// `make that 4pm instead`, `no, friday`: about what was just added, changed or talked about.
pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let context = found.segment.context;
    if context.focus.is_empty() && !context.last_was_add && context.last_query.is_none() {
        return None;
    }
    match found.section.name {
        // `and on friday?` changes nothing; `make it friday?` is an order all the same.
        "correct" if found.segment.question && !found.segment.asked && !orders(found) => None,
        "correct" => changed(found),
        "correct-other" => other(found),
        "correct-not" => not_these(found),
        _ => named(found),
    }
}

/// `make that 4pm instead`, `no, friday`.
fn changed(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let context = found.segment.context;
    let units = found.slot(Slot::Edit)?;
    let text = found.segment.message.lower(units);
    let edit = edit::read(found.segment, units).or_else(|| {
        let later = text.ends_with("later") || text.ends_with("earlier") || text.ends_with("sooner");
        let mut shift = later.then(|| edit::shift(&text, &context.moment)).flatten()?;
        if !text.ends_with("later") {
            shift = negated(shift);
        }
        Some(Edit { shift: Some(shift), ..Edit::default() })
    })?;
    let dated = !edit.due.is_keep();
    let raw = phrase::trim(&found.segment.message.units);
    // `lunch on friday`, `new year's eve`: something of its own, unless a word says that it is meant for the last.
    if raw.first().is_some_and(|unit| names_an_occasion(found, unit)) {
        return None;
    }
    let only_day = edit.due_date_only;
    let holiday = only_day && edit.spans.iter().any(|span| span.rule == "holiday");
    let target = reference::pronoun(found.units, context);
    let mut reading = found.reading(Intent::Update { targets: vec![target], edit: Box::new(edit) });
    let bare = found.captures.first().is_some_and(|(_, range)| range.start == 0);
    if bare && found.units.len() == found.captures.first().map_or(0, |(_, range)| range.end) {
        // A bare date after an add corrects it; after something else it may ask for a list.
        let clear = context.last_was_add || phrase::prefix(raw, "oops").is_some() || !dated;
        // `new year's eve` after an add: what happens then, unless it is said that it is meant for the last.
        if phrase::prefix(raw, "oops").is_none() && holiday {
            return None;
        }
        // `and monday` after an add: that day too, or what is due then?
        let joined = only_day && raw.first().is_some_and(|unit| is_any(unit, &["and"]));
        reading.confidence = if clear && !joined { 0.86 } else { 0.7 };
    }
    Some(vec![reading])
}

/// `no, I meant buy oat milk`, `call it Garage door`.
fn named(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let context = found.segment.context;
    let units = found.slot(Slot::New)?;
    let title = literal(found, units).filter(|title| title.chars().count() <= 200)?;
    // `that's wrong, put it on the 12th`
    if is_any(units.first()?, &["wrong", "not", "right", "fine", "ok", "good", "great"]) {
        return None;
    }
    // `that's a lot`, `thats too expensive`: said of it, and no name.
    if told_of(found) {
        return None;
    }
    // `no, I meant buy oat milk` right after an add.
    let starts_with_correction = phrase::prefix(found.units, "oops").is_some()
        || phrase::prefix(found.units, "meant").is_some()
        || found
            .units
            .first()
            .is_some_and(|unit| is_any(unit, &["it", "that", "rename", "retitle", "call", "name", "not", "change"]));
    if !context.last_was_add && !found.units.iter().any(|unit| is_any(unit, &["rename", "retitle", "call", "name"]))
        || !starts_with_correction
    {
        return None;
    }
    let title_corrects = !found.units.iter().any(|unit| is_any(unit, &["rename", "retitle", "call", "name"]));
    let edit = Edit { title: Some(capitalised(&title)), title_corrects, ..Edit::default() };
    let mut reading = found.reading(Intent::Update { targets: vec![TaskRef::Focus], edit: Box::new(edit) });
    if super::super::phrase::in_class(found.units.first()?, "change") {
        reading.confidence -= 0.02;
    }
    Some(vec![reading])
}

/// Whether a phrase begins with a meal: what is said of a time may be a thing to do as well.
fn names_an_occasion(found: &Match<'_, '_, '_>, unit: &crate::rules::message::Unit) -> bool {
    const MEALS: [&str; 6] = ["lunch", "dinner", "breakfast", "brunch", "supper", "tea"];
    MEALS.contains(&&*found.segment.message.token(unit).norm)
}

/// Whether a verb of change is said: `make it friday`.
fn orders(found: &Match<'_, '_, '_>) -> bool {
    found.units.iter().take(4).any(|unit| is_any(unit, &["make", "change", "set", "move", "turn", "switch", "update"]))
}

/// `oh wait, not the eggs`: of what was just done, that was not meant.
fn not_these(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let units = found.slot(Slot::Ref)?;
    // `not thursday, friday`, `not 3 but 7` say what is meant as well.
    let says_more = units.iter().any(|unit| unit.skip || is_any(unit, &["but", "and", "yet", "that", "this", "it"]));
    if says_more || units.len() > 6 || found.segment.question {
        return None;
    }
    let Reference { targets, strength, .. } = reference::parse(found.segment.message, units, found.segment.context)?;
    if strength < Strength::Hard && edit::read(found.segment, units).is_some() {
        return None;
    }
    Some(vec![Reading { only_if_found: true, ..found.reading(Intent::NotThese { targets }) }])
}

/// `actually 11` after a time of day: a task of that number, or else that hour.
fn number_or_hour(found: &Match<'_, '_, '_>, targets: &[TaskRef]) -> Option<Vec<Reading>> {
    let raw = phrase::trim(&found.segment.message.units);
    let [TaskRef::Number(number)] = targets else { return None };
    if phrase::prefix(raw, "oops")? + 1 != raw.len() {
        return None;
    }
    let due = crate::parse_due(&format!("at {number}"), &found.segment.context.moment)?;
    let edit = Edit { due: Field::Set(due), due_time_only: true, ..Edit::default() };
    let hour = found.reading(Intent::Update { targets: vec![TaskRef::Focus], edit: Box::new(edit) });
    let other = found.reading(Intent::Instead { targets: targets.to_vec() });
    Some(vec![Reading { only_if_found: true, ..other }, Reading { confidence: 0.92, ..hour }])
}

/// `no, I meant the other report`, `wrong one, 7`: what was just done was meant for somebody else.
fn other(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let denied = |at: &usize| at.checked_sub(1).is_some_and(|before| is_any(&found.units[before], &["not"]));
    // Of two references the denied one is the one that was wrong: `not 5 but 7`, `7, not 5`.
    let meant = found.captures.iter().rev().find(|(_, range)| !denied(&range.start) || found.captures.len() == 1);
    let reference = match meant {
        Some((_, range)) => {
            let units = &found.units[range.clone()];
            Some(reference::parse(found.segment.message, units, found.segment.context)?)
        }
        None => None,
    };
    // `that's the wrong task`
    let reference =
        reference.filter(|told| !matches!(told.targets.as_slice(), [TaskRef::Words(words)] if words == "wrong"));
    let Some(Reference { mut targets, strength, .. }) = reference else {
        let reading = found.reading(Intent::Instead { targets: Vec::new() });
        return Some(vec![Reading { confidence: 0.98, ..reading }]);
    };
    if let Some(readings) = number_or_hour(found, &targets) {
        return Some(readings);
    }
    let bare = found.captures.first().is_some_and(|(_, range)| range.len() == found.units.len());
    let said = found.units.first().is_some_and(|unit| is_any(unit, &["not", "no"]))
        || phrase::prefix(found.units, "wrongone").is_some();
    if bare && targets != [TaskRef::Other]
        || strength == Strength::Soft && found.segment.context.last_was_add && !said_other(found)
    {
        return None;
    }
    let named = strength > Strength::Soft || said_other(found);
    let wrong = found.units.iter().any(|unit| is_any(unit, &["wrong"]));
    for target in &mut targets {
        if let TaskRef::Words(words) = target
            && let Some(rest) = words.strip_prefix("other ")
        {
            *words = rest.to_owned();
        }
    }
    let mut reading = found.reading(Intent::Instead { targets });
    if wrong && named {
        reading.confidence = 0.985;
    }
    if !named {
        reading.only_if_found = true;
        reading.confidence = if said { 0.88 } else { 0.8 };
    }
    Some(vec![reading])
}

/// Whether something is told of `it` or `that`, without a word that corrects: `that's a lot`.
fn told_of(found: &Match<'_, '_, '_>) -> bool {
    let oops = phrase::prefix(found.units, "oops").unwrap_or(0);
    let rest = phrase::trim(&found.units[oops.min(found.units.len())..]);
    let [it, is, ..] = rest else { return false };
    is_any(it, &["it", "that", "this"])
        && is_any(is, &["is", "was"])
        && !rest.iter().any(|unit| is_any(unit, &["not", "called", "named", "should"]))
}

fn said_other(found: &Match<'_, '_, '_>) -> bool {
    found.units.iter().any(|unit| is_any(unit, &["other"]))
}
