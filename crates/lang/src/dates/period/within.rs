//! Days and weeks within a period: `first monday of next month`, `last day of june`, `the week of the 20th`.

use jiff::civil::{Date, Weekday};

use super::{Period, calendar::bare, of_month, of_unit, the_current};
use crate::{
    dates::{
        absolute::absolute,
        cursor::Cx,
        duration,
        number::ordinal,
        value::{Days, When, monday, plus_days},
        weekday,
    },
    lexicon::Unit,
};

/// `first week of june`, `the week of the 20th`, `the last weekend in july`.
pub(crate) fn week_within(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let start = cx.skip(at, &["the"]);
    let (nth, week) = ordinal(cx, start).map_or((0, start), |(nth, end)| (i64::from(nth), end));
    let weekend = cx.entry(week).unit == Some(Unit::Weekend) && !cx.word(week).ends_with('s');
    if !(weekend || cx.any(week, &["week"])) || !cx.any(week + 1, &["of", "in"]) {
        return None;
    }
    let (first, end) = if nth == 0 {
        let (when, end) = absolute(cx, week + 2)?;
        (monday(when.days?.due), end)
    } else if weekend {
        let (period, end) = bare(cx, week + 2).or_else(|| the_current(cx, week + 2))?;
        let saturday = nth_day(period, i8::try_from(nth).ok()?, Some(Weekday::Saturday), Unit::Day)?;
        return Some((When::days("weekend", Days::period(saturday, plus_days(saturday, 1)?, cx.today)), end));
    } else {
        let (period, end) = bare(cx, week + 2).or_else(|| the_current(cx, week + 2))?;
        let day = if nth < 0 { plus_days(period.last, -6)? } else { plus_days(period.first, 7 * (nth - 1))? };
        (day, end)
    };
    let (first, last) =
        if weekend { (plus_days(first, 5)?, plus_days(first, 6)?) } else { (first, plus_days(first, 6)?) };
    let week = Days::period(first, last, cx.today);
    Some((When::days("week of a date", week), end))
}

/// `first monday of next month`, `last friday in june`, `last day of the month`, `2nd working day of april`.
pub(crate) fn nth_within(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let start = cx.skip(at, &["the"]);
    let (nth, day_at) = ordinal(cx, start)?;
    let wanted = if let Some((weekday, _, end)) = weekday::name(cx, day_at) {
        (Some(weekday), Unit::Day, end)
    } else {
        let (unit, end) = duration::unit(cx, day_at)?;
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
        ..=-1 => (0..).map_while(backward).filter(fits).nth(usize::from(nth.unsigned_abs()) - 1),
        1.. => (0..).map_while(forward).filter(fits).nth(usize::from(nth.unsigned_abs()) - 1),
        _ => None,
    }
}
