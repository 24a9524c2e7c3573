//! Repetitions: `daily`, `every 2 weeks on tue and thu`, `monthly on the last friday`, `3 days after I finish`.
//!
//! A rule gives an RRULE (RFC 5545 §3.3.10); when it begins, ends and at what time of day is joined later.

mod adverb;
mod bounds;
mod days;
mod edge;
mod every;
mod often;

pub(crate) use bounds::{Bound, bound};

use saydo_domain::{ByDay, Frequency, RRule, RepeatFrom};

use super::{
    cursor::Cx,
    duration::{Amount, duration},
    value::When,
};

/// A recognised repetition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Repeat {
    /// First token.
    pub(crate) start: usize,
    /// One past the last token.
    pub(crate) end: usize,
    /// One past the last token that is taken out: what the rule cannot say (`twice a day`) stays in the title.
    pub(crate) taken: usize,
    /// The rule, without an end.
    pub(crate) rrule: RRule,
    /// What the next occurrence is counted from.
    pub(crate) from: RepeatFrom,
    /// A stretch of the day said with it (`every morning`).
    pub(crate) part: Option<When>,
    /// The rule that recognised it.
    pub(crate) rule: &'static str,
}

/// What the rules of this folder give: the RRULE, the stretch of the day, the position after, the rule's name.
struct Pattern {
    rrule: RRule,
    /// Where words begin that stay in the title, though they belong to it.
    stays: Option<usize>,
    part: Option<When>,
    end: usize,
    rule: &'static str,
}

impl Pattern {
    fn new(rrule: RRule, end: usize, rule: &'static str) -> Self {
        Self { rrule, stays: None, part: None, end, rule }
    }
}

/// The repetition that begins there.
pub(crate) fn repeat(cx: &Cx<'_>, at: usize) -> Option<Repeat> {
    cx.open_at(at);
    if !cx.begins(at) {
        return None;
    }
    if let Some((rrule, end)) = after_completion(cx, at) {
        let from = RepeatFrom::Completion;
        let rule = "after completion";
        return cx.ends(end).then_some(Repeat { start: at, end, taken: end, rrule, from, part: None, rule });
    }
    let found = often::several_times_a(cx, at)
        .or_else(|| edge::edge_of_month(cx, at))
        .or_else(|| edge::edge_of_period(cx, at))
        .or_else(|| every::every(cx, at))
        .or_else(|| adverb::adverb(cx, at))
        .or_else(|| days::of_every_month(cx, at))
        .or_else(|| days::every_week(cx, at))
        .or_else(|| days::bare_list(cx, at))
        .or_else(|| due_then(cx, at))?;
    let (pattern, completion) = found;
    let mut end = pattern.end;
    let mut from = if completion { RepeatFrom::Completion } else { RepeatFrom::Due };
    if let Some(after) = completion_words(cx, end) {
        (end, from) = (after, RepeatFrom::Completion);
    }
    end = cx.words(end, &["or", "so"]).unwrap_or(end);
    let valid = pattern.rrule.interval >= 1 && pattern.rrule.interval <= 1000;
    (valid && cx.ends(end)).then_some(Repeat {
        start: at,
        end,
        // `remind me twice a day to drink water`: the title is what comes after.
        taken: pattern.stays.filter(|_| !cx.any(end, &["to"])).unwrap_or(end),
        rrule: pattern.rrule,
        from,
        part: pattern.part,
        rule: pattern.rule,
    })
}

/// `due on the 1st of every month`
fn due_then(cx: &Cx<'_>, at: usize) -> Option<(Pattern, bool)> {
    let due = cx.skip(at, &["is", "are"]);
    let then = cx.any(due, &["due"]).then_some(due + 1)?;
    days::of_every_month(cx, then).or_else(|| days::every_week(cx, then)).or_else(|| every::every(cx, then))
}

/// `3 days after I finish`, `a week after completion`.
fn after_completion(cx: &Cx<'_>, at: usize) -> Option<(RRule, usize)> {
    let (amount, end) = duration(cx, at)?;
    let end = completion_words(cx, end)?;
    Some((rule_of(amount)?, end))
}

/// `after I finish`, `after completing it`, `from completion`, `after it's done`.
fn completion_words(cx: &Cx<'_>, at: usize) -> Option<usize> {
    if !cx.any(at, &["after", "from", "since", "once", "when"]) {
        return None;
    }
    let subject = cx.skip(at + 1, &["i", "i've", "it", "it's", "each", "every", "the", "last", "previous", "being"]);
    let subject = cx.skip(subject, &["last", "have", "is", "was", "time", "get"]);
    let done = [
        "finish",
        "finished",
        "finishing",
        "complete",
        "completed",
        "completing",
        "completion",
        "done",
        "did",
        "do",
        "doing",
        "finishes",
        "completes",
    ];
    if !cx.any(subject, &done)
        || cx.any(subject, &["do", "did", "doing"]) && !cx.any(subject + 1, &["it", "this", "that"])
    {
        return None;
    }
    let end = cx.skip(subject + 1, &["it", "this", "that", "date", "one"]);
    cx.followed_well(end).then_some(end)
}

/// An amount as a plain rule.
fn rule_of(amount: Amount) -> Option<RRule> {
    let every =
        |count: i64, freq| Some(RRule::every(u32::try_from(count).ok().filter(|n| (1..=1000).contains(n))?, freq));
    match amount {
        Amount { months, days: 0, workdays: 0, seconds: 0 } if months % 12 == 0 && months > 0 => {
            every(months / 12, Frequency::Yearly)
        }
        Amount { months, days: 0, workdays: 0, seconds: 0 } if months > 0 => every(months, Frequency::Monthly),
        Amount { months: 0, days, workdays: 0, seconds: 0 } if days % 7 == 0 && days > 0 => {
            every(days / 7, Frequency::Weekly)
        }
        Amount { months: 0, days, workdays: 0, seconds: 0 } if days > 0 => every(days, Frequency::Daily),
        Amount { months: 0, days: 0, workdays: 0, seconds } if seconds % 3600 == 0 && seconds > 0 => {
            every(seconds / 3600, Frequency::Hourly)
        }
        Amount { months: 0, days: 0, workdays: 0, seconds } if seconds % 60 == 0 && seconds > 0 => {
            every(seconds / 60, Frequency::Minutely)
        }
        Amount { months: 0, days: 0, workdays: 1, seconds: 0 } => Some(weekly_on(&days::WORKDAYS)),
        _ => None,
    }
}

/// Every week on these days, in the order of the week, each once.
fn weekly_on(weekdays: &[jiff::civil::Weekday]) -> RRule {
    let mut rule = RRule::every(1, Frequency::Weekly);
    let mut sorted = weekdays.to_vec();
    sorted.sort_by_key(|weekday| weekday.to_monday_zero_offset());
    sorted.dedup();
    rule.by_day = sorted.into_iter().map(|weekday| ByDay { ordinal: 0, weekday }).collect();
    rule
}
