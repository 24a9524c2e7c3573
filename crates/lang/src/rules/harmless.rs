//! What sounds like a command and orders nothing: `can I delete tasks?`, `not sure about friday`, `no, don't cancel it`;
//! and `just the first 3`, which shows less of the list.

use super::{
    message::{Message, Unit},
    phrase::{self, in_class, is_any, trim},
};
use crate::{Context, Intent, ListQuery, ListQuestion, Place, Reading, TaskFilter, TaskRef, Topic};

/// More units than this say something of their own.
const MOST_UNITS: usize = 12;
/// More tasks than this are shown no differently one by one.
const MOST_SHOWN: u32 = 100;

/// The reading of a message that changes nothing; `None` when it may be anything else.
pub(super) fn read(message: &Message<'_>, context: &Context) -> Option<Reading> {
    let units = trim(&message.units);
    if units.is_empty() || units.len() > MOST_UNITS {
        return None;
    }
    if asks_whether_one_can(units) {
        return Some(reading(Intent::Talk(Topic::Help), 0.985, "help-can"));
    }
    if doubts(units) {
        return Some(reading(Intent::Talk(Topic::Acknowledgement), 0.97, "doubt"));
    }
    if forbids(units) {
        return Some(reading(Intent::Unknown, 0.4, "forbids"));
    }
    if lacks_a_label(units) {
        return Some(reading(Intent::Unknown, 0.4, "unlabelled"));
    }
    fewer(message, units, context)
}

/// `tasks without a label`: a list that cannot be given, and no task of that name.
fn lacks_a_label(units: &[Unit]) -> bool {
    let Some(at) = units.iter().position(|unit| is_any(unit, &["without", "no"])).filter(|at| *at > 0) else {
        return false;
    };
    let tasks = units[..at].iter().any(|unit| ["tasks", "task", "all"].iter().any(|class| in_class(unit, class)));
    let a = units[at + 1..].iter().take_while(|unit| is_any(unit, &["a", "any"])).count();
    tasks && phrase::whole(&units[at + 1 + a..], "tag")
}

fn reading(intent: Intent, confidence: f32, rule: &'static str) -> Reading {
    Reading { intents: vec![intent], confidence, only_if_found: false, rule }
}

/// `can I delete tasks?`, `how do I undo?`: what is possible, not what is to be done.
fn asks_whether_one_can(units: &[Unit]) -> bool {
    let rest = match units {
        [can, i, rest @ ..] if is_any(can, &["can", "could", "may"]) && is_any(i, &["i", "we", "one"]) => rest,
        [can, you, rest @ ..] if is_any(can, &["can"]) && is_any(you, &["you"]) => {
            // `can you delete a task` may be an order that says which one next.
            return matches!(rest, [verb, tasks] if orders(verb) && phrase::whole(std::slice::from_ref(tasks), "tasks"));
        }
        [how, can, i, rest @ ..]
            if is_any(how, &["how"])
                && is_any(can, &["do", "can", "could", "would", "should"])
                && is_any(i, &["i", "we", "you", "one"]) =>
        {
            return matches!(rest, [verb] if orders(verb) || in_class(verb, "undo"));
        }
        _ => return false,
    };
    let rest = match rest {
        [also, rest @ ..] if is_any(also, &["also", "even", "only", "just", "actually"]) => rest,
        _ => rest,
    };
    let [verb, object @ ..] = rest else { return false };
    let some = object.first().is_some_and(|unit| {
        is_any(unit, &["a", "an", "some", "any", "single", "several", "individual", "old", "multiple"])
    });
    let noun = &object[usize::from(some)..];
    orders(verb)
        && ["tasks", "task"].iter().any(|class| phrase::whole(noun, class))
        && (some || phrase::whole(noun, "tasks"))
}

/// Verbs that take away or change; to show and to add is done at once.
fn orders(unit: &Unit) -> bool {
    ["deletestrong", "deleteweak", "changeonly", "moveonly", "renameonly"].iter().any(|class| in_class(unit, class))
        || is_any(unit, &["move", "complete", "edit", "reopen", "restore", "undelete"])
}

/// `not sure about friday`, `I'm not certain about the dentist`
fn doubts(units: &[Unit]) -> bool {
    let not = units.iter().take(4).position(|unit| is_any(unit, &["not"]));
    let Some(rest) = not.map(|at| &units[at + 1..]) else { return false };
    let adverb =
        rest.iter().take_while(|unit| is_any(unit, &["so", "too", "really", "quite", "entirely", "that"])).count();
    let told = units[..units.len() - rest.len()]
        .iter()
        .all(|unit| unit.skip || is_any(unit, &["i", "we", "am", "are", "hmm", "hm", "not", "still", "well", "oh"]));
    matches!(&rest[adverb..], [sure, about, _, ..]
        if told && is_any(sure, &["sure", "certain", "convinced", "keen", "happy"]) && is_any(about, &["about", "on", "of", "with"]))
}

/// `no don't cancel it`: after it was done, or never meant at all; nothing is to be done now.
fn forbids(units: &[Unit]) -> bool {
    let Some(length) = phrase::prefix(units, "oops").or_else(|| phrase::prefix(units, "no")) else { return false };
    let rest = trim(&units[length..]);
    let length = rest.len();
    matches!(rest, [doing, not, verb, object, ..]
        if length <= 6
            && is_any(doing, &["do"])
            && is_any(not, &["not"])
            && orders(verb)
            && ["pronoun", "det"].iter().any(|class| in_class(object, class)))
}

/// `just the first 3` of the list shown; without a list it is not known of what.
fn fewer(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Reading> {
    let led = units.iter().take_while(|unit| is_any(unit, &["just", "only", "no", "show", "me"])).count();
    let rest = trim(&units[led..]);
    let the = rest.iter().take_while(|unit| is_any(unit, &["the"])).count();
    let [end, counted @ ..] = &rest[the..] else { return None };
    let said = units[..led].iter().any(|unit| is_any(unit, &["just", "only"]));
    let (first, last) = (is_any(end, &["first", "top"]), is_any(end, &["last", "bottom"]));
    let (count, length) = phrase::number(message, counted, true)?;
    let tail = trim(&counted[length..]);
    let nothing_else = tail.iter().all(|unit| is_any(unit, &["ones", "please", "of", "them", "those", "now"]))
        || phrase::whole(tail, "tasks");
    if !said || !(first || last) || !nothing_else || count == 0 || count > MOST_SHOWN {
        return None;
    }
    if context.last_query.is_none() || context.listing.is_empty() {
        return Some(reading(Intent::Unknown, 0.4, "fewer"));
    }
    let place = if first { Place::Top(count) } else { Place::Bottom(count) };
    let question = ListQuestion::Details(TaskRef::Place(place));
    let filter = TaskFilter { completed: Some(false), ..TaskFilter::default() };
    Some(reading(Intent::List(ListQuery { question, filter }), 0.97, "fewer"))
}
