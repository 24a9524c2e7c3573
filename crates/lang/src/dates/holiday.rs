//! Holidays used as dates. The table says how each falls; here is the arithmetic.

use jiff::civil::Date;

use super::{
    cursor::Cx,
    value::{Days, When, civil, plus_days},
};
use crate::lexicon::{PhraseKind, weekday_named};

/// A holiday, with `this`, `next` or a year.
pub(crate) fn holiday(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let led = cx.any(at, &["this", "next", "the", "coming"]);
    let name = if led { at + 1 } else { at };
    let (mut end, phrase) = cx.phrase(name, PhraseKind::Holiday)?;
    let mut year = i64::from(cx.today.year());
    let mut given = false;
    if let Some((digits @ 1900..=2999, 4)) = cx.digits(end) {
        (year, given, end) = (digits.into(), true, end + 1);
    } else if let Some(after) = cx.words(end, &["next", "year"]) {
        (year, given, end) = (year + 1, true, after);
    }
    let date = in_year(phrase.value, year)?;
    let days = if given || date >= cx.today {
        Days { past: date < cx.today, ..Days::one(date) }
    } else {
        Days::one(in_year(phrase.value, year + 1)?)
    };
    let when = When::days("holiday", days);
    // `christmas eve` is a day, `christmas` may be the title's (“buy christmas presents”).
    let day = matches!(cx.word(end.saturating_sub(1)), "day" | "eve" | "nye") || cx.any(at, &["this", "next"]) || given;
    Some((if day && !phrase.weak { when.weak() } else { when.marked() }, end))
}

/// The date of a holiday in a year, by the table's word for how it falls.
fn in_year(rule: &str, year: i64) -> Option<Date> {
    if let Some(offset) = rule.strip_prefix("easter") {
        return plus_days(easter(year)?, offset.parse().ok()?);
    }
    if let Some(offset) = rule.strip_prefix("advent") {
        let eve = civil(year, 12, 24)?;
        let fourth = plus_days(eve, -i64::from(eve.weekday().to_sunday_zero_offset()))?;
        return plus_days(fourth, offset.parse().ok()?);
    }
    let mut words = rule.split(' ');
    let first = words.next()?;
    if let Some((month, day)) = first.split_once('-').filter(|(month, _)| !month.is_empty()) {
        return civil(year, month.parse().ok()?, day.parse().ok()?);
    }
    let (nth, weekday, month) = (first.parse().ok()?, weekday_named(words.next()?)?, words.next()?.parse().ok()?);
    let date = civil(year, month, 1)?.nth_weekday_of_month(nth, weekday).ok()?;
    plus_days(date, words.next().map_or(Some(0), |days| days.parse().ok())?)
}

/// Easter Sunday of the Gregorian calendar, by the anonymous computus (Nature, 1876; Meeus, Astronomical Algorithms).
fn easter(year: i64) -> Option<Date> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - b / 4 - g + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    civil(year, month, (h + l - 7 * m + 33 * month + 19) % 32)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn moving_holidays_fall_right() {
        for (rule, year, expected) in [
            ("easter+0", 2026, date(2026, 4, 5)),
            ("easter+0", 2027, date(2027, 3, 28)),
            ("easter+0", 2000, date(2000, 4, 23)),
            ("4 thu 11", 2026, date(2026, 11, 26)),
            ("4 thu 11 +1", 2026, date(2026, 11, 27)),
            ("-1 mon 5", 2026, date(2026, 5, 25)),
            ("advent-21", 2026, date(2026, 11, 29)),
            ("12-25", 2026, date(2026, 12, 25)),
        ] {
            assert_eq!(in_year(rule, year), Some(expected), "{rule} {year}");
        }
    }
}
