//! Talk about the talk, small talk, what is out of scope.

use super::Match;
use crate::{
    Intent, Reading, Topic,
    rules::{pattern::Slot, phrase},
};

/// More than this is never undone at once.
const MOST_UNDOS: u32 = 100;

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let intent = match found.section.name {
        "undo" => undo(found)?,
        "redo" => Intent::Redo,
        "what-did-you-do" => Intent::WhatDidYouDo,
        "why-that-date" => {
            if let Some(units) = found.slot(Slot::Edit) {
                super::edit::read(found.segment, units).filter(|edit| !edit.due.is_keep())?;
            }
            Intent::WhyThatDate
        }
        "help" => Intent::Talk(Topic::Help),
        "identity" => Intent::Talk(Topic::Identity),
        "how-are-you" => Intent::Talk(Topic::HowAreYou),
        "injection" => Intent::Talk(Topic::Injection),
        "out-of-scope" => return out_of_scope(found),
        "greeting" => Intent::Talk(Topic::Greeting),
        "thanks" => Intent::Talk(Topic::Thanks),
        "goodbye" => Intent::Talk(Topic::Goodbye),
        "acknowledgement" => Intent::Talk(Topic::Acknowledgement),
        _ => return None,
    };
    Some(vec![found.reading(intent)])
}

fn undo(found: &Match<'_, '_, '_>) -> Option<Intent> {
    let Some(units) = found.slot(Slot::Count) else { return Some(Intent::Undo { count: 1 }) };
    let (count, length) = phrase::number(found.segment.message, units, true)?;
    (length == units.len() && count > 0).then_some(Intent::Undo { count: count.min(MOST_UNDOS) })
}

/// What this assistant does not do. A date makes it a thing to do after all: `send an email to Ann tomorrow`.
fn out_of_scope(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let (_, extraction) = found.segment.rest();
    let mut reading = found.reading(Intent::Talk(Topic::OutOfScope));
    let first = found.units.first()?;
    let todo = first.verb.is_some_and(|verb| verb.is_base);
    let device = phrase::is_any(
        first,
        &[
            "set", "wake", "alarm", "timer", "turn", "tell", "what", "which", "show", "give", "read", "snooze",
            "cancel", "start", "stop",
        ],
    );
    if todo && extraction.due.is_some() && !device {
        reading.confidence = 0.5;
    } else if todo && !found.segment.asked && !device {
        // `play tennis`, `book a table`: more likely a thing to do than an order to a loudspeaker.
        let other = found.units.iter().any(|unit| phrase::in_class(unit, "outnoun"));
        let says = found.slots(Slot::Text).count() > 1 || phrase::is_any(first, &["send", "write", "compose"]);
        reading.confidence = if other || says { 0.9 } else { 0.5 };
    }
    Some(vec![reading])
}
