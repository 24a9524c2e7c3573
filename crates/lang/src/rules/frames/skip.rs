//! One occurrence of a repeating task: `skip yoga this week`, `cancel gym on wednesday`, `cancel monday's yoga`.
//!
//! Whether a task repeats is not known here: these readings hold only if it does, and go before what the words mean
//! otherwise.

use super::{Match, complete::speakable};
use crate::{
    Intent, Reading, TaskRef, Window,
    reference::{self, Reference, Strength},
    rules::{
        filter::{self, window},
        message::Unit,
        pattern::Slot,
        phrase::{self, is_any},
    },
};

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let segment = found.segment;
    if segment.question && !segment.asked {
        return None;
    }
    let (owner, units) = owned(found, found.slot(Slot::Ref)?);
    let units = only_this(phrase::trim(units));
    // `skip this song`
    if units.first().is_some_and(|unit| is_any(unit, &["this", "that", "these", "those"])) && units.len() > 1 {
        return None;
    }
    let (_, extraction) = segment.rest();
    // `remove the note from 2`: an hour is no day.
    let due = extraction.due.as_ref().filter(|due| due.explicit_date);
    let on = owner.or_else(|| due.map(|due| window(due, extraction, segment.context)));
    let dated = found.section.name == "skip-dated";
    // `throw out the sofa on saturday`: something to do.
    if dated && phrase::prefix(found.units, "deletephysical").is_some() {
        return None;
    }
    let undated = dated && on.is_none();
    if undated || extraction.recurrence.is_some() || !speakable(units) {
        return None;
    }
    let Reference { mut targets, strength, .. } = reference::parse(segment.message, units, segment.context)?;
    // `skip the first two`, `skip the long story that he always tells`
    let one = |target: &TaskRef| match target {
        TaskRef::Words(_) => true,
        TaskRef::Number(_) | TaskRef::Focus => !dated,
        _ => false,
    };
    if !targets.iter().all(one) || strength == Strength::Soft && units.len() > MOST_WORDS {
        return None;
    }
    // `the cat doesn't need feeding`
    if let (Some(doing), [TaskRef::Words(words)]) = (found.text(Slot::Text), targets.as_mut_slice()) {
        *words = format!("{words} {doing}");
    }
    Some(vec![Reading { only_if_found: true, ..found.reading(Intent::Skip { targets, on }) }])
}

/// More words than this name no task that somebody skips.
const MOST_WORDS: usize = 8;

/// `monday's yoga`, `this week's gym`: the days in front, and what they are of.
fn owned<'u>(found: &Match<'_, '_, '_>, units: &'u [Unit]) -> (Option<Window>, &'u [Unit]) {
    let the = units.iter().take_while(|unit| is_any(unit, &["the"])).count();
    let rest = &units[the..];
    if rest.is_empty() {
        return (None, units);
    }
    match filter::owner(found.segment.message, rest, &found.segment.context.moment) {
        Some((window, length)) if length < rest.len() => (Some(window), &rest[length..]),
        _ => (None, units),
    }
}

/// `the next gym`, `yoga once`: what is said of the occurrence is no part of the name.
fn only_this(units: &[Unit]) -> &[Unit] {
    match units {
        [rest @ .., last] if !rest.is_empty() && is_any(last, &["once", "please", "then", "just"]) => only_this(rest),
        [rest @ .., this, time] if !rest.is_empty() && is_any(this, &["this"]) && is_any(time, &["time", "once"]) => {
            only_this(rest)
        }
        [the, rest @ ..]
            if !rest.is_empty() && is_any(the, &["the", "my"]) && is_any(&rest[0], &["next", "coming"]) =>
        {
            only_this(rest)
        }
        [next, rest @ ..] if !rest.is_empty() && is_any(next, &["next", "coming"]) => rest,
        _ => units,
    }
}
