//! What begins with `every`: `every day`, `every 2 weeks on tue`, `every 3rd`, `every! 3 days`, `once a month`.

use saydo_domain::{ByDay, Frequency, RRule};

use super::{
    Pattern,
    days::{date_of_year, except, month_days, nth_weekday, of_month, weekdays},
    rule_of, weekly_on,
};
use crate::{
    dates::{
        cursor::Cx,
        duration::{Amount, duration, unit},
        number::ordinal,
        time::part,
        value::{Clock, When},
    },
    lexicon::{Part, PhraseKind, Unit},
};

/// A repetition that begins with `every`, and whether it counts from completion.
pub(super) fn every(cx: &Cx<'_>, at: usize) -> Option<(Pattern, bool)> {
    let (after, completion, once) = lead(cx, at)?;
    let after = cx.skip(after, &["single"]);
    let found = once_a(cx, after, once)
        .or_else(|| if once { None } else { spaced(cx, after).or_else(|| on_days(cx, after)) })?;
    let (rrule, end) = except(cx, found.rrule, found.end);
    let (part, part_at, end) = match found.part {
        Some(part) => (Some(part), after, end),
        None => part_of_day(cx, end).map_or((None, end, end), |(when, after)| (Some(when), end, after)),
    };
    // `every morning and evening`: the rule says the first, the title keeps both.
    let more = part.as_ref().and_then(|_| another_part(cx, end));
    let stays = more.map(|(_, again)| if again { at } else { part_at });
    Some((Pattern { stays, part, ..Pattern::new(rrule, more.map_or(end, |(end, _)| end), found.rule) }, completion))
}

/// `and evening`, `and every night`: the position after it, and whether `every` is said again.
fn another_part(cx: &Cx<'_>, at: usize) -> Option<(usize, bool)> {
    let and = if cx.any(at, &["and", "n"]) || cx.punct(at, '&') { at + 1 } else { return None };
    let again = cx.any(and, &["every", "each"]);
    let word = cx.skip(cx.skip(and, &["every", "each", "in"]), &["the"]);
    cx.entry(word).part.filter(|_| cx.followed_well(word + 1)).map(|_| (word + 1, again))
}

/// The position after `every`, whether `!` follows it, and whether only a unit may follow (`once a week`).
fn lead(cx: &Cx<'_>, at: usize) -> Option<(usize, bool, bool)> {
    let mut start = cx.skip(at, &["recurs", "repeat", "repeats", "repeating", "recurring", "recur"]);
    start = cx.words(start, &["each", "and", "every"]).map_or(start, |every| every - 1);
    if cx.any(start, &["once"]) {
        start += 1;
        if cx.any(start, &["in"]) && duration(cx, start + 1).is_some() {
            return Some((start + 1, false, false));
        }
        if cx.any(start, &["a", "an", "per"]) || cx.punct(start, '/') && cx.glued(start + 1) {
            return Some((start + 1, false, true));
        }
    }
    if !cx.any(start, &["every", "each", "evry", "evey", "ev", "everyday", "evryday", "evrey"]) {
        return None;
    }
    if cx.any(start, &["everyday", "evryday"]) {
        // `everyday` is read as its second half.
        return cx.followed_well(start + 1).then_some((start, false, false));
    }
    let bang = cx.punct(start + 1, '!') && cx.glued(start + 1);
    Some((if bang { start + 2 } else { start + 1 }, bang, false))
}

fn part_of_day(cx: &Cx<'_>, end: usize) -> Option<(When, usize)> {
    part(cx, end, "", true).filter(|(when, _)| when.days.is_none())
}

/// `a week`, `per month` after `once`.
fn once_a(cx: &Cx<'_>, at: usize, once: bool) -> Option<Pattern> {
    if !once {
        return None;
    }
    let (unit, end) = unit(cx, at)?;
    let (rrule, end) = with_days(cx, rule_of(Amount::of(1000, unit))?, end);
    Some(Pattern::new(rrule, end, "once a period"))
}

/// A unit with its interval: `day`, `other week`, `3 months`, `3rd day`.
fn spaced(cx: &Cx<'_>, at: usize) -> Option<Pattern> {
    if cx.any(at, &["everyday", "evryday"]) {
        return Some(Pattern::new(RRule::every(1, Frequency::Daily), at + 1, "every unit"));
    }
    let (interval, unit_at) = if cx.any(at, &["other", "alternate", "alternative", "second", "2nd"]) {
        (2, at + 1)
    } else if let Some((nth, end)) = ordinal(cx, at).filter(|(nth, _)| *nth > 1) {
        (i64::from(nth), end)
    } else {
        (1, at)
    };
    if interval == 1
        && let Some((amount, end)) = duration(cx, at)
    {
        let (rule, end) = with_days(cx, rule_of(amount)?, end);
        return Some(Pattern::new(rule, end, "every so many"));
    }
    // `every 2nd day of the month`
    let of_month_day = |end| interval > 1 && of_month(cx, end).is_some();
    if let Some((unit, end)) =
        unit(cx, unit_at).filter(|(unit, end)| !matches!(unit, Unit::Weekend | Unit::Workday) && !of_month_day(*end))
    {
        let night = unit == Unit::Night;
        // `every hour and a half`
        let half = if interval == 1 { cx.words(end, &["and", "a", "half"]) } else { None };
        let amount = Amount::of(interval * 1000 + if half.is_some() { 500 } else { 0 }, unit);
        let (rrule, end) = with_days(cx, rule_of(amount)?, half.unwrap_or(end));
        let part = night.then(|| When::part("part of the day", Part::Night));
        return Some(Pattern { part, ..Pattern::new(rrule, end, "every unit") });
    }
    // `every other friday`, `every second tuesday` (of the month when it says so).
    if interval > 1 && nth_weekday(cx, at).is_some_and(|(_, end)| of_month(cx, end).is_some()) {
        return None;
    }
    if interval == 2
        && let Some((days, end)) = weekdays(cx, unit_at)
    {
        return Some(Pattern::new(RRule { interval: 2, ..weekly_on(&days) }, end, "every other weekday"));
    }
    if let Some(pattern) = named_time(cx, at).filter(|_| interval == 1) {
        return Some(pattern);
    }
    let interval = u32::try_from(interval).ok()?;
    let (when, end) = part_of_day(cx, unit_at)?;
    let (rrule, end) = with_days(cx, RRule::every(interval, Frequency::Daily), end);
    Some(Pattern { part: Some(when), ..Pattern::new(rrule, end, "every part of the day") })
}

/// `every lunchtime`, `every midnight`: a time with a name, daily.
fn named_time(cx: &Cx<'_>, at: usize) -> Option<Pattern> {
    let (end, phrase) = cx.phrase(at, PhraseKind::Clock).filter(|(end, _)| cx.followed_well(*end))?;
    let (hour, minute) = phrase.value.split_once(':')?;
    let clock = Clock::sure(hour.parse().ok()?, minute.parse().ok()?);
    let part = Some(When::clock("named time", clock));
    Some(Pattern { part, ..Pattern::new(RRule::every(1, Frequency::Daily), end, "every named time") })
}

/// Days: `monday and friday`, `weekday`, `first monday`, `3rd`, `1st and 15th`, `march 3`.
fn on_days(cx: &Cx<'_>, at: usize) -> Option<Pattern> {
    if let Some((days, end)) = weekdays(cx, at) {
        let night = cx.any(at, &["weeknight"]).then(|| When::part("part of the day", Part::Night));
        return Some(Pattern { part: night, ..Pattern::new(weekly_on(&days), end, "every weekday") });
    }
    if let Some((rule, end)) = date_of_year(cx, at) {
        return Some(Pattern::new(rule, end, "every date"));
    }
    if let Some((rule, end)) = nth_weekday(cx, at) {
        let (interval, end) = of_month(cx, end).unwrap_or((1, end));
        return Some(Pattern::new(RRule { interval, ..rule }, end, "nth weekday of every month"));
    }
    let (days, end) = month_days(cx, at)?;
    let of = of_month(cx, end);
    if of.is_none() && !cx.followed_well(end) {
        return None;
    }
    let (interval, end) = of.unwrap_or((1, end));
    let rule = RRule { by_month_day: days, ..RRule::every(interval, Frequency::Monthly) };
    Some(Pattern::new(rule, end, "day of every month"))
}

/// The days named after a unit: `every 2 weeks on tue and thu`, `monthly on the last friday`, `yearly on 3 march`.
pub(super) fn with_days(cx: &Cx<'_>, rule: RRule, end: usize) -> (RRule, usize) {
    let comma = if cx.punct(end, ',') && cx.any(end + 1, &["on"]) { end + 1 } else { end };
    let on = cx.skip(comma, if rule.freq == Frequency::Yearly { &["on", "by", "in"] } else { &["on", "by"] });
    let bare = on == end;
    let on = if bare { on } else { cx.skip(on, &["a"]) };
    let found = match rule.freq {
        Frequency::Weekly => weekdays(cx, on)
            .filter(|(_, after)| !bare || cx.followed_well(*after))
            .map(|(days, after)| (RRule { interval: rule.interval, ..weekly_on(&days) }, after)),
        Frequency::Monthly => nth_weekday(cx, on)
            .map(|(with, after)| (RRule { interval: rule.interval, ..with }, after))
            .or_else(|| {
                let (days, after) = month_days(cx, on).filter(|(_, after)| !bare && cx.followed_well(*after))?;
                Some((RRule { by_month_day: days, ..rule.clone() }, after))
            })
            .or_else(|| {
                let (days, after) = weekdays(cx, on).filter(|_| !bare)?;
                let by_day = days.into_iter().map(|weekday| ByDay { ordinal: 1, weekday }).collect();
                Some((RRule { by_day, ..rule.clone() }, after))
            }),
        Frequency::Yearly => date_of_year(cx, on)
            .filter(|_| !bare || cx.entry(on).month.is_some())
            .map(|(with, after)| (RRule { interval: rule.interval, ..with }, after)),
        Frequency::Daily | Frequency::Hourly | Frequency::Minutely => None,
    };
    found.unwrap_or((rule, end))
}
