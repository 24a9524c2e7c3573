//! Which tasks by what they are: `overdue`, `high priority stuff for this week`, `everything tagged errands`.

mod pieces;

use jiff::ToSpan;
use saydo_domain::Label;

use super::{
    message::{Message, Unit},
    phrase::{self, in_class, is_any, trim},
};
use crate::{
    Context, TaskFilter, Window,
    attributes::{DueMatch, Extraction, Options},
    token::TokenKind,
};

/// What words say about which tasks.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Wanted {
    /// The filter.
    pub(crate) filter: TaskFilter,
    /// Whether tasks were named in the plural (`tasks`, `stuff`, `list`).
    pub(crate) head: bool,
    /// Whether all were asked for (`all`, `every`, `everything`).
    pub(crate) all: bool,
    /// Whether anything narrows it down.
    pub(crate) narrowed: bool,
    /// Words that are about the title.
    pub(crate) query: bool,
}

/// More words than this name no group of tasks.
const MOST_UNITS: usize = 20;

/// Reads a reference like `all overdue tasks`: it must speak of several.
pub(crate) fn reference(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<TaskFilter> {
    let asks = |unit: &Unit| in_class(unit, "groupasks");
    // `remove what is done`
    if let [what, is, rest @ ..] = units
        && is_any(what, &["what", "whatever"])
        && is_any(is, &["is"])
        && !rest.is_empty()
    {
        return reference(message, rest, context).or_else(|| whatever(message, rest, context));
    }
    if units.first().is_some_and(|unit| is_any(unit, &["i", "a", "an"])) || units.iter().any(asks) {
        return None;
    }
    if phrase::whole(units, "everything") {
        return Some(TaskFilter::default());
    }
    let commands = |unit: &Unit| ["showstrict", "deletestrong", "addonly"].iter().any(|class| in_class(unit, class));
    if units.first().is_some_and(commands) {
        return None;
    }
    if units.len() > MOST_UNITS || units.iter().any(|unit| in_class(unit, "listnoun")) {
        return None;
    }
    let key = (message.token_range(units), units.len());
    if let Some(known) = message.known.groups.borrow().get(&key) {
        return known.clone();
    }
    let group = group(message, units, context);
    message.known.groups.borrow_mut().insert(key, group.clone());
    group
}

/// `whatever is due today`: what the words say, of all tasks.
fn whatever(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<TaskFilter> {
    let range = message.token_range(units);
    let extraction = message.attributes(range.clone(), &context.moment, Options::default());
    let wanted = read(message, &residual(units, &extraction, range.start), &extraction, context)?;
    (wanted.narrowed && !wanted.query).then_some(wanted.filter)
}

fn group(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<TaskFilter> {
    if !may_be_group(units) {
        return None;
    }
    let range = message.token_range(units);
    let first = range.start;
    let extraction = message.attributes(range, &context.moment, Options::default());
    let residual: Vec<Unit> = residual(units, &extraction, first);
    let wanted = read(message, &residual, &extraction, context)?;
    let state = wanted.filter.completed.is_some() || wanted.filter.due == Some(Window::Overdue);
    let several = wanted.all || wanted.head && wanted.narrowed || state && !wanted.query && units.len() <= 3;
    // `the whole plan` is one thing.
    let singular = units.iter().any(|unit| phrase::is(unit, "task"))
        || !wanted.head && units.iter().any(|unit| phrase::is(unit, "whole"));
    let several = several && (wanted.all && !wanted.query || !singular);
    // `every label from 4` is a part of a task; `all my homework` is one thing.
    let field = |unit: &Unit| ["tag", "desc", "prio", "repeat", "title"].iter().any(|class| in_class(unit, class));
    let plural = || units.last().is_some_and(|unit| message.token(unit).norm.ends_with('s'));
    if wanted.query && !wanted.head && (units.iter().any(field) || !plural()) {
        return None;
    }
    // `the work stuff` is as likely a title as it is a group.
    (several && (!wanted.query || wanted.all || wanted.head)).then_some(wanted.filter)
}

/// Reads what one task is: `the overdue one`, `the one due friday`, `high priority`.
pub(crate) fn singular(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<TaskFilter> {
    // `friday one` would be a time of day.
    let noun = |unit: &&Unit| in_class(unit, "placenoun") || is_any(unit, &["the", "that", "is", "which", "are"]);
    let before = units.iter().take_while(noun).count();
    let after = units[before..].iter().rev().take_while(noun).count();
    let units = &units[before..units.len() - after];
    let range = message.token_range(units);
    let first = range.start;
    let extraction = message.attributes(range, &context.moment, Options::default());
    let residual: Vec<Unit> = residual(units, &extraction, first);
    let wanted = read(message, &residual, &extraction, context)?;
    (wanted.narrowed && !wanted.query && !wanted.all).then_some(wanted.filter)
}

/// A quick look before the attributes are read: a group is called `all`, `tasks`, or by a state.
fn may_be_group(units: &[Unit]) -> bool {
    let begins = |at: usize| {
        ["all", "tasks", "completed", "pending", "overdue"]
            .iter()
            .any(|class| phrase::prefix(&units[at..], class).is_some())
    };
    (0..units.len()).any(|at| phrase::is(&units[at], "task") || begins(at))
}

/// The units whose tokens (counted from `first`) no attribute took.
pub(crate) fn residual(units: &[Unit], extraction: &Extraction, first: usize) -> Vec<Unit> {
    let free = |unit: &&Unit| {
        unit.token.checked_sub(first).and_then(|at| extraction.consumed.get(at)).is_none_or(|consumed| !consumed)
    };
    units.iter().filter(free).copied().collect()
}

/// Reads what is left of a question when the attributes are taken out, together with them.
pub(crate) fn read(
    message: &Message<'_>,
    units: &[Unit],
    extraction: &Extraction,
    context: &Context,
) -> Option<Wanted> {
    read_onto(Wanted::default(), message, units, extraction, context)
}

/// The same, with what is known already: that tasks are asked for though no word says so (`show me the errands`).
pub(crate) fn read_onto(
    mut wanted: Wanted,
    message: &Message<'_>,
    units: &[Unit],
    extraction: &Extraction,
    context: &Context,
) -> Option<Wanted> {
    let mut rest = trim(units);
    let mut query: Vec<Unit> = Vec::new();
    while let Some(unit) = rest.first() {
        if let Some(length) = phrase::prefix(rest, "about").filter(|length| *length < rest.len() && query.is_empty())
            && phrase::prefix(rest, "nodate").is_none()
            && let Some(words) = pieces::about(message, &rest[length..], &mut wanted)
        {
            wanted.filter.query = Some(words);
            (wanted.query, wanted.narrowed) = (true, true);
            break;
        }
        let length = pieces::piece(message, rest, &mut wanted, !query.is_empty(), &context.moment)?;
        if length > 0 {
            rest = &rest[length..];
            continue;
        }
        if !unit.skip {
            query.push(*unit);
        }
        rest = &rest[1..];
    }
    attributes(&mut wanted, extraction, context);
    let query = without_nouns(&query);
    if !query.is_empty() {
        if !asks_for(message, query, &wanted) || wanted.filter.query.is_some() {
            return None;
        }
        wanted.filter.query = Some(message.cut(query));
        (wanted.query, wanted.narrowed) = (true, true);
    }
    Some(wanted)
}

/// Without `tasks` at the end.
fn without_nouns(mut query: &[Unit]) -> &[Unit] {
    while let [rest @ .., last] = query
        && (in_class(last, "tasks") || phrase::is(last, "task"))
    {
        query = rest;
    }
    query
}

/// Whether words that mean nothing to us say which tasks: `the milk tasks`, but not `how`, `3`, `buy milk`.
fn asks_for(message: &Message<'_>, query: &[Unit], wanted: &Wanted) -> bool {
    let strange = |unit: &Unit| {
        is_any(unit, &["both", "and", "or"])
            || in_class(unit, "noquery")
            || in_class(unit, "showstrict")
            || message.token(unit).kind == TokenKind::Number
    };
    let orders = query.len() > 1 && query[0].verb.is_some_and(|verb| verb.is_base);
    (wanted.head || wanted.all) && query.len() <= 4 && !orders && !query.iter().any(strange)
}

fn attributes(wanted: &mut Wanted, extraction: &Extraction, context: &Context) {
    if let Some(due) = &extraction.due {
        wanted.filter.due = Some(window(due, extraction, context));
        wanted.narrowed = true;
    }
    if let Some(priority) = extraction.priority {
        wanted.filter.priority = Some(priority);
        wanted.narrowed = true;
    }
    if let Some(label) = extraction.labels.first() {
        wanted.filter.label = Some(label.clone());
        wanted.narrowed = true;
    }
}

/// The days that the words cover.
pub(crate) fn window(due: &DueMatch, extraction: &Extraction, context: &Context) -> Window {
    let today = context.moment.now.date();
    let (first, last) = due.days;
    let this_week = extraction.found.iter().any(|found| {
        // `this weekend` and `this thursday` are days of their own.
        found.rule.contains("this week") && !found.rule.contains("weekend") && !found.rule.contains("weekday")
    });
    if this_week {
        return Window::Week;
    }
    match due.marker {
        Some("before") => Window::Days(today.min(first), first.checked_sub(1.day()).unwrap_or(first).max(today)),
        Some("by" | "until" | "till") => Window::Days(today.min(first), last),
        Some("after" | "since") => Window::Days(first, last.checked_add(10.years()).unwrap_or(last)),
        _ if (first, last) == (today, today) => Window::Today,
        _ => Window::Days(first, last),
    }
}

/// The days in front that own what follows: `monday's`, `this week's`; and how many units they take.
pub(crate) fn owner(message: &Message<'_>, units: &[Unit], moment: &crate::Moment) -> Option<(Window, usize)> {
    let mut wanted = Wanted::default();
    let length = pieces::calendar(message, units, &mut wanted, moment)?;
    let last = units.get(length.checked_sub(1)?)?;
    let owns = last.clitic || message.token(last).norm.ends_with("'s") || is_any(last, &["todays", "tomorrows"]);
    Some((wanted.filter.due.filter(|_| owns)?, length))
}

/// A label from a word.
pub(crate) fn label(text: &str) -> Option<Label> {
    Label::new(text).ok()
}
