//! Periods: `this week`, `next month`, `june`, `Q2`, `2027`, their ends and middles, and weekdays within them.
//!
//! A period that lies ahead is due on its first day, one that has begun on its last; the working week ends on Friday.

mod calendar;
mod edge;
mod half;
mod within;

pub(crate) use within::{nth_within, week_within};

use jiff::civil::{Date, Weekday};

use super::{
    cursor::Cx,
    value::{Days, When, civil, monday, plus_days, plus_months},
    weekday,
};
use crate::lexicon::Unit;

/// The first and last day of a period.
#[derive(Debug, Clone, Copy)]
struct Period {
    first: Date,
    last: Date,
    unit: Unit,
    /// Needs a word like `in`.
    marked: bool,
}

/// A period, a part of one, or a weekday within one.
pub(crate) fn period(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    edge::named_end(cx, at).or_else(|| edge::edge(cx, at)).or_else(|| half::half(cx, at)).or_else(|| whole(cx, at))
}

fn whole(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (period, end) = calendar::bare(cx, at)?;
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

/// The current week, month or year after `end of (the)`.
fn the_current(cx: &Cx<'_>, at: usize) -> Option<(Period, usize)> {
    let at = cx.skip(at, &["the"]);
    let at = cx.skip(at, &["work", "working", "business", "calendar"]);
    let unit =
        cx.entry(at).unit.filter(|unit| matches!(unit, Unit::Week | Unit::Month | Unit::Quarter | Unit::Year))?;
    Some((of_unit(cx.today, unit, 0)?, at + 1))
}

/// The last day of the period that runs.
pub(crate) fn last_of(today: Date, unit: Unit) -> Option<Date> {
    of_unit(today, unit, 0).map(|period| period.last)
}
