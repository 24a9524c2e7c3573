//! Lengths of time: `3 days`, `an hour and a half`, `2h30`, `a couple of weeks`.

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date};

use super::{
    cursor::Cx,
    number::cardinal,
    value::{plus_days, plus_months},
};
use crate::{
    lexicon::{PhraseKind, Unit, unit_named},
    token::TokenKind,
};

/// A length of time, in calendar units first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Amount {
    /// Calendar months.
    pub(crate) months: i64,
    /// Calendar days.
    pub(crate) days: i64,
    /// Days from Monday to Friday.
    pub(crate) workdays: i64,
    /// Elapsed seconds.
    pub(crate) seconds: i64,
}

/// More of a unit than anybody means; keeps all arithmetic far from overflow.
const MOST: i64 = 1_000_000_000;

impl Amount {
    /// Thousandths of a unit as an amount.
    pub(crate) fn of(thousandths: i64, unit: Unit) -> Self {
        let whole = thousandths / 1000;
        let days = |per_unit: i64| Self {
            days: thousandths * per_unit / 1000,
            seconds: thousandths * per_unit % 1000 * 86_400 / 1000,
            ..Self::default()
        };
        let months = |per_unit: i64| Self {
            months: thousandths * per_unit / 1000,
            days: thousandths * per_unit % 1000 * 30 / 1000,
            ..Self::default()
        };
        let seconds = |per_unit: i64| Self { seconds: thousandths * per_unit / 1000, ..Self::default() };
        match unit {
            Unit::Second => seconds(1),
            Unit::Minute => seconds(60),
            Unit::Hour => seconds(3600),
            Unit::Day | Unit::Night => days(1),
            Unit::Workday => Self { workdays: whole, ..Self::default() },
            Unit::Week | Unit::Weekend => days(7),
            Unit::Fortnight => days(14),
            Unit::Month => months(1),
            Unit::Quarter => months(3),
            Unit::Year => months(12),
            Unit::Decade => months(120),
        }
    }

    /// The sum of both.
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self {
            months: self.months + other.months,
            days: self.days + other.days,
            workdays: self.workdays + other.workdays,
            seconds: self.seconds + other.seconds,
        }
    }

    /// The same backwards.
    pub(crate) const fn negated(self) -> Self {
        Self { months: -self.months, days: -self.days, workdays: -self.workdays, seconds: -self.seconds }
    }

    /// Whether it is made of whole days.
    pub(crate) const fn is_whole_days(&self) -> bool {
        self.seconds == 0
    }

    /// The day this much after another; the part of a day is left out.
    pub(crate) fn after_day(&self, day: Date) -> Option<Date> {
        let day = plus_days(plus_months(day, self.months)?, self.days)?;
        plus_workdays(day, self.workdays)
    }

    /// The moment this much after another: calendar parts on the wall clock, the rest elapsed.
    pub(crate) fn after_moment(&self, from: &Zoned) -> Option<Timestamp> {
        let day = self.after_day(from.date())?;
        let zoned = if day == from.date() {
            from.clone()
        } else {
            day.to_datetime(from.time()).to_zoned(from.time_zone().clone()).ok()?
        };
        zoned.timestamp().checked_add(SignedDuration::from_secs(self.seconds)).ok()
    }
}

/// So many days from Monday to Friday later.
fn plus_workdays(day: Date, count: i64) -> Option<Date> {
    if count == 0 {
        return Some(day);
    }
    let step = count.signum();
    let mut day = plus_days(day, count / 5 * 7)?;
    let mut left = count % 5;
    while left != 0 || day.weekday().to_monday_zero_offset() > 4 {
        day = plus_days(day, step)?;
        if day.weekday().to_monday_zero_offset() <= 4 && left != 0 {
            left -= step;
        }
    }
    Some(day)
}

/// A length of time with its number.
pub(crate) fn duration(cx: &Cx<'_>, at: usize) -> Option<(Amount, usize)> {
    let (mut total, mut end, mut unit) = one(cx, at)?;
    loop {
        let joined = if cx.punct(end, ',') { end + 1 } else { end };
        let joined = cx.skip(joined, &["and", "n"]);
        if joined > end && cx.words(joined, &["a", "half"]).is_some() && one(cx, joined).is_none() {
            total = total.plus(Amount::of(500, unit));
            end = joined + 2;
            break;
        }
        if let Some((more, after, next_unit)) = one(cx, joined).filter(|(_, _, next)| finer(*next, unit)) {
            (total, end, unit) = (total.plus(more), after, next_unit);
        } else if let Some(minutes) = cx.number(end).filter(|minutes| {
            // `2h30`, `2 hrs 30`
            let apart = *minutes < 60 && minutes % 5 == 0 && cx.followed_well(end + 1);
            unit == Unit::Hour && cx.ends(end + 1) && (cx.glued(end) || apart)
        }) {
            (total, end) = (total.plus(Amount::of(i64::from(minutes) * 1000, Unit::Minute)), end + 1);
            break;
        } else {
            break;
        }
    }
    Some((total, end))
}

fn finer(unit: Unit, than: Unit) -> bool {
    (unit as u8) < (than as u8)
}

/// One quantity with its unit.
fn one(cx: &Cx<'_>, at: usize) -> Option<(Amount, usize, Unit)> {
    let (thousandths, after) = quantity(cx, at)?;
    // `2:30 hours`
    if cx.punct(after, ':') && cx.glued(after) && cx.glued(after + 1) {
        let (minutes @ 0..=59, 2) = cx.digits(after + 1)? else { return None };
        let (Unit::Hour, end) = unit(cx, after + 2)? else { return None };
        let amount = Amount::of(thousandths, Unit::Hour).plus(Amount::of(i64::from(minutes) * 1000, Unit::Minute));
        return Some((amount, end, Unit::Minute));
    }
    let after = cx.skip_hyphen(after);
    let after = cx.skip(after, &["more", "full", "whole", "additional", "extra", "long", "short"]);
    if let Some(minutes) = hours_and_minutes(cx, after) {
        let amount = Amount::of(thousandths, Unit::Hour).plus(Amount::of(minutes * 1000, Unit::Minute));
        return Some((amount, after + 1, Unit::Minute));
    }
    let (unit, end) = unit(cx, after)?;
    // `read 1984 day after tomorrow`
    let year = (1_900_000..2_100_000).contains(&thousandths) && cx.number(at).is_some();
    if year && !cx.word(end - 1).ends_with('s') {
        return None;
    }
    if let Some(end) = cx.words(end, &["or", "two"]).filter(|_| thousandths == 1000) {
        return Some((Amount::of(2000, unit), end, unit));
    }
    Some((Amount::of(thousandths, unit), end, unit))
}

/// The minutes of `1h30` and `1h30m`: the tokeniser keeps `h30m` together.
fn hours_and_minutes(cx: &Cx<'_>, at: usize) -> Option<i64> {
    let rest = cx.word(at).strip_prefix('h').filter(|_| cx.glued(at))?;
    let digits = rest.trim_end_matches("min").trim_end_matches('m');
    digits.parse().ok().filter(|minutes| (0..60).contains(minutes))
}

/// A unit's name; letters alone (`d`, `h`) only right after a digit.
pub(crate) fn unit(cx: &Cx<'_>, at: usize) -> Option<(Unit, usize)> {
    if let Some((end, phrase)) = cx.phrase(at, PhraseKind::Unit) {
        return Some((unit_named(phrase.value)?, end));
    }
    let entry = cx.entry(at);
    let after_digit = at > 0 && cx.tokens[at - 1].kind == TokenKind::Number && cx.glued(at);
    if entry.unit_letter && !after_digit {
        return None;
    }
    let end = if cx.punct(at + 1, '\'') && cx.glued(at + 1) { at + 2 } else { at + 1 };
    Some((entry.unit?, end))
}

/// How many, in thousandths.
pub(super) fn quantity(cx: &Cx<'_>, at: usize) -> Option<(i64, usize)> {
    if let Some(found) = fraction(cx, at) {
        return Some(found);
    }
    let at_number = cx.skip(at, &["another", "about", "around"]);
    if let Some((number, end)) = cardinal(cx, at_number) {
        return more_of_number(cx, i64::from(number).min(MOST) * 1000, end);
    }
    let article = cx.skip(at, &["a", "the"]);
    if cx.any(article, &["couple", "few", "dozen"]) {
        let count = match cx.word(article) {
            "couple" => 2000,
            "few" => 3000,
            _ => 12_000,
        };
        return Some((count, cx.skip(article + 1, &["of"])));
    }
    match cx.word(at) {
        "several" => Some((4000, at + 1)),
        "a" | "an" | "another" => Some((1000, at + 1)),
        _ => None,
    }
}

/// `half an`, `a quarter of an`, `three quarters of an`.
fn fraction(cx: &Cx<'_>, at: usize) -> Option<(i64, usize)> {
    let (thousandths, end) = if let Some(end) = cx.words(at, &["three", "quarters", "of"]) {
        (750, end)
    } else if let Some(found) = digit_fraction(cx, at) {
        found
    } else {
        let at = cx.skip(at, &["a"]);
        match cx.word(at) {
            "half" => (500, cx.skip_hyphen(at + 1)),
            "quarter" => (250, cx.words(at + 1, &["of"])?),
            _ => return None,
        }
    };
    let end = cx.skip(end, &["of"]);
    Some((thousandths, cx.skip(end, &["a", "an"])))
}

/// `3/4` and `1/2`, `½`: as a part of what follows.
fn digit_fraction(cx: &Cx<'_>, at: usize) -> Option<(i64, usize)> {
    if cx.punct(at, '½') {
        return Some((500, at + 1));
    }
    let slash = cx.punct(at + 1, '/') && cx.glued(at + 1) && cx.glued(at + 2);
    let below = cx.number(at + 2).filter(|below| slash && (2..=4).contains(below))?;
    let above = cx.number(at).filter(|above| *above < below)?;
    Some((i64::from(above) * 1000 / i64::from(below), at + 3))
}

/// What may follow a number: `.5`, `½`, `and a half`, `-3`, `or 3`.
fn more_of_number(cx: &Cx<'_>, thousandths: i64, end: usize) -> Option<(i64, usize)> {
    if cx.any_punct(end, &['.', ',']) && cx.glued(end) && cx.glued(end + 1) {
        let (decimals, digits) = cx.digits(end + 1)?;
        let scale = [1000, 100, 10, 1].get(digits).copied()?;
        return Some((thousandths + i64::from(decimals) * scale, end + 2));
    }
    if cx.punct(end, '½') {
        return Some((thousandths + 500, end + 1));
    }
    if let Some(end) = cx.words(end, &["and", "a", "half"]) {
        return Some((thousandths + 500, end));
    }
    let range = if cx.any_punct(end, &['-', '–']) { end + 1 } else { cx.skip(end, &["or", "to"]) };
    if range > end
        && let Some((upper, after)) = cardinal(cx, range)
        && i64::from(upper) * 1000 > thousandths
    {
        return Some((i64::from(upper).min(MOST) * 1000, after));
    }
    Some((thousandths, end))
}
