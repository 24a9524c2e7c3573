//! Which tasks by what they are: `overdue`, `high priority stuff for this week`, `everything tagged errands`.

use jiff::ToSpan;
use saydo_domain::{Label, Priority};

use super::{
    message::{Message, Unit},
    phrase::{self, is_any, trim},
};
use crate::{
    Context, TaskFilter, Window,
    attributes::{DueMatch, Extraction, Options, extract},
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

/// Words that carry no meaning in a filter.
const GLUE: [&str; 66] = [
    "the",
    "my",
    "our",
    "of",
    "for",
    "that",
    "which",
    "are",
    "is",
    "with",
    "on",
    "in",
    "by",
    "i",
    "have",
    "me",
    "please",
    "still",
    "and",
    "from",
    "at",
    "to",
    "do",
    "these",
    "those",
    "this",
    "a",
    "an",
    "any",
    "some",
    "due",
    "not",
    "as",
    "we",
    "there",
    "whose",
    "ones",
    "one",
    "us",
    "currently",
    "right",
    "now",
    "yet",
    "what",
    "been",
    "up",
    "so",
    "far",
    "was",
    "were",
    "got",
    "has",
    "be",
    "coming",
    "scheduled",
    "planned",
    "set",
    "need",
    "needs",
    "it",
    "here",
    "they",
    "just",
    "other",
    "out",
    "under",
];

/// Reads a reference like `all overdue tasks`: it must speak of several.
pub(crate) fn reference(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<TaskFilter> {
    if phrase::whole(units, "everything") {
        return Some(TaskFilter::default());
    }
    let range = message.token_range(units);
    let extraction = extract(&message.tokens[range.clone()], message.text, &context.moment, Options::default());
    let residual: Vec<Unit> = residual(units, &extraction, range.start);
    let wanted = read(message, &residual, &extraction, context)?;
    let state = wanted.filter.completed.is_some() || wanted.filter.due == Some(Window::Overdue);
    let several = wanted.all || wanted.head && wanted.narrowed || state && !wanted.query && units.len() <= 3;
    // `the work stuff` is as likely a title as it is a group.
    (several && (!wanted.query || wanted.all || wanted.head)).then_some(wanted.filter)
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
    let mut wanted = Wanted::default();
    let mut rest = trim(units);
    let mut query: Vec<Unit> = Vec::new();
    while let Some(unit) = rest.first() {
        let length = piece(message, rest, &mut wanted)?;
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
    if !query.is_empty() {
        let head_follows = wanted.head || wanted.all;
        if !head_follows
            || query.len() > 4
            || query.first().is_some_and(|unit| {
                unit.verb.is_some_and(|verb| verb.is_base) && wanted.filter.query.is_none() && query.len() > 1
            })
        {
            return None;
        }
        if wanted.filter.query.is_some() {
            return None;
        }
        wanted.filter.query = Some(message.cut(&query));
        (wanted.query, wanted.narrowed) = (true, true);
    }
    Some(wanted)
}

/// One piece at the beginning: how many units it takes; zero when it is none.
fn piece(message: &Message<'_>, units: &[Unit], wanted: &mut Wanted) -> Option<usize> {
    let token = message.token(&units[0]);
    if token.kind == TokenKind::Tag {
        wanted.filter.label = Some(label(&token.norm)?);
        wanted.narrowed = true;
        return Some(1);
    }
    if let Some(length) = phrase::prefix(units, "tagged")
        && length < units.len()
        && !(phrase::is(&units[0], "in") || phrase::is(&units[0], "under") && length > 1)
        && let Some((found, taken)) = label_at(message, &units[length..])
    {
        wanted.filter.label = Some(found);
        wanted.narrowed = true;
        return Some(length + taken);
    }
    let classes: [(&str, fn(&mut TaskFilter)); 7] = [
        ("nodate", |filter| filter.due = Some(Window::None)),
        ("overdue", |filter| filter.due = Some(Window::Overdue)),
        ("high", |filter| filter.priority = Some(Priority::High)),
        ("low", |filter| filter.priority = Some(Priority::Low)),
        ("medium", |filter| filter.priority = Some(Priority::Medium)),
        ("completed", |filter| filter.completed = Some(true)),
        ("pending", |filter| filter.completed = Some(false)),
    ];
    let best = classes
        .iter()
        .filter_map(|(class, set)| phrase::prefix(units, class).map(|length| (length, set)))
        .rev()
        .max_by_key(|(length, _)| *length);
    let head = phrase::prefix(units, "tasks").or_else(|| phrase::is(&units[0], "task").then_some(1));
    let all = phrase::prefix(units, "all");
    if let Some((length, set)) = best
        && Some(length) >= head
        && !is_any(&units[0], &["past", "up", "due", "current"])
    {
        set(&mut wanted.filter);
        wanted.narrowed = true;
        return Some(length);
    }
    if let Some(length) = head {
        wanted.head = true;
        return Some(length);
    }
    if let Some(length) = all {
        wanted.all = true;
        return Some(length);
    }
    if phrase::is(&units[0], "due") && units.len() == 1 {
        wanted.filter.completed = Some(false);
        wanted.narrowed = true;
    }
    Some(usize::from(is_any(&units[0], &GLUE)))
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
    let this_week =
        extraction.found.iter().any(|found| found.rule.contains("this week") && !found.rule.contains("weekend"));
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

/// A label from a word.
pub(crate) fn label(text: &str) -> Option<Label> {
    Label::new(text).ok()
}

fn label_at(message: &Message<'_>, units: &[Unit]) -> Option<(Label, usize)> {
    let skip = units.iter().take_while(|unit| is_any(unit, &["the", "as", "with", "a"]) || unit.skip).count();
    let unit = units.get(skip)?;
    let token = message.token(unit);
    let text = token.unquoted().unwrap_or(&token.norm);
    Some((label(text)?, skip + 1))
}
