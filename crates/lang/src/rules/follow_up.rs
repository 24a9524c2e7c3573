//! A question that goes on from the one before it: `and on friday?` after `what's on tomorrow?`, `what about saturday`,
//! `what's after that`. It shows other tasks and never changes any.

use jiff::{ToSpan, civil::Date};

use super::{
    filter::{self, Wanted},
    message::{Message, Unit},
    phrase::{self, is_any, trim},
};
use crate::{
    Context, Intent, ListQuery, ListQuestion, Reading, TaskFilter, Window,
    attributes::{Extraction, Options},
};

/// More words than these ask for something of their own.
const MOST_UNITS: usize = 12;

/// The listing that is asked for; `None` when it is something else.
pub(super) fn read(message: &Message<'_>, context: &Context) -> Option<Reading> {
    let units = trim(&message.units);
    if units.len() > MOST_UNITS {
        return None;
    }
    let marked = message.units.iter().rev().take_while(|unit| unit.skip).any(|unit| message.token(unit).text == "?");
    let Opening { rest, joined, about, second_thought } = Opening::of(units);
    if let Some(query) = context.last_query.as_ref().filter(|_| asks_for_next(message, units)) {
        return next(query, context);
    }
    let asks = marked || about;
    let goes_on = joined || about || context.last_query.is_some();
    let answers = context.pending.is_some() && !(asks && (joined || about));
    if rest.is_empty() || answers || !goes_on || !(asks || context.last_query.is_some()) || asks && second_thought {
        return None;
    }
    let (wanted, extraction) = wanted(message, rest, context)?;
    // `and at 5?` is no question about the list.
    let timed = extraction.due.as_ref().is_some_and(|due| due.explicit_time || !due.explicit_date);
    if timed || extraction.recurrence.is_some() || !asks && wanted.filter.due.is_none() {
        return None;
    }
    Some(listing(context, |filter| {
        if wanted.filter.due.is_some() {
            (filter.due, filter.query) = (wanted.filter.due, None);
        }
        filter.priority = wanted.filter.priority.or(filter.priority);
        filter.label = wanted.filter.label.clone().or(filter.label.take());
        filter.completed = wanted.filter.completed.or(filter.completed);
    }))
}

/// What such a question begins with.
struct Opening<'u> {
    /// What is left.
    rest: &'u [Unit],
    /// Whether it begins with `and`.
    joined: bool,
    /// Whether it asks `what about`.
    about: bool,
    /// Whether somebody thinks again: `no, saturday`.
    second_thought: bool,
}

impl<'u> Opening<'u> {
    fn of(units: &'u [Unit]) -> Self {
        let mut opening = Self { rest: units, joined: false, about: false, second_thought: false };
        loop {
            let rest = opening.rest;
            let about = match rest {
                [what, about, ..] => {
                    is_any(what, &["what", "how"]) && is_any(about, &["about"])
                        || is_any(what, &["what"]) && is_any(about, &["of"])
                }
                _ => false,
            };
            let joint = rest.first().is_some_and(|unit| is_any(unit, &["and", "then", "also", "but", "so"]));
            let mused = rest.first().is_some_and(|unit| is_any(unit, &["ok", "okay", "hmm", "well", "cool", "great"]));
            let length = if about {
                2
            } else if joint || mused {
                1
            } else if let Some(length) = phrase::prefix(rest, "oops") {
                opening.second_thought = true;
                length
            } else {
                return opening;
            };
            opening.about |= about;
            opening.joined |= joint;
            opening.rest = trim(&rest[length..]);
        }
    }
}

/// What the words say about which tasks, when they say nothing else.
fn wanted(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<(Wanted, std::rc::Rc<Extraction>)> {
    let range = message.token_range(units);
    let first = range.start;
    let extraction = message.attributes(range, &context.moment, Options { past_is_fine: true, ..Options::default() });
    let wanted = filter::read(message, &filter::residual(units, &extraction, first), &extraction, context)?;
    (wanted.narrowed && !wanted.query && !wanted.all).then_some((wanted, extraction))
}

/// `what's after that`, `and then?`
fn asks_for_next(message: &Message<'_>, units: &[Unit]) -> bool {
    const BEFORE: [&str; 22] = [
        "and", "ok", "so", "what", "what's", "whats", "is", "are", "on", "next", "comes", "coming", "due", "have",
        "do", "i", "up", "anything", "then", "there", "about", "happens",
    ];
    let words: Vec<&str> = units.iter().filter(|unit| !unit.skip).map(|unit| &*message.token(unit).norm).collect();
    match words.as_slice() {
        ["and", "then"] | ["then", "what"] => true,
        [before @ .., "after", "that" | "this" | "it" | "those" | "these" | "them"] => {
            !before.is_empty() && before.iter().all(|word| BEFORE.contains(word))
        }
        _ => false,
    }
}

/// The days after those that were asked for, as many of them.
fn next(query: &ListQuery, context: &Context) -> Option<Reading> {
    let today = context.moment.now.date();
    let after = |first: Date, last: Date| {
        let days = first.until(last).ok()?.get_days();
        let begin = last.checked_add(1.day()).ok()?;
        Some(Window::Days(begin, begin.checked_add(days.days()).ok()?))
    };
    let due = match query.filter.due? {
        Window::Overdue => Window::Today,
        Window::Today => after(today, today)?,
        Window::Week => {
            let weekday = i64::from(today.weekday().to_monday_zero_offset());
            let monday = today.checked_add((7 - weekday).days()).ok()?;
            Window::Days(monday, monday.checked_add(6.days()).ok()?)
        }
        Window::Days(first, last) => after(first, last)?,
        Window::None => return None,
    };
    Some(listing(context, |filter| filter.due = Some(due)))
}

/// The listing of before with something of it replaced.
fn listing(context: &Context, replace: impl FnOnce(&mut TaskFilter)) -> Reading {
    let open = || TaskFilter { completed: Some(false), ..TaskFilter::default() };
    let (mut filter, question) = match &context.last_query {
        Some(query) if query.question == ListQuestion::Count => (query.filter.clone(), ListQuestion::Count),
        Some(query) => (query.filter.clone(), ListQuestion::Show),
        None => (open(), ListQuestion::Show),
    };
    replace(&mut filter);
    let intents = vec![Intent::List(ListQuery { question, filter })];
    Reading { intents, confidence: 0.97, only_if_found: false, rule: "follow-up" }
}
