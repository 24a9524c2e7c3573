//! Periods by their names: `this week`, `june`, `Q2`, `summer`, `2027`, `week 12`.

use jiff::civil::{Date, Weekday};

use super::{Period, of_month, of_unit};
use crate::{
    dates::{
        absolute::month_name,
        cursor::Cx,
        duration::unit,
        number::ordinal,
        value::{civil, plus_days, plus_months},
    },
    lexicon::Unit,
};

/// A period without its edge.
pub(super) fn bare(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
    counted(cx, at)
        .or_else(|| month(cx, at))
        .or_else(|| quarter(cx, at))
        .or_else(|| season(cx, at))
        .or_else(|| year(cx, at))
        .or_else(|| calendar_week(cx, at))
}

/// `this week`, `next month`, `the week after next`, `the weekend`.
fn counted(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
    let the = cx.skip(at, &["the"]);
    let (ahead, unit_at) = match cx.word(the) {
        "this" | "current" => (0, cx.skip(the + 1, &["coming", "current"])),
        "next" | "nxt" | "coming" | "following" | "upcoming" => (1, the + 1),
        "last" | "previous" | "past" => (-1, the + 1),
        _ => (0, the),
    };
    let led = unit_at > the;
    let (unit, mut end) = unit(cx, unit_at)?;
    if matches!(unit, Unit::Weekend) && matches!(cx.word(the), "coming" | "upcoming") {
        return Some((of_unit(cx.today, unit, 0)?, end));
    }
    let mut ahead = ahead;
    if !led {
        if let Some(after) = cx.words(end, &["after", "next"]).or_else(|| cx.words(end, &["after", "the", "next"])) {
            (ahead, end) = (2, after);
        } else if unit != Unit::Weekend {
            return None;
        }
    }
    if led && ahead == 1 && cx.words(end, &["but", "one"]).is_some() {
        (ahead, end) = (2, end + 2);
    }
    let plural = cx.word(unit_at).ends_with('s') && unit != Unit::Workday && cx.word(unit_at) != "business";
    if plural || matches!(unit, Unit::Second | Unit::Minute | Unit::Hour | Unit::Day | Unit::Night | Unit::Decade) {
        return None;
    }
    let mut period = of_unit(cx.today, unit, ahead)?;
    period.marked = unit == Unit::Weekend && !led && ahead == 0;
    Some((period, end))
}

/// `june`, `next june`, `june 2027`, `june next year`.
fn month(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
    let led = cx.any(at, &["this", "next", "coming", "following"]);
    let (month, weak, end) = month_name(cx, if led { at + 1 } else { at })?;
    let (year, end) = year_of(cx, end);
    let mut period = of_month(cx, month, year, cx.any(at, &["next"]))?;
    period.marked = weak || !(led || year.is_some());
    Some((period, end))
}

/// `2027`, `of 2027`, `next year` after a month or quarter.
fn year_of(cx: &Cx<'_>, end: usize) -> (Option<i64>, usize) {
    let at = cx.skip(if cx.punct(end, ',') { end + 1 } else { end }, &["of", "in"]);
    if let Some((year @ 1900..=2999, 4)) = cx.digits(at) {
        return (Some(year.into()), at + 1);
    }
    match (cx.words(at, &["next", "year"]), cx.words(at, &["this", "year"])) {
        (Some(end), _) => (Some(i64::from(cx.today.year()) + 1), end),
        (_, Some(end)) => (Some(cx.today.year().into()), end),
        _ => (None, end),
    }
}

/// `Q2`, `q2 2027`, `2nd quarter`.
fn quarter(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
    let (number, end) = match cx.word(at) {
        "q1" => (1, at + 1),
        "q2" => (2, at + 1),
        "q3" => (3, at + 1),
        "q4" => (4, at + 1),
        half @ ("h1" | "h2") => return half_year(cx, half == "h2", at + 1),
        _ => {
            let (number @ 1..=4, end) = ordinal(cx, cx.skip(at, &["the"]))? else { return None };
            (i64::from(number), if cx.any(end, &["quarter"]) { end + 1 } else { return None })
        }
    };
    let (year, end) = year_of(cx, end);
    let this_year = i64::from(cx.today.year());
    let over = number * 3 < i64::from(cx.today.month());
    let first = civil(year.unwrap_or(if over { this_year + 1 } else { this_year }), number * 3 - 2, 1)?;
    let marked = year.is_none();
    Some((Period { first, last: plus_months(first, 2)?.last_of_month(), unit: Unit::Quarter, marked }, end))
}

/// `H1`, `h2 2027`.
fn half_year(cx: &Cx<'_>, second: bool, end: usize) -> Option<(Period, usize)> {
    let (year, end) = year_of(cx, end);
    let this_year = i64::from(cx.today.year());
    let over = !second && cx.today.month() > 6;
    let year = year.unwrap_or(if over { this_year + 1 } else { this_year });
    let first = civil(year, if second { 7 } else { 1 }, 1)?;
    Some((Period { first, last: plus_months(first, 5)?.last_of_month(), unit: Unit::Year, marked: true }, end))
}

/// Seasons by whole months, as meteorologists of the northern half count them.
fn season(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
    let led = cx.any(at, &["this", "next", "the", "coming"]);
    let name = if led { at + 1 } else { at };
    let month = match cx.word(name) {
        "spring" => 3,
        "summer" => 6,
        "autumn" | "fall" => 9,
        "winter" => 12,
        _ => return None,
    };
    let (year, end) = year_of(cx, name + 1);
    let this_year = i64::from(cx.today.year());
    let mut first = civil(year.unwrap_or(this_year), month, 1)?;
    let next = cx.any(at, &["next"]) && first <= cx.today;
    if year.is_none() && (next || plus_months(first, 2)?.last_of_month() < cx.today) {
        first = plus_months(first, 12)?;
    }
    let marked = !cx.any(at, &["this", "next"]);
    Some((Period { first, last: plus_months(first, 2)?.last_of_month(), unit: Unit::Quarter, marked }, end))
}

/// `in 2027`.
fn year(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
    let (year @ 2000..=2199, 4) = cx.digits(at)? else { return None };
    if i64::from(year) < i64::from(cx.today.year()) || cx.glued(at + 1) && !cx.ends(at + 1) {
        return None;
    }
    let first = civil(year.into(), 1, 1)?;
    Some((Period { first, last: first.last_of_year(), unit: Unit::Year, marked: true }, at + 1))
}

/// `week 12`, `KW 12`, `the week of the 20th` is a date of its own: ISO 8601 weeks.
fn calendar_week(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
    let at = cx.skip(at, &["calendar"]);
    let number = cx.number(at + 1).filter(|_| cx.any(at, &["week", "wk", "kw", "cw"]))?;
    let of_year = |year: i16| -> Option<Date> {
        let week = jiff::civil::ISOWeekDate::new(year, i8::try_from(number).ok()?, Weekday::Monday).ok()?;
        Some(week.date())
    };
    let this_year = cx.today.iso_week_date().year();
    let first = of_year(this_year).filter(|first| plus_days(*first, 6).is_some_and(|last| last >= cx.today));
    let first = first.or_else(|| of_year(this_year + 1))?;
    Some((Period { first, last: plus_days(first, 6)?, unit: Unit::Week, marked: true }, at + 2))
}
