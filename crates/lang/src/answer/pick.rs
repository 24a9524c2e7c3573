//! Which of the tasks shown: by place, number, words, or what they are.

use saydo_domain::{PendingKind, TaskNumber};

use super::{EXACT, reading};
use crate::{
    Answer, Candidate, Context, Match, PendingContext, Place, Reading, TaskRef,
    reference::{self, Reference, Strength},
    resolve,
    rules::{
        filter, is_command,
        message::{Message, Unit},
        phrase::{self, is_any, trim},
        segment::Segment,
    },
    token::TokenKind,
};

/// Longer names than this are no answer to “which one?”, but something new.
pub(super) const MOST_WORDS: usize = 4;

/// A message as a choice among the tasks shown; `None` when it is none.
pub(super) fn read(
    message: &Message<'_>,
    raw: &[Unit],
    segment: &Segment<'_, '_>,
    pending: &PendingContext,
    context: &Context,
) -> Option<Reading> {
    let tasks = &pending.tasks;
    if tasks.is_empty() {
        return None;
    }
    let here = here(pending, context);
    let choosing = pending.kind == PendingKind::Choose;
    let only = raw.iter().any(|unit| is_any(unit, &["only"]));
    let raw = without_hedges(raw);
    let mut units = if segment.units.is_empty() { raw } else { without_hedges(&segment.units) };
    if phrase::whole(units, "both") && (choosing || !phrase::whole(raw, "yes")) {
        return Some(reading(Answer::Pick((0..tasks.len()).collect()), EXACT));
    }
    if let Some(index) = whose(message, raw, tasks).filter(|_| choosing) {
        return Some(reading(Answer::Pick(vec![index]), EXACT));
    }
    if let Some(index) = by_contrast(raw, tasks.len()) {
        return Some(reading(Answer::Pick(vec![index]), EXACT));
    }
    if choosing && all_of(message, raw, tasks.len()) {
        return Some(reading(Answer::Pick((0..tasks.len()).collect()), EXACT));
    }
    if let Some(picked) = rather(message, raw, pending, &here).filter(|_| choosing) {
        return Some(reading(Answer::Pick(picked), EXACT));
    }
    let none = none_of_these(raw);
    let led = strip_lead(none.unwrap_or(raw));
    let said_only = only || led.len() < raw.len();
    if said_only {
        units = led;
    }
    if let Some(length) = phrase::suffix(units, "placetail").filter(|length| *length < units.len()) {
        units = trim(&units[..units.len() - length]);
    }
    let tie = units.iter().take_while(|unit| is_any(unit, &["for", "about", "with"])).count();
    units = &units[tie.min(units.len().saturating_sub(1))..];
    let told = reference::parse(message, units, &here);
    if let Some(Reference { targets, strength: Strength::Hard, .. }) = &told
        && let Some(picked) = indices(targets, pending).filter(|picked| !picked.is_empty())
    {
        return Some(reading(Answer::Pick(picked), 0.96));
    }
    if !choosing && !said_only {
        return None;
    }
    if let Some(Reference { targets, apart, .. }) = &told
        && let plain = (Context { pending: None, ..context.clone() })
        && !is_command(message, &message.units, &plain, 0.93)
        && let picked = indices(targets, pending).or_else(|| apart.as_ref().and_then(|apart| indices(apart, pending)))
        && let Some(picked) = picked.filter(|picked| !picked.is_empty())
    {
        return Some(reading(Answer::Pick(picked), 0.93));
    }
    if none.is_some() {
        return told.map(|told| reading(Answer::Others(told.targets), 0.94));
    }
    let targets = lookup(message, units, told, &here, choosing)?;
    let several = units
        .iter()
        .any(|unit| is_any(unit, &["ones", "all", "both", "every", "everything", "those", "these", "tasks"]));
    Some(reading(Answer::Among { targets, several }, 0.94))
}

/// `all 3` of three.
fn all_of(message: &Message<'_>, units: &[Unit], count: usize) -> bool {
    let number = match units {
        [all, number] if is_any(all, &["all"]) => phrase::number(message, &[*number], true),
        _ => None,
    };
    number.is_some_and(|(number, _)| usize::try_from(number).is_ok_and(|number| number == count))
}

/// `Pat not Doreen`: both are among the tasks shown, and the first is meant.
fn rather(message: &Message<'_>, units: &[Unit], pending: &PendingContext, here: &Context) -> Option<Vec<usize>> {
    let not = units.iter().position(|unit| is_any(unit, &["not"])).filter(|at| *at > 0)?;
    let one = |units: &[Unit]| {
        let told = reference::parse(message, trim(units), here)?;
        indices(&told.targets, pending).filter(|picked| picked.len() == 1)
    };
    let (meant, denied) = (one(&units[..not])?, one(&units[not + 1..])?);
    (meant != denied).then_some(meant)
}

/// `mine`, `ben's`, `leo's one`: whose it is, when that tells one title from the others.
fn whose(message: &Message<'_>, units: &[Unit], tasks: &[(TaskNumber, String)]) -> Option<usize> {
    if units.len() > 4 {
        return None;
    }
    let said = message.cut(units).to_lowercase().replace('’', "'");
    let said = said.strip_prefix("the ").unwrap_or(&said);
    let said = said.strip_suffix(" one").unwrap_or(said);
    let owners: Vec<&str> = match said {
        "mine" | "my" | "my own" => vec!["me", "my", "mine", "myself"],
        "ours" | "our" => vec!["us", "our", "ours"],
        _ => {
            let name = said.strip_suffix("'s").or_else(|| said.strip_suffix("s'"))?;
            vec![name]
        }
    };
    if owners.iter().any(|owner| owner.is_empty() || owner.contains(' ')) {
        return None;
    }
    let has = |title: &str| {
        let title = title.to_lowercase();
        let mut words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.any(|word| owners.contains(&word))
    };
    let mut fitting = tasks.iter().enumerate().filter(|(_, (_, title))| has(title)).map(|(index, _)| index);
    let one = fitting.next()?;
    fitting.next().is_none().then_some(one)
}

/// `the latter` of two, `whichever stands in the middle` of three.
fn by_contrast(units: &[Unit], count: usize) -> Option<usize> {
    let says = |words: &[&str]| units.iter().any(|unit| is_any(unit, words));
    if units.len() > 9 || says(&["not", "except", "but", "neither"]) {
        return None;
    }
    match count {
        2 if says(&["former"]) => Some(0),
        2 if says(&["latter"]) => Some(1),
        3.. if count % 2 == 1 && says(&["middle"]) => Some(count / 2),
        _ => None,
    }
}

pub(super) fn here(pending: &PendingContext, context: &Context) -> Context {
    let listing = pending.tasks.iter().map(|(number, _)| *number).collect();
    Context { listing, pending: None, focus: Vec::new(), ..context.clone() }
}

/// `neither, the garage one`: what is said after that none of these was meant.
fn none_of_these(units: &[Unit]) -> Option<&[Unit]> {
    let length = phrase::prefix(units, "neither")?;
    let rest = trim(&units[length..]);
    (!rest.is_empty()).then_some(rest)
}

/// Without `hmm` and `maybe` before, `I guess` and `please` after the choice.
pub(super) fn without_hedges(units: &[Unit]) -> &[Unit] {
    let mut rest = trim(units);
    loop {
        let before = rest.len();
        if let Some(length) = phrase::prefix(rest, "hedge").filter(|length| *length < rest.len()) {
            rest = trim(&rest[length..]);
        }
        let tail = phrase::suffix(rest, "hedge").max(phrase::suffix(rest, "politetail"));
        if let Some(length) = tail.filter(|length| *length < rest.len()) {
            rest = trim(&rest[..rest.len() - length]);
        }
        if rest.len() == before {
            return rest;
        }
    }
}

/// What the planner has to look up: by due, priority, label or state (`the overdue one`), or words that none of the
/// titles has.
fn lookup(
    message: &Message<'_>,
    units: &[Unit],
    told: Option<Reference>,
    here: &Context,
    choosing: bool,
) -> Option<Vec<TaskRef>> {
    let counted = units.iter().take_while(|unit| is_any(unit, &["both", "all", "every"])).count();
    if let Some(wanted) = filter::singular(message, &units[counted..], here) {
        return Some(vec![TaskRef::Filter(wanted)]);
    }
    // `any reports?`, `tasks about the garage`: these ask for a list.
    let asks = units.first().is_some_and(|unit| is_any(unit, &["any", "tasks", "stuff", "everything"]));
    let told = told.filter(|_| choosing && !asks)?;
    let words = units.iter().filter(|unit| !unit.skip && message.token(unit).kind == TokenKind::Word).count();
    let orders = units.first().is_some_and(|unit| {
        unit.verb.is_some_and(|verb| verb.is_base)
            || ["command", "greeting", "thanks", "ack", "bye", "addonly", "showstrict"]
                .iter()
                .any(|class| phrase::in_class(unit, class))
    });
    let short = words <= MOST_WORDS && !orders && !is_command(message, units, here, Reading::SURE);
    (told.strength >= Strength::Named || short).then_some(told.targets)
}

/// Without `yes`, `just`, `only`, `the one about`, `i mean` in front.
fn strip_lead(units: &[Unit]) -> &[Unit] {
    let mut rest = trim(units);
    for _ in 0..4 {
        let length = phrase::prefix(rest, "meant").or_else(|| {
            let lead = rest.first().is_some_and(|unit| {
                is_any(
                    unit,
                    &[
                        "yes", "just", "only", "but", "yeah", "no", "ok", "okay", "pick", "choose", "take", "it's",
                        "delete", "complete", "remove", "yep", "sure", "do",
                    ],
                )
            });
            lead.then_some(1)
        });
        match length.filter(|length| *length < rest.len()) {
            Some(length) => rest = trim(&rest[length..]),
            None => break,
        }
    }
    rest
}

/// The tasks shown that the references mean; `None` when one of them means none, or more than one.
pub(super) fn indices(targets: &[TaskRef], pending: &PendingContext) -> Option<Vec<usize>> {
    let shown = |number: &TaskNumber| pending.tasks.iter().position(|(known, _)| known == number);
    let by_place = targets.iter().any(|target| matches!(target, TaskRef::Number(number) if shown(number).is_none()));
    let mut picked = Vec::new();
    for target in targets {
        for index in index_of(target, pending, by_place)? {
            if !picked.contains(&index) {
                picked.push(index);
            }
        }
    }
    Some(picked)
}

fn index_of(target: &TaskRef, pending: &PendingContext, by_place: bool) -> Option<Vec<usize>> {
    let count = pending.tasks.len();
    let at = |index: usize| (index < count).then(|| vec![index]);
    match target {
        TaskRef::Number(number) => {
            let shown = pending.tasks.iter().position(|(known, _)| known == number);
            let place = usize::try_from(number.get()).ok().and_then(|nth| nth.checked_sub(1));
            if by_place { place.and_then(at) } else { shown.and_then(at) }
        }
        TaskRef::Place(place) => places(*place, count),
        TaskRef::Words(words) => by_words(words, &pending.tasks).and_then(at),
        TaskRef::Focus if count == 1 => Some(vec![0]),
        TaskRef::Filter(filter) if *filter == crate::TaskFilter::default() => Some((0..count).collect()),
        _ => None,
    }
}

fn places(place: Place, count: usize) -> Option<Vec<usize>> {
    let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    match place {
        Place::Nth(nth) => size(nth).checked_sub(1).filter(|index| *index < count).map(|index| vec![index]),
        Place::FromEnd(nth) => count.checked_sub(size(nth)).filter(|index| *index < count).map(|index| vec![index]),
        Place::Top(n) => Some((0..count.min(size(n))).collect()),
        Place::Bottom(n) => Some((count.saturating_sub(size(n))..count).collect()),
        Place::All => Some((0..count).collect()),
    }
}

/// The one task shown whose words these are.
fn by_words(words: &str, tasks: &[(TaskNumber, String)]) -> Option<usize> {
    let candidates: Vec<Candidate<'_>> =
        tasks.iter().map(|(number, title)| Candidate { number: *number, title, completed: false }).collect();
    match resolve::resolve(words, &candidates) {
        Match::One(one) => tasks.iter().position(|(number, _)| *number == one.number),
        _ => None,
    }
}
