//! What no rule explains: a bare thing to do, a question, a statement.

use super::{announced, known_task, nonsense};
use crate::{
    Intent, Reading, Topic,
    rules::{
        message::Unit,
        phrase::{in_class, is_any},
        segment::Segment,
        things,
    },
    token::TokenKind,
};

/// The rule of what somebody only tells.
pub(in crate::rules) const STATEMENT: &str = "statement";
/// The rule of what speaks of a task by its number in words that we do not know.
pub(in crate::rules) const UNCLEAR_NUMBER: &str = "unclear-number";

pub(super) const QUESTION_WORDS: [&str; 24] = [
    "what", "who", "whom", "whose", "why", "how", "where", "when", "which", "is", "are", "am", "was", "were", "do",
    "does", "did", "has", "have", "can", "could", "should", "would", "will",
];
pub(super) const SUBJECTS: [&str; 20] = [
    "people",
    "everybody",
    "everything",
    "nothing",
    "somebody",
    "someone",
    "i",
    "you",
    "he",
    "she",
    "it",
    "we",
    "they",
    "this",
    "that",
    "there",
    "these",
    "those",
    "everyone",
    "nobody",
];
const FINITE: [&str; 27] = [
    "is", "are", "was", "were", "am", "has", "had", "will", "would", "does", "did", "says", "seems", "looks", "feels",
    "makes", "can", "could", "should", "might", "goes", "went", "got", "became", "gets", "love", "hate",
];

/// Readings of a bare segment, given what the rules made of it.
pub(crate) fn read(segment: &Segment<'_, '_>, made: &[Reading]) -> Vec<Reading> {
    let Some(first) = segment.units.first() else {
        return vec![reading(Intent::Talk(Topic::Acknowledgement), 0.8, "politeness")];
    };
    // `clear my friday` is asked about, and no task.
    let asked = |reading: &Reading| reading.rule == "delete-day";
    if made.iter().any(|reading| !reading.only_if_found && reading.confidence >= 0.9 || asked(reading)) {
        return Vec::new();
    }
    if nonsense::arithmetic(segment) {
        return vec![reading(Intent::Talk(Topic::OutOfScope), 0.93, "arithmetic")];
    }
    if segment.question {
        return vec![question_reading(segment, made)];
    }
    if let Some(list) = list_named(segment) {
        return vec![list];
    }
    // Beside other commands it is not passed over, as what somebody only tells is.
    if known_task::changes_a_number(segment) {
        return vec![reading(Intent::Unknown, 0.3, UNCLEAR_NUMBER)];
    }
    // `undo the council tax`, which is not done: no new task.
    if in_class(first, "undo") && segment.units.get(1).is_some_and(|unit| in_class(unit, "det")) {
        return vec![reading(Intent::Unknown, 0.3, STATEMENT)];
    }
    if is_any(first, &["not"]) && !behind_priority(segment) || known_task::continues(segment) {
        return vec![reading(Intent::Unknown, 0.3, STATEMENT)];
    }
    if let Some(drafts) = crate::rules::headed::drafts(segment, &segment.units) {
        return vec![reading(Intent::Add(drafts), 0.92, "add-headed")];
    }
    let rest = &segment.adding().0;
    // `this weekend paint the fence`: a date in front is no subject.
    let behind = rest.first().is_some_and(|unit| unit.token > first.token);
    let (words, first) =
        if behind { (rest.as_slice(), rest.first().unwrap_or(first)) } else { (segment.units.as_slice(), first) };
    let confidence = likelihood(segment, words, first);
    // `tomorrow call mom and buy stamps`: what is said in front holds for all.
    let several = if behind { things::drafts_within(segment, rest, false) } else { Vec::new() };
    let drafts = if several.len() > 1 { several } else { things::drafts(segment, &segment.units, false) };
    if drafts.is_empty() || drafts.iter().any(|draft| draft.title.is_empty()) {
        return nothing_but_attributes(segment, made);
    }
    let dated = drafts.iter().any(|draft| {
        draft.due.is_some() || draft.recurrence.is_some() || draft.priority.is_some() || !draft.labels.is_empty()
    });
    // `the exam is on friday` announces something; `the weather is nice today` does not.
    let due = announced::deadlined(segment);
    let announces = segment.adding().0.last().is_some_and(|unit| is_any(unit, &["is", "are", "on", "at"]));
    let comes = segment.adding().0.last().is_some_and(|unit| {
        ["coming", "visiting", "arriving", "calling", "delivering", "landing", "starting"]
            .contains(&&*segment.message.token(unit).norm)
    });
    let confidence = match (dated, confidence) {
        // `the plumber is coming tomorrow at 9`
        (true, known) if comes && known > 0.25 || due && known > 0.15 => 0.8,
        (true, known) if known > 0.4 => known.max(0.86),
        // `trash goes out every wednesday night`
        (true, known) if known > 0.25 && (announces || segment.adding().1.recurrence.is_some()) => 0.55,
        (_, known) => known,
    };
    let mut readings = vec![reading(Intent::Add(drafts), confidence, "add-bare")];
    if confidence < Reading::CLOSE {
        readings.insert(0, reading(Intent::Unknown, confidence, STATEMENT));
        readings.truncate(1);
    }
    readings
}

/// `not important but return the jars`: the `not` says how much it matters.
fn behind_priority(segment: &Segment<'_, '_>) -> bool {
    let (rest, extraction) = segment.adding();
    let first = segment.units.first().map(|unit| unit.token);
    extraction.priority.is_some() && rest.first().is_some_and(|unit| Some(unit.token) > first)
}

/// `the label kitchen`, `kids tasks`
fn list_named(segment: &Segment<'_, '_>) -> Option<Reading> {
    let (label, query) = (known_task::names_a_label(segment), known_task::tasks_of(segment));
    let rule = if label.is_some() { "bare-label" } else { "bare-topic" };
    let named = label.is_some() || query.is_some();
    let filter = crate::TaskFilter { completed: Some(false), label, query, ..crate::TaskFilter::default() };
    let list = Intent::List(crate::ListQuery { question: crate::ListQuestion::Show, filter });
    named.then(|| reading(list, 0.8, rule))
}

fn reading(intent: Intent, confidence: f32, rule: &'static str) -> Reading {
    Reading { intents: vec![intent], confidence, only_if_found: false, rule }
}

/// A question is never a thing to do.
fn question_reading(segment: &Segment<'_, '_>, made: &[Reading]) -> Reading {
    let (rest, extraction) = segment.rest();
    // `high prio?`
    if let Some(priority) =
        extraction.priority.filter(|_| rest.iter().all(|unit| unit.skip) && extraction.due.is_none())
    {
        let filter =
            crate::TaskFilter { completed: Some(false), priority: Some(priority), ..crate::TaskFilter::default() };
        let query = crate::ListQuery { question: crate::ListQuestion::Show, filter };
        return reading(Intent::List(query), 0.9, "bare-priority");
    }
    // `today?`
    let bare = || rest.iter().all(|unit| unit.skip || is_any(unit, &["ok", "and", "so", "what", "about"]));
    if let Some(due) = extraction.due.as_ref().filter(|due| due.explicit_date && bare()) {
        let due = Some(crate::rules::filter::window(due, extraction, segment.context));
        let filter = crate::TaskFilter { completed: Some(false), due, ..crate::TaskFilter::default() };
        let query = crate::ListQuery { question: crate::ListQuestion::Show, filter };
        return reading(Intent::List(query), 0.8, "bare-date");
    }
    let about_tasks = segment.units.iter().any(|unit| in_class(unit, "tasks") || in_class(unit, "task"));
    let wh = segment.units.first().is_some_and(|unit| is_any(unit, &QUESTION_WORDS));
    if about_tasks || !wh || !made.is_empty() {
        return reading(Intent::Unknown, 0.3, "question");
    }
    reading(Intent::Talk(Topic::OutOfScope), 0.8, "question-out-of-scope")
}

/// A bare date or priority: there is nothing to put it on.
fn nothing_but_attributes(segment: &Segment<'_, '_>, made: &[Reading]) -> Vec<Reading> {
    let (_, extraction) = segment.rest();
    // `#seeds please`
    if let (None, [label]) = (&extraction.due, extraction.labels.as_slice())
        && made.is_empty()
    {
        let filter =
            crate::TaskFilter { completed: Some(false), label: Some(label.clone()), ..crate::TaskFilter::default() };
        let query = crate::ListQuery { question: crate::ListQuestion::Show, filter };
        return vec![reading(Intent::List(query), 0.8, "bare-label")];
    }
    let Some(due) = &extraction.due else { return Vec::new() };
    if !made.is_empty() || !due.explicit_date {
        return vec![reading(Intent::Unknown, 0.3, "bare-attribute")];
    }
    let filter = crate::TaskFilter {
        completed: Some(false),
        due: Some(crate::rules::filter::window(due, extraction, segment.context)),
        priority: extraction.priority,
        label: extraction.labels.first().cloned(),
        ..crate::TaskFilter::default()
    };
    let query = crate::ListQuery { question: crate::ListQuestion::Show, filter };
    vec![reading(Intent::List(query), 0.76, "bare-date")]
}

/// How much the words read like something to do.
fn likelihood(segment: &Segment<'_, '_>, units: &[Unit], first: &Unit) -> f32 {
    let message = segment.message;
    let words: Vec<&Unit> = units.iter().filter(|unit| !unit.skip).collect();
    let says =
        |unit: &&&Unit| matches!(message.token(unit).kind, TokenKind::Word | TokenKind::Quoted | TokenKind::Link);
    if words.iter().filter(says).count() == 0 {
        return 0.1;
    }
    let texts: Vec<&str> = words.iter().map(|unit| message.token(unit).text).collect();
    let hummed = texts.len() > 2 && texts.iter().all(|text| text.eq_ignore_ascii_case(texts[0]));
    let filler = texts.iter().any(|text| text.eq_ignore_ascii_case("lorem") || text.eq_ignore_ascii_case("ipsum"));
    if hummed || filler || texts.iter().all(|text| nonsense::is_noise(text)) {
        return 0.2;
    }
    let verb = first.verb.is_some_and(|verb| verb.is_base);
    let likelihood = shape(segment, &words, verb);
    let likelihood = match (segment.asked, verb) {
        (true, true) => likelihood.min(0.6),
        (true, false) => likelihood.min(0.3),
        (false, _) => likelihood,
    };
    let mood = words.iter().take(3).any(|unit| in_class(unit, "mood"));
    let opinion = super::code::is_code(message, verb)
        || !verb && mood
        || !verb && words.iter().take(5).any(|unit| in_class(unit, "opinion"));
    if opinion || words.iter().all(|unit| ours(unit)) { likelihood.min(0.3) } else { likelihood }
}

/// The same by the shape of the sentence alone: an order, a noun phrase, a statement.
fn shape(segment: &Segment<'_, '_>, words: &[&Unit], verb: bool) -> f32 {
    if segment.wanted {
        return if verb { 0.92 } else { 0.6 };
    }
    let later = || words.iter().skip(1).take(6);
    // `9 am` is a time, not a verb.
    let timed = |unit: &Unit| segment.message.token(unit).kind == TokenKind::Number;
    let finite = words.windows(2).take(6).any(|pair| !pair[1].clitic && is_any(pair[1], &FINITE) && !timed(pair[0]));
    let told = later().any(|unit| unit.verb.is_some_and(|verb| verb.is_past && !verb.is_base));
    let past = later().any(|unit| is_any(unit, &["was", "were", "had"]));
    let subject = words.first().is_some_and(|unit| is_any(unit, &SUBJECTS) || in_class(unit, "feeling"));
    // `don't buy that`: nothing to do.
    let denied = words.len() > 1 && is_any(words[0], &["do"]) && is_any(words[1], &["not"]);
    let acts = words
        .windows(2)
        .skip(1)
        .any(|pair| is_third_person(pair[0]) && !is_any(pair[0], &["needs"]) && in_class(pair[1], "after-verb"));
    // `halfway through the report`, `no need to remind me`: where things stand.
    let half = is_any(words[0], &["halfway", "nearly", "almost"]) && words.len() > 1;
    let needless =
        words.len() > 1 && is_any(words[0], &["no"]) && is_any(words[1], &["need", "point", "reason", "use"]);
    let state = ["up", "down", "in", "out", "over", "gone", "here", "back", "ready", "dead", "broken", "empty", "full"];
    let stands = words.windows(2).take(4).any(|pair| pair[0].clitic && is_any(pair[1], &state));
    match words.len() {
        _ if denied || half && !verb || needless => 0.3,
        // `just thinking out loud`
        _ if words.len() > 1 && is_any(words[0], &["just"]) && words[1].verb.is_some_and(|verb| verb.is_gerund) => 0.3,
        // `gazebo's up`, `the low ones`: told of a state, or of tasks.
        _ if !verb && (stands || words.iter().any(|unit| is_any(unit, &["ones"]))) => 0.3,
        // `monday was a holiday`: the day is what is spoken of.
        _ if words.first().is_some_and(|unit| !verb && is_any(unit, &FINITE)) => 0.2,
        _ if !verb && acts => 0.3,
        _ if subject || past => 0.2,
        // `work is killing me`
        _ if verb && words.get(1).is_some_and(|unit| !unit.clitic && is_any(unit, &["is", "are"])) => 0.3,
        // `paid the electricity bill`: told, not ordered.
        _ if !verb
            && words[0].verb.is_some_and(|verb| verb.is_past)
            && words.get(1).is_some_and(|unit| in_class(unit, "det")) =>
        {
            0.3
        }
        // `report sent`: as likely told as ordered; a task of that name decides.
        2..=4
            if verb && words.last().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_past && !verb.is_base)) =>
        {
            0.8
        }
        _ if verb => 0.9,
        _ if finite || told => 0.3,
        1 => 0.76,
        2..=5 => 0.8,
        // A noun with what it is for: `hay bales for the lower paddock`
        6..=9 if words.iter().any(|unit| is_any(unit, &["for", "of", "from", "at"])) => 0.76,
        6..=9 => 0.7,
        _ => 0.5,
    }
}

/// `hurts`, `sleeps`.
fn is_third_person(unit: &Unit) -> bool {
    unit.verb.is_some_and(|verb| !verb.is_base && !verb.is_past && !verb.is_gerund)
}

/// A word of ours is no thing to do: `tasks`, `priority`, `done`.
fn ours(unit: &Unit) -> bool {
    const CLASSES: [&str; 16] = [
        "task",
        "tasks",
        "det",
        "yes",
        "no",
        "ack",
        "oops",
        "duefield",
        "prio",
        "donestrict",
        "lead",
        "numberword",
        "greeting",
        "now",
        "all",
        "pronoun",
    ];
    unit.verb.is_none() && CLASSES.iter().any(|class| in_class(unit, class))
}
