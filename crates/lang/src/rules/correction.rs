//! Somebody who changes their mind in the middle: `buy milk, no wait, bread`, `at 5, sorry, 6`.

use saydo_domain::Field;

use super::{
    frames::{draft, edit},
    message::{Message, Unit},
    part::{is_command, read_part},
    phrase::{self, trim},
    segment::Segment,
};
use crate::{
    Context, Draft, Edit, Intent, Reading, TaskRef,
    reference::{self, numbers::is_number},
};

/// The readings of a message that corrects itself; `None` when it does not.
pub(super) fn read(message: &Message<'_>, context: &Context) -> Option<Vec<Reading>> {
    if let Some(nothing) = taken_back(message, context) {
        return Some(vec![nothing]);
    }
    let (left, right) = halves(message).or_else(|| afterthought(message))?;
    let segment = Segment::new(message, right, context);
    let right = trim(&segment.units);
    let mut reading = read_part(message, left, context).into_iter().next()?;
    if reading.confidence < Reading::CLOSE || right.is_empty() {
        return None;
    }
    let first = right.first()?;
    // A whole new sentence: only that counts.
    let again = read_part(message, right, context).into_iter().next()?;
    let about_it = of_it(&again, &reading);
    let renames = matches!(reading.intents.as_slice(), [Intent::Update { edit, .. }] if edit.title.is_some());
    let remade = remakes(right, &reading, &again);
    let anew = first.verb.is_some_and(|verb| verb.is_base) || is_order(&again);
    if right.len() > 1
        && !renames
        && !remade
        && anew
        && about_it.is_none()
        && again.confidence >= Reading::SURE
        && edit::read(&segment, right).is_none()
    {
        return Some(vec![again]);
    }
    let change = edit::read(&segment, right).or(about_it);
    let changed = match reading.intents.as_mut_slice() {
        // `milk, er, eggs` may be one thing after the other.
        [Intent::Add(_)] if change.is_none() && hesitates(message, first.token) => false,
        [Intent::Update { edit, .. }] if change.is_none() && right.len() == 1 && !edit.add_labels.is_empty() => {
            let token = message.token(first);
            edit.add_labels = vec![super::filter::label(token.unquoted().unwrap_or(&token.norm))?];
            true
        }
        [Intent::Add(drafts)] => {
            let last = drafts.last_mut()?;
            match &change {
                Some(change) => draft::take(last, change),
                None => *last = instead(last, draft::draft(&segment, without_make(right))),
            }
            !last.title.is_empty()
        }
        [Intent::Update { edit, .. }] if edit.title.is_some() => {
            edit.title = Some(draft::titled(&message.cut(right)));
            true
        }
        [Intent::Update { edit, .. }] if change.is_some() => {
            let spans = std::mem::take(&mut edit.spans);
            **edit = change?;
            edit.spans.splice(0..0, spans);
            true
        }
        [Intent::Complete { targets, .. } | Intent::Delete { targets } | Intent::Update { targets, .. }] => {
            *targets = reference::parse(message, right, context)?.targets;
            true
        }
        _ => false,
    };
    reading.rule = "self-correction";
    changed.then(|| vec![reading])
}

/// Whether what is read is a command, and no new thing to do.
fn is_order(again: &Reading) -> bool {
    !matches!(again.intents.as_slice(), [Intent::Add(_) | Intent::Talk(_) | Intent::Unknown | Intent::List(_)])
}

/// Whether `make that` is followed by another thing to do than the one before.
fn remakes(right: &[Unit], before: &Reading, again: &Reading) -> bool {
    let adds = |reading: &Reading| matches!(reading.intents.as_slice(), [Intent::Add(_)]);
    without_make(right).len() < right.len() && adds(before) && adds(again)
}

/// `eggs, no wait, make that egg noodles`: the noodles.
fn without_make(units: &[Unit]) -> &[Unit] {
    match units {
        [make, that, rest @ ..]
            if phrase::is(make, "make") && phrase::is_any(that, &["that", "it"]) && !rest.is_empty() =>
        {
            trim(rest)
        }
        _ => units,
    }
}

/// More words than these after `no` are a sentence.
const MOST_WORDS_OF_A_NAME: usize = 8;

/// `no, annual report` after a new name or an add: another one.
pub(super) fn another_name(message: &Message<'_>, context: &Context) -> Option<Reading> {
    let units = trim(&message.units);
    let refuses = units.first().is_some_and(|unit| phrase::is_any(unit, &["no", "nope"]));
    let known = context.last_was_rename || context.last_was_add && refuses;
    if context.focus.len() != 1 || context.pending.is_some() || !known {
        return None;
    }
    let mut name = units;
    while let Some(length) = phrase::prefix(name, "oops").filter(|length| *length < name.len()) {
        name = trim(&name[length..]);
    }
    let says =
        |unit: &Unit| phrase::is_any(unit, &["other", "one", "wrong", "right", "it", "that", "this", "them", "not"]);
    let bare = name.len() < units.len() && name.len() <= MOST_WORDS_OF_A_NAME && !name.iter().any(says);
    let led = ["meant", "no", "yes", "lead", "ack"].iter().any(|class| phrase::prefix(name, class).is_some());
    let segment = Segment::new(message, name, context);
    if !bare
        || led
        || segment.question
        || edit::read(&segment, name).is_some()
        || reference::hard(message, name, context).is_some()
        || is_command(message, name, context, Reading::SURE)
    {
        return None;
    }
    let Draft { title, due, priority, labels, spans, recurrence: None, .. } = draft::draft(&segment, name) else {
        return None;
    };
    let due = due.map_or(Field::Keep, Field::Set);
    let edit =
        Edit { title: Some(title), title_corrects: true, due, priority, add_labels: labels, spans, ..Edit::default() };
    let intents = vec![Intent::Update { targets: vec![TaskRef::Focus], edit: Box::new(edit) }];
    let confidence = if context.last_was_rename { 0.95 } else { 0.85 };
    Some(Reading { intents, confidence, only_if_found: false, rule: "another-name" })
}

/// `and pack the costume at 4:30 then`: what follows from a change is one of a task that is known, if there is one.
pub(super) fn of_another(segment: &Segment<'_, '_>, readings: &[Reading]) -> Option<Reading> {
    let message = segment.message;
    let [first, .., last] = trim(&message.units) else { return None };
    let follows = phrase::is_any(first, &["and", "so"]) && phrase::is_any(last, &["then"]);
    let best = readings.iter().max_by(|a, b| a.confidence.total_cmp(&b.confidence))?;
    let ([Intent::Add(drafts)], true) = (best.intents.as_slice(), follows && !segment.question) else { return None };
    let ([draft], (_, extraction)) = (drafts.as_slice(), segment.adding()) else { return None };
    let edit = edit::from_extraction(extraction, message.text);
    if edit.due.is_keep() || !edit.recurrence.is_keep() || draft.title.is_empty() {
        return None;
    }
    let targets = vec![TaskRef::Words(draft.title.to_lowercase())];
    let intents = vec![Intent::Update { targets, edit: Box::new(edit) }];
    Some(Reading { intents, confidence: best.confidence + 0.01, only_if_found: true, rule: "then" })
}

/// Whether somebody says `er` before the token.
fn hesitates(message: &Message<'_>, token: usize) -> bool {
    message.units.iter().any(|unit| unit.token < token && phrase::is_any(unit, &["er", "erm"]))
}

/// `…, no wait, make it 6`: what is said of `it` is a change of what was said before.
fn of_it(again: &Reading, before: &Reading) -> Option<Edit> {
    let takes = matches!(before.intents.as_slice(), [Intent::Add(_) | Intent::Update { .. }]);
    match again.intents.as_slice() {
        [Intent::Update { targets, edit }] if takes && targets == &[TaskRef::Focus] && draft::can_take(edit) => {
            Some(Edit::clone(edit))
        }
        _ => None,
    }
}

/// `delete 7, hmm, actually don't`: a command that is taken back as soon as it is said. Nothing is to be done.
fn taken_back(message: &Message<'_>, context: &Context) -> Option<Reading> {
    let units = &message.units;
    if units.len() > 40 {
        return None;
    }
    let pauses = (1..units.len()).filter(|at| {
        matches!(message.token(&units[*at]).text, "," | ";" | "." | "!" | "…" | "-") || falters(&units[*at..])
    });
    for at in pauses {
        let left = trim(&units[..at]);
        let right: Vec<Unit> = units[at..].iter().filter(|unit| !unit.skip).copied().collect();
        let refused = ["undo", "no", "oops", "thanks", "yes"].iter().any(|class| phrase::whole(left, class));
        if left.len() < 2 || refused || !takes_back(&right) {
            continue;
        }
        let best = read_part(message, left, context).into_iter().next()?;
        let acts = !matches!(best.intents.as_slice(), [Intent::Undo { .. } | Intent::Redo | Intent::Instead { .. }]);
        return acts.then(|| Reading {
            intents: vec![Intent::Talk(crate::Topic::Acknowledgement)],
            confidence: 0.96,
            only_if_found: false,
            rule: "taken-back",
        });
    }
    None
}

/// `… hmm forget it`, `… no actually never mind`: a hesitation does for the pause in dictation.
fn falters(units: &[Unit]) -> bool {
    units.first().is_some_and(|unit| {
        phrase::is_any(
            unit,
            &["hmm", "hm", "um", "uh", "er", "erm", "no", "oh", "ah", "wait", "actually", "oops", "ugh"],
        )
    }) && units.len() < 10
        && units.len() > 2
}

/// Whether the units are nothing but second thoughts.
fn takes_back(units: &[Unit]) -> bool {
    let mut rest = units;
    let mut any = false;
    while !rest.is_empty() {
        let said = phrase::prefix(rest, "takeback");
        let hedged = || ["hedge", "oops"].iter().filter_map(|class| phrase::prefix(rest, class)).max();
        any |= said.is_some();
        let Some(length) = said.or_else(hedged) else { return false };
        rest = &rest[length..];
    }
    any
}

/// Words after a second thought; of these the first ones follow anything, the others only a date.
const AFTERWARDS: [&[&str]; 9] = [
    &["i", "mean"],
    &["i", "meant"],
    &["i", "should", "say"],
    &["i", "should", "have", "said"],
    &["is", "better"],
    &["would", "be", "better"],
    &["suits", "better"],
    &["suits", "me", "better"],
    &["works", "better"],
];
/// How many of them follow anything.
const AFTER_ANYTHING: usize = 4;

/// `move 2 to thursday, friday I should say`: the second thought is known by its end.
fn afterthought<'m>(message: &'m Message<'_>) -> Option<(&'m [Unit], &'m [Unit])> {
    let units = trim(&message.units);
    let ends = |words: &&[&str]| {
        units.len() > words.len()
            && units[units.len() - words.len()..].iter().zip(words.iter()).all(|(unit, word)| phrase::is(unit, word))
    };
    let which = AFTERWARDS.iter().position(ends)?;
    let before = &units[..units.len() - AFTERWARDS[which].len()];
    let comma = before.iter().rposition(|unit| message.token(unit).text == ",")?;
    let (left, right) = (trim(&before[..comma]), trim(&before[comma..]));
    let dated = which < AFTER_ANYTHING || right.len() <= 3;
    let denied = left.first().is_some_and(|unit| phrase::is(unit, "not"));
    (left.len() > 1 && !right.is_empty() && right.len() <= 8 && dated && !denied).then_some((left, right))
}

/// The words before and after the change of mind: punctuation before it, or a marker of several words.
fn halves<'m>(message: &'m Message<'_>) -> Option<(&'m [Unit], &'m [Unit])> {
    let units = &message.units;
    if units.len() > 60 {
        return None;
    }
    (2..units.len()).rev().find_map(|at| {
        let length = phrase::prefix(&units[at..], "midcorrect")?;
        let paused = units[at - 1].skip && !matches!(message.token(&units[at - 1]).text, "\"" | "'" | "(" | ":");
        let after = at + length;
        let pause_after = units.get(after).is_some_and(|unit| unit.skip);
        let marked = paused
            && (length > 1 || pause_after || !phrase::is_any(&units[at], &["better", "sorry", "wait", "rather"]));
        let (mut left, right) = (trim(&units[..at]), trim(&units[after..]));
        // `mark 2 done oops i meant 3`
        while let [rest @ .., last] = left
            && length > 1
            && phrase::is_any(last, &["oops", "whoops", "wait", "sorry", "oh", "no", "ah", "hmm", "um", "er"])
        {
            left = trim(rest);
        }
        // `delete 5 no wait 6`
        let plain = length > 1
            && phrase::is_any(&units[at], &["no", "wait", "sorry", "scratch", "or", "actually", "oops", "whoops"])
            && !pause_after;
        // `delete 4 I mean 5`
        let numeral = |unit: &Unit| is_number(message, unit);
        let renumbered = length > 1
            && phrase::is_any(&units[at], &["i"])
            && left.iter().any(numeral)
            && matches!(right, [only] if numeral(only));
        // `delete 3 no 4`, `make 5 high actually low`: one word between two of a kind.
        let urgency = |unit: &Unit| ["high", "medium", "low"].iter().any(|class| phrase::in_class(unit, class));
        let alike = |a: &Unit, b: &Unit| numeral(a) && numeral(b) || urgency(a) && urgency(b);
        let sudden = length == 1
            && phrase::is_any(&units[at], &["no", "actually", "sorry", "wait", "oops"])
            && matches!((left.last(), right), (Some(last), [only]) if alike(last, only));
        let marked = marked || (plain || renumbered || sudden) && at > 1;
        // `file the papers, no hurry`
        let none_of = ["hurry", "rush", "stress", "pressure", "matter", "need", "deadline", "priority", "more"];
        let marked =
            marked && !(length == 1 && right.first().is_some_and(|unit| none_of.contains(&&*message.token(unit).norm)));
        let short = right.len() <= 12 && !left.is_empty() && !right.is_empty();
        (marked && short && left.len() > 1).then_some((left, right))
    })
}

/// The draft said instead: what it does not say itself stays, and so does the verb before a bare noun.
fn instead(old: &Draft, new: Draft) -> Draft {
    let verb = old.title.split_whitespace().next().unwrap_or_default();
    let is_verb = super::verbs::form(&verb.to_lowercase()).is_some_and(|form| form.is_base);
    let has_verb = new
        .title
        .split_whitespace()
        .next()
        .is_some_and(|word| super::verbs::form(&word.to_lowercase()).is_some_and(|form| form.is_base));
    let title = if is_verb && !has_verb { format!("{verb} {}", draft::lowered(&new.title)) } else { new.title.clone() };
    Draft {
        title,
        due: new.due.or(old.due),
        recurrence: new.recurrence.clone().or_else(|| old.recurrence.clone()),
        priority: new.priority.or(old.priority),
        ..new
    }
}
