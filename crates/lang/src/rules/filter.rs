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
const GLUE: &[&str] = &[
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
    "here",
    "more",
    "moment",
    "lot",
    "meant",
    "supposed",
    "any",
    "else",
    "looking",
    "look",
    "like",
    "they",
    "just",
    "other",
    "out",
    "under",
];

/// Reads a reference like `all overdue tasks`: it must speak of several.
pub(crate) fn reference(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<TaskFilter> {
    let asks =
        |unit: &Unit| is_any(unit, &["what", "how", "do", "which", "who", "why", "day", "anything", "something"]);
    if units.first().is_some_and(|unit| is_any(unit, &["i", "a", "an"])) || units.iter().any(asks) {
        return None;
    }
    if phrase::whole(units, "everything") {
        return Some(TaskFilter::default());
    }
    let commands =
        |unit: &Unit| ["showstrict", "deletestrong", "addonly"].iter().any(|class| phrase::in_class(unit, class));
    if units.first().is_some_and(commands) {
        return None;
    }
    if units.iter().any(|unit| is_any(unit, &["list", "agenda", "backlog"])) {
        return None;
    }
    let range = message.token_range(units);
    let mut known = message.known.groups.borrow_mut();
    if let Some((_, _, known)) = known.iter().find(|(tokens, count, _)| *tokens == range && *count == units.len()) {
        return known.clone();
    }
    let group = group(message, units, context);
    known.push((range, units.len(), group.clone()));
    group
}

fn group(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<TaskFilter> {
    let range = message.token_range(units);
    let extraction = extract(&message.tokens[range.clone()], message.text, &context.moment, Options::default());
    let residual: Vec<Unit> = residual(units, &extraction, range.start);
    let wanted = read(message, &residual, &extraction, context)?;
    let state = wanted.filter.completed.is_some() || wanted.filter.due == Some(Window::Overdue);
    let several = wanted.all || wanted.head && wanted.narrowed || state && !wanted.query && units.len() <= 3;
    let singular = units.iter().any(|unit| phrase::is(unit, "task"));
    let several = several && (wanted.all && !wanted.query || !singular);
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
        if let Some(length) = phrase::prefix(rest, "about").filter(|length| *length < rest.len() && query.is_empty())
            && phrase::prefix(rest, "nodate").is_none()
            && let Some(words) = about(message, &rest[length..], &mut wanted)
        {
            wanted.filter.query = Some(words);
            (wanted.query, wanted.narrowed) = (true, true);
            break;
        }
        let length = piece(message, rest, &mut wanted, !query.is_empty(), &context.moment)?;
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
    while query.last().is_some_and(|unit| phrase::in_class(unit, "tasks") || phrase::is(unit, "task")) {
        query.pop();
    }
    if !query.is_empty() {
        let tied = |unit: &Unit| {
            is_any(
                unit,
                &[
                    "off",
                    "as",
                    "to",
                    "not",
                    "is",
                    "how",
                    "many",
                    "what",
                    "back",
                    "it",
                    "which",
                    "who",
                    "when",
                    "where",
                    "why",
                    "notes",
                    "note",
                    "details",
                    "description",
                    "anyone",
                ],
            )
        };
        let number =
            |unit: &Unit| message.token(unit).kind == TokenKind::Number || phrase::in_class(unit, "showstrict");
        if query.iter().any(|unit| tied(unit) || number(unit)) {
            return None;
        }
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

/// What a title is to be about; nothing when it is a state (`with high priority`).
fn about(message: &Message<'_>, units: &[Unit], wanted: &mut Wanted) -> Option<String> {
    let skip = units.iter().take_while(|unit| is_any(unit, &["the", "my", "a", "an"])).count();
    let units = trim(&units[skip..]);
    let first = units.first()?;
    let state = ["high", "low", "medium", "overdue", "pending", "completed", "nodate", "prio", "tag"];
    if state.iter().any(|class| phrase::in_class(first, class)) || !wanted.head && !wanted.all || units.len() > 8 {
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

/// One piece at the beginning: how many units it takes; zero when it is none.
fn piece(
    message: &Message<'_>,
    units: &[Unit],
    wanted: &mut Wanted,
    asked: bool,
    moment: &crate::Moment,
) -> Option<usize> {
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
        && (length > 1 || !is_any(&units[0], &["past", "up", "due", "current"]))
    {
        set(&mut wanted.filter);
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
    if let Some(length) = all {
        if asked {
            return None;
        }
        wanted.all = true;
        return Some(length);
    }
    if phrase::is(&units[0], "due") && units.len() == 1 {
        wanted.narrowed = true;
    }
    Some(usize::from(is_any(&units[0], GLUE)))
}

/// `today's`, `this week's`, `my day`: what the date grammar leaves to us.
fn calendar(message: &Message<'_>, units: &[Unit], wanted: &mut Wanted, moment: &crate::Moment) -> Option<usize> {
    let clitic = units.get(1).is_some_and(|unit| unit.clitic);
    let length = if clitic { 2 } else { 1 };
    let window = match &*message.token(&units[0]).norm {
        "today's" | "todays" | "day" | "day's" => Window::Today,
        "week" | "week's" | "weeks" => Window::Week,
        norm => {
            let named = matches!(norm, "today" | "tomorrow" | "tonight");
            let stem = norm.strip_suffix("'s").or(named.then_some(norm))?;
            let day = crate::parse_due(stem, moment)?.local().date();
            if day == moment.now.date() { Window::Today } else { Window::Days(day, day) }
        }
    };
    wanted.filter.due = Some(window);
    wanted.narrowed = true;
    Some(length)
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
