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

/// The same with what that means for the tasks: `Undone: “Buy milk” and “Call mom” are open again.`
#[must_use]
pub fn in_full(put_back: &PutBack, now: &Zoned) -> String {
    let was = |task: &Task| put_back.was.iter().find(|was| was.number == task.number);
    let mut states: Vec<(State, Vec<&Task>)> = Vec::new();
    for task in &put_back.tasks {
        let Some(state) = State::of(was(task), task) else { continue };
        match states.iter_mut().find(|(known, _)| *known == state) {
            Some((_, tasks)) => tasks.push(task),
            None => states.push((state, vec![task])),
        }
    }
    let mut parts: Vec<String> = Vec::new();
    for (state, tasks) in states {
        match state.words() {
            None if tasks.len() <= MOST_DESCRIBED => {
                parts.extend(tasks.into_iter().filter_map(|task| Some(changed(was(task)?, task, now))));
            }
            words => parts.push(said_of(tasks.iter().map(|task| task.title.as_str()), words.unwrap_or("as before"))),
        }
    }
    // The occurrence that completing a repeating task had made goes without saying.
    let follower = |title: &String| put_back.tasks.iter().any(|task| task.title.as_str() == title);
    let gone: Vec<&str> = put_back.gone.iter().filter(|title| !follower(title)).map(String::as_str).collect();
    if !gone.is_empty() {
        parts.push(said_of(gone, "off the list again"));
    }
    if parts.is_empty() {
        return briefly(put_back);
    }
    format!("{}: {}.", verb(put_back), parts.join("; "))
}

/// `“Buy milk” and “Call mom” are open again`.
fn said_of<'a>(titles: impl IntoIterator<Item = &'a str>, words: &str) -> String {
    let titles: Vec<&str> = titles.into_iter().collect();
    let is = if titles.len() == 1 { "is" } else { "are" };
    format!("{} {is} {words}", names(titles))
}

const fn verb(put_back: &PutBack) -> &'static str {
    if put_back.change.undoes.is_some() { "Done again" } else { "Undone" }
}

/// What putting back did to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Back,
    Deleted,
    Open,
    Complete,
    Changed,
}

impl State {
    /// `None` when the task is what it was.
    fn of(was: Option<&Task>, task: &Task) -> Option<Self> {
        let Some(was) = was else { return Some(Self::Back) };
        Some(match (was.in_trash(), task.in_trash(), was.completed(), task.completed()) {
            _ if was.same_content(task) => return None,
            (true, false, ..) => Self::Back,
            (false, true, ..) => Self::Deleted,
            (.., true, false) => Self::Open,
            (.., false, true) => Self::Complete,
            _ => Self::Changed,
        })
    }

    const fn words(self) -> Option<&'static str> {
        match self {
            Self::Back => Some("back on the list"),
            Self::Deleted => Some("deleted again"),
            Self::Open => Some("open again"),
            Self::Complete => Some("complete again"),
            Self::Changed => None,
        }
    }
}

/// `“Dentist” is as before: due Thu 12 Mar`.
fn changed(was: &Task, task: &Task, now: &Zoned) -> String {
    let parts = differences(was, task, now).into_iter().map(|part| match part.as_str() {
        "new description" => "with its earlier description".to_owned(),
        other if other.starts_with("now called") => format!("called so again, not {}", quoted(was.title.as_str())),
        _ => part,
    });
    format!("{} is as before: {}", quoted(task.title.as_str()), parts.collect::<Vec<_>>().join(", "))
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
