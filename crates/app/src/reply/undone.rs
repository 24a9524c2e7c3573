//! What was put back, from the rows as committed.

use jiff::Zoned;
use saydo_domain::Task;

use crate::{
    reply::receipt::{differences, names, quoted},
    undo::PutBack,
};

/// More tasks than this are only named, not described.
const MOST_DESCRIBED: usize = 3;

/// What an undo put back, in one line: `Undone: “Buy milk” as before.`
#[must_use]
pub fn briefly(put_back: &PutBack) -> String {
    let back = names(put_back.tasks.iter().map(|task| task.title.as_str()));
    let gone = names(put_back.gone.iter().map(String::as_str));
    let verb = verb(put_back);
    match (back.is_empty(), gone.is_empty()) {
        (false, true) => format!("{verb}: {back} as before."),
        (true, false) => format!("{verb}: {gone} removed again."),
        (false, false) => format!("{verb}: {back} as before, {gone} removed again."),
        (true, true) => format!("{verb}."),
    }
}

/// The same with what that means for each task: `Undone: “Dentist” is due Thu 12 Mar again.`
#[must_use]
pub fn in_full(put_back: &PutBack, now: &Zoned) -> String {
    if put_back.tasks.len() > MOST_DESCRIBED {
        return briefly(put_back);
    }
    let was = |task: &Task| put_back.was.iter().find(|was| was.number == task.number);
    let differs = |task: &&Task| was(task).is_none_or(|was| !was.same_content(task));
    let mut parts: Vec<String> =
        put_back.tasks.iter().filter(differs).map(|task| state(was(task), task, now)).collect();
    // The occurrence that completing a repeating task had made goes without saying.
    let follower = |title: &String| put_back.tasks.iter().any(|task| task.title.as_str() == title);
    let gone = names(put_back.gone.iter().filter(|title| !follower(title)).map(String::as_str));
    if !gone.is_empty() {
        let is = if put_back.gone.len() == 1 { "is" } else { "are" };
        parts.push(format!("{gone} {is} off the list again"));
    }
    if parts.is_empty() {
        return briefly(put_back);
    }
    format!("{}: {}.", verb(put_back), parts.join("; "))
}

const fn verb(put_back: &PutBack) -> &'static str {
    if put_back.change.undoes.is_some() { "Done again" } else { "Undone" }
}

/// `“Buy milk” is open again`.
fn state(was: Option<&Task>, task: &Task, now: &Zoned) -> String {
    let name = quoted(task.title.as_str());
    let Some(was) = was else { return format!("{name} is back on the list") };
    match (was.in_trash(), task.in_trash(), was.completed(), task.completed()) {
        (true, false, ..) => format!("{name} is back on the list"),
        (false, true, ..) => format!("{name} is deleted again"),
        (.., true, false) => format!("{name} is open again"),
        (.., false, true) => format!("{name} is complete again"),
        _ => {
            let parts = differences(was, task, now).into_iter().map(|part| match part.as_str() {
                "new description" => "with its earlier description".to_owned(),
                other if other.starts_with("now called") => {
                    format!("called so again, not {}", quoted(was.title.as_str()))
                }
                _ => part,
            });
            format!("{name} is as before: {}", parts.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What a turn took back before it did better; tasks that it left as they were are not named.
#[must_use]
pub fn taken_back(all: &[&PutBack]) -> Option<String> {
    let mut titles: Vec<&str> = Vec::new();
    for task in all.iter().flat_map(|put_back| &put_back.tasks) {
        let first = all.iter().flat_map(|put_back| &put_back.was).find(|was| was.number == task.number);
        let last = all.iter().rev().flat_map(|put_back| &put_back.tasks).find(|last| last.number == task.number);
        let changed = match (first, last) {
            (Some(first), Some(last)) => !first.same_content(last),
            _ => true,
        };
        if changed && !titles.contains(&task.title.as_str()) {
            titles.push(task.title.as_str());
        }
    }
    let back = if titles.len() == 1 { "back as it was" } else { "back as they were" };
    (!titles.is_empty()).then(|| format!("Put {} {back}.", names(titles)))
}
