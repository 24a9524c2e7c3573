//! Talk about the talk, small talk, what is out of scope.

use super::Match;
use crate::{
    Intent, Reading, Topic,
    rules::{pattern::Slot, phrase},
};

/// More than this is never undone at once.
const MOST_UNDOS: u32 = 100;

/// What refuses, whatever was said before.
const REFUSALS: [&str; 5] = ["no", "nope", "nah", "naw", "n"];

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let intent = match found.section.name {
        "undo" => undo(found)?,
        "undo-all" => Intent::UndoAll,
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
        "device" | "dislike" => return Some(vec![device_order(found)]),
        "leave-alone" => {
            if found.captures.iter().any(|(slot, _)| *slot != Slot::Text) {
                found.reference()??;
            }
            Intent::Talk(Topic::Acknowledgement)
        }
        "greeting" => Intent::Talk(Topic::Greeting),
        "thanks" => Intent::Talk(Topic::Thanks),
        "goodbye" => Intent::Talk(Topic::Goodbye),
        "acknowledgement" if found.units.iter().all(|unit| unit.skip || phrase::is_any(unit, &REFUSALS)) => {
            Intent::Talk(Topic::Refusal)
        }
        "acknowledgement" => Intent::Talk(Topic::Acknowledgement),
        _ => return None,
    };
    Some(vec![found.reading(intent)])
}

fn undo(found: &Match<'_, '_, '_>) -> Option<Intent> {
    // `friday is too late, put it back`
    if let Some(units) = found.slot(Slot::Edit) {
        super::edit::read(found.segment, units).filter(|edit| !edit.due.is_keep())?;
    }
    let Some(units) = found.slot(Slot::Count) else {
        let twice = found.units.iter().any(|unit| phrase::is(unit, "twice"));
        return Some(Intent::Undo { count: if twice { 2 } else { 1 } });
    };
    let (count, length) = phrase::number(found.segment.message, units, true)?;
    (length == units.len() && count > 0).then_some(Intent::Undo { count: count.min(MOST_UNDOS) })
}

/// An order to a machine, in words that hardly anything to do has; after a verb it may be something to do all the same.
fn device_order(found: &Match<'_, '_, '_>) -> Reading {
    let reading = found.reading(Intent::Talk(Topic::OutOfScope));
    let begins = found.captures.first().is_some_and(|(_, range)| range.start == 0);
    let todo = found.units.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base));
    if begins && todo { Reading { confidence: 0.5, ..reading } } else { reading }
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
    let text = found.slot(Slot::Text).unwrap_or_default();
    if crate::reference::hard(found.segment.message, strip_about(text), found.segment.context).is_some()
        || text.iter().any(|unit| phrase::is(unit, "task"))
    {
        return None;
    }
    let for_me = found.units.get(1).is_some_and(|unit| phrase::is_any(unit, &["me", "us"]));
    let scolds = phrase::prefix(found.units, "chatter").is_some_and(|length| length > 1)
        && (text.is_empty() || text.first().is_some_and(|unit| phrase::is_any(unit, &["you", "your"])));
    // `dim sum with Ana`: the first word is hardly ever meant as an order without an object that shows it.
    let object = |unit: &crate::rules::message::Unit| {
        ["det", "pronoun", "outnoun", "me"].iter().any(|class| phrase::in_class(unit, class)) || unit.skip
    };
    if found.section.name == "out-of-scope"
        && !todo
        && phrase::is_any(first, &["dim", "mute", "hum", "dial", "pause"])
        && !text.first().is_none_or(object)
    {
        return Some(vec![Reading { confidence: 0.5, ..reading }]);
    }
    // `open youtube`: all of it is known to be an order to a machine.
    let ordered = text.is_empty() && found.units.len() > 1 && extraction.due.is_none();
    if device || scolds {
        reading.confidence = 0.95;
    } else if for_me || ordered && phrase::whole(found.units, "outverb") {
        reading.confidence = 0.93;
    } else if todo && extraction.due.is_some() {
        reading.confidence = 0.5;
    } else if todo && !found.segment.asked {
        // `play tennis`, `translate the letter`: more likely a thing to do than an order to a machine.
        let other = found.units.iter().any(|unit| phrase::in_class(unit, "outnoun"));
        let machine =
            phrase::is_any(first, &["calculate", "compute", "translate", "convert", "define", "sing", "spell"]);
        let own = text.first().is_some_and(|unit| phrase::is_any(unit, &["the", "my", "our", "this"]));
        let some = text.first().is_some_and(|unit| phrase::is_any(unit, &["some", "any"]));
        let says = found.slots(Slot::Text).count() > 1 || phrase::is_any(first, &["send", "write", "compose"]);
        reading.confidence = if other || says || some || machine && !own { 0.93 } else { 0.5 };
    }
    Some(vec![reading])
}

fn strip_about(units: &[crate::rules::message::Unit]) -> &[crate::rules::message::Unit] {
    match units {
        [first, rest @ ..] if phrase::is_any(first, &["about", "on"]) => rest,
        _ => units,
    }
}
