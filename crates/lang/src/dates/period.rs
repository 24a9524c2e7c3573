//! Periods: `this week`, `next month`, `june`, `Q2`, `2027`, their ends and middles, and weekdays within them.
//!
//! A period that lies ahead is due on its first day, one that has begun on its last; the working week ends on Friday.

use jiff::civil::{Date, Weekday};

use super::{
    absolute::month_name,
    cursor::Cx,
    number::ordinal,
    value::{Days, When, civil, monday, plus_days, plus_months},
    weekday,
};
use crate::lexicon::Unit;

/// The first and last day of a period.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Period {
    first: Date,
    last: Date,
    unit: Unit,
    /// Needs a word like `in`.
    marked: bool,
}

/// A period, a part of one, or a weekday within one.
pub(crate) fn period(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    named_end(cx, at).or_else(|| week_within(cx, at)).or_else(|| edge(cx, at)).or_else(|| whole(cx, at))
}

fn whole(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (period, end) = bare(cx, at)?;
    if let Some(found) = weekday_after(cx, period, end) {
        return Some(found);
    }
    let mut days = Days::period(period.first, period.last, cx.today);
    let mut rule = "period";
    match period.unit {
        Unit::Week if period.first <= cx.today => {
            days.due = working_end(period, cx.today);
            rule = "this week";
        }
        Unit::Weekend if period.first <= cx.today => {
            days.due = cx.today.max(period.first).min(period.last);
            rule = "weekend";
        }
        Unit::Week => rule = "week",
        Unit::Weekend => rule = "weekend",
        Unit::Month => rule = "month",
        _ => {}
    }
    let when = When::days(rule, days);
    Some((if period.marked { when.marked() } else { when }, end))
}

/// The Friday of a week, or its Sunday when that is over.
fn working_end(week: Period, today: Date) -> Date {
    let friday = plus_days(week.first, 4).unwrap_or(week.last);
    if friday >= today { friday } else { week.last }
}

/// `next week friday`, `next week on friday`, `next month on the 5th` is for the day grammar.
fn weekday_after(cx: &Cx<'_>, period: Period, end: usize) -> Option<(When, usize)> {
    if period.unit != Unit::Week {
        return None;
    }
    let at = if cx.punct(end, ',') { end + 1 } else { end };
    let at = cx.skip(at, &["on"]);
    let (weekday, _, end) = weekday::name(cx, at)?;
    let day = weekday::of_week(period.first, weekday)?;
    Some((When::days("weekday of a week", Days::one(day)), end))
}

/// A period without its edge.
pub(crate) fn bare(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
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
    let (unit, mut end) = super::duration::unit(cx, unit_at)?;
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

/// The period of a unit so many ahead of the current one.
fn of_unit(today: Date, unit: Unit, ahead: i64) -> Option<Period> {
    let (first, last) = match unit {
        Unit::Week => {
            let first = plus_days(monday(today), 7 * ahead)?;
            (first, plus_days(first, 6)?)
        }
        Unit::Fortnight => {
            let first = plus_days(monday(today), 14 * ahead)?;
            (first, plus_days(first, 13)?)
        }
        Unit::Weekend => {
            let first = plus_days(monday(today), 7 * ahead + 5)?;
            (first, plus_days(first, 1)?)
        }
        Unit::Month => {
            let first = plus_months(today.first_of_month(), ahead)?;
            (first, first.last_of_month())
        }
        Unit::Quarter => {
            let month = i64::from((today.month() - 1) / 3 * 3 + 1);
            let first = plus_months(civil(today.year().into(), month, 1)?, 3 * ahead)?;
            (first, plus_months(first, 2)?.last_of_month())
        }
        Unit::Year => {
            let first = plus_months(today.first_of_year(), 12 * ahead)?;
            (first, first.last_of_year())
        }
        Unit::Workday => {
            let mut day = plus_days(today, 1)?;
            while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                day = plus_days(day, 1)?;
            }
            if ahead == 1 { (day, day) } else { return None }
        }
        _ => return None,
    };
    Some(Period { first, last, unit, marked: false })
}

fn of_month(cx: &Cx<'_>, month: u32, year: Option<i64>, skip_current: bool) -> Option<Period> {
    let this_year = i64::from(cx.today.year());
    let past = month < u32::try_from(cx.today.month()).ok()?
        || skip_current && month == u32::try_from(cx.today.month()).ok()?;
    let year = year.unwrap_or(if past && !cx.options.past_is_fine { this_year + 1 } else { this_year });
    let first = civil(year, month.into(), 1)?;
    Some(Period { first, last: first.last_of_month(), unit: Unit::Month, marked: true })
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
    Some((Period { first, last: plus_months(first, 2)?.last_of_month(), unit: Unit::Quarter, marked: true }, end))
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

/// `first week of june`, `the week of the 20th`, `week of june 8`.
fn week_within(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let start = cx.skip(at, &["the"]);
    let (nth, week) = ordinal(cx, start).map_or((0, start), |(nth, end)| (i64::from(nth), end));
    if !cx.any(week, &["week"]) || !cx.any(week + 1, &["of", "in"]) {
        return None;
    }
    let (first, end) = if nth == 0 {
        let (when, end) = super::absolute::absolute(cx, week + 2)?;
        (monday(when.days?.due), end)
    } else {
        let (period, end) = bare(cx, week + 2).or_else(|| the_current(cx, week + 2))?;
        let day = if nth < 0 { plus_days(period.last, -6)? } else { plus_days(period.first, 7 * (nth - 1))? };
        (day, end)
    };
    let week = Days::period(first, plus_days(first, 6)?, cx.today);
    Some((When::days("week of a date", week), end))
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
    if year.is_none() && plus_months(first, 2)?.last_of_month() < cx.today {
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

/// `eom`, `eow`, `eoy`, `month end`, `year-end`.
fn named_end(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let at = cx.skip(at, &["the"]);
    let (unit, end) = match cx.word(at) {
        "eow" => (Unit::Week, at + 1),
        "eom" => (Unit::Month, at + 1),
        "eoq" => (Unit::Quarter, at + 1),
        "eoy" => (Unit::Year, at + 1),
        "week" | "month" | "quarter" | "year" | "week's" | "month's" | "year's" => {
            let end = cx.skip_hyphen(at + 1);
            if !cx.any(end, &["end"]) || !cx.followed_well(end + 1) {
                return None;
            }
            (cx.entry(at).unit?, end + 1)
        }
        _ => return None,
    };
    let period = of_unit(cx.today, unit, 0)?;
    let due = if unit == Unit::Week { working_end(period, cx.today) } else { period.last };
    Some((When::days("end of period", Days::one(due)), end))
}

/// Where in a period.
#[derive(Clone, Copy, PartialEq)]
enum Edge {
    Start,
    Early,
    Middle,
    Late,
    End,
}

/// `end of`, `the beginning of`, `mid`, `early`.
fn edge_words(cx: &Cx<'_>, at: usize) -> Option<(Edge, usize)> {
    let start = cx.skip(at, &["the"]);
    let start = cx.skip(start, &["very"]);
    let (edge, of) = match cx.word(start) {
        "end" => (Edge::End, true),
        "start" | "beginning" | "begin" => (Edge::Start, true),
        "middle" => (Edge::Middle, true),
        "mid" => (Edge::Middle, false),
        "early" => (Edge::Early, false),
        "late" | "later" => (Edge::Late, false),
        _ => return None,
    };
    let next = cx.skip_hyphen(start + 1);
    let end = cx.skip(next, &["of", "in"]);
    // `end june` is common, `end week` is not; `start march` could be anything.
    if of && end == next && !(edge == Edge::End && cx.entry(next).month.is_some()) {
        return cx.any(next, &["next"]).then_some((edge, next));
    }
    Some((edge, end))
}

/// `end of june`, `mid-june`, `early next week`, `end of the month`.
fn edge(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (edge, period_at) = edge_words(cx, at)?;
    let (period, end) = bare(cx, period_at).or_else(|| the_current(cx, period_at))?;
    let (period, end) = (roll_edge(cx, period, edge), end);
    let (from_start, from_end) = match period.unit {
        Unit::Week => ([0, 1, 2, 3], 2),
        Unit::Weekend => ([0, 0, 0, 1], 0),
        Unit::Month => ([0, 4, 14, 24], 0),
        Unit::Quarter => ([0, 13, 44, 75], 0),
        _ => ([0, 30, 181, 319], 0),
    };
    let due = match edge {
        Edge::Start => period.first,
        Edge::Early => plus_days(period.first, from_start[1])?,
        Edge::Middle => plus_days(period.first, from_start[2])?,
        Edge::Late => plus_days(period.first, from_start[3])?,
        Edge::End if period.unit == Unit::Week => working_end(period, cx.today),
        Edge::End => plus_days(period.last, -from_end)?,
    };
    let rule = if edge == Edge::End { "end of period" } else { "part of period" };
    let days = Days { due, first: due, last: due, otherwise: None, past: due < cx.today };
    Some((When::days(rule, days), end))
}

/// The current week, month or year after `end of (the)`.
fn the_current(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
    let at = cx.skip(at, &["the"]);
    let at = cx.skip(at, &["work", "working", "business", "calendar"]);
    let unit =
        cx.entry(at).unit.filter(|unit| matches!(unit, Unit::Week | Unit::Month | Unit::Quarter | Unit::Year))?;
    Some((of_unit(cx.today, unit, 0)?, at + 1))
}

/// An edge of the current month that is over means the next one's (`mid march` said on the 20th: next year's).
fn roll_edge(cx: &Cx<'_>, period: Period, edge: Edge) -> Period {
    let over = match edge {
        Edge::Start => period.first < cx.today,
        Edge::Early | Edge::Middle => plus_days(period.first, 14).is_some_and(|day| day < cx.today),
        Edge::Late | Edge::End => false,
    };
    if !over || period.last < cx.today {
        return period;
    }
    let next = match (period.unit, period.marked) {
        (Unit::Month, true) => {
            plus_months(period.first, 12).map(|first| Period { first, last: first.last_of_month(), ..period })
        }
        (unit, _) => of_unit(cx.today, unit, 1),
    };
    next.unwrap_or(period)
}

/// `first monday of next month`, `last friday in june`, `last day of the month`, `2nd working day of april`.
pub(crate) fn nth_within(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let start = cx.skip(at, &["the"]);
    let (nth, day_at) = ordinal(cx, start)?;
    let wanted = if let Some((weekday, _, end)) = weekday::name(cx, day_at) {
        (Some(weekday), Unit::Day, end)
    } else {
        let (unit, end) = super::duration::unit(cx, day_at)?;
        (None, if matches!(unit, Unit::Day | Unit::Workday) { unit } else { return None }, end)
    };
    let of = cx.skip(wanted.2, &["of", "in"]);
    let (period, end) = bare(cx, of).or_else(|| the_current(cx, of).filter(|_| of > wanted.2))?;
    if of == wanted.2 && !cx.any(of, &["this", "next"]) {
        return None;
    }
    let mut period = period;
    let mut day = nth_day(period, nth, wanted.0, wanted.1)?;
    if day < cx.today && period.last >= cx.today {
        period = match period.marked {
            true => of_month(cx, u32::try_from(period.first.month()).ok()?, None, true)?,
            false => of_unit(cx.today, period.unit, 1)?,
        };
        day = nth_day(period, nth, wanted.0, wanted.1)?;
    }
    Some((When::days("nth day of a period", Days::one(day)), end))
}

/// The n-th such day of a period, -1 the last.
fn nth_day(period: Period, nth: i8, weekday: Option<Weekday>, unit: Unit) -> Option<Date> {
    let fits = |day: &Date| match (weekday, unit) {
        (Some(weekday), _) => day.weekday() == weekday,
        (None, Unit::Workday) => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        _ => true,
    };
    let forward = |count: i64| plus_days(period.first, count).filter(|day| *day <= period.last);
    let backward = |count: i64| plus_days(period.last, -count).filter(|day| *day >= period.first);
    match nth {
        -1 => (0..).map_while(backward).find(fits),
        1.. => (0..).map_while(forward).filter(fits).nth(usize::from(nth.unsigned_abs()) - 1),
        _ => None,
    }
}
