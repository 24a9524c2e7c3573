//! Which task? Numbers, places in the list last shown, pronouns, filters, exceptions, words of the title.

pub(crate) mod numbers;
mod places;
mod title;

use numbers::numbers;
use places::places;
use title::words;

use crate::{
    Context, Place, TaskRef,
    rules::{
        message::{Message, Unit},
        phrase::{self, is_any, trim},
    },
};

/// How clearly a text refers to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Some words; they could be anything.
    Soft,
    /// Words called a task, or in quotes.
    Named,
    /// A number, a place, a pronoun, a filter.
    Hard,
}

/// What a text refers to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reference {
    /// The tasks.
    pub(crate) targets: Vec<TaskRef>,
    /// How clearly.
    pub(crate) strength: Strength,
    /// Another way to read it: `bread and butter` as two tasks.
    pub(crate) apart: Option<Vec<TaskRef>>,
}

impl Reference {
    fn hard(targets: Vec<TaskRef>) -> Self {
        Self { targets, strength: Strength::Hard, apart: None }
    }
}

/// What the units refer to, if to tasks at all.
pub(crate) fn parse(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Reference> {
    let units = trim(units);
    if units.is_empty() || units.len() > 60 {
        return None;
    }
    if let Some(hard) = hard(message, units, context) {
        return Some(Reference::hard(hard));
    }
    mixed(message, units, context).or_else(|| words(message, units))
}

/// A reference by anything but words.
pub(crate) fn hard(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Vec<TaskRef>> {
    let units = trim(units);
    except(message, units, context).or_else(|| simple(message, units, context))
}

fn simple(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Vec<TaskRef>> {
    if units.is_empty() {
        return None;
    }
    if phrase::whole(units, "other") {
        return Some(vec![TaskRef::Other]);
    }
    if phrase::whole(units, "allshown") {
        let counted = units.iter().any(|unit| phrase::in_class(unit, "numberword"));
        if counted && context.listing.is_empty() && context.focus.is_empty() {
            return None;
        }
        if context.last_query.is_some() {
            return Some(vec![TaskRef::Place(Place::All)]);
        }
        // What was done with several is nearer than what was shown before that.
        if context.focus.len() > 1 {
            return Some(vec![TaskRef::Focus]);
        }
        // Nothing was shown or talked about: the whole list is meant.
        return Some(vec![match (context.listing.is_empty(), context.focus.is_empty()) {
            (false, _) => TaskRef::Place(Place::All),
            (true, false) => TaskRef::Focus,
            (true, true) => TaskRef::Filter(crate::TaskFilter::default()),
        }]);
    }
    if phrase::whole(units, "pronoun") {
        return Some(vec![pronoun(units, context)]);
    }
    numbers(message, units).or_else(|| places(message, units)).or_else(|| {
        crate::rules::filter::reference(message, units, context).map(|filter| vec![TaskRef::Filter(filter)])
    })
}

/// What `it` means, or `those`: the tasks that were just shown, if they are spoken of in the plural.
pub(crate) fn pronoun(units: &[Unit], context: &Context) -> TaskRef {
    let plural = units.iter().any(|unit| is_any(unit, &["them", "these", "those", "they", "both", "all"]));
    if plural && context.last_query.is_some() { TaskRef::Place(Place::All) } else { TaskRef::Focus }
}

/// More words than this name no group that something is left out of.
const MOST_BEFORE_EXCEPT: usize = 40;

/// `everything but the milk`.
fn except(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Vec<TaskRef>> {
    for at in 1..units.len().min(MOST_BEFORE_EXCEPT) {
        let Some(length) = phrase::prefix(&units[at..], "except") else { continue };
        let rest = trim(&units[at + length..]);
        let from = simple(message, trim(&units[..at]), context);
        // `3 and 4 but not 5`
        if let Some(numbers) = &from
            && numbers.iter().all(|target| matches!(target, TaskRef::Number(_)))
            && let Some(but) = numbers::numbers(message, rest)
        {
            return Some(numbers.iter().filter(|number| !but.contains(number)).cloned().collect());
        }
        if let Some(from) = from
            && let [from] = from.as_slice()
            && matches!(from, TaskRef::Place(_) | TaskRef::Filter(_) | TaskRef::Focus)
            && let Some(but) = parse(message, rest, context)
        {
            return Some(vec![leaving_out(from.clone(), but.targets, context)]);
        }
    }
    None
}

/// Some tasks without others; `everything but the last` leaves out of what was shown.
pub(crate) fn leaving_out(from: TaskRef, but: Vec<TaskRef>, context: &Context) -> TaskRef {
    let shown = !context.listing.is_empty()
        && from == TaskRef::Filter(crate::TaskFilter::default())
        && but.iter().all(|target| matches!(target, TaskRef::Place(_)));
    TaskRef::Except(Box::new(if shown { TaskRef::Place(Place::All) } else { from }), but)
}

fn is_separator(message: &Message<'_>, unit: &Unit) -> bool {
    is_any(unit, &["and", "or", "then", "also", "plus"]) || matches!(message.token(unit).text, "," | ";" | "&")
}

/// `5 and the milk`: at least one of the parts by number, place or pronoun.
fn mixed(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Reference> {
    let parts = split(message, units);
    if parts.len() < 2 || parts.len() > 12 {
        return None;
    }
    let mut targets = Vec::new();
    let mut any = false;
    for part in &parts {
        match hard(message, part, context) {
            Some(hard) => {
                any = true;
                targets.extend(hard);
            }
            None if part.first().is_some_and(|unit| {
                ["command", "deletestrong", "deleteweak", "markverb"].iter().any(|class| phrase::in_class(unit, class))
                    || is_any(unit, &["take"])
            }) =>
            {
                return None;
            }
            // `four is done and seven`: two sentences.
            None if part
                .iter()
                .any(|unit| !unit.clitic && is_any(unit, &["is", "are", "was", "were", "has", "gets", "back"])) =>
            {
                return None;
            }
            // `swimming sat between 9` and `10`: no name has that.
            None if part.len() > 5
                || part.iter().any(|unit| is_any(unit, &["at", "between", "from", "until", "er", "um"])) =>
            {
                return None;
            }
            None => targets.extend(words(message, part)?.targets),
        }
    }
    any.then_some(Reference::hard(targets))
}

/// The parts between commas and `and`.
fn split<'u>(message: &Message<'_>, units: &'u [Unit]) -> Vec<&'u [Unit]> {
    units.split(|unit| is_separator(message, unit)).map(trim).filter(|part| !part.is_empty()).collect()
}
