//! What the rules produce before it is settled: days, a time of day, an exact moment; said and implied kept apart.

use jiff::{
    Span, Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use crate::lexicon::Part;

/// How sure words are a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Only after a word like `by` or `at`, and with good neighbours: a bare hour, a holiday, `june`.
    Marked,
    /// Only with good neighbours: `the 3rd`, `sat`.
    Weak,
    /// Nothing else than a date.
    Strong,
}

/// One day, or the days of a period or range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days {
    /// The day that counts as due.
    pub(crate) due: Date,
    /// The first day covered.
    pub(crate) first: Date,
    /// The last day covered.
    pub(crate) last: Date,
    /// What would be meant if the due moment turns out past.
    pub(crate) otherwise: Option<Date>,
    /// Clearly a past day (`yesterday`, `last friday`).
    pub(crate) past: bool,
}

impl Days {
    /// One day.
    pub(crate) const fn one(day: Date) -> Self {
        Self { due: day, first: day, last: day, otherwise: None, past: false }
    }

    /// One day, or another if its moment is past.
    pub(crate) const fn rolling(day: Date, otherwise: Option<Date>) -> Self {
        Self { otherwise, ..Self::one(day) }
    }

    /// A past day.
    pub(crate) const fn past(day: Date) -> Self {
        Self { past: true, ..Self::one(day) }
    }

    /// A period named as a whole (`next week`, `june`, `in Q2`): one that lies ahead is due on its first day, one
    /// that has begun on its last.
    pub(crate) fn period(first: Date, last: Date, today: Date) -> Self {
        let due = if first > today { first } else { last };
        Self { due, first, last, otherwise: None, past: last < today }
    }

    /// From one day to another: due is the end.
    pub(crate) fn range(first: Self, last: Self) -> Self {
        Self { due: last.due, first: first.first.min(last.last), last: last.last, otherwise: None, past: last.past }
    }
}

/// A time of day on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    /// 0 to 23; from 1 to 12 when not `sure`. 24 is the midnight that ends the day.
    pub(crate) hour: i8,
    /// 0 to 59.
    pub(crate) minute: i8,
    /// Whether morning and evening were told apart.
    pub(crate) sure: bool,
}

impl Clock {
    /// A time that says all.
    pub(crate) const fn sure(hour: i8, minute: i8) -> Self {
        Self { hour, minute, sure: true }
    }

    /// A time that may be in the morning or in the evening.
    pub(crate) const fn unsure(hour: i8, minute: i8) -> Self {
        Self { hour, minute, sure: hour == 0 || hour > 12 }
    }

    /// The same time with the half of the day told.
    pub(crate) const fn with_half(self, pm: bool) -> Self {
        let hour = match (self.hour, pm) {
            (12, false) => 0,
            (hour @ 1..=11, true) => hour + 12,
            (hour, _) => hour,
        };
        Self { hour, minute: self.minute, sure: true }
    }
}

/// Everything one phrase said about a time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct When {
    /// The days.
    pub(crate) days: Option<Days>,
    /// The time of day.
    pub(crate) clock: Option<Clock>,
    /// The stretch of the day.
    pub(crate) part: Option<Part>,
    /// An exact moment, which settles the rest.
    pub(crate) instant: Option<Timestamp>,
    /// The zone that was named.
    pub(crate) zone: Option<TimeZone>,
    /// How sure it is a time at all.
    pub(crate) strength: Strength,
    /// The rule that recognised it; of several the one of the date.
    pub(crate) rule: &'static str,
}

impl When {
    const fn nothing(rule: &'static str) -> Self {
        Self { days: None, clock: None, part: None, instant: None, zone: None, strength: Strength::Strong, rule }
    }

    /// Days alone.
    pub(crate) fn days(rule: &'static str, days: Days) -> Self {
        Self { days: Some(days), ..Self::nothing(rule) }
    }

    /// A time alone.
    pub(crate) fn clock(rule: &'static str, clock: Clock) -> Self {
        Self { clock: Some(clock), ..Self::nothing(rule) }
    }

    /// A stretch of the day alone.
    pub(crate) fn part(rule: &'static str, part: Part) -> Self {
        Self { part: Some(part), ..Self::nothing(rule) }
    }

    /// An exact moment.
    pub(crate) fn instant(rule: &'static str, at: Timestamp) -> Self {
        Self { instant: Some(at), ..Self::nothing(rule) }
    }

    /// The same with days.
    pub(crate) fn on(mut self, days: Days) -> Self {
        self.days = Some(days);
        self
    }

    /// The same, needing good neighbours.
    pub(crate) fn weak(mut self) -> Self {
        self.strength = Strength::Weak;
        self
    }

    /// The same, needing a word like `by` before it.
    pub(crate) fn marked(mut self) -> Self {
        self.strength = Strength::Marked;
        self
    }

    /// Whether both can be one: no kind of part is said twice.
    pub(crate) fn fits(&self, other: &Self) -> bool {
        !(self.days.is_some() && other.days.is_some()
            || self.clock.is_some() && other.clock.is_some()
            || self.part.is_some() && other.part.is_some()
            || self.instant.is_some()
            || other.instant.is_some())
    }

    /// Both as one.
    pub(crate) fn with(self, other: Self) -> Self {
        let rule = if self.days.is_none() && other.days.is_some() { other.rule } else { self.rule };
        Self {
            days: self.days.or(other.days),
            clock: self.clock.or(other.clock),
            part: self.part.or(other.part),
            instant: self.instant.or(other.instant),
            zone: self.zone.or(other.zone),
            strength: self.strength.max(other.strength),
            rule,
        }
    }
}

/// A day so many days later; `None` past the calendar's end.
pub(crate) fn plus_days(day: Date, days: i64) -> Option<Date> {
    within_years(day.checked_add(Span::new().try_days(days).ok()?).ok()?)
}

/// A day so many months later; the last of the month when it is shorter (RFC 7529 calls this “backward”).
pub(crate) fn plus_months(day: Date, months: i64) -> Option<Date> {
    within_years(day.checked_add(Span::new().try_months(months).ok()?).ok()?)
}

/// Years outside 1 to 9999 have no wire form.
fn within_years(day: Date) -> Option<Date> {
    (1..=9999).contains(&day.year()).then_some(day)
}

/// The Monday of a day's week.
pub(crate) fn monday(day: Date) -> Date {
    plus_days(day, -i64::from(day.weekday().to_monday_zero_offset())).unwrap_or(day)
}

/// The next such weekday, today excluded.
pub(crate) fn next_weekday(today: Date, weekday: Weekday) -> Option<Date> {
    let ahead = (weekday.to_monday_zero_offset() - today.weekday().to_monday_zero_offset()).rem_euclid(7);
    plus_days(today, if ahead == 0 { 7 } else { i64::from(ahead) })
}

/// A valid date.
pub(crate) fn civil(year: i64, month: i64, day: i64) -> Option<Date> {
    let (year, month, day) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    within_years(Date::new(year, month, day).ok()?)
}
