//! What must hold for every input, whatever it is.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Zoned;
use saydo_domain::{PendingKind, TaskNumber};
use saydo_lang::{
    Answer, Candidate, Context, DateOrder, Intent, ListQuery, ListQuestion, Match, Moment, PendingContext, Span,
    TaskFilter, parse_due, parse_line, parse_recurrence, resolve, understand,
};

use crate::generate::Generator;

/// Clocks at which calendars are interesting: an ordinary day, a leap day, a year's end, the eves of changes of summer
/// time and the hour that comes twice, the far east, the far west and both ends of the calendar.
const CLOCKS: [&str; 8] = [
    "2026-03-11T10:00:00+01:00[Europe/Berlin]",
    "2028-02-29T23:59:59+00:00[Europe/London]",
    "2026-12-31T18:30:00-05:00[America/New_York]",
    "2026-03-28T22:00:00+01:00[Europe/Berlin]",
    "2026-11-01T01:30:00-04:00[America/New_York]",
    "2026-08-31T00:00:00+14:00[Pacific/Kiritimati]",
    "9999-12-29T12:00:00-11:00[Pacific/Pago_Pago]",
    "2026-10-03T23:45:00+10:30[Australia/Lord_Howe]",
];

/// What an input is read against.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) context: Context,
    titles: Vec<String>,
}

impl Scene {
    /// A scene at random: clock, order, question, listing, tasks.
    pub(crate) fn random(generator: &mut Generator) -> Self {
        let titles: Vec<String> = (0..generator.random.below(8)).map(|_| generator.phrase()).collect();
        let now = CLOCKS[generator.random.below(CLOCKS.len())].parse::<Zoned>().unwrap_or_default();
        let order = if generator.random.one_in(3) { DateOrder::MonthDay } else { DateOrder::DayMonth };
        let numbers: Vec<TaskNumber> = numbered(&titles).map(|(number, _)| number).collect();
        let kind = match generator.random.below(6) {
            0 => Some(PendingKind::Confirm),
            1 => Some(PendingKind::Choose),
            2 => Some(PendingKind::Ask),
            _ => None,
        };
        let tasks = numbered(&titles).map(|(number, title)| (number, title.to_owned())).collect();
        let context = Context {
            moment: Moment { now, order },
            pending: kind.map(|kind| PendingContext { kind, tasks, deletes: false }),
            listing: if generator.random.one_in(2) { numbers.clone() } else { Vec::new() },
            focus: numbers.into_iter().take(generator.random.below(3)).collect(),
            last_was_add: generator.random.one_in(3),
            last_was_rename: generator.random.one_in(5),
            last_query: generator.random.one_in(4).then(|| ListQuery {
                question: ListQuestion::Show,
                filter: TaskFilter { completed: Some(false), ..TaskFilter::default() },
            }),
        };
        Self { context, titles }
    }
}

fn numbered(titles: &[String]) -> impl Iterator<Item = (TaskNumber, &str)> {
    (1..).map(TaskNumber::new).zip(titles).map(|(number, title)| (number, title.as_str()))
}

/// Everything that reads text, without looking at the outcome (for timing).
pub(crate) fn read(text: &str, scene: &Scene) {
    let moment = &scene.context.moment;
    let candidates: Vec<Candidate<'_>> =
        numbered(&scene.titles).map(|(number, title)| Candidate { number, title, completed: false }).collect();
    let _ = (parse_line(text, moment), parse_due(text, moment), parse_recurrence(text, moment));
    let _ = (understand(text, &scene.context), resolve(text, &candidates));
}

/// What is wrong with how this input is read, if anything.
pub(crate) fn finding(text: &str, scene: &Scene) -> Option<String> {
    match catch_unwind(AssertUnwindSafe(|| violations(text, scene))) {
        Ok(found) => found,
        Err(cause) => {
            let said = cause.downcast_ref::<String>().cloned();
            let told = said.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Some(format!("panic: {}", told.unwrap_or_default()))
        }
    }
}

fn violations(text: &str, scene: &Scene) -> Option<String> {
    let moment = &scene.context.moment;
    let units: Vec<u16> = text.encode_utf16().collect();
    let parsed = parse_line(text, moment);
    if let Some(bad) = bad_spans(&parsed.spans, &units) {
        return Some(format!("parse_line: {bad}"));
    }
    let _ = (parse_due(text, moment), parse_recurrence(text, moment));
    let understanding = understand(text, &scene.context);
    if understanding.readings.is_empty() {
        return Some("understand: no reading".to_owned());
    }
    for reading in &understanding.readings {
        if !(0.0..=1.0).contains(&reading.confidence) {
            return Some(format!("understand: confidence {} of {}", reading.confidence, reading.rule));
        }
        if reading.intents.is_empty() {
            return Some(format!("understand: {} says nothing", reading.rule));
        }
        if let Some(bad) = reading.intents.iter().find_map(|intent| bad_intent(intent, &scene.context, &units)) {
            return Some(format!("understand: {}: {bad}", reading.rule));
        }
    }
    bad_match(text, scene)
}

fn bad_spans(spans: &[Span], units: &[u16]) -> Option<String> {
    let mut before = 0;
    for span in spans {
        if span.start < before || span.start >= span.end || span.end > units.len() {
            return Some(format!("span out of order or text: {span:?}"));
        }
        if String::from_utf16(&units[span.start..span.end]).is_err() {
            return Some(format!("span splits a character: {span:?}"));
        }
        before = span.end;
    }
    None
}

fn bad_intent(intent: &Intent, context: &Context, units: &[u16]) -> Option<String> {
    let shown = context.pending.as_ref().map_or(0, |pending| pending.tasks.len());
    match intent {
        Intent::Add(drafts) if drafts.is_empty() => Some("adds nothing".to_owned()),
        Intent::Add(drafts) => drafts.iter().enumerate().find_map(|(at, draft)| {
            if draft.title.trim().is_empty() {
                return Some("a draft without title".to_owned());
            }
            if draft.relative_to.is_some_and(|other| other >= at) {
                return Some("a draft that hangs on a later one".to_owned());
            }
            bad_spans(&draft.spans, units)
        }),
        Intent::Update { edit, .. } => bad_spans(&edit.spans, units),
        Intent::Undo { count: 0 } => Some("undo of nothing".to_owned()),
        Intent::Answer(_) if context.pending.is_none() => Some("an answer without a question".to_owned()),
        Intent::Answer(Answer::Pick(picked)) if picked.iter().any(|index| *index >= shown) => {
            Some(format!("picks {picked:?} of {shown}"))
        }
        _ => None,
    }
}

fn bad_match(text: &str, scene: &Scene) -> Option<String> {
    let candidates: Vec<Candidate<'_>> =
        numbered(&scene.titles).map(|(number, title)| Candidate { number, title, completed: false }).collect();
    let scored = match resolve(text, &candidates) {
        Match::None => return None,
        Match::One(one) => vec![one],
        Match::Several(several) => several,
    };
    let known = |number| candidates.iter().any(|candidate| candidate.number == number);
    if scored.is_empty() || scored.len() > 10 {
        return Some(format!("resolve: {} close ones", scored.len()));
    }
    scored
        .iter()
        .find(|scored| !known(scored.number) || !(0.0..=1.001).contains(&scored.score))
        .map(|scored| format!("resolve: {scored:?}"))
}

/// The shortest input found by leaving parts out that is still wrong.
pub(crate) fn shrink(text: &str, scene: &Scene) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let mut size = letters.len() / 2;
    let mut tries = 0;
    while size > 0 && tries < 3000 {
        let mut at = 0;
        while at < letters.len() && tries < 3000 {
            let end = (at + size).min(letters.len());
            let shorter: Vec<char> = letters[..at].iter().chain(&letters[end..]).copied().collect();
            tries += 1;
            if finding(&shorter.iter().collect::<String>(), scene).is_some() {
                letters = shorter;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    letters.into_iter().collect()
}
