//! Runs the engine on a case and decides whether what it would do is what was meant.

use std::panic::AssertUnwindSafe;

use saydo_domain::RRule;
use saydo_lang::{Candidate, Match, Reading, Scored, parse_due, parse_line, parse_recurrence, resolve, understand};

use crate::{
    corpus::{Case, Mode},
    frame::{Frame, attributes, due_text, frames},
    want::{Part, Want},
    words::{contains_words, same_reference, same_text, share_a_word},
};

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Right,
    /// Asked, lost, or a harmless other answer although the meaning was clear.
    Harmless,
    /// Would have changed something else than what was meant.
    WrongAction,
}

/// The outcome with what the engine made of it.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) kind: &'static str,
    pub(crate) got: String,
}

/// A panic of the engine is a verdict too: the measuring goes on.
pub(crate) fn judge(case: &Case) -> Verdict {
    std::panic::catch_unwind(AssertUnwindSafe(|| run(case))).unwrap_or_else(|_| Verdict {
        outcome: Outcome::Harmless,
        kind: "PANIC",
        got: "a panic".to_owned(),
    })
}

fn run(case: &Case) -> Verdict {
    match case.mode {
        Mode::Understand => judge_message(case),
        Mode::Line => {
            let line = parse_line(&case.phrase, &case.context.moment);
            let mut frame = Frame::new("add").with("title", &line.title);
            let priority = line.priority.map(|priority| priority.as_str());
            let note = line.description.as_deref();
            let problems = &line.problems;
            attributes(&mut frame, line.due.as_ref(), line.recurrence.as_ref(), priority, &line.labels, note, problems);
            verdict(case, &[frame], Reading::SURE)
        }
        Mode::Due => {
            let due = parse_due(&case.phrase, &case.context.moment);
            value(case, "date", due.map_or_else(|| "-".to_owned(), |due| due_text(&due)))
        }
        Mode::Recurrence => {
            let rule = parse_recurrence(&case.phrase, &case.context.moment);
            let text = rule.map_or_else(
                || "-".to_owned(),
                |rule| {
                    let from = if rule.from == saydo_domain::RepeatFrom::Completion { " completion" } else { "" };
                    format!("{}{from}", rule.rrule)
                },
            );
            value(case, "rule", text)
        }
        Mode::Resolve => judge_resolution(case),
    }
}

/// A single value: a date, a rule; `-` is “none”, which only disappoints.
fn value(case: &Case, kind: &'static str, got: String) -> Verdict {
    let accepted = |want: &Want| {
        want.parts.iter().filter_map(|part| part.fields.get("value")).flatten().any(|wanted| same_value(wanted, &got))
    };
    let outcome = match case.wants.iter().any(accepted) {
        true => Outcome::Right,
        false if got == "-" => Outcome::Harmless,
        false => Outcome::WrongAction,
    };
    Verdict { outcome, kind, got }
}

fn same_value(wanted: &str, got: &str) -> bool {
    wanted == got || same_rule(wanted, got)
}

/// The same rule whatever the order of its weekdays; `;completion` marks counting from completion.
fn same_rule(wanted: &str, got: &str) -> bool {
    let read = |text: &str| {
        let text = text.replace(";completion", " completion");
        let (rule, from) = text.split_once(' ').unwrap_or((&text, ""));
        let mut rule: RRule = rule.parse().ok()?;
        rule.by_day.sort_by_key(|by| (by.weekday.to_monday_zero_offset(), by.ordinal));
        rule.by_month_day.sort_unstable();
        rule.by_month.sort_unstable();
        Some((rule, from.to_owned()))
    };
    read(wanted).is_some_and(|wanted| read(got) == Some(wanted))
}

fn judge_resolution(case: &Case) -> Verdict {
    let candidates: Vec<Candidate<'_>> = case
        .tasks
        .iter()
        .map(|task| Candidate { number: task.number, title: &task.title, completed: task.completed })
        .collect();
    let list = |scored: &[Scored]| {
        let mut numbers: Vec<i64> = scored.iter().map(|scored| scored.number.get()).collect();
        numbers.sort_unstable();
        numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    };
    let (kind, got) = match resolve(&case.phrase, &candidates) {
        Match::One(one) => ("one", format!("one:{}", list(&[one]))),
        Match::Several(several) => ("several", format!("several:{}", list(&several))),
        Match::None => ("-", "-".to_owned()),
    };
    let fits = |wanted: &String| match (wanted.strip_prefix("several:"), got.strip_prefix("several:")) {
        (Some(wanted), Some(got)) => wanted.split(',').all(|n| got.split(',').any(|g| g == n)),
        _ => *wanted == got,
    };
    let right =
        case.wants.iter().flat_map(|want| &want.parts).filter_map(|part| part.fields.get("value")).flatten().any(fits);
    let outcome = match kind {
        _ if right => Outcome::Right,
        "one" => Outcome::WrongAction,
        _ => Outcome::Harmless,
    };
    Verdict { outcome, kind, got }
}

fn judge_message(case: &Case) -> Verdict {
    let understanding = understand(&case.phrase, &case.context);
    // A reference by words is taken to be found exactly when the phrase was written about a task that exists.
    let found = case.wants.iter().flat_map(|want| &want.parts).any(refers);
    let reading = understanding.readings.iter().find(|reading| found || !reading.only_if_found);
    let Some(reading) = reading else { return verdict(case, &[Frame::new("none")], 0.0) };
    let mut frames = frames(&reading.intents, &case.context.moment.now);
    // A greeting or a thank-you beside a command changes nothing.
    if frames.iter().any(|frame| frame.kind != "talk") {
        frames.retain(|frame| frame.kind != "talk");
    }
    let mut verdict = verdict(case, &frames, reading.confidence);
    verdict.got = format!("{} [{} {:.2}]", verdict.got, reading.rule, reading.confidence);
    verdict
}

fn refers(part: &Part) -> bool {
    part.kind != "add" && (part.fields.contains_key("words") || part.fields.contains_key("not.words"))
}

fn verdict(case: &Case, got: &[Frame], confidence: f32) -> Verdict {
    let lost = [Frame::new("none")];
    let got = if confidence < Reading::CLOSE { lost.as_slice() } else { got };
    let fits = case.wants.iter().any(|want| want_fits(want, got));
    let asks = confidence < Reading::SURE && case.wants.iter().all(|want| want.parts.iter().all(|p| p.kind != "none"));
    let outcome = if fits && !asks {
        Outcome::Right
    } else if confidence >= Reading::SURE
        && acts(case, got)
        && !case.wants.iter().any(|want| only_words_differ(want, got))
    {
        Outcome::WrongAction
    } else {
        Outcome::Harmless
    };
    let kind = match got {
        [] => "none",
        [one] => one.kind,
        [first, rest @ ..] if rest.iter().all(|frame| frame.kind == first.kind) => first.kind,
        _ => "mixed",
    };
    let text = got.iter().map(ToString::to_string).collect::<Vec<_>>().join(" & ");
    Verdict { outcome, kind, got: text }
}

fn want_fits(want: &Want, got: &[Frame]) -> bool {
    if let [only] = want.parts.as_slice()
        && only.kind == "none"
    {
        return got.iter().all(|frame| matches!(frame.kind, "none" | "talk"));
    }
    want.parts.len() == got.len() && want.parts.iter().zip(got).all(|(part, frame)| part_fits(part, frame))
}

/// The right command with other words for its task, which the resolver would most likely still find, or ask.
fn only_words_differ(want: &Want, got: &[Frame]) -> bool {
    let related = |part: &Part, frame: &Frame| {
        let (Some(wanted), Some(words)) = (part.fields.get("words"), frame.fields.get("words")) else {
            return part_fits(part, frame);
        };
        let (mut part, mut frame) = (part.clone(), frame.clone());
        let shared = wanted.iter().any(|wanted| share_a_word(wanted, words));
        part.fields.remove("words");
        frame.fields.remove("words");
        shared && part_fits(&part, &frame)
    };
    want.parts.len() == got.len() && want.parts.iter().zip(got).all(|(part, frame)| related(part, frame))
}

fn part_fits(part: &Part, frame: &Frame) -> bool {
    let absent = "-".to_owned();
    part.kind == frame.kind
        && part.fields.iter().all(|(key, wanted)| {
            let got = frame.fields.get(key).unwrap_or(&absent);
            wanted
                .iter()
                .any(|wanted| wanted == "*" || same_field(key, wanted, got) || asks_about(part, key, wanted, got))
        })
        && frame.fields.iter().all(|(key, got)| part.fields.contains_key(key) || tolerated(part, key, got))
}

/// A question about a task may carry more words than its title needs: nothing is changed by it.
fn asks_about(part: &Part, key: &str, wanted: &str, got: &str) -> bool {
    part.kind == "list" && key == "words" && contains_words(got, wanted)
}

/// Fields the corpus need not name.
fn tolerated(part: &Part, key: &str, got: &str) -> bool {
    match key {
        "status" | "f.status" => got == "open" || got == "all",
        "due" => part.fields.contains_key("rec"),
        "verb" | "count" | "topic" => true,
        "q" => got == "show",
        _ => false,
    }
}

fn same_field(key: &str, wanted: &str, got: &str) -> bool {
    if wanted == "-" || got == "-" {
        return wanted == got;
    }
    match key {
        "title" | "note" | "append" => same_text(wanted, got),
        "words" | "not.words" | "query" | "f.query" => same_reference(wanted, got),
        "rec" => wanted == got || same_rule(wanted, got),
        "n" | "place" | "label" | "not.n" | "+label" | "-label" => same_set(wanted, got),
        "verb" => wanted.eq_ignore_ascii_case(got),
        _ => wanted == got,
    }
}

fn same_set(wanted: &str, got: &str) -> bool {
    let set = |text: &str| {
        let mut parts: Vec<String> = text.split([';', ',']).map(str::to_owned).collect();
        parts.sort();
        parts
    };
    set(wanted) == set(got)
}

/// Whether this would change something. A reference by words where no such task exists only answers “couldn't find”.
fn acts(case: &Case, got: &[Frame]) -> bool {
    let found = case.wants.iter().flat_map(|want| &want.parts).any(refers);
    got.iter().any(|frame| match frame.kind {
        "add" => !frame.fields.contains_key("problem"),
        "complete" | "reopen" | "update" | "delete" => {
            !frame.fields.contains_key("which") && (found || !frame.fields.contains_key("words"))
        }
        "undo" | "redo" => true,
        "answer" => frame.fields.get("v").is_some_and(|v| v != "reject"),
        _ => false,
    })
}
