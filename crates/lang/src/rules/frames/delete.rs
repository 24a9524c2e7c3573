//! Deletion.

use super::Match;
use crate::{
    Intent, Reading, TaskFilter, TaskRef,
    attributes::{Mode, Options},
    reference::Strength,
    rules::{
        filter::window,
        pattern::Slot,
        phrase::{self, is_any},
    },
};

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let intent = |targets| Intent::Delete { targets };
    if shell(found) {
        return None;
    }
    if found.section.name == "delete-named" {
        return named(found);
    }
    if found.section.name == "delete-day" {
        return clear_day(found);
    }
    if found.captures.is_empty() {
        return Some(vec![found.reading(intent(bare(found)))]);
    }
    if let Some(text) = found.slot(Slot::Text) {
        let words = found.segment.message.cut(text);
        return super::complete::speakable(text).then(|| vec![found.reading(intent(vec![TaskRef::Words(words)]))]);
    }
    let reference = found.reference()?;
    let soft = reference.as_ref().is_some_and(|reference| reference.strength == Strength::Soft);
    if reference.as_ref().is_some_and(|reference| moves(found, &reference.targets)) {
        return None;
    }
    let units = found.slot(Slot::Ref).unwrap_or_default();
    let hard = reference.as_ref().is_some_and(|reference| reference.strength == Strength::Hard);
    // `forget it` is talk, `forget number 5` an order.
    let numbered = reference
        .as_ref()
        .is_some_and(|reference| reference.targets.iter().all(|target| matches!(target, TaskRef::Number(_))));
    let forgets = found.units.first().is_some_and(|unit| is_any(unit, &["forget"])) && numbered;
    if hard && !forgets && found.units.first().is_some_and(|unit| is_any(unit, &["forget", "never"])) {
        return None;
    }
    let leads = found.captures.first().is_some_and(|(_, range)| range.start == 0);
    if soft && leads && units.len() > 2 && units[0].verb.is_some_and(|verb| verb.is_base) {
        return None;
    }
    if soft && (!super::complete::speakable(units) || found.segment.question || found.segment.wanted) {
        return None;
    }
    // `clear tuesday`: a day is no name.
    let whose = units.iter().take_while(|unit| is_any(unit, &["my", "the", "our"])).count();
    if soft && super::edit::read(found.segment, &units[whose..]).is_some_and(|edit| edit.due_date_only) {
        return None;
    }
    // `cancel netflix is done`: a task of that name is.
    if soft && tells_done(units) {
        return None;
    }
    let mut readings = found.about(reference, intent);
    readings.iter_mut().filter(|_| forgets).for_each(|reading| reading.only_if_found = false);
    let strong = found.units.first().is_some_and(|unit| phrase::in_class(unit, "deletestrong"));
    if soft && !strong {
        for reading in &mut readings {
            reading.only_if_found = true;
            // `take out the trash` is a thing to do, even when there is a task of that name.
            let physical = phrase::prefix(found.units, "deletephysical").is_some();
            reading.confidence = reading.confidence.min(if physical { 0.85 } else { 0.93 });
        }
    }
    if found.section.name == "delete-soft" && found.units.first().is_some_and(|unit| is_any(unit, &["i", "no"])) {
        let told = readings.first().map(|first| Reading { only_if_found: false, confidence: 0.5, ..first.clone() });
        readings.extend(told);
    }
    Some(readings)
}

/// `delete the task called "Rome"`
fn named(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let units = found.slot(Slot::Text)?;
    let text = match units {
        [only] => found.segment.message.token(only).unquoted().map(str::to_owned),
        _ => None,
    };
    let text = text.or_else(|| found.text(Slot::Text))?;
    let by_number = crate::reference::hard(found.segment.message, units, found.segment.context);
    let targets = by_number.unwrap_or_else(|| vec![TaskRef::Words(text)]);
    Some(vec![found.reading(Intent::Delete { targets })])
}

/// `clear my friday`, `clear tuesday`: what is open and due then, once the person agrees.
fn clear_day(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let units = found.slot(Slot::Edit)?;
    super::edit::read(found.segment, units).filter(|edit| edit.due_date_only && edit.recurrence.is_keep())?;
    let message = found.segment.message;
    let range = message.token_range(phrase::trim(units));
    let options = Options { mode: Mode::Value, ..Options::default() };
    let extraction = message.attributes(range, &found.segment.context.moment, options);
    let due = Some(window(extraction.due.as_ref()?, &extraction, found.segment.context));
    let filter = TaskFilter { completed: Some(false), due, ..TaskFilter::default() };
    Some(vec![found.reading(Intent::Delete { targets: vec![TaskRef::Filter(filter)] })])
}

/// Whether the words end in `is done`, `are finished`.
fn tells_done(units: &[crate::rules::message::Unit]) -> bool {
    let length = phrase::suffix(units, "donestrict").unwrap_or(0);
    length > 0
        && units
            .len()
            .checked_sub(length + 1)
            .and_then(|at| units.get(at))
            .is_some_and(|unit| is_any(unit, &["is", "are", "was", "were", "has", "have", "been"]))
}

/// `kick the overdue ones to monday`, `sling the bins over to friday`: these move.
fn moves(found: &Match<'_, '_, '_>, targets: &[TaskRef]) -> bool {
    let to = |unit: &crate::rules::message::Unit| is_any(unit, &["to", "until", "till"]);
    let Some(at) = found.units.iter().position(to) else { return false };
    let group = |target: &TaskRef| matches!(target, TaskRef::Filter(_));
    let dated = super::edit::read(found.segment, &found.units[at + 1..])
        .is_some_and(|edit| !edit.due.is_keep() && !edit.due_time_only);
    dated || targets.iter().any(group)
}

/// `rm -rf /`, `del *.*`: for another machine.
fn shell(found: &Match<'_, '_, '_>) -> bool {
    let message = found.segment.message;
    let next = found.units.first().and_then(|unit| message.tokens.get(unit.token + 1));
    found.units.first().is_some_and(|unit| is_any(unit, &["rm", "del"]))
        && next.is_some_and(|token| matches!(token.text, "-" | "/" | "*" | "." | "~"))
}

/// A deletion without an object: everything, when the list was named; else which one is asked.
fn bare(found: &Match<'_, '_, '_>) -> Vec<TaskRef> {
    let all = found.units.iter().any(|unit| {
        is_any(
            unit,
            &[
                "everything",
                "all",
                "list",
                "tasks",
                "over",
                "afresh",
                "fresh",
                "anew",
                "agenda",
                "scratch",
                "plate",
                "inbox",
                "todos",
                "backlog",
                "reminders",
            ],
        )
    });
    let list = found.units.iter().any(|unit| is_any(unit, &["list", "agenda", "backlog"]));
    let only_verb = found.units.len() == 1
        || found.units.iter().any(|unit| is_any(unit, &["task", "todo", "to-do", "item", "entry", "reminder"]));
    let some = found.units.iter().any(|unit| is_any(unit, &["one", "some", "few"]));
    if !some && (list || all && !only_verb) { vec![TaskRef::Filter(TaskFilter::default())] } else { Vec::new() }
}
