//! Tasks by words of their titles: `the milk`, `the task called "milk"`, `the milk and the eggs`.

use super::{Reference, Strength, split};
use crate::{
    TaskRef,
    rules::{
        message::{Message, Unit},
        phrase::{self, in_class, is_any, trim},
    },
    token::TokenKind,
};

/// Words of the title.
pub(super) fn words(message: &Message<'_>, units: &[Unit]) -> Option<Reference> {
    // `both haircut and vet`
    let both = units.len() > 3 && is_any(&units[0], &["both"]) && units.iter().any(|unit| is_any(unit, &["and"]));
    if both && let [left, right] = split(message, &units[1..]).as_slice() {
        let (left, right) = (one_by_words(message, left)?, one_by_words(message, right)?);
        return Some(Reference { targets: vec![left.0, right.0], strength: left.1.min(right.1), apart: None });
    }
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
    if owned && units.last().is_some_and(|unit| in_class(unit, "part")) {
        return true;
    }
    field.is_some_and(|length| {
        length == rest.len() && length > 0 && !phrase::in_class(&rest[0], "desc")
            || rest.get(length).is_some_and(|unit| is_any(unit, &["of", "for", "on", "from", "to"]))
    }) || rest.len() > 1
        && is_any(&rest[0], &["tag", "label"])
        && rest.iter().any(|unit| is_any(unit, &["from", "to", "off"]))
}

/// `no deadline for the shed any more`, `delete the milk too`
fn without_any_more(units: &[Unit]) -> &[Unit] {
    match units {
        [rest @ .., any, more] if !rest.is_empty() && is_any(any, &["any"]) && is_any(more, &["more", "longer"]) => {
            rest
        }
        [rest @ .., as_, well] if !rest.is_empty() && is_any(as_, &["as"]) && is_any(well, &["well"]) => rest,
        [rest @ .., last] if !rest.is_empty() && is_any(last, &["anymore", "too"]) => rest,
        _ => units,
    }
}

fn one_by_words(message: &Message<'_>, units: &[Unit]) -> Option<(TaskRef, Strength)> {
    let units = trim(units);
    // `cancel a subscription`: something of which there is no task yet.
    // `I finished 3, 4 isn't done`: a sentence is no name.
    let told = units.len() > 1 && is_any(units.first()?, &["i", "we"]);
    if told || units.first().is_some_and(|unit| in_class(unit, "article")) || names_field(units) {
        return None;
    }
    let units = without_any_more(units);
    let determiners = units.iter().take_while(|unit| in_class(unit, "determiner")).count().min(units.len().max(1) - 1);
    let (units, strength) = without_nouns(message, trim(&units[determiners..]), determiners > 0);
    if let [only] = units
        && let Some(quoted) = message.token(only).unquoted()
    {
        return (!quoted.is_empty()).then(|| (TaskRef::Words(quoted.to_owned()), Strength::Named));
    }
    let tied = |unit: Option<&Unit>| unit.is_some_and(|unit| in_class(unit, "tied"));
    // `up` of `bump up 4`, `back` of `push back a week`
    if units.iter().any(|unit| is_any(unit, &["happen", "happens"])) {
        return None;
    }
    // `no need to remind me` is about no task.
    if let [remind, me] = units
        && is_any(remind, &["remind", "tell", "ask", "notify"])
        && is_any(me, &["me", "us"])
    {
        return None;
    }
    let particle = |unit: &Unit| is_any(unit, &["up", "down", "back", "forward", "out", "over", "off", "away"]);
    if tied(units.first()) || tied(units.last()) || units.first().is_some_and(particle) {
        return None;
    }
    let empty =
        |unit: &Unit| ["numbernoun", "titlenoun", "determiner"].iter().any(|class| in_class(unit, class)) || unit.skip;
    let text = message.cut(units);
    (!units.iter().all(empty) && text.contains(char::is_alphanumeric)).then_some((TaskRef::Words(text), strength))
}

/// Without `task called` before and `task` after the words; with them it is clear that a task is meant.
fn without_nouns<'u>(message: &Message<'_>, units: &'u [Unit], determined: bool) -> (&'u [Unit], Strength) {
    let (mut units, mut strength) = (units, Strength::Soft);
    let is_task = |unit: &Unit| phrase::is(unit, "task");
    if let [first, second, ..] = units
        && in_class(first, "titlenoun")
    {
        let called = in_class(second, "called");
        if called || message.token(second).kind == TokenKind::Quoted || is_task(first) {
            units = trim(&units[1 + usize::from(called)..]);
            let articles = units.iter().take_while(|unit| is_any(unit, &["the", "my"])).count();
            units = trim(&units[articles.min(units.len().max(1) - 1)..]);
            strength = Strength::Named;
        }
    }
    if let [rest @ .., last] = units
        && !rest.is_empty()
        && in_class(last, "titlenoun")
        && (determined || is_task(last))
    {
        units = trim(rest);
        strength = Strength::Named;
    }
    (units, strength)
}
