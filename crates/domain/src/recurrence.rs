//! How a task repeats, and when it comes next.

use jiff::{Zoned, civil::DateTime, tz::TimeZone};
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
    /// occurrence is today's or later. Wall-clock times that a DST change skips move forward, and those it
    /// repeats take the first, as RFC 5545 §3.3.5 says. `None` when the rule has ended.
    #[must_use]
    pub fn next(&self, due: Option<Due>, zone: &TimeZone, completed: &Zoned) -> Option<(Due, Self)> {
        let now = completed.with_time_zone(zone.clone());
        let timed = due.is_some_and(|due| due.has_time());
        let today = now.date().at(0, 0, 0, 0);
        let due_local = due.map_or(today, |due| match due {
            Due::Day(date) => date.at(0, 0, 0, 0),
            Due::Moment { at, .. } => zone.to_datetime(at),
        });
        let (start, not_before) = match self.from {
            RepeatFrom::Due => (due_local, if timed { now.datetime() } else { today }),
            RepeatFrom::Completion if self.rrule.is_subdaily() => (now.datetime(), now.datetime()),
            RepeatFrom::Completion => (now.date().to_datetime(due_local.time()), today),
        };
        let (next, used) = self.rrule.next_after(start, not_before)?;
        let mut rest = self.clone();
        if let Some(count) = &mut rest.rrule.count {
            *count = count.checked_sub(used).filter(|left| *left > 0)?;
        }
        let next = if timed || self.rrule.is_subdaily() {
            Due::from_zoned(&next.to_zoned(zone.clone()).ok()?)
        } else {
            Due::Day(next.date())
        };
        Some((next, rest))
    }
}
