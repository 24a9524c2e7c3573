//! Questions about the list.

use super::{Match, complete::speakable};
use crate::{
    Intent, ListQuery, ListQuestion, Reading, TaskFilter, TaskRef, Window,
    reference::Strength,
    rules::{
        filter::{self, Wanted},
        message::Unit,
        pattern::Slot,
        phrase::{self, is_any},
    },
};
use jiff::ToSpan;

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    match found.section.name {
        "show" => show(found),
        "find" => find(found),
        "find-who" => who(found),
        "find-any" => any(found),
        "find-shops" => Some(vec![about_words(found, "shopping")]),
        "count" => {
            let mut wanted = wanted(found)?;
            default_open(&mut wanted, found.units);
            Some(vec![reading(found, ListQuestion::Count, completed_then(wanted.filter, found))])
        }
        "next"
            if found.segment.rest().1.due.is_some()
                && !found
                    .units
                    .iter()
                    .any(|unit| is_any(unit, &["next", "first", "now", "priority", "most", "start", "begin"])) =>
        {
            None
        }
        "next" => Some(vec![reading(found, ListQuestion::Next, next_filter(found))]),
        "is-done" | "is-done-past" => about(found, ListQuestion::IsDone),
        "when-due" => about(found, ListQuestion::WhenDue),
        _ => about(found, ListQuestion::Details),
    }
}

fn reading(found: &Match<'_, '_, '_>, question: ListQuestion, filter: TaskFilter) -> Reading {
    found.reading(Intent::List(ListQuery { question, filter }))
}

fn next_filter(found: &Match<'_, '_, '_>) -> TaskFilter {
    let (_, extraction) = found.segment.rest();
    let mut wanted = Wanted::default();
    if let Some(due) = &extraction.due {
        wanted.filter.due = Some(filter::window(due, extraction, found.segment.context));
    }
    TaskFilter { completed: Some(false), ..wanted.filter }
}

/// What all the slots and attributes together say.
fn wanted(found: &Match<'_, '_, '_>) -> Option<Wanted> {
    let (_, extraction) = found.segment.rest();
    let mut units: Vec<Unit> = Vec::new();
    for slot in found.slots(Slot::What) {
        units.extend_from_slice(slot);
    }
    let (message, context) = (found.segment.message, found.segment.context);
    filter::read(message, &units, extraction, context)
        .filter(|wanted| wanted.head || wanted.narrowed || wanted.all)
        .or_else(|| {
            let tasks = Wanted { head: shows_topic(found, &units), ..Wanted::default() };
            filter::read_onto(tasks, message, &units, extraction, context)
        })
}

/// `show me the errands`: what is shown can only be tasks.
fn shows_topic(found: &Match<'_, '_, '_>, what: &[Unit]) -> bool {
    let shows = phrase::prefix(found.units, "showstrict").is_some();
    let [first, rest @ ..] = what else { return false };
    let plain = |unit: &Unit| {
        !unit.skip && !unit.verb.is_some_and(|verb| verb.is_base) && !phrase::in_class(unit, "filterglue")
    };
    shows && is_any(first, &["the", "my"]) && (1..=2).contains(&rest.len()) && rest.iter().all(plain)
}

/// Open tasks, unless all or the completed ones were asked for.
fn default_open(wanted: &mut Wanted, units: &[Unit]) {
    let did = units.iter().any(|unit| is_any(unit, &["did", "completed", "finished"]))
        || units
            .windows(2)
            .any(|pair| is_any(&pair[0], &["have"]) && is_any(&pair[1], &["done", "completed", "finished"]))
        || units.windows(3).any(|three| {
            is_any(&three[0], &["have"])
                && is_any(&three[1], &["i"])
                && is_any(&three[2], &["done", "completed", "finished"])
        });
    let negated = units.iter().any(|unit| is_any(unit, &["not"]));
    if wanted.filter.completed == Some(true) && negated {
        wanted.filter.completed = Some(false);
    }
    if wanted.filter.completed.is_some() {
        return;
    }
    let missed = wanted.filter.due == Some(crate::Window::Overdue);
    let did = did && !missed && !units.iter().any(|unit| is_any(unit, &["not"]));
    wanted.filter.completed = match (did, wanted.all) {
        (true, _) => Some(true),
        (false, true) if wanted.filter.due.is_none() => None,
        _ => Some(false),
    };
}

/// `what did I finish this week`: the days of what is done are those of its completion, unless its due is spoken of.
fn completed_then(mut filter: TaskFilter, found: &Match<'_, '_, '_>) -> TaskFilter {
    let days = matches!(filter.due, Some(Window::Today | Window::Week | Window::Days(..)));
    let due =
        |unit: &Unit| phrase::in_class(unit, "duefield") && is_any(unit, &["due", "deadline", "dates", "deadlines"]);
    filter.by_completion = days && filter.completed == Some(true) && !found.segment.units.iter().any(due);
    if filter.by_completion && filter.due == Some(Window::Week) {
        // What is done was done before now.
        let today = found.segment.context.moment.now.date();
        let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).unwrap_or(today);
        filter.due = Some(Window::Days(monday, today));
    }
    filter
}

fn show(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let begins = |words: &[&str]| found.units.first().is_some_and(|unit| is_any(unit, words));
    if begins(&["i", "we", "you", "it", "they", "he", "she", "that", "this"]) {
        return None;
    }
    if begins(&["what"]) && found.units.get(1).is_some_and(|unit| is_any(unit, &["a", "an", "if", "for"])) {
        return None;
    }
    let mut wanted = wanted(found)?;
    if found.units.iter().any(|unit| is_any(unit, &["late", "behind", "miss", "missed", "missing", "forgotten"]))
        && wanted.filter.due.is_none()
    {
        wanted.filter.due = Some(crate::Window::Overdue);
        wanted.narrowed = true;
    }
    if found.captures.is_empty()
        && !wanted.narrowed
        && found
            .units
            .iter()
            .all(|unit| phrase::in_class(unit, "show") || is_any(unit, &["what", "is", "are", "about", "how"]))
        && !(found.units.len() == 1 && begins(&["show", "ls", "ll", "display"]))
    {
        return None;
    }
    let bare = found.captures.first().is_some_and(|(_, range)| range.start == 0);
    let polite = found.units.first().is_some_and(|unit| phrase::in_class(unit, "show"));
    if bare {
        if !asks_alone(found, &wanted) {
            return None;
        }
    } else if polite
        && found.units.len() > 1
        && !(wanted.head || wanted.narrowed || wanted.all)
        && !found.units.last().is_some_and(|unit| is_any(unit, &["rest"]))
    {
        return None;
    }
    if wanted.query
        && found.units.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base))
        && !phrase::in_class(found.units.first()?, "showstrict")
    {
        return None;
    }
    default_open(&mut wanted, found.units);
    let mut made = reading(found, ListQuestion::Show, completed_then(wanted.filter, found));
    if bare && !found.segment.question {
        made.confidence -= 0.05;
    }
    if !wanted.head && !wanted.narrowed && !wanted.all {
        made.confidence -= 0.02;
    }
    if !wanted.head && also_to_do(found.units) {
        made.confidence -= 0.3;
    }
    Some(vec![made])
}

/// Nothing but a noun: it must speak of tasks, and a question mark or a filter helps.
fn asks_alone(found: &Match<'_, '_, '_>, wanted: &Wanted) -> bool {
    let strong = (wanted.head || wanted.all && wanted.narrowed) && !wanted.query
        || wanted.narrowed && !wanted.query && found.segment.question;
    let lone_word = found.units.len() == 1 && !wanted.head;
    let overdue = wanted.filter.due == Some(crate::Window::Overdue);
    let states = wanted.filter.completed.is_some() || overdue;
    let state_word = lone_word && is_any(&found.units[0], &["completed", "pending", "outstanding", "unfinished"]);
    strong || state_word || states && !lone_word || overdue
}

/// `check the oven`, `read the paper`: as likely a thing to do; `read me the list` is not.
fn also_to_do(units: &[Unit]) -> bool {
    const VERBS: [&str; 9] = ["check", "review", "read", "see", "get", "open", "find", "run", "go"];
    let Some(first) = units.first().filter(|unit| is_any(unit, &VERBS)) else { return false };
    let next = units.get(1);
    // `could I see everything I've got to do`
    let sees_all = is_any(first, &["see"]) && next.is_some_and(|unit| phrase::in_class(unit, "all"));
    let tells = next.is_some_and(|unit| is_any(unit, &["me", "us", "out", "down", "and"]));
    !sees_all && !tells && !units.last().is_some_and(|unit| is_any(unit, &["tag", "label"]))
}

fn find(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let units = found.slot(Slot::Text)?;
    let first = found.units.first()?;
    let mut units = phrase::trim(units);
    while units.len() > 1
        && units.last().is_some_and(|unit| phrase::in_class(unit, "tasks") || phrase::is(unit, "task"))
    {
        units = phrase::trim(&units[..units.len() - 1]);
    }
    let glue = units.iter().all(|unit| unit.skip || phrase::in_class(unit, "filterglue"));
    if glue || !speakable(units) || units.len() > 8 {
        return None;
    }
    let mut query = found.segment.message.cut(units);
    if let [only] = units
        && let Some(inner) = found.segment.message.token(only).unquoted()
    {
        query = inner.to_owned();
    }
    let filter = TaskFilter { query: Some(strip_articles(&query).to_owned()), ..TaskFilter::default() };
    let mut made = reading(found, ListQuestion::Show, filter);
    let names_tasks = found.units.iter().any(|unit| {
        phrase::in_class(unit, "tasks")
            || phrase::in_class(unit, "about")
            || is_any(unit, &["everything", "search", "one", "ones"])
    });
    // `find a plumber` is something to do as well.
    if !names_tasks || is_any(first, &["any", "all", "anything"]) {
        made.confidence = if is_any(first, &["find", "look", "locate", "query", "filter"]) { 0.6 } else { 0.85 };
        made.only_if_found = false;
    }
    Some(vec![made])
}

/// The open tasks about these words.
fn about_words(found: &Match<'_, '_, '_>, words: &str) -> Reading {
    let filter = TaskFilter { completed: Some(false), query: Some(words.to_owned()), ..TaskFilter::default() };
    reading(found, ListQuestion::Show, filter)
}

/// `who do I need to call`: the tasks that say so.
fn who(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let [verb] = phrase::trim(found.slot(Slot::Text)?) else { return None };
    let base = verb.verb.filter(|verb| verb.is_base)?.base;
    Some(vec![about_words(found, base)])
}

/// `any bills`: things in the plural, and nothing else.
fn any(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let [thing] = phrase::trim(found.slot(Slot::Text)?) else { return None };
    let norm = &found.segment.message.token(thing).norm;
    let plural = norm.len() > 3 && norm.ends_with('s') && !norm.ends_with("ss");
    let ours = phrase::in_class(thing, "tasks") || phrase::in_class(thing, "filterglue");
    (plural && !ours).then(|| vec![about_words(found, norm)])
}

fn strip_articles(text: &str) -> &str {
    ["the ", "my ", "a ", "an "].iter().find_map(|article| text.strip_prefix(article)).unwrap_or(text)
}

/// A question about one task.
fn about(found: &Match<'_, '_, '_>, question: fn(TaskRef) -> ListQuestion) -> Option<Vec<Reading>> {
    let section = found.section.name;
    let (target, soft) = target(found)?;
    if let Some(units) = found.slot(Slot::Edit) {
        super::edit::read(found.segment, units).filter(|_| found.segment.question)?;
    }
    let unknown = target == TaskRef::Focus && found.segment.context.focus.is_empty() && section != "details";
    // `show me the rest` asks for a list.
    let the_rest = section == "details"
        && target == TaskRef::Other
        && found.units.iter().any(|unit| is_any(unit, &["rest", "remaining"]));
    if unknown || the_rest || matches!(target, TaskRef::Filter(_) | TaskRef::Except(..)) {
        return None;
    }
    // `list them`
    let them = |unit: &Unit| is_any(unit, &["them", "those", "these"]);
    if section == "details" && found.units.len() == 2 && target == TaskRef::Focus && them(&found.units[1]) {
        let filter = TaskFilter { completed: Some(false), ..TaskFilter::default() };
        return Some(vec![Reading { confidence: 0.9, ..reading(found, ListQuestion::Show, filter) }]);
    }
    let bare = found.captures.len() == 1 && found.captures.iter().all(|(_, range)| range.len() == found.units.len());
    let mut made = reading(found, question(target.clone()), TaskFilter::default());
    match section {
        "bare-question" => {
            let asks = found.units.first().is_some_and(|unit| is_any(unit, &super::fallback::QUESTION_WORDS));
            if !found.segment.question || !soft || asks || found.units.len() > 6 {
                return None;
            }
        }
        "details" if plain_number(found) => return None,
        // `two plus two` is a sum.
        "details" if bare && found.units.iter().any(|unit| is_any(unit, &["plus"])) => return None,
        "details" if bare => {
            // A bare number or `the second one`: show it, unless a question waits for it.
            if found.segment.context.pending.is_some() || matches!(target, TaskRef::Focus | TaskRef::Other) {
                return None;
            }
            made.confidence = 0.9;
        }
        "is-done" | "when-due" if soft => {
            made.only_if_found = false;
            made.confidence -= 0.03;
        }
        _ => {}
    }
    Some(vec![made])
}

/// The one task that is asked about, and whether it is named by words only.
fn target(found: &Match<'_, '_, '_>) -> Option<(TaskRef, bool)> {
    let (message, context) = (found.segment.message, found.segment.context);
    let (reference, units) = if let Some(text) = found.slot(Slot::Text) {
        let whole = crate::reference::parse(message, text, context)?;
        let text = strip_done(text);
        let plural = text.iter().any(|unit| is_any(unit, &["anything", "something", "everything"]));
        if plural || text.len() > 14 {
            return None;
        }
        (crate::reference::parse(message, text, context).unwrap_or(whole), text)
    } else if let Some(reference) = found.reference()? {
        (reference, found.slot(Slot::Ref).unwrap_or_default())
    } else {
        return Some((TaskRef::Focus, false));
    };
    let soft = reference.strength == Strength::Soft;
    let it = units.first().is_some_and(|unit| is_any(unit, &["it", "that", "this"]));
    if soft && (it || !speakable(units)) {
        return None;
    }
    Some((reference.targets.into_iter().next()?, soft))
}

/// `read 1984`: a number that is more likely a title.
fn plain_number(found: &Match<'_, '_, '_>) -> bool {
    let verb = found.units.first().is_some_and(|unit| {
        is_any(unit, &["read", "see", "get", "check", "review", "look", "run", "go", "open", "watch", "find"])
    });
    verb && found.captures.first().is_some_and(|(_, range)| range.start == 1 && range.len() == 1)
}

/// Without the `finish` of `did I finish the report` and the `already` after it.
fn strip_done(units: &[Unit]) -> &[Unit] {
    let mut units = phrase::trim(units);
    if units.len() > 1
        && is_any(&units[0], &["do", "done", "finish", "finished", "complete", "completed"])
        && !is_any(&units[1], &["with", "it"])
    {
        units = phrase::trim(&units[1..]);
    }
    while units.len() > 1 && units.last().is_some_and(|unit| is_any(unit, &["already", "yet", "today", "ever"])) {
        units = phrase::trim(&units[..units.len() - 1]);
    }
    units
}
