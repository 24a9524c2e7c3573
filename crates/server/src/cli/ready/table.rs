//! The list for people: a line a row, what to do under those that need it, and the verdict last.

use std::fmt::Write as _;

use super::paint::{Paint, Tone, wrapped};
use crate::ready::{GROUPS, Report, Row, State, Verdict};

/// Where the evidence begins.
const INDENT: usize = 37;

/// The mark of a state.
pub(super) const fn mark(state: State) -> (&'static str, Tone) {
    match state {
        State::Ok => ("✓", Tone::Good),
        State::Warning => ("!", Tone::Careful),
        State::Failed => ("✗", Tone::Bad),
        State::NotChecked => ("?", Tone::Bad),
        State::Yours => ("○", Tone::Open),
    }
}

pub(super) fn of(report: &Report, paint: Paint) -> String {
    let mut text = String::new();
    let heading = format!("Saydo {} at {}", report.version, report.base_url);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{}", paint.text(Tone::Strong, &heading));
    for group in GROUPS {
        let rows: Vec<&Row> = report.rows.iter().filter(|row| row.group == group).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", paint.text(Tone::Strong, group));
        for (at, row) in rows.iter().enumerate() {
            // What is the same for several rows is said once, under the last.
            let said_below = rows.get(at + 1).is_some_and(|next| next.help == row.help && next.state == row.state);
            text.push_str(&line(row, paint, said_below));
        }
    }
    text.push_str(&verdict(report, paint));
    text
}

/// One row, with what to do under it.
pub(super) fn line(row: &Row, paint: Paint, said_below: bool) -> String {
    let (sign, tone) = mark(row.state);
    let width = paint.width.saturating_sub(INDENT).max(20);
    let mut text = String::new();
    for (at, part) in wrapped(&row.evidence, width).iter().enumerate() {
        let head = if at == 0 {
            let id = paint.text(Tone::Quiet, &format!("{:<4}", row.id));
            format!(" {} {id} {:<29}", paint.text(tone, sign), row.title)
        } else {
            " ".repeat(INDENT)
        };
        let _ = writeln!(text, "{head}{part}");
    }
    let mut under = |tone: Option<Tone>, what: &str| {
        for part in wrapped(what, width) {
            let part = tone.map_or_else(|| part.clone(), |tone| paint.text(tone, &part));
            let _ = writeln!(text, "{}{part}", " ".repeat(INDENT));
        }
    };
    if matches!(row.state, State::Failed | State::NotChecked | State::Warning) {
        under(Some(Tone::Quiet), &format!("wanted: {}", row.target));
    }
    if !row.help.is_empty() && !said_below {
        under(None, &format!("→ {}", row.help));
    }
    text
}

/// The last lines: what to remember of all this.
pub(super) fn verdict(report: &Report, paint: Paint) -> String {
    let (word, tone) = match report.verdict {
        Verdict::Go => ("GO", Tone::Good),
        Verdict::NoGo => ("NO-GO", Tone::Bad),
    };
    let counts = &report.counts;
    let told = [
        (counts.failed, "failed", Tone::Bad),
        (counts.not_checked, "not checked", Tone::Bad),
        (counts.warning, if counts.warning == 1 { "warning" } else { "warnings" }, Tone::Careful),
        (counts.yours, "yours to decide", Tone::Open),
        (counts.ok, "well", Tone::Good),
    ];
    let told: Vec<(String, Tone)> = told
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, tone)| (format!("{count} {what}"), *tone))
        .collect();
    let counted = told.iter().map(|(what, _)| what.chars().count() + 3).sum::<usize>().saturating_sub(3);
    let told: Vec<String> = told.iter().map(|(what, tone)| paint.text(*tone, what)).collect();
    let took = report.ended_at.duration_since(report.began_at).as_secs_f64();
    let mut text = format!("\n{}\n", paint.text(Tone::Quiet, &"─".repeat(paint.width)));
    let when = format!("{:.0}, in {took:.0} s", report.ended_at);
    let widest = word.len() + 2 + counted + 2 + when.len();
    // On a narrow terminal it has a line of its own.
    let before = if widest > paint.width { "\n" } else { "  " };
    let _ = writeln!(
        text,
        "{}  {}{before}{}",
        paint.text(Tone::Strong, &paint.text(tone, word)),
        told.join(" · "),
        paint.text(Tone::Quiet, &when)
    );
    let missing = report.rows.iter().filter(|row| matches!(row.state, State::Failed | State::NotChecked));
    let missing: Vec<String> = missing.map(|row| format!("{} {}", row.id, row.title)).collect();
    if !missing.is_empty() {
        for part in wrapped(&format!("To do first: {}", missing.join(", ")), paint.width) {
            let _ = writeln!(text, "{part}");
        }
    }
    text
}
