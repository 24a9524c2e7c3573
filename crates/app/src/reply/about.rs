//! What a list was asked for, in words: for an empty list and for a count.

use jiff::{Zoned, civil::Date};
use saydo_domain::Priority;

use crate::{
    reply::{due, receipt::quoted},
    tools::{DueWindow, ListTasksArgs, Status},
};

/// ` yesterday (Tue 10 Mar)`, ` from Mon 9 Mar to Wed 11 Mar`: the days of completion asked for.
fn completed_when(args: &ListTasksArgs, now: &Zoned) -> Option<String> {
    let (first, last) = args.completed_from.zip(args.completed_to)?;
    let full = |date: Date| due::full_date(date, now);
    Some(if first != last {
        format!(" from {} to {}", full(first), full(last))
    } else if first == now.date() {
        " today".to_owned()
    } else {
        due::relative_day(first, now)
            .map_or_else(|| format!(" on {}", full(first)), |day| format!(" {day} ({})", full(first)))
    })
}

/// `You have 3 open tasks due today.`
#[must_use]
pub fn count(args: &ListTasksArgs, total: i64, now: &Zoned) -> String {
    match completed_when(args, now) {
        Some(when) => {
            let tasks = tasks(&ListTasksArgs { status: None, ..args.clone() }, total == 1, now);
            format!("You completed {total} {tasks}{when}.")
        }
        None => format!("You have {total} {}.", tasks(args, total == 1, now)),
    }
}

/// `Nothing is due today`, `You have no open tasks about “errands”`: without a full stop.
#[must_use]
pub fn none(args: &ListTasksArgs, now: &Zoned) -> String {
    if let Some(when) = completed_when(args, now) {
        return format!(
            "You completed no {}{when}",
            tasks(&ListTasksArgs { status: None, ..args.clone() }, false, now)
        );
    }
    let narrowed = args.priority.is_some() || args.label.is_some() || args.query.is_some();
    match (args.due, args.status.unwrap_or_default()) {
        (Some(DueWindow::None), Status::Pending) if !narrowed => "Every open task has a due date".to_owned(),
        (Some(DueWindow::Overdue), _) if !narrowed => "Nothing is overdue".to_owned(),
        (due, Status::Pending) if !narrowed && (due.is_some() || args.due_from.is_some() || args.due_to.is_some()) => {
            format!("Nothing is{}", when(args, now))
        }
        (None, Status::Completed) if !narrowed && args.due_from.is_none() && args.due_to.is_none() => {
            "No task is completed yet".to_owned()
        }
        (None, Status::Pending) if !narrowed => "Nothing is open: everything on your list is done".to_owned(),
        _ => format!("You have no {}", tasks(args, false, now)),
    }
}

/// What part of the open tasks a list shows: `4 this week`, `3 with #home`; nothing when it shows all of them, or others.
#[must_use]
pub fn part(args: &ListTasksArgs, total: i64, open: i64, now: &Zoned) -> Option<String> {
    let overdue = args.due == Some(DueWindow::Overdue);
    if args.status != Some(Status::Pending) || total == open || overdue {
        return None;
    }
    let several = [args.priority.is_some(), args.label.is_some(), args.query.is_some()];
    let days = args.due.is_some() || args.due_from.is_some();
    let which = match (several, days) {
        ([false, false, false], true) => match (args.due, args.due_from, args.due_to) {
            (Some(DueWindow::Today), ..) => "for today".to_owned(),
            (Some(DueWindow::Week), ..) => "this week".to_owned(),
            (Some(DueWindow::None), ..) => "without a date".to_owned(),
            (None, Some(first), Some(last)) if first == last => due::relative_day(first, now)
                .map_or_else(|| format!("on {}", due::full_date(first, now)), |day| format!("for {day}")),
            _ => "listed".to_owned(),
        },
        ([false, true, false], false) => args.label.as_ref().map(|label| format!("with #{label}"))?,
        _ => "listed".to_owned(),
    };
    Some(format!("{total} {which}"))
}

/// `open high-priority tasks about “errands”, labelled #work, due today`.
fn tasks(args: &ListTasksArgs, one: bool, now: &Zoned) -> String {
    let state = match args.status.unwrap_or_default() {
        Status::Pending => "open ",
        Status::Completed => "completed ",
        Status::All => "",
    };
    let priority = match args.priority {
        Some(Priority::High) => "high-priority ",
        Some(Priority::Medium) => "medium-priority ",
        Some(Priority::Low) => "low-priority ",
        None => "",
    };
    let noun = if one { "task" } else { "tasks" };
    let label = args.label.as_ref().map(|label| format!(" labelled #{label}")).unwrap_or_default();
    let about = args.query.as_ref().map(|query| format!(" about {}", quoted(query))).unwrap_or_default();
    format!("{state}{priority}{noun}{label}{about}{}", when(args, now))
}

/// ` due today`, ` due from Fri 13 Mar to Sun 15 Mar`; nothing when any time will do.
fn when(args: &ListTasksArgs, now: &Zoned) -> String {
    let full = |date: Date| due::full_date(date, now);
    match (args.due, args.due_from, args.due_to) {
        (Some(DueWindow::Today), ..) => " due today".to_owned(),
        (Some(DueWindow::Overdue), ..) => " overdue".to_owned(),
        (Some(DueWindow::Week), ..) => " due this week".to_owned(),
        (Some(DueWindow::None), ..) => " without a due date".to_owned(),
        (None, Some(first), Some(last)) if first == last => match due::relative_day(first, now) {
            Some(day) => format!(" due {day} ({})", full(first)),
            None => format!(" due on {}", full(first)),
        },
        (None, Some(first), Some(last)) if due::days_from_today(last, now) > 3 * 366 => {
            format!(" due from {} on", full(first))
        }
        (None, Some(first), Some(last)) => format!(" due from {} to {}", full(first), full(last)),
        (None, Some(first), None) => format!(" due from {} on", full(first)),
        (None, None, Some(last)) => format!(" due until {}", full(last)),
        (None, None, None) => String::new(),
    }
}
