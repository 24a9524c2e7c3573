//! The pieces of a filter, one after another.

use saydo_domain::{Label, Priority};

use super::{Wanted, label};
use crate::{
    TaskFilter, Window,
    attributes::{Options, extract},
    rules::{
        message::{Message, Unit},
        phrase::{self, in_class, is_any, trim},
    },
    token::{TokenKind, tokenize},
};

/// What a title is to be about; nothing when it is a state (`with high priority`).
pub(super) fn about(message: &Message<'_>, units: &[Unit], wanted: &mut Wanted) -> Option<String> {
    let skip = units.iter().take_while(|unit| is_any(unit, &["the", "my", "a", "an"])).count();
    let units = without_place(trim(&units[skip..]));
    let first = units.first()?;
    // `everything with #errands that is due this week`: the label and the date are taken out already.
    if units.iter().all(|unit| unit.skip || in_class(unit, "filterglue")) {
        return None;
    }
    let state = ["high", "low", "medium", "overdue", "pending", "completed", "nodate", "prio", "tag"];
    if state.iter().any(|class| in_class(first, class)) || !wanted.head && !wanted.all || units.len() > 8 {
        return None;
    }
    let words = message.cut(units);
    if let [only] = units
        && let Some(quoted) = message.token(only).unquoted()
    {
        return Some(quoted.to_owned());
    }
    (!words.is_empty()).then_some(words)
}

/// Without the `on there`, `on my list` at the end.
fn without_place(units: &[Unit]) -> &[Unit] {
    let end = phrase::suffix(units, "placetail").filter(|length| *length < units.len()).unwrap_or(0);
    &units[..units.len() - end]
}

/// One piece at the beginning: how many units it takes; zero when it is none.
pub(super) fn piece(
    message: &Message<'_>,
    units: &[Unit],
    wanted: &mut Wanted,
    asked: bool,
    moment: &crate::Moment,
) -> Option<usize> {
    let token = message.token(&units[0]);
    // `done or not`
    if let [state, or, not, ..] = units
        && in_class(state, "completed")
        && is_any(or, &["or"])
        && is_any(not, &["not"])
    {
        wanted.all = true;
        return Some(3);
    }
    if let Some(length) = including(units) {
        (wanted.all, wanted.filter.completed) = (true, None);
        return Some(length);
    }
    if token.kind == TokenKind::Tag {
        wanted.filter.label = Some(label(&token.norm)?);
        wanted.narrowed = true;
        return Some(1);
    }
    if let Some(length) = tagged(message, units, wanted) {
        return Some(length);
    }
    let job = |unit: &Unit| matches!(&*message.token(unit).norm, "jobs" | "chores" | "duties" | "errands");
    let head = phrase::prefix(units, "tasks")
        .or_else(|| phrase::is(&units[0], "task").then_some(1))
        // `monday's jobs`
        .or_else(|| (wanted.narrowed && !asked && units.len() == 1 && job(&units[0])).then_some(1));
    if let Some((length, set)) = state(units)
        && Some(length) >= head
    {
        let before = wanted.filter.completed;
        set(&mut wanted.filter);
        if before.is_some() && wanted.filter.completed != before {
            // `open and finished`
            wanted.filter.completed = None;
            wanted.all = true;
        }
        wanted.narrowed = true;
        return Some(length);
    }
    if let Some(length) = calendar(message, units, wanted, moment) {
        return Some(length);
    }
    if let Some(length) = head {
        wanted.head = true;
        return Some(length);
    }
    if let Some(length) = phrase::prefix(units, "all") {
        if asked {
            return None;
        }
        wanted.all = true;
        return Some(length);
    }
    if phrase::is(&units[0], "due") && units.len() == 1 {
        wanted.narrowed = true;
    }
    Some(usize::from(in_class(&units[0], "filterglue")))
}

/// `all tasks, including the done ones`
fn including(units: &[Unit]) -> Option<usize> {
    let (first, rest) = units.split_first()?;
    if !is_any(first, &["including", "include", "even", "plus", "with"]) {
        return None;
    }
    let the = rest.iter().take_while(|unit| is_any(unit, &["the", "all", "also", "my"])).count();
    let ones = |unit: &Unit| unit.skip || in_class(unit, "placenoun") || in_class(unit, "tasks");
    let done = rest.get(the).is_some_and(|unit| in_class(unit, "completed"));
    (done && rest.get(the + 1).is_none_or(ones)).then(|| (the + 3).min(units.len()))
}

/// `today's`, `this week's`, `my day`: what the date grammar leaves to us.
pub(super) fn calendar(
    message: &Message<'_>,
    units: &[Unit],
    wanted: &mut Wanted,
    moment: &crate::Moment,
) -> Option<usize> {
    if let Some(length) = period(message, units, wanted, moment) {
        return Some(length);
    }
    let clitic = units.get(1).is_some_and(|unit| unit.clitic);
    let length = if clitic { 2 } else { 1 };
    let window = match &*message.token(&units[0]).norm {
        "today's" | "todays" | "day" | "day's" => Window::Today,
        "week" | "week's" | "weeks" => Window::Week,
        norm => {
            // `what does friday look like`
            let entry = crate::lexicon::look_up(norm);
            let named = matches!(norm, "today" | "tomorrow" | "tonight") || entry.weekday.is_some() && !entry.weak;
            let stem = norm.strip_suffix("'s").or(named.then_some(norm))?;
            let day = crate::parse_due(stem, moment)?.local().date();
            if day == moment.now.date() { Window::Today } else { Window::Days(day, day) }
        }
    };
    wanted.filter.due = Some(window);
    wanted.narrowed = true;
    Some(length)
}

/// `next week's`, `this month's`
fn period(message: &Message<'_>, units: &[Unit], wanted: &mut Wanted, moment: &crate::Moment) -> Option<usize> {
    let which = units.first().filter(|unit| is_any(unit, &["next", "this", "last", "coming"]))?;
    let owner = message.token(units.get(1)?);
    let past = is_any(which, &["last"]).then_some(&*owner.norm);
    let said = format!("{} {}", message.token(which).norm, owner.norm.strip_suffix("'s").or(past)?);
    let tokens = tokenize(&said);
    let found = extract(&tokens, &said, moment, Options { past_is_fine: true, ..Options::default() });
    let due = found.due.as_ref().filter(|_| found.explains_all(&tokens))?;
    let (first, last) = due.days;
    let running = said == "this week";
    wanted.filter.due = Some(if running { Window::Week } else { Window::Days(first, last) });
    wanted.narrowed = true;
    Some(if units.get(2).is_some_and(|unit| unit.clitic) { 3 } else { 2 })
}

/// `tagged errands`, `with the label home`.
fn tagged(message: &Message<'_>, units: &[Unit], wanted: &mut Wanted) -> Option<usize> {
    let length = phrase::prefix(units, "tagged").filter(|length| *length < units.len())?;
    let field = units[..length].iter().any(|unit| is_any(unit, &["tag", "label", "category", "tags"]));
    if phrase::is(&units[0], "in") && !field || phrase::is(&units[0], "under") && length > 1 {
        return None;
    }
    // `everything marked done`
    let states = ["completed", "high", "medium", "low", "pending", "overdue"];
    if units.get(length).is_some_and(|unit| states.iter().any(|class| in_class(unit, class))) {
        return None;
    }
    let (found, taken) = label_at(message, &units[length..])?;
    wanted.filter.label = Some(found);
    wanted.narrowed = true;
    Some(length + taken)
}

type Set = fn(&mut TaskFilter);

/// A state at the beginning (`overdue`, `high priority`, `completed`): the longest, of equally long ones the first.
fn state(units: &[Unit]) -> Option<(usize, Set)> {
    const STATES: [(&str, Set); 7] = [
        ("nodate", |filter| filter.due = Some(Window::None)),
        ("overdue", |filter| filter.due = Some(Window::Overdue)),
        ("high", |filter| filter.priority = Some(Priority::High)),
        ("low", |filter| filter.priority = Some(Priority::Low)),
        ("medium", |filter| filter.priority = Some(Priority::Medium)),
        ("completed", |filter| filter.completed = Some(true)),
        ("pending", |filter| filter.completed = Some(false)),
    ];
    let found = STATES.iter().filter_map(|(class, set)| phrase::prefix(units, class).map(|length| (length, *set)));
    let (length, set) = found.rev().max_by_key(|(length, _)| *length)?;
    (length > 1 || !is_any(&units[0], &["past", "up", "due", "current"])).then_some((length, set))
}

fn label_at(message: &Message<'_>, units: &[Unit]) -> Option<(Label, usize)> {
    let skip = units.iter().take_while(|unit| is_any(unit, &["the", "as", "with", "a"]) || unit.skip).count();
    let unit = units.get(skip)?;
    let token = message.token(unit);
    let text = token.unquoted().unwrap_or(&token.norm);
    Some((label(text)?, skip + 1))
}
