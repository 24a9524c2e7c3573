//! From what was said to one due: implied halves of the day, dates and years are filled in, the past rolls forward.
//!
//! The rules a person can predict:
//! - no time said: the whole day; no day said: today if the time is still to come, else tomorrow;
//! - a bare hour from 1 to 7 is in the afternoon, from 8 to 11 in the morning, 12 is noon; a word for the part of the
//!   day (`tonight`, `in the morning`) or in the title (`dinner`, `breakfast`) decides otherwise, and when today's
//!   usual half is over the other one is meant if it is still to come;
//! - a part of the day alone means its hour: morning 09:00, afternoon 15:00, evening 18:00, night 20:00;
//! - wall-clock times that a change to summer time skips move forward, and of those it repeats the first counts
//!   (RFC 5545 §3.3.5, jiff's `Compatible`).

use jiff::{
    Zoned,
    civil::{Date, Time},
};
use saydo_domain::Due;

use super::{
    cursor::Cx,
    value::{Clock, Days, When, plus_days},
};
use crate::lexicon::Part;

/// A due with what was said about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settled {
    /// The due.
    pub(crate) due: Due,
    /// The days covered.
    pub(crate) days: (Date, Date),
    /// Whether a date was said.
    pub(crate) explicit_date: bool,
    /// Whether a time was said.
    pub(crate) explicit_time: bool,
    /// Whether it is clearly past.
    pub(crate) past: bool,
}

impl Part {
    const fn default_clock(self) -> Clock {
        match self {
            Self::Morning => Clock::sure(9, 0),
            Self::Afternoon => Clock::sure(15, 0),
            Self::Evening => Clock::sure(18, 0),
            Self::Night => Clock::sure(20, 0),
        }
    }

    /// The hour at which it is over, for `this morning` said at ten.
    const fn over(self) -> i8 {
        match self {
            Self::Morning => 12,
            Self::Afternoon => 18,
            Self::Evening | Self::Night => 24,
        }
    }

    /// An hour said with it.
    const fn settle(self, clock: Clock) -> Clock {
        if clock.sure {
            return clock;
        }
        match (self, clock.hour) {
            (Self::Morning, _) => clock.with_half(false),
            // Twelve at night ends the day.
            (Self::Night | Self::Evening, 12) => Clock { hour: 24, ..clock },
            // One to four at night is after midnight.
            (Self::Night, 1..=4) => Clock { hour: clock.hour + 24, ..clock },
            _ => clock.with_half(true),
        }
    }
}

/// What a word of the title says about a bare hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hint {
    /// In the afternoon or the evening: `dinner`.
    Evening,
    /// From 5 to 11 in the morning: `breakfast`.
    Morning,
    /// From 8 to 11 in the morning, always: `meeting`.
    WorkingDay,
}

/// Settles a phrase; `hint` is what the title says about bare hours.
pub(crate) fn settle(cx: &Cx<'_>, when: &When, hint: Option<Hint>) -> Option<Settled> {
    if let Some(at) = when.instant {
        let zoned = at.to_zoned(cx.now.time_zone().clone());
        let day = zoned.date();
        let due = Due::from_zoned(&zoned);
        let past = at < cx.now.timestamp() || when.days.is_some_and(|days| days.past);
        return wire(Settled { due, days: (day, day), explicit_date: true, explicit_time: true, past });
    }
    let clock = match (when.clock, when.part) {
        (Some(clock), Some(Part::Night)) => Some(small_hours(cx, when.days, Part::Night.settle(clock))),
        (Some(clock), Some(part)) => Some(part.settle(clock)),
        (Some(clock), None) => Some(clock),
        (None, Some(part)) => Some(part.default_clock()),
        (None, None) => None,
    };
    let Some(clock) = clock else { return when.days.and_then(|days| whole_day(cx, days)) };
    let clock = hinted(clock, hint);
    match when.days {
        Some(days) => on_days(cx, when, days, clock),
        None => on_no_day(cx, when, clock),
    }
}

/// `1am tonight` is after midnight: on the next day, unless it is night already and it is still to come.
fn small_hours(cx: &Cx<'_>, days: Option<Days>, clock: Clock) -> Clock {
    let hour = clock.hour % 24;
    let Some(days) = days.filter(|_| hour <= 4) else { return clock };
    let to_come = days.due == cx.today && (hour, clock.minute) > (cx.now.hour(), cx.now.minute());
    Clock { hour: if to_come { hour } else { hour + 24 }, sure: true, ..clock }
}

/// Dates past the wire form's years are no dates.
fn wire(settled: Settled) -> Option<Settled> {
    (1..=9999).contains(&settled.due.local().year()).then_some(settled)
}

fn whole_day(cx: &Cx<'_>, days: Days) -> Option<Settled> {
    let past = days.due < cx.today;
    let due = Due::Day(days.due);
    wire(Settled { due, days: (days.first, days.last), explicit_date: true, explicit_time: false, past })
}

/// The title's word decides for the hours that are said of both halves of the day.
fn hinted(clock: Clock, hint: Option<Hint>) -> Clock {
    match hint {
        _ if clock.sure => clock,
        Some(Hint::Evening) => clock.with_half(true),
        Some(Hint::Morning) if (5..=11).contains(&clock.hour) => clock.with_half(false),
        Some(Hint::WorkingDay) if (8..=11).contains(&clock.hour) => clock.with_half(false),
        _ => clock,
    }
}

/// Whether the usual half of a bare hour is the second one.
const fn usual_half(clock: Clock) -> bool {
    matches!(clock.hour, 1..=7 | 12)
}

/// A bare hour in its usual half.
fn usual(clock: Clock) -> Clock {
    if clock.sure { clock } else { clock.with_half(usual_half(clock)) }
}

fn on_days(cx: &Cx<'_>, when: &When, days: Days, clock: Clock) -> Option<Settled> {
    let moment = |date: Date, clock: Clock| at(cx, when, date, clock);
    let now = cx.now.timestamp();
    let mut found = moment(days.due, usual(clock))?;
    if found.timestamp() < now && !clock.sure {
        let other = moment(days.due, clock.with_half(!usual_half(clock)))?;
        if other.timestamp() >= now {
            found = other;
        }
    }
    if found.timestamp() < now
        && let Some(otherwise) = days.otherwise
    {
        found = moment(otherwise, usual(clock))?;
    }
    if found.timestamp() < now && days.due == cx.today && when.clock.is_none() {
        // `this morning` said at ten: still this morning, any time of it.
        let over = when.part.is_some_and(|part| cx.now.hour() >= part.over());
        let due = Due::Day(days.due);
        return wire(Settled {
            due,
            days: (days.due, days.due),
            explicit_date: true,
            explicit_time: false,
            past: over,
        });
    }
    let past = days.past || found.timestamp() < now;
    let first = days.first.min(found.date());
    let covered = (first, days.last.max(found.date()));
    let due = Due::from_zoned(&found);
    wire(Settled { due, days: covered, explicit_date: true, explicit_time: true, past })
}

/// A time without a day: the next such moment.
fn on_no_day(cx: &Cx<'_>, when: &When, clock: Clock) -> Option<Settled> {
    let now = cx.now.timestamp();
    let (yesterday, tomorrow) = (plus_days(cx.today, -1)?, plus_days(cx.today, 1)?);
    // What was yesterday's may be still to come: two at night, said at one, or late on the other side of the earth.
    let mut candidates = vec![(yesterday, usual(clock)), (cx.today, usual(clock))];
    if !clock.sure && clock.hour >= 8 && clock.hour != 12 {
        candidates.push((cx.today, clock.with_half(true)));
    }
    candidates.push((tomorrow, usual(clock)));
    let found = candidates
        .into_iter()
        .filter_map(|(date, clock)| at(cx, when, date, clock))
        .find(|zoned| zoned.timestamp() > now)?;
    let day = found.date();
    let due = Due::from_zoned(&found);
    wire(Settled { due, days: (day, day), explicit_date: false, explicit_time: true, past: false })
}

/// The moment of a wall-clock time on a day, in the zone that was named or the reader's, told in the reader's.
fn at(cx: &Cx<'_>, when: &When, date: Date, clock: Clock) -> Option<Zoned> {
    let date = plus_days(date, i64::from(clock.hour / 24))?;
    let time = Time::new(clock.hour % 24, clock.minute, 0, 0).ok()?;
    let zone = when.zone.clone().unwrap_or_else(|| cx.now.time_zone().clone());
    let zoned = date.to_datetime(time).to_zoned(zone).ok()?;
    Some(zoned.with_time_zone(cx.now.time_zone().clone()))
}
