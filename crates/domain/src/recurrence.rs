//! How a task repeats, and when it comes next.

use jiff::{
    Zoned,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{Deserialize, Serialize};

use crate::{Due, RRule, RRuleError};

/// What the next occurrence is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepeatFrom {
    /// From the due date: the pattern stays where it is.
    #[default]
    Due,
    /// From the day it was completed.
    Completion,
}

/// How a task repeats.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// The rule (RFC 5545 §3.3.10, the parts [`RRule`] supports).
    pub rrule: RRule,
    /// What the next occurrence is counted from.
    #[serde(default)]
    pub from: RepeatFrom,
    /// The rule in words, such as “every friday”.
    #[serde(default)]
    pub text: String,
}

impl Recurrence {
    /// A recurrence from a rule text, described by the rule itself.
    ///
    /// # Errors
    /// When the rule is malformed or uses unsupported parts.
    pub fn from_rrule(rule: &str) -> Result<Self, RRuleError> {
        Ok(Self { rrule: rule.parse()?, from: RepeatFrom::Due, text: String::new() })
    }

    /// The first occurrence on or after `from` (wall clock), for a repeating task that was given no date.
    #[must_use]
    pub fn first_on_or_after(&self, from: DateTime) -> Option<DateTime> {
        self.rrule.first_on_or_after(from)
    }

    /// The due of the occurrence after this one, and the recurrence it carries (its `COUNT` used up by one).
    ///
    /// `due` is the completed task's due, `zone` the zone its wall-clock time lives in, `completed` the moment of
    /// completion. Counting from the due date keeps the pattern's phase and skips what has passed: the next
    /// occurrence is today's or later. Wall-clock times that a DST change skips move forward for that one time, and
    /// those it repeats take the first, as RFC 5545 §3.3.5 says. Hours are hours that pass, whatever the wall
    /// clock shows. `None` when the rule has ended.
    #[must_use]
    pub fn next(&self, due: Option<Due>, zone: &TimeZone, completed: &Zoned) -> Option<(Due, Self)> {
        let clock = if self.rrule.is_subdaily() { steady_clock(due, zone, completed) } else { zone.clone() };
        let now = completed.with_time_zone(clock.clone());
        let timed = due.is_some_and(|due| due.has_time());
        let today = now.date().at(0, 0, 0, 0);
        let due_local = due.map_or(today, |due| wall_clock(due, &clock));
        let (start, not_before) = match self.from {
            RepeatFrom::Due => (due_local, if timed { now.datetime() } else { today }),
            RepeatFrom::Completion if self.rrule.is_subdaily() => (now.datetime(), now.datetime()),
            RepeatFrom::Completion => (now.date().to_datetime(due_local.time()), today),
        };
        let (next, used) = self.rrule.next_after(start, not_before)?;
        let mut rest = self.clone();
        if let Some(count) = &mut rest.rrule.count {
            *count = count.checked_sub(used)?;
        }
        let next = if self.rrule.is_subdaily() {
            Due::from_zoned(&next.to_zoned(clock).ok()?.with_time_zone(zone.clone()))
        } else if timed {
            moment_at(next, zone)?
        } else {
            Due::Day(next.date())
        };
        Some((next, rest))
    }
}

/// A clock that never changes, with the offset in force when the task is due.
fn steady_clock(due: Option<Due>, zone: &TimeZone, completed: &Zoned) -> TimeZone {
    let at = match due {
        None => Some(completed.timestamp()),
        Some(Due::Moment { at, .. }) => Some(at),
        Some(Due::Day(date)) => date.to_zoned(zone.clone()).ok().map(|midnight| midnight.timestamp()),
    };
    TimeZone::fixed(zone.to_offset(at.unwrap_or(completed.timestamp())))
}

/// The time the pattern goes by. A due that [`moment_at`] moved out of a gap still says the time before it.
fn wall_clock(due: Due, zone: &TimeZone) -> DateTime {
    match due {
        Due::Day(date) => date.at(0, 0, 0, 0),
        Due::Moment { at, .. } => {
            let said = due.local();
            let still_means_it = said.to_zoned(zone.clone()).is_ok_and(|zoned| zoned.timestamp() == at);
            if still_means_it { said } else { zone.to_datetime(at) }
        }
    }
}

/// The moment a wall-clock time means. In a gap that is “the UTC offset before the gap” (RFC 5545 §3.3.5), which the
/// due keeps, so that the day after has the old time again.
fn moment_at(wall: DateTime, zone: &TimeZone) -> Option<Due> {
    let zoned = wall.to_zoned(zone.clone()).ok()?;
    match (zone.to_ambiguous_timestamp(wall).offset(), Due::from_zoned(&zoned)) {
        (AmbiguousOffset::Gap { before, .. }, Due::Moment { at, .. }) => Some(Due::Moment { at, offset: before }),
        (_, due) => Some(due),
    }
}
