//! Which task? Numbers, places in the list last shown, pronouns, filters, exceptions, words of the title.

use saydo_domain::TaskNumber;

use crate::{
    Context, Place, TaskRef,
    rules::{
        message::{Message, Unit},
        phrase::{self, is_any, number, ordinal, trim},
    },
    token::TokenKind,
};

/// More numbers than this in one range or list are not meant.
const MOST_NUMBERS: i64 = 200;

/// How clearly a text refers to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Some words; they could be anything.
    Soft,
    /// Words called a task, or in quotes.
    Named,
    /// A number, a place, a pronoun, a filter.
    Hard,
}

/// What a text refers to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reference {
    /// The tasks.
    pub(crate) targets: Vec<TaskRef>,
    /// How clearly.
    pub(crate) strength: Strength,
    /// Another way to read it: `bread and butter` as two tasks.
    pub(crate) apart: Option<Vec<TaskRef>>,
}

impl Reference {
    fn hard(targets: Vec<TaskRef>) -> Self {
        Self { targets, strength: Strength::Hard, apart: None }
    }
}

/// What the units refer to, if to tasks at all.
pub(crate) fn parse(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Reference> {
    let units = trim(units);
    if units.is_empty() || units.len() > 60 {
        return None;
    }
    if let Some(hard) = hard(message, units, context) {
        return Some(Reference::hard(hard));
    }
    mixed(message, units, context).or_else(|| words(message, units))
}

/// A reference by anything but words.
pub(crate) fn hard(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Vec<TaskRef>> {
    let units = trim(units);
    except(message, units, context).or_else(|| simple(message, units, context))
}

fn simple(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Vec<TaskRef>> {
    if units.is_empty() {
        return None;
    }
    if phrase::whole(units, "other") {
        return Some(vec![TaskRef::Other]);
    }
    if phrase::whole(units, "allshown") {
        return Some(vec![if context.listing.is_empty() { TaskRef::Focus } else { TaskRef::Place(Place::All) }]);
    }
    if phrase::whole(units, "pronoun") {
        return Some(vec![TaskRef::Focus]);
    }
    numbers(message, units).or_else(|| places(message, units)).or_else(|| {
        crate::rules::filter::reference(message, units, context).map(|filter| vec![TaskRef::Filter(filter)])
    })
}

/// `everything but the milk`.
fn except(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Vec<TaskRef>> {
    for at in 1..units.len() {
        let Some(length) = phrase::prefix(&units[at..], "except") else { continue };
        let rest = trim(&units[at + length..]);
        let from = simple(message, trim(&units[..at]), context);
        if let Some(from) = from
            && let [from] = from.as_slice()
            && matches!(from, TaskRef::Place(_) | TaskRef::Filter(_) | TaskRef::Focus)
            && let Some(but) = parse(message, rest, context)
        {
            return Some(vec![TaskRef::Except(Box::new(from.clone()), but.targets)]);
        }
    }
    None
}

fn is_separator(message: &Message<'_>, unit: &Unit) -> bool {
    is_any(unit, &["and", "or", "plus", "then", "also"]) || matches!(message.token(unit).text, "," | ";" | "&")
}

/// `task 5`, `#5`, `no. 5`, `2, 4 and 7`, `tasks 3 to 6`, `number five`.
fn numbers(message: &Message<'_>, units: &[Unit]) -> Option<Vec<TaskRef>> {
    let (mut at, mut found, mut introduced) = (0, Vec::new(), false);
    while at < units.len() {
        let unit = &units[at];
        let text = message.token(unit).text;
        let introduces = is_any(
            unit,
            &[
                "task", "tasks", "number", "num", "no", "nr", "numero", "to-do", "item", "items", "id", "todo", "tsk",
                "taks", "the", "numbers", "both", "entry",
            ],
        );
        if introduces || text == "#" || text == "." && at > 0 {
            introduced |= introduces && !is_any(unit, &["the", "both"]) || text == "#";
            at += 1;
        } else if is_separator(message, unit) {
            if found.is_empty() && text != "," {
                return None;
            }
            at += 1;
        } else {
            let (value, length) = long_number(message, &units[at..], introduced)?;
            at += length;
            let range = units.get(at).filter(|unit| {
                is_any(unit, &["to", "through", "thru", "till", "until"])
                    || matches!(message.token(unit).text, "-" | "–" | "—")
            });
            let end = range.and_then(|_| long_number(message, &units[at + 1..], introduced));
            match end {
                Some((last, length)) if last > value && last - value <= MOST_NUMBERS => {
                    found.extend((value..=last).map(TaskNumber::new));
                    at += length + 1;
                }
                _ => found.push(TaskNumber::new(value)),
            }
            if i64::try_from(found.len()).is_ok_and(|count| count > MOST_NUMBERS) {
                return None;
            }
        }
    }
    (!found.is_empty()).then(|| found.into_iter().map(TaskRef::Number).collect())
}

fn long_number(message: &Message<'_>, units: &[Unit], introduced: bool) -> Option<(i64, usize)> {
    let token = message.token(units.first()?);
    if token.kind == TokenKind::Number {
        let glued = units.get(1).is_some_and(|next| {
            let next = message.token(next);
            next.kind == TokenKind::Word && !next.space_before
        });
        return if glued { None } else { token.text.parse().ok().map(|number| (number, 1)) };
    }
    let (number, length) = number(message, units, introduced)?;
    (!phrase::is(units.first()?, "couple")).then_some((i64::from(number), length))
}

/// `the second one`, `the last`, `the top three`, `first and third`.
fn places(message: &Message<'_>, units: &[Unit]) -> Option<Vec<TaskRef>> {
    let mut places = Vec::new();
    let mut rest = units;
    while !rest.is_empty() {
        let skip = rest
            .iter()
            .take_while(|unit| is_separator(message, unit) || is_any(unit, &["the", "my", "that", "task", "number"]))
            .count();
        rest = &rest[skip..];
        if rest.is_empty() {
            break;
        }
        let (place, length) = place(message, rest)?;
        places.push(TaskRef::Place(place));
        rest = &rest[length..];
        let noun = rest
            .iter()
            .take_while(|unit| {
                is_any(
                    unit,
                    &[
                        "one", "ones", "task", "tasks", "item", "items", "to-do", "todo", "thing", "things", "entry",
                        "entries",
                    ],
                )
            })
            .count();
        rest = &rest[noun..];
        for tail in [
            "of them",
            "of those",
            "of these",
            "on the list",
            "in the list",
            "from the list",
            "on my list",
            "of the list",
            "in my list",
            "you listed",
            "you showed me",
            "shown",
            "there",
            "please",
            "listed",
            "from above",
            "above",
        ] {
            let words: Vec<&str> = tail.split(' ').collect();
            if rest.len() >= words.len() && rest.iter().zip(&words).all(|(unit, word)| message.token(unit).is(word)) {
                rest = &rest[words.len()..];
                break;
            }
        }
    }
    (!places.is_empty()).then_some(places)
}

fn place(message: &Message<'_>, units: &[Unit]) -> Option<(Place, usize)> {
    let word = |at: usize| units.get(at).map_or("", |unit| &*message.token(unit).norm);
    let counted = |at: usize| units.get(at..).and_then(|rest| number(message, rest, true));
    match word(0) {
        "last" | "final" | "bottom" => {
            if word(1) == "but" && word(2) == "one" {
                return Some((Place::FromEnd(2), 3));
            }
            return Some(match counted(1) {
                Some((count @ 2.., length)) => (Place::Bottom(count), 1 + length),
                _ => (Place::FromEnd(1), 1),
            });
        }
        "penultimate" => return Some((Place::FromEnd(2), 1)),
        "next" if word(1) == "to" && word(2) == "last" => return Some((Place::FromEnd(2), 3)),
        "top" | "first" | "upper" | "topmost" => {
            return Some(match counted(1) {
                Some((count @ 2.., length)) => (Place::Top(count), 1 + length),
                _ => (Place::Nth(1), 1),
            });
        }
        "one" if word(1) == "at" && word(2) == "the" => {
            return match word(3) {
                "top" | "beginning" | "start" => Some((Place::Nth(1), 4)),
                "bottom" | "end" => Some((Place::FromEnd(1), 4)),
                _ => None,
            };
        }
        _ => {}
    }
    let (nth, length) = ordinal(message, units)?;
    let at = if matches!(word(length), "to" | "from") { length + 1 } else { length };
    if word(at) == "last" || word(length) == "from" && matches!(word(at), "bottom" | "end") {
        return Some((Place::FromEnd(nth), at + 1));
    }
    (nth > 0).then_some((Place::Nth(nth), length))
}

/// `5 and the milk`: at least one of the parts by number, place or pronoun.
fn mixed(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<Reference> {
    let parts = split(message, units);
    if parts.len() < 2 || parts.len() > 12 {
        return None;
    }
    let mut targets = Vec::new();
    let mut any = false;
    for part in &parts {
        match hard(message, part, context) {
            Some(hard) => {
                any = true;
                targets.extend(hard);
            }
            None if part.first().is_some_and(|unit| {
                ["command", "deletestrong", "deleteweak", "markverb"].iter().any(|class| phrase::in_class(unit, class))
                    || is_any(unit, &["take"])
            }) =>
            {
                return None;
            }
            None => targets.extend(words(message, part)?.targets),
        }
    }
    any.then_some(Reference::hard(targets))
}

/// The parts between commas and `and`.
fn split<'u>(message: &Message<'_>, units: &'u [Unit]) -> Vec<&'u [Unit]> {
    units.split(|unit| is_separator(message, unit)).map(trim).filter(|part| !part.is_empty()).collect()
}

const NOUNS: [&str; 12] =
    ["task", "to-do", "todo", "item", "entry", "reminder", "one", "thing", "tsk", "taks", "tasks", "ones"];
/// Words that begin or end no title by themselves.
const TIED: [&str; 21] = [
    "as", "is", "to", "off", "with", "by", "of", "from", "for", "at", "in", "into", "are", "was", "until", "till",
    "has", "be", "not", "got", "gets",
];
const DETERMINERS: [&str; 9] = ["the", "my", "that", "this", "our", "a", "an", "those", "these"];

/// Words of the title.
fn words(message: &Message<'_>, units: &[Unit]) -> Option<Reference> {
    let parts = split(message, units);
    let by_words = |part: &[Unit]| one_by_words(message, part);
    let listed = units.iter().any(|unit| message.token(unit).text == ",");
    let determined = |part: &&[Unit]| {
        part.first().is_some_and(|unit| is_any(unit, &["the", "my"]) || message.token(unit).kind == TokenKind::Quoted)
    };
    if parts.len() > 1 && parts.len() <= 12 && (listed || parts.iter().all(determined)) {
        let each: Option<Vec<(TaskRef, Strength)>> = parts.iter().map(|part| by_words(part)).collect();
        if let Some(each) = each {
            let strength = each.iter().map(|(_, strength)| *strength).min().unwrap_or(Strength::Soft);
            return Some(Reference {
                targets: each.into_iter().map(|(target, _)| target).collect(),
                strength,
                apart: None,
            });
        }
    }
    let (target, strength) = by_words(units)?;
    let apart =
        (parts.len() == 2).then(|| parts.iter().filter_map(|part| by_words(part)).map(|(target, _)| target).collect());
    Some(Reference { targets: vec![target], strength, apart })
}

/// `due date of the dentist`, `tag errands`: a part of a task, not a task.
fn names_field(units: &[Unit]) -> bool {
    let skip = units.iter().take_while(|unit| is_any(unit, &["the", "its", "my"])).count();
    let rest = &units[skip..];
    let fields = ["duefield", "prio", "desc", "title", "repeat"];
    let field = fields.iter().filter_map(|class| phrase::prefix(rest, class)).max();
    let owned = units.len() > 2 && units[units.len() - 2].clitic;
    if owned
        && units.last().is_some_and(|unit| {
            is_any(unit, &["status", "state", "priority", "title", "description", "notes", "deadline", "name"])
        })
    {
        return true;
    }
    field.is_some_and(|length| {
        length == rest.len() && length > 0 && !phrase::in_class(&rest[0], "desc")
            || rest.get(length).is_some_and(|unit| is_any(unit, &["of", "for", "on", "from", "to"]))
    }) || rest.len() > 1
        && is_any(&rest[0], &["tag", "label"])
        && rest.iter().any(|unit| is_any(unit, &["from", "to", "off"]))
}

fn one_by_words(message: &Message<'_>, units: &[Unit]) -> Option<(TaskRef, Strength)> {
    let mut units = trim(units);
    // `cancel a subscription`: something of which there is no task yet.
    if units.first().is_some_and(|unit| is_any(unit, &["a", "an", "some"])) {
        return None;
    }
    if names_field(units) {
        return None;
    }
    let mut strength = Strength::Soft;
    let mut determined = false;
    while let Some(first) = units.first()
        && units.len() > 1
        && is_any(first, &DETERMINERS)
    {
        determined = true;
        units = trim(&units[1..]);
    }
    if units.len() > 1 && units.first().is_some_and(|unit| is_any(unit, &NOUNS)) {
        let called = 1 + usize::from(is_any(
            &units[1],
            &[
                "called",
                "named",
                "titled",
                "about",
                "for",
                "to",
                "with",
                "saying",
                "that",
                "which",
                "on",
                "regarding",
                "says",
                "mentioning",
                "containing",
                "i",
            ],
        ));
        if called == 2
            || message.token(&units[1]).kind == TokenKind::Quoted
            || is_any(&units[0], &["task", "todo", "to-do"])
        {
            units = trim(&units[called..]);
            while units.len() > 1 && is_any(&units[0], &["the", "my"]) {
                units = trim(&units[1..]);
            }
            strength = Strength::Named;
        }
    }
    if units.len() > 1
        && let Some(last) = units.last()
        && is_any(last, &NOUNS)
        && (determined || is_any(last, &["task", "todo", "to-do"]))
    {
        units = trim(&units[..units.len() - 1]);
        strength = Strength::Named;
    }
    if let [only] = units
        && let Some(quoted) = message.token(only).unquoted()
    {
        return (!quoted.is_empty()).then(|| (TaskRef::Words(quoted.to_owned()), Strength::Named));
    }
    if units.first().is_some_and(|unit| is_any(unit, &TIED)) || units.last().is_some_and(|unit| is_any(unit, &TIED)) {
        return None;
    }
    let text = message.cut(units);
    let meaningful = units.iter().any(|unit| {
        !is_any(unit, &["number", "nr", "no", "num"])
            && !is_any(unit, &NOUNS)
            && !is_any(unit, &DETERMINERS)
            && !unit.skip
    });
    (meaningful && !text.is_empty()).then_some((TaskRef::Words(text), strength))
}
