//! Why a date was read as it was, for “why that date?”.

use jiff::{Zoned, civil::Time};
use saydo_domain::Due;

use crate::{
    planner::plan::Reason,
    reply::{due, receipt::quoted},
};

/// A sentence for each piece of text that was taken for a date or a repetition.
#[must_use]
pub fn sentences(reasons: &[Reason], now: &Zoned) -> String {
    if reasons.is_empty() {
        return "I haven't read a date in this conversation yet.".to_owned();
    }
    reasons.iter().map(|reason| sentence(reason, now)).collect::<Vec<_>>().join("\n")
}

fn sentence(reason: &Reason, now: &Zoned) -> String {
    let words = quoted(reason.words.trim());
    let because = because(&reason.rule).map(|why| format!(": {why}")).unwrap_or_default();
    let read = match reason.value.parse::<Due>() {
        Ok(when) => due::words(when, now),
        Err(_) if reason.value.parse::<Time>().is_ok() => reason.value.clone(),
        Err(_) => return format!("I read {words} as how often it repeats."),
    };
    format!("I read {words} as {read}{because}.")
}

/// The rule in words a person can predict the next date by.
fn because(rule: &str) -> Option<&'static str> {
    Some(match rule {
        "weekday" => "a weekday alone is the next one to come, never today",
        "weekday of a week" => "“this” and “next” count calendar weeks, which begin on Monday",
        "date" | "day of the month" | "day of a month" => "a date without a year is the next day of that name",
        "numeric date" => "a date without a year is the next one, read in the order your settings say",
        "hour" | "time" => "a bare hour from 1 to 7 is the afternoon, from 8 to 11 the morning, unless that is over",
        "end of period" | "period" => "a period that runs is due at its end, one ahead at its beginning",
        "date range" | "time range" => "a range is due at its end",
        "tonight" | "part of the day" | "named part" => "parts of the day have a fixed hour",
        _ => return None,
    })
}
