//! What is told of new tasks.

use jiff::Zoned;
use saydo_domain::{Priority, Task};

use super::{names, plain, quoted};
use crate::{execute::Outcome, reply::due};

/// As many new tasks fit into a sentence with all that is to be told of each; more get a line each.
const IN_A_SENTENCE: usize = 3;
/// Of more new tasks than this only the titles are told.
const MOST_DESCRIBED: usize = 12;

/// What is said of a new task beside its title: `due tomorrow (Thu 12 Mar), high priority, #home`.
fn attributes(task: &Task, now: &Zoned) -> String {
    let mut parts = Vec::new();
    if let Some(when) = task.due {
        parts.push(format!("due {}", due::words(when, now)));
    }
    if let Some(recurrence) = task.recurrence.as_ref() {
        let rule = recurrence.rrule.to_string();
        let words = if recurrence.text.is_empty() { rule } else { plain(&recurrence.text) };
        parts.push(format!("repeating {words}"));
    }
    if task.priority != Priority::Medium {
        parts.push(format!("{} priority", task.priority));
    }
    parts.extend(task.labels.iter().map(|label| format!("#{label}")));
    parts.join(", ")
}

/// `“Call mom”, due tomorrow (Thu 12 Mar)`.
pub(super) fn one(task: &Task, now: &Zoned) -> String {
    let name = quoted(task.title.as_str());
    match attributes(task, now).as_str() {
        "" => name,
        told => format!("{name}, {told}"),
    }
}

/// Two new tasks or more: what holds for all is told once, the rest beside each.
pub(super) fn several(group: &[Outcome], now: &Zoned) -> String {
    let count = group.len();
    let names = names(group.iter().map(|outcome| outcome.task.title.as_str()));
    let told: Vec<String> = group.iter().map(|outcome| attributes(&outcome.task, now)).collect();
    let first = told.first().map_or("", String::as_str);
    let alike = told.iter().all(|other| other == first);
    if first.is_empty() && alike || !alike && count > MOST_DESCRIBED {
        return format!("Added {count} tasks: {names}.");
    }
    if alike {
        let each = if count == 2 { "both" } else { "each" };
        return format!("Added {count} tasks, {each} {first}: {names}.");
    }
    let each: Vec<String> = group.iter().map(|outcome| one(&outcome.task, now)).collect();
    if count > IN_A_SENTENCE {
        return format!("Added {count} tasks:\n{}", each.join("\n"));
    }
    format!("Added {count} tasks: {}.", each.join("; "))
}
