//! Done, and open again.

use super::Match;
use crate::{
    Intent, Reading, TaskFilter, TaskRef,
    reference::{Reference, Strength, hard, pronoun},
    rules::{
        pattern::Slot,
        phrase::{self, is_any},
    },
};

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let name = found.section.name;
    let completed = name.starts_with("complete");
    if found.segment.question && completed {
        return None;
    }
    if completed && doubted(found) {
        return None;
    }
    match name {
        "complete-focus"
            if found.units.len() == 1
                && is_any(&found.units[0], &["completed"])
                && found.segment.context.focus.is_empty() =>
        {
            None
        }
        "complete-focus" => {
            let intent = Intent::Complete { targets: vec![pronoun(found.units, found.segment.context)], completed };
            let mut reading = found.reading(intent);
            if found.segment.context.focus.is_empty() && found.segment.context.listing.is_empty() {
                reading.confidence = 0.82;
            }
            Some(vec![reading])
        }
        "complete-past" | "reopen-past" => past(found, completed),
        "complete-list" => Some(vec![listed(found)?]),
        "complete-state" => state(found),
        _ => plain(found, completed),
    }
}

/// `everything on the shopping list is bought`: what is about it or labelled so.
fn listed(found: &Match<'_, '_, '_>) -> Option<Reading> {
    let units = found.slot(Slot::Text)?;
    let ours = units.iter().any(|unit| phrase::in_class(unit, "list") || phrase::in_class(unit, "det"));
    let query = found.text(Slot::Text).filter(|_| units.len() <= 3 && !ours)?;
    let filter = TaskFilter { completed: Some(false), query: Some(query), ..TaskFilter::default() };
    Some(found.reading(Intent::Complete { targets: vec![TaskRef::Filter(filter)], completed: true }))
}

/// `the bins are out`: perhaps a task of that name is done; it is asked.
fn state(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let text = found.slot(Slot::Text)?;
    let name = phrase::trim(without_article(text));
    // `the gazebo's up`
    let clitic = found.units.iter().any(|unit| unit.clitic);
    if clitic
        || !speakable(name)
        || name.len() > 3
        || name.iter().any(|unit| is_any(unit, &["he", "she", "it", "that", "this"]))
    {
        return None;
    }
    let state = found.units.last()?;
    let words =
        format!("{} {}", found.segment.message.cut(name), found.segment.message.cut(std::slice::from_ref(state)));
    Some(vec![found.reading(Intent::Complete { targets: vec![TaskRef::Words(words)], completed: true })])
}

/// `maybe I did it`, `I think I paid the rent`: who is not sure reports nothing.
fn doubted(found: &Match<'_, '_, '_>) -> bool {
    let (Some(first), units) = (found.units.first(), &found.segment.message.units) else { return false };
    let before = units.partition_point(|unit| unit.token < first.token);
    let doubt = |unit: &crate::rules::message::Unit| {
        let kind = &*found.segment.message.token(unit).norm;
        matches!(kind, "maybe" | "perhaps" | "possibly" | "supposedly" | "presumably")
    };
    is_any(first, &["i", "we"]) && units[..before].iter().rev().take(2).any(doubt)
}

fn plain(found: &Match<'_, '_, '_>, completed: bool) -> Option<Vec<Reading>> {
    let mut reference = found.reference()?;
    for target in reference.iter_mut().flat_map(|reference| &mut reference.targets) {
        still_open(target, completed);
    }
    let soft = reference.as_ref().is_some_and(|reference| reference.strength == Strength::Soft);
    let units = found.slot(Slot::Ref).unwrap_or_default();
    // `finished and unfinished`
    if found.captures.iter().any(|(_, range)| found.units.get(range.start).is_some_and(|unit| is_any(unit, &["and"]))) {
        return None;
    }
    if units.windows(2).any(|pair| is_any(&pair[0], &["can", "could", "should", "must"]) && is_any(&pair[1], &["be"])) {
        return None;
    }
    // `all that's been checked off` describes.
    let led_by = |unit: &crate::rules::message::Unit| {
        is_any(
            unit,
            &["that", "which", "been", "is", "are", "and", "or", "for", "due", "from", "by", "until", "before"],
        )
    };
    if units.len() > 1 && units.last().is_some_and(led_by) || many_of_a_day(found, reference.as_ref()) {
        return None;
    }
    let hard = reference.as_ref().is_none_or(|reference| reference.strength == Strength::Hard);
    if !hard && !speakable(units) || soft && found.segment.wanted {
        return None;
    }
    // `completed stuff` asks for a list.
    if soft && units.iter().all(|unit| phrase::in_class(unit, "tasks") || phrase::in_class(unit, "titlenoun")) {
        return None;
    }
    // `completed` alone asks for a list.
    if found.units.len() == 1 && is_any(&found.units[0], &["completed", "check"]) {
        return None;
    }
    // `dinner done`, `cake complete`: without a verb in front, only a task of that name makes it a report.
    let first = found.units.first()?;
    let led = found.captures.first().is_none_or(|(_, range)| range.start > 0);
    let imperative = phrase::in_class(first, "doneverb") && !is_any(first, &["tick", "completed", "check", "cross"]);
    let mut readings = found.about(reference, |targets| Intent::Complete { targets, completed });
    let marks = found.section.name == "complete" && phrase::in_class(first, "markverb") && found.captures.len() == 1;
    // `mark bread as bought`: the title `Mark bread` is no other way to read it.
    let as_done = found.units.iter().rev().take(3).any(|unit| is_any(unit, &["as"]));
    let marks = marks && !(as_done && is_any(first, &["mark"]));
    for reading in &mut readings {
        if soft && (imperative || !led || marks) {
            // `finish the report` is a thing to do unless there is a task of that name.
            reading.only_if_found = true;
            reading.confidence -= 0.03;
        }
    }
    if soft && completed && led && !imperative {
        unfound(&mut readings);
    }
    Some(readings)
}

/// `finished everything today`: of all tasks those of that day, never the whole list.
fn many_of_a_day(found: &Match<'_, '_, '_>, reference: Option<&Reference>) -> bool {
    let undated = |target: &TaskRef| matches!(target, TaskRef::Filter(filter) if filter.due.is_none());
    let behind = found.captures.last().and_then(|(_, range)| found.units.get(range.end));
    behind.is_some_and(|unit| is_any(unit, &["today", "yesterday", "tonight"]))
        && reference.is_some_and(|reference| reference.targets.iter().any(undated))
}

/// `everything tagged work done`: what is done already cannot be meant.
fn still_open(target: &mut TaskRef, completed: bool) {
    match target {
        TaskRef::Filter(filter) if completed && filter.completed == Some(true) => filter.completed = None,
        TaskRef::Except(from, _) => still_open(from, completed),
        _ => {}
    }
}

/// What is said when no such task is found: a report of something done is never a new task.
fn unfound(readings: &mut Vec<Reading>) {
    if let Some(first) = readings.first()
        && first.only_if_found
    {
        let told = Reading { only_if_found: false, confidence: 0.5, ..first.clone() };
        readings.push(told);
    }
}

/// Verbs whose past reports nothing that was on a list: `i said no`.
const NEVER_A_TASK: [&str; 28] = [
    "grow",
    "live",
    "hurt",
    "cry",
    "laugh",
    "smile",
    "say",
    "know",
    "feel",
    "like",
    "love",
    "want",
    "need",
    "think",
    "mean",
    "hate",
    "seem",
    "become",
    "believe",
    "understand",
    "happen",
    "forget",
    "enjoy",
    "lose",
    "fall",
    "quit",
    "cost",
    "rise",
];

/// `bought the milk`: the past of a thing to do.
fn past(found: &Match<'_, '_, '_>, completed: bool) -> Option<Vec<Reading>> {
    let message = found.segment.message;
    let text = found.slot(Slot::Text)?;
    let group = text.iter().all(|unit| {
        unit.skip || phrase::in_class(unit, "tasks") || phrase::in_class(unit, "task") || phrase::in_class(unit, "det")
    });
    let hangs = text.last().is_some_and(|unit| is_any(unit, &["and", "or"]));
    if !speakable(text) || text.len() > 12 || group || hangs {
        return None;
    }
    // The verb is part of the title: `bought milk` completes `Buy milk`.
    let opinion = |unit: &crate::rules::message::Unit| unit.verb.is_some_and(|verb| NEVER_A_TASK.contains(&verb.base));
    if completed && found.units.iter().take(4).any(opinion) {
        return None;
    }
    let starts = found.units.iter().position(|unit| unit.verb.is_some_and(|verb| verb.is_past && !is_auxiliary(unit)));
    // `zoom in a bit`, `pay the cut`: a noun.
    if starts.is_some_and(|at| at > 0 && phrase::in_class(&found.units[at - 1], "det")) {
        return None;
    }
    let words = match starts {
        Some(at) if completed => {
            let first = found.units.get(at)?;
            let end_words = text.first()?.token <= first.token;
            let after = if end_words { text.to_vec() } else { found.units[at..].to_vec() };
            if end_words && at >= text.len() {
                // `the rent was paid`
                format!("{} {}", message.cut(without_copula(without_article(text))), message.cut(&found.units[at..=at]))
            } else {
                message.cut(strip_adverbs(&after))
            }
        }
        _ => message.cut(strip_adverbs(text)),
    };
    let first_verb = found.units.iter().find(|unit| unit.verb.is_some() && !is_auxiliary(unit));
    // `read the book`, `put the bins out`: a base form is an order as well as a report.
    let both = first_verb.is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base));
    let subject = found.units.first().is_some_and(|unit| is_any(unit, &["i", "we"]));
    if text.first().is_some_and(|unit| is_any(unit, &["not", "never"])) {
        return None;
    }
    let led = text.first().is_some_and(|unit| Some(unit.token) == found.units.first().map(|unit| unit.token));
    if words.is_empty() || both && !subject && !led && completed {
        return None;
    }
    // `I did all of that`
    if let Some(targets) = hard(message, text, found.segment.context).filter(|_| phrase::whole(text, "allshown")) {
        return Some(vec![Reading { only_if_found: false, ..found.reading(Intent::Complete { targets, completed }) }]);
    }
    let intent = Intent::Complete { targets: vec![TaskRef::Words(words)], completed };
    let mut readings = vec![found.reading(intent)];
    if subject || starts == Some(0) {
        unfound(&mut readings);
    }
    Some(readings)
}

fn without_article(units: &[crate::rules::message::Unit]) -> &[crate::rules::message::Unit] {
    match units {
        [article, rest @ ..] if !rest.is_empty() && is_any(article, &["the", "my"]) => rest,
        _ => units,
    }
}

/// `the garage is` of `the garage is tidied up`, without its `is`.
fn without_copula(units: &[crate::rules::message::Unit]) -> &[crate::rules::message::Unit] {
    match units {
        [rest @ .., last] if !rest.is_empty() && is_any(last, &["is", "are", "was", "were", "has", "have", "been"]) => {
            without_copula(rest)
        }
        _ => units,
    }
}

fn is_auxiliary(unit: &crate::rules::message::Unit) -> bool {
    is_any(unit, &["did", "done", "had", "got", "have"])
}

/// Without `today`, `already`, `yesterday` at the end.
fn strip_adverbs(units: &[crate::rules::message::Unit]) -> &[crate::rules::message::Unit] {
    let mut units = phrase::trim(units);
    while let Some(length) = phrase::suffix(units, "now").filter(|length| *length < units.len()) {
        units = phrase::trim(&units[..units.len() - length]);
    }
    units
}

/// Whether the words could be the name of a task: no clause with a subject of its own.
pub(super) fn speakable(units: &[crate::rules::message::Unit]) -> bool {
    let clause = |unit: &crate::rules::message::Unit| {
        is_any(
            unit,
            &[
                "i", "you", "because", "if", "who", "what", "why", "how", "which", "we", "so", "as", "not", "they",
                "he", "she", "anyone", "anybody", "someone", "somebody",
            ],
        )
    };
    // `milk can come`: what may be done is no name either.
    let modal = |pair: &[crate::rules::message::Unit]| {
        is_any(&pair[0], &["can", "could", "will", "would", "should", "must", "might"])
            && (pair[1].verb.is_some_and(|verb| verb.is_base) || is_any(&pair[1], &["be"]))
    };
    !units.is_empty() && units.len() <= 16 && !units.iter().any(clause) && !units.windows(2).any(modal)
}
