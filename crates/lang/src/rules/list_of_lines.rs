//! Pasted lists: every line with a bullet is a task, an indented line below it is its note. Without bullets, lines
//! are tasks when a heading announces them (`groceries:`), when each begins with something to do, or when there are
//! three or more short ones; otherwise the lines after the first are the first one's note.

use super::{
    frames::draft,
    headed,
    message::Message,
    phrase::{self, is_any, trim},
    segment::Segment,
};
use crate::{Context, Draft, Intent, Reading};

/// More lines than this are a text.
const MOST_LINES: usize = 400;

struct Line<'t> {
    text: &'t str,
    start: usize,
    indent: usize,
    bullet: bool,
}

/// Reads a pasted list; `None` when the message is none.
pub(crate) fn read(message: &Message<'_>, context: &Context) -> Option<Reading> {
    let mut lines: Vec<Line<'_>> = message
        .text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some(measure(line, start))
        })
        .filter(|line| !line.text.is_empty())
        .collect();
    if lines.len() < 2 || lines.len() > MOST_LINES {
        return None;
    }
    let heading = is_heading(message, &lines[0], context);
    let body = if heading { lines.split_off(1) } else { std::mem::take(&mut lines) };
    let said = lines.first().and_then(|line| one(message, line, context));
    let bullets = body.iter().filter(|line| line.bullet).count();
    let base = body.first()?.indent;
    let tops: Vec<&Line<'_>> = body
        .iter()
        .filter(|line| line.bullet && line.indent <= base + 1 || bullets == 0 && line.indent <= base)
        .collect();
    let listed = bullets > 0 && body.first()?.bullet || heading || bullets == 0 && looks_listed(message, &tops);
    if !listed || tops.is_empty() {
        return None;
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for line in &body {
        let top = tops.binary_search_by_key(&line.start, |known| known.start).is_ok();
        match drafts.last_mut() {
            Some(draft) if !top => {
                let note = draft.description.get_or_insert_default();
                if !note.is_empty() {
                    note.push('\n');
                }
                note.push_str(line.text);
            }
            _ => drafts.push(one(message, line, context)?),
        }
    }
    drafts.retain(|draft| !draft.title.is_empty());
    if let Some(said) = said {
        drafts = drafts.into_iter().map(|draft| headed::within(draft, &said)).collect();
    }
    (!drafts.is_empty()).then(|| Reading {
        intents: vec![Intent::Add(drafts)],
        confidence: 0.93,
        only_if_found: false,
        rule: "list-of-lines",
    })
}

/// One line as a draft; its spans are counted in the whole message.
fn one(message: &Message<'_>, line: &Line<'_>, context: &Context) -> Option<Draft> {
    let end = line.start + line.text.len();
    let first = message.units.partition_point(|unit| message.token(unit).start < line.start);
    let units: Vec<_> =
        message.units[first..].iter().take_while(|unit| message.token(unit).end <= end).copied().collect();
    let segment = Segment::new(message, &units, context);
    Some(draft::draft(&segment, &units))
}

/// The text of a line without its bullet, and how it stands.
fn measure(line: &str, start: usize) -> Line<'_> {
    let text = line.trim_end();
    let inner = text.trim_start();
    let indent = text.len() - inner.len();
    let rest = without_bullet(inner);
    Line { text: rest, start: start + indent + (inner.len() - rest.len()), indent, bullet: rest.len() < inner.len() }
}

/// Without `-`, `*`, `•`, `1.`, `2)`, `[ ]`, `☐` in front.
fn without_bullet(text: &str) -> &str {
    let after_space = |rest: &'_ str| rest.starts_with(char::is_whitespace);
    let mut rest = text;
    if let Some(after) =
        rest.strip_prefix(['-', '*', '•', '·', '–', '—', '+', '▪', '◦', '‣', '☐', '☑', '✓', '✔', '□', '➤', '→', '>'])
        && (after_space(after) || after.is_empty())
    {
        rest = after.trim_start();
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits)
        && let Some(after) = rest[digits..].strip_prefix(['.', ')', ':'])
        && after_space(after)
    {
        rest = after.trim_start();
    }
    // `ii. mow the lawn`
    let roman = rest.bytes().take_while(|b| matches!(b, b'i' | b'v' | b'x')).count();
    if (1..=5).contains(&roman)
        && let Some(after) = rest[roman..].strip_prefix(['.', ')'])
        && after_space(after)
    {
        rest = after.trim_start();
    }
    for box_ in ["[ ]", "[]", "[x]", "[X]", "( )"] {
        if let Some(after) = rest.strip_prefix(box_) {
            rest = after.trim_start();
        }
    }
    rest
}

/// `groceries:`, `add these:`, `todo` above the list.
fn is_heading(message: &Message<'_>, line: &Line<'_>, context: &Context) -> bool {
    if line.bullet {
        return false;
    }
    let end = line.start + line.text.len();
    let units: Vec<_> = message.units.iter().filter(|unit| message.token(unit).end <= end).copied().collect();
    let segment = Segment::new(message, &units, context);
    let units = trim(&segment.units);
    let named = !units.is_empty()
        && units.iter().all(|unit| {
            phrase::in_class(unit, "addonly")
                || phrase::in_class(unit, "tasks")
                || phrase::in_class(unit, "task")
                || phrase::in_class(unit, "det")
                || is_any(
                    unit,
                    &[
                        "following",
                        "all",
                        "to",
                        "do",
                        "new",
                        "list",
                        "for",
                        "today",
                        "tomorrow",
                        "me",
                        "remind",
                        "these",
                        "of",
                        "need",
                        "i",
                        "have",
                        "please",
                        "shopping",
                        "put",
                        "on",
                        "reminders",
                    ],
                )
        });
    line.text.ends_with(':') && line.text.len() < 60 || named
}

/// Whether lines without bullets are things to do each.
fn looks_listed(message: &Message<'_>, lines: &[&Line<'_>]) -> bool {
    let first_unit = |line: &&Line<'_>| {
        message.units.get(message.units.partition_point(|unit| message.token(unit).start < line.start)).copied()
    };
    let verbs = lines
        .iter()
        .filter(|line| {
            first_unit(line)
                .is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base) && !phrase::in_class(&unit, "command"))
        })
        .count();
    let short =
        |line: &&Line<'_>| line.text.split_whitespace().count() <= 6 && !line.text.ends_with(['.', '?', '!', ':']);
    let command = lines.first().and_then(first_unit).is_some_and(|unit| {
        ["command", "deletestrong", "addonly", "doneverb", "showstrict", "remind"]
            .iter()
            .any(|class| phrase::in_class(&unit, class))
    });
    lines.len() >= 2 && (verbs == lines.len() || lines.len() >= 3 && lines.iter().all(short)) && !command
}
