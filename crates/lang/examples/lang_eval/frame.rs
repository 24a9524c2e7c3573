//! The engine's side: intents rendered into the same flat `kind key=value` form the corpus is written in.

use std::{collections::BTreeMap, fmt};

use jiff::{Zoned, civil::Weekday};
use saydo_domain::{Due, Field, Label, Recurrence, RepeatFrom};
use saydo_lang::{
    Answer, Draft, Edit, Intent, ListQuery, ListQuestion, Place, Problem, Shift, TaskFilter, TaskRef, Topic, Window,
};

/// One command, flat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: &'static str,
    pub(crate) fields: BTreeMap<String, String>,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        self.fields.iter().try_for_each(|(key, value)| write!(f, " {key}={value:?}"))
    }
}

impl Frame {
    pub(crate) const fn new(kind: &'static str) -> Self {
        Self { kind, fields: BTreeMap::new() }
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.put(key, value);
        self
    }

    /// Several values under one key are joined by `;`.
    fn put(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        self.fields
            .entry(key.to_owned())
            .and_modify(|old| {
                old.push(';');
                old.push_str(&value);
            })
            .or_insert(value);
    }
}

/// All commands of a reading; adds become one frame per draft, and neighbours of one kind with plain targets one frame.
pub(crate) fn frames(intents: &[Intent], now: &Zoned) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    for intent in intents {
        for frame in intent_frames(intent, now) {
            match frames.last_mut() {
                Some(last) if mergeable(last, &frame) => {
                    for (key, value) in frame.fields {
                        last.put(&key, value);
                    }
                }
                _ => frames.push(frame),
            }
        }
    }
    frames
}

fn mergeable(a: &Frame, b: &Frame) -> bool {
    let plain = |frame: &Frame| frame.fields.keys().all(|key| matches!(key.as_str(), "n" | "words" | "place"));
    a.kind == b.kind && matches!(a.kind, "complete" | "reopen" | "delete") && plain(a) && plain(b)
}

fn intent_frames(intent: &Intent, now: &Zoned) -> Vec<Frame> {
    let frame = match intent {
        Intent::Add(drafts) => return drafts.iter().map(|draft| draft_frame("add", draft)).collect(),
        Intent::AskTitle { verb } => Frame::new("ask").with("verb", verb),
        Intent::List(query) => list_frame(query, now),
        Intent::Complete { targets, completed } => {
            targeted(if *completed { "complete" } else { "reopen" }, targets, now)
        }
        Intent::Delete { targets } => targeted("delete", targets, now),
        Intent::Update { targets, edit } => edited(targeted("update", targets, now), edit),
        // The corpora know it as a deletion: of a task that does not repeat it is one.
        Intent::Skip { targets, .. } => targeted("delete", targets, now),
        Intent::Restore { targets } => targeted("restore", targets, now),
        Intent::ShowTrash => Frame::new("trash"),
        // The corpora know it as a change that does not say what to change.
        Intent::Instead { targets } | Intent::NotThese { targets } => targeted("update", targets, now),
        Intent::Undo { count } => Frame::new("undo").with("count", count.to_string()),
        Intent::UndoAll => Frame::new("undo").with("count", "all"),
        Intent::Redo => Frame::new("redo"),
        Intent::Answer(answer) => answer_frame(answer, now),
        Intent::WhatDidYouDo => Frame::new("what"),
        Intent::WhyThatDate => Frame::new("why"),
        Intent::Talk(topic) => Frame::new("talk").with("topic", topic_word(*topic)),
        Intent::Unknown => Frame::new("none"),
    };
    vec![frame]
}

fn topic_word(topic: Topic) -> &'static str {
    match topic {
        Topic::Greeting => "greeting",
        Topic::Thanks => "thanks",
        Topic::Goodbye => "bye",
        Topic::Help => "help",
        Topic::Identity => "identity",
        Topic::HowAreYou => "howareyou",
        Topic::Acknowledgement | Topic::Refusal => "ack",
        Topic::OutOfScope => "scope",
        Topic::Injection => "injection",
    }
}

fn draft_frame(kind: &'static str, draft: &Draft) -> Frame {
    let mut frame = Frame::new(kind).with("title", &draft.title);
    attributes(
        &mut frame,
        draft.due.as_ref(),
        draft.recurrence.as_ref(),
        draft.priority.map(|priority| priority.as_str()),
        &draft.labels,
        draft.description.as_deref(),
        &draft.problems,
    );
    frame
}

/// The fields a draft and a quick-add line share.
pub(crate) fn attributes(
    frame: &mut Frame,
    due: Option<&Due>,
    recurrence: Option<&Recurrence>,
    priority: Option<&str>,
    labels: &[Label],
    note: Option<&str>,
    problems: &[Problem],
) {
    if let Some(due) = due {
        frame.put("due", due_text(due));
    }
    if let Some(recurrence) = recurrence {
        put_recurrence(frame, recurrence);
    }
    if let Some(priority) = priority {
        frame.put("pri", priority);
    }
    for label in labels {
        frame.put("label", label.as_str());
    }
    if let Some(note) = note {
        frame.put("note", note);
    }
    for problem in problems {
        frame.put(
            "problem",
            match problem {
                Problem::PastDate(_) => "past",
                Problem::PriorityContradiction => "priority",
                Problem::DateContradiction => "date",
            },
        );
    }
}

/// `2026-03-12`, or the wall clock `2026-03-12T15:00`.
pub(crate) fn due_text(due: &Due) -> String {
    let local = due.local();
    if due.has_time() { local.strftime("%Y-%m-%dT%H:%M").to_string() } else { local.date().to_string() }
}

fn put_recurrence(frame: &mut Frame, recurrence: &Recurrence) {
    frame.put("rec", recurrence.rrule.to_string());
    if recurrence.from == RepeatFrom::Completion {
        frame.put("from", "completion");
    }
}

fn targeted(kind: &'static str, targets: &[TaskRef], now: &Zoned) -> Frame {
    let mut frame = Frame::new(kind);
    if targets.is_empty() {
        frame.put("which", "yes");
    }
    for target in targets {
        put_target(&mut frame, "", target, now);
    }
    frame
}

fn put_target(frame: &mut Frame, prefix: &str, target: &TaskRef, now: &Zoned) {
    let mut put = |key: &str, value: String| frame.put(&format!("{prefix}{key}"), value);
    match target {
        TaskRef::Number(number) => put("n", number.to_string()),
        TaskRef::Place(place) => put("place", place_text(*place)),
        TaskRef::Words(words) => put("words", words.clone()),
        TaskRef::Focus => put("focus", "yes".to_owned()),
        TaskRef::Other => put("other", "yes".to_owned()),
        TaskRef::Filter(filter) => put_filter(frame, &format!("{prefix}f."), filter, now),
        TaskRef::Except(base, others) => {
            put_target(frame, prefix, base, now);
            for other in others {
                put_target(frame, "not.", other, now);
            }
        }
    }
}

fn place_text(place: Place) -> String {
    match place {
        Place::Nth(n) => n.to_string(),
        Place::FromEnd(n) => format!("last-{n}"),
        Place::Top(n) => format!("top-{n}"),
        Place::Bottom(n) => format!("bottom-{n}"),
        Place::All => "all".to_owned(),
    }
}

fn put_filter(frame: &mut Frame, prefix: &str, filter: &TaskFilter, now: &Zoned) {
    let mut put = |key: &str, value: String| frame.put(&format!("{prefix}{key}"), value);
    let TaskFilter { completed, priority, label, due, query, by_completion: _ } = filter;
    put("status", completed.map_or("all", |done| if done { "done" } else { "open" }).to_owned());
    if let Some(priority) = priority {
        put("pri", priority.as_str().to_owned());
    }
    if let Some(label) = label {
        put("label", label.as_str().to_owned());
    }
    if let Some(due) = due {
        put("due", window_text(*due, now));
    }
    if let Some(query) = query {
        put("query", query.clone());
    }
}

fn window_text(window: Window, now: &Zoned) -> String {
    match window {
        Window::Today => "today".to_owned(),
        Window::Overdue => "overdue".to_owned(),
        Window::Week => "week".to_owned(),
        Window::None => "none".to_owned(),
        Window::Days(from, to) if from == to && from == now.date() => "today".to_owned(),
        Window::Days(from, to) if from == to => from.to_string(),
        Window::Days(from, to) if this_week(from, to, now) => "week".to_owned(),
        Window::Days(from, to) => format!("{from}..{to}"),
    }
}

fn this_week(from: jiff::civil::Date, to: jiff::civil::Date, now: &Zoned) -> bool {
    let today = now.date();
    let days_left = i64::from(6 - today.weekday().since(Weekday::Monday));
    from <= today && today.until(to).is_ok_and(|span| i64::from(span.get_days()) == days_left)
}

fn list_frame(query: &ListQuery, now: &Zoned) -> Frame {
    let mut frame = Frame::new("list");
    let (word, target) = match &query.question {
        ListQuestion::Show => ("show", None),
        ListQuestion::Next => ("next", None),
        ListQuestion::Count => ("count", None),
        ListQuestion::IsDone(target) => ("isdone", Some(target)),
        ListQuestion::WhenDue(target) => ("whendue", Some(target)),
        ListQuestion::Details(target) => ("details", Some(target)),
    };
    frame.put("q", word);
    match target {
        Some(target) => put_target(&mut frame, "", target, now),
        None => put_filter(&mut frame, "", &query.filter, now),
    }
    frame
}

fn answer_frame(answer: &Answer, now: &Zoned) -> Frame {
    match answer {
        Answer::Accept => Frame::new("answer").with("v", "accept"),
        Answer::Reject => Frame::new("answer").with("v", "reject"),
        Answer::Pick(picks) | Answer::Narrow(picks) => {
            let mut picks = picks.clone();
            picks.sort_unstable();
            let picks: Vec<String> = picks.iter().map(ToString::to_string).collect();
            Frame::new("answer").with("v", format!("pick:{}", picks.join(",")))
        }
        Answer::Among { targets, .. } => targeted("answer", targets, now).with("v", "among"),
        Answer::Others(targets) => targeted("answer", targets, now).with("v", "others"),
        Answer::Again => Frame::new("answer").with("v", "again"),
        Answer::Text(draft) => draft_frame("answer", draft).with("v", "text"),
    }
}

fn edited(mut frame: Frame, edit: &Edit) -> Frame {
    if let Some(title) = &edit.title {
        frame.put("title", title);
    }
    put_field(&mut frame, "note", &edit.description, Clone::clone);
    if let Some(text) = &edit.append_description {
        frame.put("append", text);
    }
    if let Some(priority) = edit.priority {
        frame.put("pri", priority.as_str());
    }
    match &edit.due {
        Field::Set(due) if edit.due_time_only && due.has_time() => {
            frame.put("time", due.local().strftime("%H:%M").to_string());
        }
        due => put_field(&mut frame, "due", due, due_text),
    }
    if let Some(shift) = edit.shift {
        frame.put("shift", shift_text(shift));
    }
    match &edit.recurrence {
        Field::Set(recurrence) => put_recurrence(&mut frame, recurrence),
        Field::Clear => frame.put("rec", "none"),
        Field::Keep => {}
    }
    edit.add_labels.iter().for_each(|label| frame.put("+label", label.as_str()));
    edit.remove_labels.iter().for_each(|label| frame.put("-label", label.as_str()));
    frame
}

fn put_field<T>(frame: &mut Frame, key: &str, field: &Field<T>, text: impl Fn(&T) -> String) {
    match field {
        Field::Keep => {}
        Field::Clear => frame.put(key, "none"),
        Field::Set(value) => frame.put(key, text(value)),
    }
}

/// `2d`, `-1mo`, `90m`
fn shift_text(shift: Shift) -> String {
    let parts = [(i64::from(shift.months), "mo"), (i64::from(shift.days), "d"), (shift.minutes, "m")];
    parts.iter().filter(|(n, _)| *n != 0).map(|(n, unit)| format!("{n}{unit}")).collect()
}
