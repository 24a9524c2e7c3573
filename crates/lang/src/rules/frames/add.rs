//! New tasks: the title is what remains when the command and the attributes are taken away.

use jiff::ToSpan;
use saydo_domain::Due;

use super::Match;
use crate::{
    Draft, Intent, Reading,
    attributes::{Extraction, Options, extract},
    rules::{
        message::{Message, Unit, tidy},
        pattern::Slot,
        phrase::{self, is_any},
        segment::Segment,
        split,
    },
    token::{Token, TokenKind},
};

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let name = found.section.name;
    match name {
        "add-bare-verb" => return Some(vec![found.reading(Intent::AskTitle { verb: String::new() })]),
        "ask-object" => return ask_object(found),
        _ => {}
    }
    let text = phrase::trim(found.slot(Slot::Text)?);
    let first = text.first()?;
    let noun = |unit: &Unit| {
        unit.skip
            || is_any(
                unit,
                &["task", "tasks", "todo", "to-do", "a", "new", "another", "an", "entry", "item", "list", "lists"],
            )
    };
    if text.iter().all(noun) || placeholder(text) {
        return None;
    }
    if matches!(name, "add-remind" | "add-need")
        && is_any(first, &["what", "which", "how", "who", "why", "where", "no", "nothing", "nobody", "not"])
    {
        return None;
    }
    let numbered = found.segment.message.token(first).kind == TokenKind::Number;
    let noun_before = found.captures.first().is_some_and(|(_, range)| {
        range.start > 0 && is_any(&found.units[range.start - 1], &["task", "todo", "to-do", "item"])
    });
    if numbered && noun_before && !found.units.first().is_some_and(|unit| is_any(unit, &["add", "create", "new"])) {
        return None;
    }
    if found.segment.question && !found.segment.asked && name != "add-remind" {
        return None;
    }
    let event = name == "add-event";
    let text = without_article(found, text);
    let drafts = if found.behind_attributes {
        split::drafts_within(found.segment, text, explicit(found))
    } else {
        split::drafts(found.segment, text, !event && explicit(found))
    };
    if drafts.is_empty() || drafts.iter().any(|draft| draft.title.is_empty()) {
        let asks = matches!(name, "add-remind" | "add-command") && drafts.len() < 2;
        return asks.then(|| vec![found.reading(Intent::AskTitle { verb: String::new() })]);
    }
    let mut reading = found.reading(Intent::Add(drafts.clone()));
    if event && drafts.iter().all(|draft| draft.due.is_none()) {
        let weather = found.units.first().is_some_and(|unit| is_any(unit, &["it"]));
        reading.confidence = if weather { 0.3 } else { 0.5 };
    }
    if event && is_any(first, &["not", "nothing", "no", "to"]) {
        return None;
    }
    let verb_first = found.units.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base));
    if name == "add-command" && verb_first && !is_any(found.units.first()?, &["add", "create"]) && plain_text(found) {
        // `include the receipts`, `capture the flag`: as likely the thing to do itself.
        reading.confidence = 0.6;
    }
    if name == "add-need" {
        let question_word = is_any(
            first,
            &["what", "who", "how", "why", "where", "when", "you", "know", "say", "see", "help", "be", "talk", "ask"],
        );
        let verb = first.verb.is_some_and(|verb| verb.is_base);
        if question_word && !verb {
            return None;
        }
        if !verb && !drafts.iter().any(|draft| draft.due.is_some()) && wishes(found) {
            reading.confidence = 0.55;
        }
    }
    Some(vec![reading])
}

/// `something`, `buy something`: there is nothing to add yet.
fn placeholder(text: &[Unit]) -> bool {
    let nothing = |unit: &Unit| {
        is_any(unit, &["something", "sth", "smth", "stuff", "things", "it", "that", "this", "one", "them"])
    };
    let skip = text.iter().take_while(|unit| is_any(unit, &["to", "about"])).count();
    match &text[skip..] {
        [only] => nothing(only) || only.verb.is_some_and(|verb| verb.is_base) && lone(only),
        [verb, object] => {
            verb.verb.is_some_and(|verb| verb.is_base)
                && nothing(object)
                && !is_any(object, &["it", "that", "this", "them"])
        }
        _ => false,
    }
}

/// Without `a` or `an` before a noun: `add a dentist appointment` is about the appointment.
fn without_article<'u>(found: &Match<'_, '_, '_>, text: &'u [Unit]) -> &'u [Unit] {
    let named = matches!(found.section.name, "add-need" | "add-event" | "add-command");
    match text {
        [article, rest @ ..]
            if named
                && rest.len() > 0
                && is_any(article, &["a", "an"])
                && !is_any(&rest[0], &["few", "bit", "lot", "couple"]) =>
        {
            rest
        }
        _ => text,
    }
}

/// Whether the command was nothing but a verb before the text.
fn plain_text(found: &Match<'_, '_, '_>) -> bool {
    found.captures.first().is_some_and(|(_, range)| range.start <= 1 && range.end == found.units.len())
}

/// Wishes are not tasks: `I want a pony`.
fn wishes(found: &Match<'_, '_, '_>) -> bool {
    found
        .units
        .iter()
        .take(3)
        .any(|unit| is_any(unit, &["want", "would", "like", "will", "love", "am", "got", "have", "should", "better"]))
}

/// Whether the person said that this is to be added.
fn explicit(found: &Match<'_, '_, '_>) -> bool {
    matches!(found.section.name, "add-command" | "add-list")
}

/// Whether the verb waits for its object. These are whole by themselves, or nouns: `exercise`, `laundry`, `lunch`.
fn lone(unit: &Unit) -> bool {
    const WHOLE: &[&str] = &[
        "exercise",
        "meditate",
        "jog",
        "swim",
        "run",
        "sleep",
        "relax",
        "study",
        "train",
        "vote",
        "pray",
        "stretch",
        "rest",
        "nap",
        "shower",
        "shave",
        "hoover",
        "vacuum",
        "dust",
        "iron",
        "pack",
        "unpack",
        "cook",
        "floss",
        "mop",
        "garden",
        "journal",
        "revise",
        "practice",
        "practise",
        "rehearse",
        "declutter",
        "dance",
        "ski",
        "hike",
        "declutter",
        "lunch",
        "work",
        "mow",
        "sweep",
        "walk",
        "tidy",
        "homework",
        "bake",
        "knit",
        "bathe",
        "budget",
        "plan",
    ];
    unit.verb.is_some_and(|verb| !WHOLE.contains(&verb.base))
}

fn ask_object(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let unit = found.units.iter().find(|unit| {
        unit.verb.is_some_and(|verb| verb.is_base) && !is_any(unit, &["add", "remind", "need", "have", "want"])
    })?;
    if found.segment.question && !found.segment.asked {
        return None;
    }
    let verb = found.segment.message.token(unit).norm.to_string();
    if !lone(unit)
        || phrase::in_class(unit, "command") && found.units.len() == 1 && !is_any(unit, &["make", "write", "check"])
    {
        return None;
    }
    if found.units.len() == 1 && phrase::in_class(unit, "yes") {
        return None;
    }
    Some(vec![found.reading(Intent::AskTitle { verb })])
}

/// The draft that the units say.
pub(crate) fn draft(segment: &Segment<'_, '_>, units: &[Unit]) -> Draft {
    let message = segment.message;
    let (units, before_that) = relative(segment, phrase::trim(units));
    let tokens = &message.tokens[message.token_range(units)];
    let extraction = extract(tokens, message.text, &segment.context.moment, Options::default());
    let mut draft = from_extraction(message, tokens, extraction);
    if before_that {
        draft.relative_to = Some(usize::MAX);
    }
    draft
}

/// The draft of some units, with the attributes found in the whole segment around them.
pub(crate) fn draft_within(segment: &Segment<'_, '_>, units: &[Unit]) -> Draft {
    let (message, (_, extraction)) = (segment.message, segment.adding());
    let range = message.token_range(&segment.units);
    let mut extraction = extraction.clone();
    for (consumed, token) in extraction.consumed.iter_mut().zip(range.clone()) {
        *consumed |= !units.iter().any(|unit| unit.token == token);
    }
    from_extraction(message, &message.tokens[range], extraction)
}

fn from_extraction(message: &Message<'_>, tokens: &[Token<'_>], extraction: Extraction) -> Draft {
    let mut title = strip_lead(tidy(&extraction.title(tokens))).to_owned();
    if extraction.due.is_some() {
        title = strip_ties(&title).to_owned();
    }
    for tail in [" too", " as well", " also"] {
        title.truncate(title.strip_suffix(tail).map_or(title.len(), str::len));
    }
    if let [only] = tokens
        && only.kind == TokenKind::Quoted
    {
        title = only.unquoted().unwrap_or(&title).to_owned();
    }
    Draft {
        title: super::update::capitalised(&unquoted(&title)),
        spans: extraction.spans(message.text),
        due: extraction.due.map(|due| due.due),
        description: extraction.description,
        recurrence: extraction.recurrence,
        priority: extraction.priority,
        labels: extraction.labels,
        problems: extraction.problems,
        relative_to: None,
    }
}

/// Without the `on`, `by`, `for` that a date left behind.
fn strip_ties(title: &str) -> &str {
    let ties = [" to", " at", " by", " for", " until", " till", " from", " before", ","];
    ties.iter().fold(title, |title, tie| title.strip_suffix(tie).unwrap_or(title).trim_end())
}

/// A title that is one quotation loses its quotes.
fn unquoted(title: &str) -> String {
    let inner = title.strip_prefix(['"', '“']).and_then(|rest| rest.strip_suffix(['"', '”']));
    inner.filter(|inner| !inner.is_empty() && !inner.contains(['"', '“', '”'])).unwrap_or(title).to_owned()
}

/// Without the `to`, `that I need to`, `about` that tied the title to the command.
fn strip_lead(title: &str) -> &str {
    let mut rest = title;
    for lead in [
        "task: ",
        "task to ",
        "todo: ",
        "reminder to ",
        "that i need to ",
        "that i have to ",
        "that i must ",
        "that i should ",
        "i need to ",
        "i have to ",
        "i must ",
        "to ",
        "that ",
        "please ",
        "i have a ",
        "i have an ",
        "i've got a ",
        "i have ",
        "i ",
    ] {
        if rest.len() > lead.len() && rest.is_char_boundary(lead.len()) && rest[..lead.len()].eq_ignore_ascii_case(lead)
        {
            rest = rest[lead.len()..].trim_start();
        }
    }
    rest
}

/// `before that` at the end: the draft hangs on the one before it.
fn relative<'u>(segment: &Segment<'_, '_>, units: &'u [Unit]) -> (&'u [Unit], bool) {
    let words: Vec<&str> = units.iter().rev().take(3).map(|unit| &*segment.message.token(unit).norm).collect();
    match words.as_slice() {
        ["that" | "then" | "it" | "this", "before", ..] if units.len() > 2 => {
            (phrase::trim(&units[..units.len() - 2]), true)
        }
        ["beforehand", ..] if units.len() > 1 => (phrase::trim(&units[..units.len() - 1]), true),
        _ => (units, false),
    }
}

/// Gives a draft that was said to come before that the due of the last draft with one: an hour earlier when it has a
/// time, the same day when it is all-day.
pub(crate) fn hang_on(mut draft: Draft, before: &[Draft]) -> Draft {
    if draft.relative_to != Some(usize::MAX) {
        // Indices are within one message part; parts are appended in order.
        return draft;
    }
    draft.relative_to = None;
    if let Some((at, due)) = before.iter().enumerate().rev().find_map(|(at, other)| other.due.map(|due| (at, due))) {
        draft.relative_to = Some(at);
        draft.due = Some(match due {
            Due::Day(_) => due,
            Due::Moment { at, offset } => Due::Moment { at: at.checked_sub(1.hour()).unwrap_or(at), offset },
        });
    }
    draft
}

/// Makes sure that no draft hangs on nothing.
pub(crate) fn settle(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut settled: Vec<Draft> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let draft = hang_on(draft, &settled);
        settled.push(draft);
    }
    settled
}
