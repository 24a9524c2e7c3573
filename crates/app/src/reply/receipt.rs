//! Receipts: what was done, from the rows as committed.

mod added;

use jiff::Zoned;
use saydo_domain::{Due, Task};

use crate::{execute::Outcome, reply::due};

/// Somebody's words within a text of ours. Lists and questions are made of lines, so nobody's words may begin one, nor
/// reorder what stands beside them (Unicode's UAX #9): a program that may add tasks would else write into the question
/// that a person says yes to.
#[must_use]
pub fn plain(words: &str) -> String {
    let reorders = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    words.chars().filter(|c| !reorders(*c)).map(|c| if breaks(c) { ' ' } else { c }).collect()
}

/// A title in the quotation marks we use.
#[must_use]
pub fn quoted(title: &str) -> String {
    format!("“{}”", plain(title))
}

/// `“A”`, `“A” and “B”`, `“A”, “B” and “C”`; from eight on the rest as a number.
#[must_use]
pub fn names<'a>(titles: impl IntoIterator<Item = &'a str>) -> String {
    let mut titles: Vec<String> = titles.into_iter().map(quoted).collect();
    if titles.len() > 8 {
        let more = titles.len() - 7;
        titles.truncate(7);
        titles.push(format!("{more} more"));
    }
    match titles.pop() {
        None => String::new(),
        Some(last) if titles.is_empty() => last,
        Some(last) => format!("{} and {last}", titles.join(", ")),
    }
}

/// What an update changed: `due Fri 13 Mar, 15:00; high priority`.
pub(super) fn differences(before: &Task, after: &Task, now: &Zoned) -> Vec<String> {
    let mut parts = Vec::new();
    if before.title != after.title {
        parts.push(format!("now called {}", quoted(after.title.as_str())));
    }
    if before.due != after.due {
        parts.push(after.due.map_or("no due date".to_owned(), |when: Due| format!("due {}", due::words(when, now))));
    }
    if before.recurrence != after.recurrence {
        parts.push(match &after.recurrence {
            None => "no longer repeating".to_owned(),
            Some(rule) if rule.text.is_empty() => format!("repeating {}", rule.rrule),
            Some(rule) => format!("repeating {}", plain(&rule.text)),
        });
    }
    if before.priority != after.priority {
        parts.push(format!("{} priority", after.priority));
    }
    if before.labels != after.labels {
        let labels: Vec<String> = after.labels.iter().map(|label| format!("#{label}")).collect();
        parts.push(if labels.is_empty() { "no labels".to_owned() } else { format!("labelled {}", labels.join(" ")) });
    }
    if before.description != after.description {
        parts.push(if after.description.is_some() { "new description" } else { "no description" }.to_owned());
    }
    parts
}

/// One sentence for one outcome.
#[must_use]
pub fn sentence(outcome: &Outcome, now: &Zoned) -> String {
    let Outcome { before, task, changed, next } = outcome;
    let name = quoted(task.title.as_str());
    let Some(before) = before else {
        return format!("Added {}.", added::one(task, now));
    };
    if !changed {
        return match task.completed() {
            true => format!("{name} is complete already."),
            false => format!("{name} is that way already."),
        };
    }
    if before.in_trash() != task.in_trash() {
        return match task.in_trash() {
            true if repeats(task) => format!("Deleted {name} and all its repetitions. Say “undo” to get it back."),
            true => format!("Deleted {name}. Say “undo” to get it back."),
            false => format!("Restored {name}."),
        };
    }
    match (before.completed(), task.completed()) {
        (false, true) => {
            let next = next.as_ref().and_then(|next| next.due).map(|when| due::words(when, now));
            let next = next.map(|when| format!(" Next one: {when}.")).unwrap_or_default();
            format!("Marked {name} as complete.{next}")
        }
        (true, false) => format!("Marked {name} as not complete."),
        _ => {
            let old = quoted(before.title.as_str());
            format!("Updated {old}: {}.", differences(before, task, now).join("; "))
        }
    }
}

/// A few sentences for everything a turn did; outcomes of the same kind are told together.
#[must_use]
pub fn sentences(outcomes: &[Outcome], now: &Zoned) -> String {
    let mut text: Vec<String> = Vec::new();
    let mut rest = outcomes;
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|outcome| kind(outcome) == kind(first)).count();
        let (group, tail) = rest.split_at(same);
        rest = tail;
        match together(group, now) {
            Some(sentence) if group.len() > 1 => text.push(sentence),
            _ => text.extend(group.iter().map(|outcome| sentence(outcome, now))),
        }
    }
    text.join(" ")
}

/// More changed tasks than this are told in one sentence or a line each.
const MOST_DESCRIBED: usize = 3;

/// `Updated 39 tasks: due Fri 27 Nov: “A”, “B” …` when all were changed alike, else a line each.
fn many_updated(group: &[Outcome], now: &Zoned) -> String {
    let count = group.len();
    let told = |outcome: &Outcome| {
        outcome.before.as_ref().map(|before| differences(before, &outcome.task, now).join("; ")).unwrap_or_default()
    };
    let changes: Vec<String> = group.iter().map(told).collect();
    let old = |outcome: &Outcome| outcome.before.as_ref().map_or_else(String::new, |before| before.title.to_string());
    let titles: Vec<String> = group.iter().map(old).collect();
    match changes.as_slice() {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => {
            format!("Updated {count} tasks, now {first}: {}.", names(titles.iter().map(String::as_str)))
        }
        _ => {
            let line = |(title, change): (&String, &String)| format!("\n{}: {change}", quoted(title));
            format!("Updated {count} tasks:{}", titles.iter().zip(&changes).map(line).collect::<String>())
        }
    }
}

/// Whether deleting it deletes what would come after it as well.
const fn repeats(task: &Task) -> bool {
    task.recurrence.is_some() && !task.completed()
}

/// What was left out of repeating tasks: `Skipped “Gym” on Wed 25 Nov: next on Fri 27 Nov.`
#[must_use]
pub fn skipped(outcomes: &[Outcome], now: &Zoned) -> String {
    let told = |outcome: &Outcome| {
        let was = outcome.before.as_ref().and_then(|before| before.due).filter(|_| outcome.changed)?;
        let name = quoted(outcome.task.title.as_str());
        let next = outcome.task.due?;
        Some(format!("Skipped {name} on {}: next on {}.", due::full(was, now), due::full(next, now)))
    };
    let text: Vec<String> =
        outcomes.iter().map(|outcome| told(outcome).unwrap_or_else(|| sentence(outcome, now))).collect();
    text.join(" ")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Added,
    Completed,
    Reopened,
    Deleted,
    Restored,
    Updated,
    Unchanged,
}

fn kind(outcome: &Outcome) -> Kind {
    let Some(before) = &outcome.before else { return Kind::Added };
    let task = &outcome.task;
    if !outcome.changed {
        return Kind::Unchanged;
    }
    match (before.in_trash(), task.in_trash(), before.completed(), task.completed()) {
        (false, true, ..) => Kind::Deleted,
        (true, false, ..) => Kind::Restored,
        (.., false, true) => Kind::Completed,
        (.., true, false) => Kind::Reopened,
        _ => Kind::Updated,
    }
}

fn together(group: &[Outcome], now: &Zoned) -> Option<String> {
    let count = group.len();
    let names = names(group.iter().map(|outcome| outcome.task.title.as_str()));
    let kind = kind(group.first()?);
    Some(match kind {
        Kind::Added => added::several(group, now),
        Kind::Completed if group.iter().all(|outcome| outcome.next.is_none()) => {
            format!("Marked {count} tasks as complete: {names}.")
        }
        Kind::Reopened => format!("Marked {count} tasks as not complete: {names}."),
        Kind::Deleted => {
            let all = if group.iter().any(|outcome| repeats(&outcome.task)) { ", with all repetitions" } else { "" };
            format!("Deleted {count} tasks: {names}{all}. Say “undo” to get them back.")
        }
        Kind::Updated if count > MOST_DESCRIBED => many_updated(group, now),
        Kind::Restored => format!("Restored {count} tasks: {names}."),
        Kind::Completed | Kind::Updated | Kind::Unchanged => return None,
    })
}
