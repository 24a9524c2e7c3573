//! Corrections of what was just added, changed or talked about: `make that 4pm instead`, `no, friday`.

use super::{
    Match, edit,
    update::{capitalised, literal, negated},
};
use crate::{
    Edit, Intent, Reading, TaskRef,
    reference::Strength,
    rules::{
        pattern::Slot,
        phrase::{self, is_any},
    },
};

/// `make that 4pm instead`, `no, friday`: about what was just added, changed or talked about.
pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let context = found.segment.context;
    if context.focus.is_empty() && !context.last_was_add {
        return None;
    }
    match found.section.name {
        "correct" => {
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
            let mut reading = found.reading(Intent::Update { targets: vec![TaskRef::Focus], edit: Box::new(edit) });
            let bare = found.captures.first().is_some_and(|(_, range)| range.start == 0);
            if bare && found.units.len() == found.captures.first().map_or(0, |(_, range)| range.end) {
                // A bare date after an add corrects it; after something else it may ask for a list.
                let raw = phrase::trim(&found.segment.message.units);
                let clear = context.last_was_add || phrase::prefix(raw, "oops").is_some() || !dated;
                reading.confidence = if clear { 0.86 } else { 0.7 };
            }
            Some(vec![reading])
        }
        "correct-other" => {
            let reference = found.reference()??;
            let bare = found.captures.first().is_some_and(|(_, range)| range.len() == found.units.len());
            if reference.strength == Strength::Soft && !said_other(found)
                || bare && reference.targets != [TaskRef::Other]
            {
                return None;
            }
            let intent = Intent::Update { targets: reference.targets, edit: Box::default() };
            Some(vec![found.reading(intent)])
        }
        _ => {
            let units = found.slot(Slot::New)?;
            let title = literal(found, units).filter(|title| title.chars().count() <= 200)?;
            // `no, I meant buy oat milk` right after an add.
            let starts_with_correction = phrase::prefix(found.units, "oops").is_some()
                || phrase::prefix(found.units, "meant").is_some()
                || found.units.first().is_some_and(|unit| {
                    is_any(unit, &["it", "that", "rename", "retitle", "call", "name", "not", "change"])
                });
            if !context.last_was_add
                && !found.units.iter().any(|unit| is_any(unit, &["rename", "retitle", "call", "name"]))
                || !starts_with_correction
            {
                return None;
            }
            let edit = Edit { title: Some(capitalised(&title)), ..Edit::default() };
            let mut reading = found.reading(Intent::Update { targets: vec![TaskRef::Focus], edit: Box::new(edit) });
            if super::super::phrase::in_class(found.units.first()?, "change") {
                reading.confidence -= 0.02;
            }
            Some(vec![reading])
        }
    }
}

fn said_other(found: &Match<'_, '_, '_>) -> bool {
    found.units.iter().any(|unit| is_any(unit, &["other"]))
}
