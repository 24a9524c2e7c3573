//! Readings in a compact notation, for corpora, evaluation and debugging: `complete #5`, `add "Call mom" due 2026-03-12`.

use std::fmt::Write as _;

use saydo_domain::{Field, Label};

use crate::{
    Answer, Draft, Edit, Intent, ListQuery, ListQuestion, Place, Problem, Reading, TaskFilter, TaskRef, Window,
};

/// A reading as one line: its intents, separated by ` ; `.
#[must_use]
pub fn reading(reading: &Reading) -> String {
    let intents: Vec<String> = reading.intents.iter().map(intent).collect();
    intents.join(" ; ")
}

/// An intent as one line.
#[must_use]
pub fn intent(intent: &Intent) -> String {
    match intent {
        Intent::Add(drafts) => {
            let drafts: Vec<String> = drafts.iter().map(draft).collect();
            format!("add {}", drafts.join(" + "))
        }
        Intent::AskTitle { verb } => format!("ask-title {verb:?}"),
        Intent::List(query) => list(query),
        Intent::Complete { targets, completed } => {
            format!("{}{}", if *completed { "complete" } else { "reopen" }, refs(targets))
        }
        Intent::Update { targets, edit: changes } => format!("update{}{}", refs(targets), edit(changes)),
        Intent::Delete { targets } => format!("delete{}", refs(targets)),
        Intent::Skip { targets, on } => {
            let on = on.map(|on| format!(" on {}", window(on))).unwrap_or_default();
            format!("skip{}{on}", refs(targets))
        }
        Intent::Restore { targets } => format!("restore{}", refs(targets)),
        Intent::ShowTrash => "show-trash".to_owned(),
        Intent::Instead { targets } => format!("instead{}", refs(targets)),
        Intent::NotThese { targets } => format!("not{}", refs(targets)),
        Intent::Undo { count } => format!("undo {count}"),
        Intent::UndoAll => "undo all".to_owned(),
        Intent::Redo => "redo".to_owned(),
        Intent::Answer(given) => answer(given),
        Intent::WhatDidYouDo => "what-did-you-do".to_owned(),
        Intent::WhyThatDate => "why-that-date".to_owned(),
        Intent::Talk(topic) => format!("talk {topic:?}"),
        Intent::Unknown => "unknown".to_owned(),
    }
}

fn labels(text: &mut String, sign: char, labels: &[Label]) {
    for label in labels {
        let _ = write!(text, " {sign}{label}");
    }
}

fn draft(draft: &Draft) -> String {
    let mut text = format!("{:?}", draft.title);
    if let Some(due) = draft.due {
        let _ = write!(text, " due {}", short(&due.to_string()));
    }
    if let Some(recurrence) = &draft.recurrence {
        let _ = write!(text, " every {}", recurrence.rrule);
    }
    if let Some(priority) = draft.priority {
        let _ = write!(text, " !{priority}");
    }
    labels(&mut text, '#', &draft.labels);
    if let Some(description) = &draft.description {
        let _ = write!(text, " note {description:?}");
    }
    if let Some(other) = draft.relative_to {
        let _ = write!(text, " after {other}");
    }
    for problem in &draft.problems {
        text.push_str(match problem {
            Problem::PastDate(_) => " past?",
            Problem::PriorityContradiction => " priority?",
            Problem::DateContradiction => " date?",
        });
    }
    text
}

/// A moment without its seconds and offset.
fn short(due: &str) -> &str {
    due.get(..16).unwrap_or(due)
}

fn edit(edit: &Edit) -> String {
    let mut text = String::new();
    if let Some(title) = &edit.title {
        let _ = write!(text, " title {title:?}");
    }
    match &edit.description {
        Field::Keep => {}
        Field::Clear => text.push_str(" no-note"),
        Field::Set(note) => drop(write!(text, " note {note:?}")),
    }
    if let Some(note) = &edit.append_description {
        let _ = write!(text, " append {note:?}");
    }
    if let Some(priority) = edit.priority {
        let _ = write!(text, " !{priority}");
    }
    match &edit.due {
        Field::Keep => {}
        Field::Clear => text.push_str(" no-due"),
        Field::Set(due) => {
            let kind = if edit.due_time_only { "time" } else { "due" };
            let _ = write!(text, " {kind} {}", short(&due.to_string()));
        }
    }
    if let Some(shift) = edit.shift {
        let _ = write!(text, " shift");
        for (count, unit) in [(i64::from(shift.months), "mo"), (i64::from(shift.days), "d"), (shift.minutes, "min")] {
            if count != 0 {
                let _ = write!(text, " {count}{unit}");
            }
        }
    }
    match &edit.recurrence {
        Field::Keep => {}
        Field::Clear => text.push_str(" no-repeat"),
        Field::Set(recurrence) => drop(write!(text, " every {}", recurrence.rrule)),
    }
    labels(&mut text, '#', &edit.add_labels);
    labels(&mut text, '-', &edit.remove_labels);
    text
}

fn refs(targets: &[TaskRef]) -> String {
    targets.iter().map(|target| format!(" {}", task_ref(target))).collect()
}

fn task_ref(target: &TaskRef) -> String {
    match target {
        TaskRef::Number(number) => format!("#{number}"),
        TaskRef::Place(place) => match place {
            Place::Nth(n) => format!("nth({n})"),
            Place::FromEnd(n) => format!("from-end({n})"),
            Place::Top(n) => format!("top({n})"),
            Place::Bottom(n) => format!("bottom({n})"),
            Place::All => "shown".to_owned(),
        },
        TaskRef::Words(words) => format!("{words:?}"),
        TaskRef::Focus => "it".to_owned(),
        TaskRef::Other => "other".to_owned(),
        TaskRef::Filter(wanted) => format!("[{}]", filter(wanted)),
        TaskRef::Except(from, but) => format!("{} but{}", task_ref(from), refs(but)),
    }
}

fn filter(wanted: &TaskFilter) -> String {
    let mut parts: Vec<String> = Vec::new();
    match wanted.completed {
        Some(true) => parts.push("done".to_owned()),
        Some(false) => parts.push("open".to_owned()),
        None => parts.push("all".to_owned()),
    }
    parts.extend(wanted.priority.map(|priority| format!("!{priority}")));
    parts.extend(wanted.label.as_ref().map(|label| format!("#{label}")));
    // Of what is done the days are those of completion, unless it says so.
    if wanted.completed == Some(true) && wanted.due.is_some() && !wanted.by_completion {
        parts.push("due".to_owned());
    }
    parts.extend(wanted.due.map(window));
    parts.extend(wanted.query.as_ref().map(|query| format!("{query:?}")));
    parts.join(" ")
}

fn window(window: Window) -> String {
    match window {
        Window::Today => "today".to_owned(),
        Window::Overdue => "overdue".to_owned(),
        Window::Week => "week".to_owned(),
        Window::None => "undated".to_owned(),
        Window::Days(first, last) if first == last => first.to_string(),
        Window::Days(first, last) => format!("{first}..{last}"),
    }
}

fn list(query: &ListQuery) -> String {
    match &query.question {
        ListQuestion::Show => format!("list {}", filter(&query.filter)),
        ListQuestion::Next => format!("next {}", filter(&query.filter)),
        ListQuestion::Count => format!("count {}", filter(&query.filter)),
        ListQuestion::IsDone(target) => format!("is-done {}", task_ref(target)),
        ListQuestion::WhenDue(target) => format!("when-due {}", task_ref(target)),
        ListQuestion::Details(target) => format!("details {}", task_ref(target)),
    }
}

fn answer(given: &Answer) -> String {
    match given {
        Answer::Accept => "yes".to_owned(),
        Answer::Reject => "no".to_owned(),
        Answer::Pick(picked) => {
            let picked: Vec<String> = picked.iter().map(|index| (index + 1).to_string()).collect();
            format!("pick {}", picked.join(" "))
        }
        Answer::Narrow(kept) => {
            let kept: Vec<String> = kept.iter().map(|index| (index + 1).to_string()).collect();
            format!("narrow {}", kept.join(" "))
        }
        Answer::Among { targets, several } => {
            format!("among{}{}", refs(targets), if *several { " several" } else { "" })
        }
        Answer::Others(targets) => format!("others{}", refs(targets)),
        Answer::Again => "again".to_owned(),
        Answer::Text(text) => format!("text {}", draft(text)),
    }
}
