//! Changes of tasks: title, note, due, repetition, priority, labels; and corrections of what was just said.

use saydo_domain::{Field, Priority};

use super::{Match, edit, relabel, retitle};
use crate::{
    Edit, Intent, Reading, Shift, TaskRef,
    attributes::Options,
    reference::{self, Reference, Strength, numbers::runs_over, pronoun},
    rules::{
        filter::window,
        message::Unit,
        pattern::Slot,
        phrase::{self, is_any},
    },
    token::TokenKind,
};

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let name = found.section.name;
    if found.segment.question && !found.segment.asked && !name.starts_with("update-note") {
        return None;
    }
    // `add a note that the gate sticks`: without anything that was talked about, it is a new task.
    let of_it = name == "update-note-it" || name.starts_with("update-its-");
    if counted(found) || torn(found) || of_it && found.segment.context.focus.is_empty() {
        return None;
    }
    if name == "update-swap" {
        return swapped(found);
    }
    let (mut reference, edit) = said(found)?;
    if matches!(name, "update-due")
        && let (Some(reference), Some(from)) = (&mut reference, found.slot(Slot::Text))
    {
        narrow(found, reference, from)?;
    }
    let leads = found.captures.first().is_some_and(|(_, range)| range.start == 0);
    let soft = reference.as_ref().is_some_and(|reference| reference.strength == Strength::Soft);
    if !retitle::literal_enough(found, soft) || reference.as_ref().is_some_and(|named| !names(found, named, leads)) {
        return None;
    }
    if soft
        && (!super::complete::speakable(found.slot(Slot::Ref).unwrap_or_default())
            || found.segment.wanted && !only_moves(found))
    {
        return None;
    }
    // `make it high`, `postpone by two days`: nobody is named, so it is about what was talked about.
    let nobody = reference.is_none() && !matches!(name, "update-what" | "update-rename");
    let reference = if nobody {
        Some(Reference {
            targets: vec![pronoun(found.units, found.segment.context)],
            strength: Strength::Hard,
            apart: None,
        })
    } else {
        reference
    };
    let mut readings =
        found.about(reference, |targets| Intent::Update { targets: open_only(targets), edit: Box::new(edit.clone()) });
    let clear = clear_verb(found);
    for reading in &mut readings {
        // `I need to postpone the dentist` is something to do, unless there is such a task.
        // `rent is due on the 1st`: without such a task it is one.
        if soft && (!clear || leads || found.segment.wanted) {
            reading.only_if_found = true;
            reading.confidence -= 0.02;
        }
    }
    if soft && moves_to(found) {
        let told = readings.first().map(|first| Reading { only_if_found: false, confidence: 0.9, ..first.clone() });
        readings.extend(told);
    }
    Some(readings)
}

/// Whether the rule can mean these tasks: groups only where it is said what becomes of them, and never for what tells one
/// task from the others.
fn names(found: &Match<'_, '_, '_>, reference: &Reference, leads: bool) -> bool {
    let any = |is: &dyn Fn(&TaskRef) -> bool| reference.targets.iter().any(is);
    let group = |target: &TaskRef| matches!(target, TaskRef::Filter(_));
    let owed = found.units.iter().any(|unit| {
        is_any(unit, &["should", "must", "needs", "need", "can", "go", "goes", "shift", "shifts", "move", "moves"])
    }) || sends_a_day(found);
    // `the low ones, you know, can wait`: a sentence with words of its own names no group.
    let searched = |target: &TaskRef| matches!(target, TaskRef::Filter(filter) if filter.query.is_some());
    let whole = |target: &TaskRef| {
        matches!(target, TaskRef::Filter(filter)
            if *filter == crate::TaskFilter { completed: filter.completed, ..crate::TaskFilter::default() })
    };
    !(leads && (any(&searched) || !owed && any(&group))
        || is_about_one(found.section.name) && any(&whole)
        || own(reference, leads))
}

/// `move the trip to monday`: an order to us, whether there is such a task or not.
fn moves_to(found: &Match<'_, '_, '_>) -> bool {
    let moves = found.units.first().is_some_and(|unit| is_any(unit, &["move", "push", "shift", "bump"]));
    let to = found.captures.last().and_then(|(slot, range)| {
        (*slot == Slot::Edit).then(|| range.start.checked_sub(1).and_then(|at| found.units.get(at))).flatten()
    });
    found.section.name == "update-due" && moves && !found.segment.wanted && to.is_some_and(|unit| is_any(unit, &["to"]))
}

/// `all thursday tasks to friday`: the tasks of a day, and where they go.
fn sends_a_day(found: &Match<'_, '_, '_>) -> bool {
    let (Some((Slot::Ref, group)), Some((Slot::Edit, edit))) = (found.captures.first(), found.captures.last()) else {
        return false;
    };
    let (group, to) = (&found.units[group.clone()], edit.start.checked_sub(1).and_then(|at| found.units.get(at)));
    is_any(&found.units[0], &["all", "everything"])
        && to.is_some_and(|unit| is_any(unit, &["to"]))
        && group.last().is_some_and(|unit| phrase::in_class(unit, "tasks"))
        && group.len() > 2
}

/// `swap lunch and dentist`: of what is not known; it is asked what to change, and no task is made of it.
fn swapped(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let mut targets = Vec::new();
    for units in found.slots(Slot::Text) {
        targets.extend(reference::parse(found.segment.message, units, found.segment.context)?.targets);
    }
    Some(vec![found.reading(Intent::Update { targets, edit: Box::default() })])
}

/// Whether a rule changes what tells one task from the others.
fn is_about_one(name: &str) -> bool {
    matches!(
        name,
        "update-tag"
            | "update-untag"
            | "update-note"
            | "update-note-named"
            | "update-note-to"
            | "update-description"
            | "update-rename"
            | "update-title"
            | "update-what"
    )
}

/// Which tasks, and what becomes of them.
fn said(found: &Match<'_, '_, '_>) -> Option<(Option<Reference>, Edit)> {
    // Most units name no task by number or place, which is quickly seen; to look for a change costs more.
    if found.slot(Slot::Hard).is_some() {
        let reference = found.reference()?;
        return Some((reference, change(found)?));
    }
    let edit = change(found)?;
    Some((found.reference()?, edit))
}

/// `move everything from today to tomorrow`: not everything, only what is due then.
fn narrow(found: &Match<'_, '_, '_>, reference: &mut Reference, from: &[Unit]) -> Option<()> {
    for target in &mut reference.targets {
        let TaskRef::Filter(filter) = target else { continue };
        if filter.due.is_none() {
            let message = found.segment.message;
            let extraction = message.attributes(
                message.token_range(phrase::trim(from)),
                &found.segment.context.moment,
                Options { past_is_fine: true, ..Options::default() },
            );
            let due = extraction.due.as_ref()?;
            filter.due = Some(window(due, &extraction, found.segment.context));
        }
    }
    Some(())
}

/// `set myself a goal`, `that and the milk are …`: about nothing on the list.
fn own(reference: &Reference, leads: bool) -> bool {
    let own = |target: &TaskRef| matches!(target, TaskRef::Words(words) if words == "self" || words == "myself");
    reference.targets.iter().any(own)
        || leads && reference.targets.len() > 1 && reference.targets.contains(&TaskRef::Focus)
}

/// `make the first two urgent`: the number says how many, not when.
fn counted(found: &Match<'_, '_, '_>) -> bool {
    found.captures.iter().any(|(slot, range)| {
        let edit = &found.units[range.clone()];
        *slot == Slot::Edit
            && range.start > 0
            && is_any(&found.units[range.start - 1], &["first", "last", "top", "bottom", "final"])
            && edit.first().is_some_and(|unit| {
                phrase::in_class(unit, "numberword") || found.segment.message.token(unit).kind == TokenKind::Number
            })
    })
}

/// `make 1, 2 and 3 urgent`: in a list of numbers the last one is a task, no hour and no amount of something.
fn torn(found: &Match<'_, '_, '_>) -> bool {
    let message = found.segment.message;
    found.captures.iter().any(|(_, range)| runs_over(message, &found.units[..range.start], &found.units[range.clone()]))
}

/// A change of many is meant for what is still to do.
fn open_only(mut targets: Vec<TaskRef>) -> Vec<TaskRef> {
    for target in &mut targets {
        if let TaskRef::Filter(filter) = target
            && filter.completed.is_none()
        {
            filter.completed = Some(false);
        }
    }
    targets
}

/// Whether the verb can only mean another date.
fn only_moves(found: &Match<'_, '_, '_>) -> bool {
    phrase::prefix(found.units, "moveonly").is_some()
}

/// Whether the verb can only mean a change of a task.
fn clear_verb(found: &Match<'_, '_, '_>) -> bool {
    let name = found.section.name;
    let only_moves = only_moves(found);
    let speaks_of_field = found.units.iter().any(|unit| {
        is_any(
            unit,
            &[
                "deadline",
                "priority",
                "prio",
                "description",
                "label",
                "tag",
                "title",
                "notes",
                "due",
                "rename",
                "retitle",
                "duedate",
            ],
        )
    });
    // `take the date off the boiler`
    let speaks_of_field = speaks_of_field
        || found
            .units
            .windows(2)
            .any(|pair| is_any(&pair[0], &["date"]) && is_any(&pair[1], &["of", "off", "from", "for", "on"]))
        || found.units.first().is_some_and(|unit| is_any(unit, &["unflag", "unstar", "unpin"]));
    match name {
        "update-due" | "update-shift" => only_moves || speaks_of_field,
        "update-what" | "update-rename" | "update-note" | "update-note-named" | "update-note-to"
        | "update-description" | "update-untag" => true,
        "update-tag"
            if found.slot(Slot::Label).is_some_and(|units| {
                units.iter().any(|unit| found.segment.message.token(unit).kind == TokenKind::Tag)
            }) =>
        {
            true
        }
        "update-priority" | "update-tag" | "update-prioritise" | "update-deprioritise" => speaks_of_field,
        _ => speaks_of_field,
    }
}

/// What the rule changes; `None` when its slots hold something else.
fn change(found: &Match<'_, '_, '_>) -> Option<Edit> {
    let new = || found.slot(Slot::New).and_then(|units| retitle::literal(found, units));
    let text = || found.slot(Slot::Text).and_then(|units| retitle::literal(found, units));
    Some(match found.section.name {
        "update-rename" | "update-title" | "update-title-soft" | "update-replace" => retitle::title_or_edit(found)?,
        "update-note" | "update-note-named" | "update-note-to" | "update-note-it" => match new().or_else(text) {
            Some(text) => Edit { append_description: Some(text), ..Edit::default() },
            None => Edit::default(),
        },
        "update-description" | "update-its-note" => match new() {
            Some(text) => Edit { description: Field::Set(text), ..Edit::default() },
            None => Edit::default(),
        },
        "update-clear-note" => Edit { description: Field::Clear, ..Edit::default() },
        "update-clear-due" => Edit { due: Field::Clear, ..Edit::default() },
        // A task without a priority has the usual one.
        "update-clear-priority" => Edit { priority: Some(Priority::Medium), ..Edit::default() },
        "update-clear-repeat" => Edit { recurrence: Field::Clear, ..Edit::default() },
        "update-its-tags" => Edit::default(),
        "update-its-tag" => relabel::labels(found)?,
        "update-its-priority" => {
            let lower = found
                .units
                .first()
                .is_some_and(|unit| is_any(unit, &["lower", "decrease", "reduce", "downgrade", "drop"]));
            Edit { priority: Some(if lower { Priority::Low } else { Priority::High }), ..Edit::default() }
        }
        "update-retag" => relabel::retagged(found)?,
        "update-tag" | "update-untag" => relabel::labels(found)?,
        "update-priority" => match found.slot(Slot::Edit) {
            // `3 can wait till friday` moves it, and says nothing else.
            Some(units) => edit::read(found.segment, units)
                .filter(|edit| edit.priority.is_some())
                .filter(|edit| edit.due.is_keep() || !units.iter().any(|unit| is_any(unit, &["wait"])))?,
            None => Edit::default(),
        },
        "update-prioritise" => Edit { priority: Some(Priority::High), ..Edit::default() },
        "update-deprioritise" => Edit { priority: Some(Priority::Low), ..Edit::default() },
        "update-shift" => shifted(found)?,
        "update-due" | "update-due-add" | "update-due-again" => match found.slot(Slot::Edit) {
            Some(units)
                if (found.captures.len() == 1 || found.section.name == "update-due-add")
                    && phrase::number(found.segment.message, units, true)
                        .is_some_and(|(_, length)| length == units.len()) =>
            {
                return None;
            }
            Some(_) if dated_in_full(found) => return None,
            Some(units) => edit::read(found.segment, units).filter(has_when)?,
            None => Edit::default(),
        },
        _ => Edit::default(),
    })
}

/// `due 5 march`: the number is a part of the date, unlike that of `due 5 friday`.
fn dated_in_full(found: &Match<'_, '_, '_>) -> bool {
    let [due, rest @ ..] = found.units else { return false };
    found.slot(Slot::Hard).is_some()
        && is_any(due, &["due"])
        && edit::read(found.segment, rest).is_some_and(|edit| edit.due_date_only)
}

fn has_when(edit: &Edit) -> bool {
    !edit.due.is_keep() || !edit.recurrence.is_keep()
}

fn shifted(found: &Match<'_, '_, '_>) -> Option<Edit> {
    let units = found.slot(Slot::Edit)?;
    // `postpone it to next month`, `push it to the weekend` are places in the calendar, no distance.
    let before = found.units.iter().rev().find(|unit| units.first().is_some_and(|first| unit.token < first.token));
    if before.is_some_and(|unit| is_any(unit, &["the", "next", "this", "last", "coming", "following", "every"])) {
        return None;
    }
    let text = found.segment.message.lower(units);
    let shift = edit::shift(&text, &found.segment.context.moment)?;
    let earlier = phrase::prefix(found.units, "moveearlier").is_some()
        || found.units.iter().any(|unit| is_any(unit, &["earlier", "sooner"]))
        || found.units.first().is_some_and(|unit| is_any(unit, &["pull"]))
            && found.units.iter().any(|unit| is_any(unit, &["in", "forward", "up"]))
        // `move the recital up a day`
        || before.is_some_and(|unit| is_any(unit, &["up"]));
    let shift = if earlier { negated(shift) } else { shift };
    Some(Edit { shift: Some(shift), ..Edit::default() })
}

pub(super) const fn negated(shift: Shift) -> Shift {
    Shift {
        months: shift.months.saturating_abs().saturating_neg(),
        days: shift.days.saturating_abs().saturating_neg(),
        minutes: shift.minutes.saturating_abs().saturating_neg(),
    }
}
