//! Lists as text: readable in a terminal and in a chat bubble.

use jiff::{Zoned, civil::Date};
use saydo_domain::{Due, Priority, Task};

use crate::reply::{
    due,
    receipt::{plain, quoted},
};

/// The group a task is listed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Overdue,
    Today,
    Tomorrow,
    Week,
    Later,
    Undated,
    Completed,
}

impl Group {
    fn heading(self, now: &Zoned) -> String {
        let dated = |name: &str, date: Date| format!("{name}, {}", due::full_date(date, now));
        match self {
            Self::Overdue => "Overdue".to_owned(),
            Self::Today => dated("Today", now.date()),
            Self::Tomorrow => dated("Tomorrow", now.date().tomorrow().unwrap_or(now.date())),
            Self::Week => "This week".to_owned(),
            Self::Later => "Later".to_owned(),
            Self::Undated => "No date".to_owned(),
            Self::Completed => "Completed".to_owned(),
        }
    }

    fn of(task: &Task, now: &Zoned) -> Self {
        if task.completed() {
            return Self::Completed;
        }
        let Some(when) = task.due else { return Self::Undated };
        if when.is_overdue(now) {
            return Self::Overdue;
        }
        let date = when.day_in(now.time_zone());
        match due::days_from_today(date, now) {
            ..=0 => Self::Today,
            1 => Self::Tomorrow,
            _ if date <= end_of_week(now.date()) => Self::Week,
            _ => Self::Later,
        }
    }
}

/// Sunday of this week (weeks begin on Monday, ISO 8601).
#[must_use]
pub fn end_of_week(today: Date) -> Date {
    let left = 6 - today.weekday().to_monday_zero_offset();
    jiff::Span::new().try_days(left).ok().and_then(|span| today.checked_add(span).ok()).unwrap_or(today)
}

/// The order in which tasks are shown: by group, then due, then priority, then number.
pub fn sort(tasks: &mut [Task], now: &Zoned) {
    tasks.sort_by_key(|task| {
        let when = task.due.map_or(i64::MAX, |when| when.local_seconds());
        (Group::of(task, now), when, task.priority.rank(), task.number)
    });
}

/// One line on its own: `#3 Pay rent (tomorrow, Thu 12 Mar, high, #home)`.
#[must_use]
pub fn line(task: &Task, now: &Zoned) -> String {
    written(task, due::inline, now)
}

fn written(task: &Task, words: fn(Due, &Zoned) -> String, now: &Zoned) -> String {
    let mut notes = Vec::new();
    match task.due {
        Some(when) if !task.completed() => notes.push(words(when, now)),
        // How late it was does not matter any more.
        Some(when) => notes.push(format!("was due {}", due::full(when, now))),
        None => {}
    }
    if let Some(rule) = &task.recurrence {
        notes.push(if rule.text.is_empty() { "repeats".to_owned() } else { plain(&rule.text) });
    }
    if task.priority != Priority::Medium {
        notes.push(task.priority.to_string());
    }
    notes.extend(task.labels.iter().map(|label| format!("#{label}")));
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    format!("#{} {}{notes}", task.number, plain(task.title.as_str()))
}

/// How many are open and how many of these are overdue: `7 open, 2 overdue`.
#[must_use]
pub fn totals(open: i64, overdue: i64) -> String {
    if overdue == 0 { format!("{open} open") } else { format!("{open} open, {overdue} overdue") }
}

/// The same after how many of them are shown: `7 open in all, 2 of them overdue`.
#[must_use]
pub fn totals_in_all(open: i64, overdue: i64) -> String {
    if overdue == 0 { format!("{open} open in all") } else { format!("{open} open in all, {overdue} of them overdue") }
}

/// What is in the trash: `#3 Gym (deleted today)`, and how to get it back.
#[must_use]
pub fn deleted(tasks: &[Task], total: i64, now: &Zoned) -> String {
    let mut text = "Deleted".to_owned();
    for task in tasks {
        let day = task.deleted_at.map(|at| at.to_zoned(now.time_zone().clone()).date());
        let when =
            day.map(|day| due::relative_day(day, now).map_or_else(|| due::full_date(day, now), ToOwned::to_owned));
        let when = when.map(|when| format!(" (deleted {when})")).unwrap_or_default();
        text.push_str(&format!("\n#{} {}{when}", task.number, plain(task.title.as_str())));
    }
    let hidden = total - i64::try_from(tasks.len()).unwrap_or(i64::MAX);
    if hidden > 0 {
        text.push_str(&format!("\n…and {hidden} more."));
    }
    if let Some(first) = tasks.first() {
        text.push_str(&format!("\n\nSay “restore {}” to get one back.", first.number));
    }
    text
}

/// The tasks under their headings. `total` is how many fit the question; when fewer are shown it is said.
#[must_use]
pub fn grouped(tasks: &[Task], total: i64, now: &Zoned) -> String {
    let mut text = String::new();
    let mut group = None;
    for task in tasks {
        let own = Group::of(task, now);
        if group != Some(own) {
            if group.is_some() {
                text.push('\n');
            }
            text.push_str(&own.heading(now));
            text.push('\n');
            group = Some(own);
        }
        text.push_str(&written(task, due::short, now));
        text.push('\n');
    }
    let hidden = total - i64::try_from(tasks.len()).unwrap_or(i64::MAX);
    if hidden > 0 {
        text.push_str(&format!("…and {hidden} more. Ask for a shorter list, such as today’s or one label’s.\n"));
    }
    text.truncate(text.trim_end().len());
    text
}

/// Numbered choices after a question: `1. Report for work (#4)`.
#[must_use]
pub fn choices(tasks: &[Task], now: &Zoned) -> String {
    let state = |task: &Task| if task.completed() { ", done already" } else { "" };
    let line = |(i, task): (usize, &Task)| format!("\n{}. {}{}", i + 1, line(task, now), state(task));
    tasks.iter().enumerate().map(line).collect()
}

/// Everything about one task, for “what's task 5?”.
#[must_use]
pub fn details(task: &Task, now: &Zoned) -> String {
    let state = if task.completed() { "complete" } else { "open" };
    let mut text = format!("#{} {}: {state}", task.number, quoted(task.title.as_str()));
    if let Some(when) = task.due {
        text.push_str(&format!(", due {}", due::words(when, now)));
    }
    if task.priority != Priority::Medium {
        text.push_str(&format!(", {} priority", task.priority));
    }
    for label in &task.labels {
        text.push_str(&format!(", #{label}"));
    }
    text.push('.');
    if let Some(description) = &task.description {
        text.push('\n');
        text.push_str(description.as_str());
    }
    text
}
