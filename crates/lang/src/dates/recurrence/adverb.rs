//! Repetitions in one word: `daily`, `weekly on monday`, `mondays`, `on weekdays`, `quarterly`.

use saydo_domain::{Frequency, RRule};

use super::{
    Pattern,
    days::{WORKDAYS, except, weekdays},
    every::with_days,
    rule_of, weekly_on,
};
use crate::{
    dates::{
        When,
        cursor::Cx,
        duration::Amount,
        number::cardinal,
        time::{part, time},
        value::Strength,
    },
    lexicon::{Part, Unit},
};

/// A repetition in one word. `weekly report` and `the daily news` are nouns: it counts at the end or before `on`, `at`.
pub(super) fn adverb(cx: &Cx<'_>, at: usize) -> Option<(Pattern, bool)> {
    let start = cx.skip(at, &["repeat", "repeats", "repeating", "recurring", "once"]);
    let word = named(cx, start);
    let lone = word.is_some();
    let dated = word.as_ref().is_some_and(|pattern| pattern.end > start + 1);
    let pattern = word.or_else(|| counted(cx, start)).or_else(|| plural(cx, start))?;
    let (rrule, end) = except(cx, pattern.rrule, pattern.end);
    // `weekly review notes`, but `weekly on friday call bob`
    if lone && !dated {
        cx.open_strictly();
    }
    let timed = || {
        time(cx, end, "").is_some_and(|(when, end)| {
            let strong = when.strength == Strength::Strong
                || matches!(when.rule, "clock time" | "named time") && cx.followed_well(end);
            strong && cx.ends(end)
        })
    };
    let opening = at == 0 && (cx.any(at, &["on"]) || dated);
    let bounded = || super::bound(cx, end).is_some_and(|(_, end)| cx.followed_well(end));
    if cx.after_determiner(at) || !(cx.followed_well(end) || opening || timed() || bounded()) {
        return None;
    }
    Some((Pattern { rrule, end, ..pattern }, false))
}

fn named(cx: &Cx<'_>, at: usize) -> Option<Pattern> {
    let (interval, freq, end) = if let Some((interval, freq)) = adverb_of(cx.word(at)) {
        (interval, freq, at + 1)
    } else {
        // `bi-weekly`, `half yearly`, `six-monthly`, `2 weekly`
        let (times, word) = match cx.word(at) {
            "bi" => (2000, cx.skip_hyphen(at + 1)),
            "semi" | "half" => (500, cx.skip_hyphen(at + 1)),
            "quarter" => (250, cx.skip_hyphen(at + 1)),
            _ => {
                let (count, end) = cardinal(cx, at)?;
                let word = cx.skip_hyphen(end);
                // `3 sets of 10 daily` counts something else.
                if word == end && (cx.counts(at) || cx.any(end, &["daily", "nightly"])) {
                    return None;
                }
                (i64::from(count) * 1000, word)
            }
        };
        let (interval, freq) = adverb_of(cx.word(word))?;
        let amount = Amount::of(times * i64::from(interval), unit_of(freq));
        let rrule = rule_of(amount)?;
        (rrule.interval, rrule.freq, word + 1)
    };
    let (rrule, end) = with_days(cx, RRule::every(interval, freq), end);
    let part = cx.any(at, &["nightly"]).then(|| When::part("part of the day", Part::Night));
    Some(Pattern { part, ..Pattern::new(rrule, end, "adverb") })
}

/// Every how many of what an adverb says.
fn adverb_of(word: &str) -> Option<(u32, Frequency)> {
    Some(match word {
        "hourly" => (1, Frequency::Hourly),
        "daily" | "nightly" => (1, Frequency::Daily),
        "weekly" => (1, Frequency::Weekly),
        "biweekly" | "fortnightly" => (2, Frequency::Weekly),
        "monthly" => (1, Frequency::Monthly),
        "bimonthly" => (2, Frequency::Monthly),
        "quarterly" => (3, Frequency::Monthly),
        "semiannually" | "biannually" => (6, Frequency::Monthly),
        "yearly" | "annually" => (1, Frequency::Yearly),
        "biennially" => (2, Frequency::Yearly),
        _ => return None,
    })
}

const fn unit_of(freq: Frequency) -> Unit {
    match freq {
        Frequency::Minutely => Unit::Minute,
        Frequency::Hourly => Unit::Hour,
        Frequency::Daily => Unit::Day,
        Frequency::Weekly => Unit::Week,
        Frequency::Monthly => Unit::Month,
        Frequency::Yearly => Unit::Year,
    }
}

/// `mondays`, `on tuesdays and thursdays`, `weekdays`, `on weekends`, `alternate days`, `mornings`.
fn plural(cx: &Cx<'_>, at: usize) -> Option<Pattern> {
    let start = cx.skip(at, &["on", "at"]);
    if cx.any(start, &["alternate"])
        && let Some((days, end)) = weekdays(cx, start + 1).filter(|_| cx.entry(start + 1).weekdays.is_some())
    {
        return Some(Pattern::new(RRule { interval: 2, ..weekly_on(&days) }, end, "alternate"));
    }
    if let Some(found) = parts(cx, start) {
        return Some(found);
    }
    if cx.any(start, &["alternate"]) && cx.any(start + 1, &["days", "weeks"]) {
        let freq = if cx.any(start + 1, &["days"]) { Frequency::Daily } else { Frequency::Weekly };
        return Some(Pattern::new(RRule::every(2, freq), start + 2, "alternate"));
    }
    // `two fridays from now` counts days.
    if start == at
        && at > 0
        && (cx.number(at - 1).is_some_and(|count| count < 1900) || cx.entry(at - 1).number.is_some())
    {
        return None;
    }
    let plural_day = cx.entry(start).weekdays.is_some();
    let plural_unit = matches!(cx.entry(start).unit, Some(Unit::Workday | Unit::Weekend))
        && cx.word(start).ends_with('s')
        || cx.any(start, &["business", "working", "work"]) && cx.any(start + 1, &["days"]);
    if !plural_day && !plural_unit {
        return None;
    }
    let night = cx.any(start, &["weeknights"]).then(|| When::part("part of the day", Part::Night));
    let (days, end) = weekdays(cx, start)?;
    let (interval, end) = every_other(cx, end);
    let (part, end) = part(cx, end, "", true)
        .filter(|(when, _)| when.days.is_none())
        .map_or((night, end), |(when, end)| (Some(when), end));
    let rule = if days == WORKDAYS { "weekdays" } else { "plural weekday" };
    Some(Pattern { part, ..Pattern::new(RRule { interval, ..weekly_on(&days) }, end, rule) })
}

/// `for 3 mondays`, `the next 3 fridays`: every week, that many times.
fn counted(cx: &Cx<'_>, at: usize) -> Option<Pattern> {
    let lead = cx.skip(at, &["for", "on"]);
    let next = cx.skip(lead, &["the"]);
    let count_at = cx.skip(next, &["next", "coming", "following"]);
    let led = cx.any(at, &["for"]) || count_at > next;
    let (count @ 1..=100, day) = cardinal(cx, count_at)? else { return None };
    let weekday = cx.entry(day).weekdays.filter(|_| led)?;
    let rrule = RRule { count: Some(count), ..weekly_on(&[weekday]) };
    Some(Pattern::new(rrule, day + 1, "counted weekdays"))
}

/// `weekday mornings`, `monday evenings`, `in the mornings`.
fn parts(cx: &Cx<'_>, at: usize) -> Option<Pattern> {
    let plural = |at: usize| cx.entry(at).part.is_some() && cx.word(at).ends_with('s');
    if let Some(the) = cx.words(at, &["in", "the"]).filter(|the| plural(*the)) {
        let when = When::part("part of the day", cx.entry(the).part?);
        let rrule = RRule::every(1, Frequency::Daily);
        return Some(Pattern { part: Some(when), ..Pattern::new(rrule, the + 1, "plural part of the day") });
    }
    let (days, end) = weekdays(cx, at).filter(|(_, end)| plural(*end))?;
    let when = When::part("part of the day", cx.entry(end).part?);
    Some(Pattern { part: Some(when), ..Pattern::new(weekly_on(&days), end + 1, "plural part of the day") })
}

/// `tuesdays every two weeks`, `mondays every other week`.
fn every_other(cx: &Cx<'_>, end: usize) -> (u32, usize) {
    if !cx.any(end, &["every", "each"]) {
        return (1, end);
    }
    if let Some(end) = cx.words(end + 1, &["other", "week"]).or_else(|| cx.words(end + 1, &["second", "week"])) {
        return (2, end);
    }
    match crate::dates::number::cardinal(cx, end + 1) {
        Some((interval @ 1..=52, after)) if cx.any(after, &["weeks"]) => (interval, after + 1),
        _ => (1, cx.words(end + 1, &["week"]).unwrap_or(end)),
    }
}
