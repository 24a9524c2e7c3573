//! The days a repetition falls on: weekdays, days of the month, dates of the year.

use jiff::civil::Weekday;
use saydo_domain::{ByDay, Frequency, RRule};

use super::{Pattern, weekly_on};
use crate::{
    dates::{absolute::month_name, cursor::Cx, number::ordinal, weekday},
    lexicon::{PhraseKind, Unit},
};

/// Monday to Friday.
pub(super) const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// A weekday in the singular or plural.
fn one_weekday(cx: &Cx<'_>, at: usize) -> Option<(Weekday, usize)> {
    if let Some(weekday) = cx.entry(at).weekdays {
        return Some((weekday, at + 1));
    }
    weekday::name(cx, at).map(|(weekday, _, end)| (weekday, end))
}

/// `mon, wed and fri`, `tue/thu`, `monday to friday`, `weekday`, `weekend`.
pub(super) fn weekdays(cx: &Cx<'_>, at: usize) -> Option<(Vec<Weekday>, usize)> {
    if let Some((days, end)) = group(cx, at) {
        return Some((days, end));
    }
    let (first, mut end) = one_weekday(cx, at)?;
    let mut days = vec![first];
    let ranges = cx.any_punct(end, &['-', '–']) || cx.any(end, &["to", "through", "thru"]);
    if ranges && let Some((last, after)) = one_weekday(cx, end + 1) {
        let length = (last.to_monday_zero_offset() - first.to_monday_zero_offset()).rem_euclid(7);
        let days =
            (0..=length).filter_map(|n| Weekday::from_monday_zero_offset((first.to_monday_zero_offset() + n) % 7).ok());
        return Some((days.collect(), after));
    }
    loop {
        let comma = if cx.any_punct(end, &[',', '/', '&', '+']) { end + 1 } else { end };
        let next = cx.skip(comma, &["and", "n", "or"]);
        let next = if next > end { cx.skip(next, &["every", "each", "on"]) } else { next };
        let Some((day, after)) = one_weekday(cx, next) else { break };
        // `every friday monday meeting` lists nothing; `every mon wed and fri` does.
        if next == end
            && !(cx.any(after, &["and", "&"])
                || one_weekday(cx, after).is_some()
                || days.len() > 1
                || after == cx.tokens.len())
        {
            break;
        }
        days.push(day);
        end = after;
        if days.len() > 14 {
            break;
        }
    }
    Some((days, end))
}

/// `monday to friday every week`, `tuesday and thursday weekly`.
pub(super) fn every_week(cx: &Cx<'_>, at: usize) -> Option<(Pattern, bool)> {
    let (days, end) = weekdays(cx, cx.skip(at, &["on"]))?;
    let end = match cx.word(end) {
        "every" | "each" if cx.any(end + 1, &["week"]) => end + 2,
        "weekly" => end + 1,
        _ => return None,
    };
    Some((Pattern::new(weekly_on(&days), end, "weekdays every week"), false))
}

/// `mon, wed, fri` and `mon/wed/fri`: three days or more in a row of their own are every week's, and so are two in the
/// plural in front (`mondays and thursdays physio`).
pub(super) fn bare_list(cx: &Cx<'_>, at: usize) -> Option<(Pattern, bool)> {
    let (days, end) = weekdays(cx, cx.skip(at, &["on"]))?;
    let ranged = (at..end).any(|at| cx.any_punct(at, &['-', '–']) || cx.any(at, &["to", "through", "thru"]));
    let units = (at..end).any(|at| cx.entry(at).unit.is_some());
    let named = (at..end).filter(|at| cx.entry(*at).weekday.is_some() || cx.entry(*at).weekdays.is_some());
    let plural = at == 0 && days.len() == 2 && named.into_iter().all(|at| cx.entry(at).weekdays.is_some());
    if days.len() < 3 && !plural || ranged || units || cx.after_determiner(at) {
        return None;
    }
    Some((Pattern::new(weekly_on(&days), end, "weekday list"), false))
}

/// `weekday`, `workdays`, `weekends`.
fn group(cx: &Cx<'_>, at: usize) -> Option<(Vec<Weekday>, usize)> {
    let (unit, end) = crate::dates::duration::unit(cx, at)?;
    match unit {
        Unit::Workday => Some((WORKDAYS.to_vec(), end)),
        Unit::Weekend => Some((vec![Weekday::Saturday, Weekday::Sunday], end)),
        _ => None,
    }
}

/// `except sunday`, `but not on weekends`: takes days away.
pub(super) fn except(cx: &Cx<'_>, rule: RRule, end: usize) -> (RRule, usize) {
    let at = cx.words(end, &["but", "not"]).or_else(|| cx.words(end, &["except", "for"]));
    let but = cx.any(end, &["but"]) && weekdays(cx, cx.skip(end + 1, &["on"])).is_some();
    let at = at.or_else(|| but.then_some(end + 1));
    let Some(at) = at.or_else(|| cx.any(end, &["except", "excluding", "besides", "not"]).then_some(end + 1)) else {
        return (rule, end);
    };
    let Some((without, after)) = weekdays(cx, cx.skip(at, &["on"])) else { return (rule, end) };
    let plain_daily = rule.freq == Frequency::Daily && rule.interval == 1;
    let all = [WORKDAYS.as_slice(), &[Weekday::Saturday, Weekday::Sunday]].concat();
    let days = if plain_daily { all } else { rule.by_day.iter().map(|by| by.weekday).collect() };
    let left: Vec<Weekday> = days.into_iter().filter(|day| !without.contains(day)).collect();
    if left.is_empty() || rule.freq != Frequency::Weekly && !plain_daily {
        return (rule, end);
    }
    (RRule { interval: rule.interval, ..weekly_on(&left) }, after)
}

/// `1st`, `1st and 15th`, `the 3rd`, `last day`: days of the month.
pub(super) fn month_days(cx: &Cx<'_>, at: usize) -> Option<(Vec<i8>, usize)> {
    let mut days = Vec::new();
    let mut end = at;
    loop {
        let next = cx.skip(end, &["the"]);
        let Some((day, after)) = month_day(cx, next) else { break };
        days.push(day);
        end = after;
        let comma = if cx.any_punct(end, &[',', '/', '&']) { end + 1 } else { end };
        let and = cx.skip(comma, &["and"]);
        if and == end || month_day(cx, cx.skip(and, &["the"])).is_none() || days.len() > 31 {
            break;
        }
        end = and;
    }
    (!days.is_empty()).then_some((days, end))
}

fn month_day(cx: &Cx<'_>, at: usize) -> Option<(i8, usize)> {
    let (day, end) = ordinal(cx, at)?;
    if cx.any(end, &["day"]) && (day < 0 || of_month(cx, end + 1).is_some()) {
        return Some((day, end + 1));
    }
    (1..=31).contains(&day).then_some((day, end))
}

/// `first monday`, `last friday`, `2nd and 4th tuesday`: weekdays of the month; `last workday` by position.
pub(super) fn nth_weekday(cx: &Cx<'_>, at: usize) -> Option<(RRule, usize)> {
    let at = cx.skip(at, &["the"]);
    let (nth, mut end) = ordinal(cx, at).filter(|(nth, _)| (-2..=5).contains(nth) && *nth != 0)?;
    let mut all = vec![nth];
    while (cx.any(end, &["and"]) || cx.any_punct(end, &['&', ',', '/'])) && all.len() < 5 {
        let Some((more, after)) = ordinal(cx, end + 1).filter(|(more, _)| (1..=5).contains(more)) else { break };
        all.push(more);
        end = after;
    }
    let mut rule = RRule::every(1, Frequency::Monthly);
    if let Some((weekday, end)) = one_weekday(cx, end) {
        rule.by_day = all.into_iter().map(|ordinal| ByDay { ordinal, weekday }).collect();
        return Some((rule, end));
    }
    let (days, end) = group(cx, end)?;
    // The n-th weekend begins with the n-th saturday.
    if days.len() == 2 {
        rule.by_day = all.into_iter().map(|ordinal| ByDay { ordinal, weekday: Weekday::Saturday }).collect();
        return Some((rule, end));
    }
    rule.by_day = days.into_iter().map(|weekday| ByDay { ordinal: 0, weekday }).collect();
    rule.by_set_pos = all.into_iter().map(i16::from).collect();
    Some((rule, end))
}

/// `3 march`, `march 3rd`, `december`: a date of the year.
pub(super) fn date_of_year(cx: &Cx<'_>, at: usize) -> Option<(RRule, usize)> {
    let mut rule = RRule::every(1, Frequency::Yearly);
    let small = |month: u32| i8::try_from(month).ok();
    let day = |at: usize| {
        let at = cx.skip(at, &["the"]);
        let plain =
            || cx.digits(at).filter(|(_, digits)| *digits <= 2).and_then(|(day, _)| Some((small(day)?, at + 1)));
        ordinal(cx, at).or_else(plain).filter(|(day, _)| (1..=31).contains(day))
    };
    if let Some((month, weak, end)) = month_name(cx, at) {
        rule.by_month = vec![small(month)?];
        if let Some((day, end)) = day(end).filter(|(_, end)| cx.ends(*end)) {
            rule.by_month_day = vec![day];
            return Some((rule, end));
        }
        rule.by_month_day = vec![1];
        let mut end = end;
        while (cx.any(end, &["and"]) || cx.any_punct(end, &['&', ',', '/'])) && rule.by_month.len() < 12 {
            let next = if cx.punct(end, ',') { cx.skip(end + 1, &["and"]) } else { end + 1 };
            let Some((more, _, after)) = month_name(cx, next).filter(|(.., after)| cx.ends(*after)) else { break };
            rule.by_month.push(small(more)?);
            end = after;
        }
        return (!weak || cx.followed_well(end)).then_some((rule, end));
    }
    if let Some((end, phrase)) = cx.phrase(at, PhraseKind::Holiday) {
        if let Some(rule) = moving_holiday(phrase.value) {
            return Some((rule, end));
        }
        let (month, day) = phrase.value.split_once('-')?;
        rule.by_month = vec![month.parse().ok()?];
        rule.by_month_day = vec![day.parse().ok()?];
        return Some((rule, end));
    }
    let (day, end) = day(at)?;
    let (month, _, end) = month_name(cx, cx.skip(end, &["of"]))?;
    rule.by_month = vec![small(month)?];
    rule.by_month_day = vec![day];
    Some((rule, end))
}

/// The rule of a holiday that is the n-th weekday of a month: `4 thu 11`.
fn moving_holiday(value: &str) -> Option<RRule> {
    let mut words = value.split(' ');
    let (nth, day, month) = (words.next()?, words.next()?, words.next()?);
    let by = ByDay { ordinal: nth.parse().ok()?, weekday: crate::lexicon::weekday_named(day)? };
    let by_month = vec![month.parse().ok()?];
    words.next().is_none().then(|| RRule { by_day: vec![by], by_month, ..RRule::every(1, Frequency::Yearly) })
}

/// `of the month`, `of each month`, `each month`, and how many months apart.
pub(super) fn of_month(cx: &Cx<'_>, at: usize) -> Option<(u32, usize)> {
    let of = cx.skip(at, &["of", "in"]);
    let each = cx.skip(of, &["the", "a", "each", "every", "any"]);
    if each == of {
        return None;
    }
    if cx.any(each, &["month", "months"]) {
        return Some((1, each + 1));
    }
    let other = cx.any(each, &["other", "second"]) && cx.any(each + 1, &["month"]);
    let quarter = cx.any(each, &["quarter"]);
    if quarter { Some((3, each + 1)) } else { other.then_some((2, each + 2)) }
}

/// `first monday of every month`, `the 1st of each month`, `15th every month`, `last day of every month`.
pub(super) fn of_every_month(cx: &Cx<'_>, at: usize) -> Option<(Pattern, bool)> {
    let start = cx.skip(at, &["on", "by"]);
    let (rule, end) = nth_weekday(cx, start).or_else(|| {
        let (days, end) = month_days(cx, start)?;
        Some((RRule { by_month_day: days, ..RRule::every(1, Frequency::Monthly) }, end))
    })?;
    // Two of them are of every month: `the first and third monday of the month`.
    if rule.by_day.len() > 1
        && rule.by_day.iter().all(|by| by.ordinal != 0)
        && let Some((interval, end)) = of_month(cx, end)
    {
        return Some((Pattern::new(RRule { interval, ..rule }, end, "day of every month"), false));
    }
    // Only `every` makes it a repetition; `of the month` is one date.
    let of = cx.skip(end, &["of", "in"]);
    if cx.any(of, &["every", "each"]) {
        let (interval, end) = of_month(cx, end)?;
        return Some((Pattern::new(RRule { interval, ..rule }, end, "day of every month"), false));
    }
    let adverb = cx.any(end, &["monthly"]);
    adverb.then(|| (Pattern::new(rule, end + 1, "day of every month"), false))
}
