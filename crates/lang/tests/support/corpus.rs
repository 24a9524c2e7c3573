//! Reads a corpus file: `@` lines set the context, `=` lines the meaning, the lines after them are phrasings of it.
//!
//! `= complete #5` is what the best reading must say, and it must be sure. `=~ add "X"` must be close but not sure,
//! `= nothing` must neither do nor ask anything, `a || b` allows either. `\n` in a phrase is a line break.

use saydo_domain::{PendingKind, TaskNumber};
use saydo_lang::{
    Context, Intent, ListQuery, ListQuestion, Moment, PendingContext, Reading, TaskFilter, notation, understand,
};

/// A phrase that was read otherwise than expected.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Where.
    pub(crate) line: usize,
    /// The phrase.
    pub(crate) phrase: String,
    /// What it should mean.
    pub(crate) expected: String,
    /// What it was taken for.
    pub(crate) got: String,
}

/// The outcome of a file.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many phrases there are.
    pub(crate) phrases: usize,
    /// The ones that were read otherwise.
    pub(crate) failures: Vec<Failure>,
}

/// The moment of all intent corpora: a Wednesday morning.
pub(crate) const MOMENT: &str = "2026-03-11T10:00:00+01:00[Europe/Berlin]";

/// Reads and checks a corpus.
pub(crate) fn run(text: &str, moment: &Moment) -> Outcome {
    let mut outcome = Outcome::default();
    let mut context = Context::new(moment.clone());
    let mut expected = String::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with("# ") || text == "#" {
            continue;
        }
        if let Some(words) = text.strip_prefix("@") {
            match read_context(words, moment) {
                Ok(known) => context = known,
                Err(word) => outcome.failures.push(Failure {
                    line,
                    phrase: text.to_owned(),
                    expected: "a known context word".to_owned(),
                    got: word,
                }),
            }
        } else if text.starts_with("= ") || text.starts_with("=~ ") {
            expected = text.to_owned();
        } else {
            outcome.phrases += 1;
            let phrase = text.replace("\\n", "\n");
            if let Some(got) = differs(&phrase, &expected, &context) {
                outcome.failures.push(Failure { line, phrase: text.to_owned(), expected: expected.clone(), got });
            }
        }
    }
    outcome
}

/// What was asked of the list, in words without spaces: `tomorrow`, `#work`; everything open without any.
fn asked(words: &str, moment: &Moment) -> ListQuery {
    let question = format!("show my open {} tasks", words.replace('-', " "));
    let readings = understand(&question, &Context::new(moment.clone())).readings;
    let asked = readings.into_iter().flat_map(|reading| reading.intents).find_map(|intent| match intent {
        Intent::List(query) => Some(query),
        _ => None,
    });
    asked.unwrap_or(ListQuery { question: ListQuestion::Show, filter: TaskFilter::default() })
}

/// `@ listing=3,5 focus=4 last-add last-list=tomorrow choose=3:Buy milk|5:Buy bread`
fn read_context(words: &str, moment: &Moment) -> Result<Context, String> {
    let mut context = Context::new(moment.clone());
    let numbers = |list: &str| list.split(',').filter_map(|n| n.trim().parse().ok()).collect::<Vec<TaskNumber>>();
    let mut rest = words.trim();
    while !rest.is_empty() {
        let end = if rest.starts_with("choose") || rest.starts_with("confirm") || rest.starts_with("ask") {
            rest.len()
        } else {
            rest.find(' ').unwrap_or(rest.len())
        };
        let (word, tail) = rest.split_at(end);
        rest = tail.trim();
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let tasks = || {
            let task =
                |task: &str| task.split_once(':').and_then(|(n, title)| Some((n.parse().ok()?, title.to_owned())));
            value.split('|').filter_map(|text| task(text.trim())).collect::<Vec<_>>()
        };
        let pending = |kind, deletes| Some(PendingContext { kind, tasks: tasks(), deletes });
        match name {
            "listing" => context.listing = numbers(value),
            "focus" => context.focus = numbers(value),
            "last-add" => context.last_was_add = true,
            "last-rename" => context.last_was_rename = true,
            "last-list" => context.last_query = Some(asked(value, moment)),
            "choose" => context.pending = pending(PendingKind::Choose, false),
            "confirm" => context.pending = pending(PendingKind::Confirm, false),
            "confirm-delete" => context.pending = pending(PendingKind::Confirm, true),
            "ask" => context.pending = pending(PendingKind::Ask, false),
            other => return Err(other.to_owned()),
        }
    }
    Ok(context)
}

/// What the phrase was taken for, when that is not what was expected.
fn differs(phrase: &str, expected: &str, context: &Context) -> Option<String> {
    let understanding = understand(phrase, context);
    let best = understanding.readings.first()?;
    let got = format!(
        "{:.2}{} {} [{}]",
        best.confidence,
        if best.only_if_found { "?" } else { "" },
        notation::reading(best),
        best.rule
    );
    let sure = best.confidence >= Reading::SURE;
    let close = best.confidence >= Reading::CLOSE;
    if expected == "= nothing" {
        let harmless = |reading: &Reading| {
            reading.confidence < Reading::CLOSE
                || reading.only_if_found && reading.intents.iter().all(|intent| matches!(intent, Intent::List(_)))
                || reading.intents.iter().all(|intent| matches!(intent, Intent::Talk(_) | Intent::Unknown))
        };
        return (!understanding.readings.iter().all(harmless)).then_some(got);
    }
    let (wanted, level) = match expected.strip_prefix("=~ ") {
        Some(wanted) => (wanted, close && !sure),
        None => (expected.trim_start_matches("= "), sure),
    };
    let said = notation::reading(best);
    let fits = wanted.split(" || ").any(|wanted| wanted.trim() == said);
    (!(fits && level)).then_some(got)
}
