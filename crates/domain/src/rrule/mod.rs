//! Recurrence rules: the part of RFC 5545 §3.3.10 that to-do lists use.
//!
//! Supported: `FREQ` (`MINUTELY` and slower), `INTERVAL`, `COUNT`, `UNTIL`, `BYDAY` (with ordinals), `BYMONTHDAY`,
//! `BYMONTH`, `BYSETPOS`; weeks begin on Monday. Everything else is refused rather than ignored.

mod expand;
mod text;

use jiff::civil::{Date, DateTime, Weekday};
use serde::{Deserialize, Serialize};

/// Why a rule was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The recurrence rule is not understood: {0}.")]
pub struct RRuleError(String);

fn refuse(what: impl Into<String>) -> RRuleError {
    RRuleError(what.into())
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// Every minute.
    Minutely,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

impl Frequency {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Minutely => "MINUTELY",
            Self::Hourly => "HOURLY",
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

/// A weekday, or its n-th occurrence within the month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByDay {
    /// 1 is the first, -1 the last, 0 every one.
    pub ordinal: i8,
    /// The weekday.
    pub weekday: Weekday,
}

/// The last moment an occurrence may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Until {
    /// This day included.
    Day(Date),
    /// This wall-clock moment included.
    Moment(DateTime),
}

/// A recurrence rule.
///
/// ```
/// use saydo_domain::RRule;
/// let rule: RRule = "FREQ=MONTHLY;BYDAY=-1FR".parse().unwrap();
/// let start = jiff::civil::date(2026, 3, 27).at(9, 0, 0, 0);
/// let (next, used) = rule.next_after(start, start).unwrap();
/// assert_eq!((next.date(), used), (jiff::civil::date(2026, 4, 24), 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RRule {
    /// How often.
    pub freq: Frequency,
    /// Every how many of those; at least 1.
    pub interval: u32,
    /// On which weekdays.
    pub by_day: Vec<ByDay>,
    /// On which days of the month; negative counts from the end.
    pub by_month_day: Vec<i8>,
    /// In which months.
    pub by_month: Vec<i8>,
    /// Which of the period's occurrences; negative counts from the end.
    pub by_set_pos: Vec<i16>,
    /// How many occurrences are left, this one included.
    pub count: Option<u32>,
    /// When it ends.
    pub until: Option<Until>,
}

impl RRule {
    /// A rule with a frequency and an interval and nothing else.
    #[must_use]
    pub const fn every(interval: u32, freq: Frequency) -> Self {
        Self {
            freq,
            interval,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            count: None,
            until: None,
        }
    }

    /// Whether occurrences may come more than once a day.
    #[must_use]
    pub const fn is_subdaily(&self) -> bool {
        matches!(self.freq, Frequency::Minutely | Frequency::Hourly)
    }
}

impl TryFrom<String> for RRule {
    type Error = RRuleError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RRule> for String {
    fn from(rule: RRule) -> Self {
        rule.to_string()
    }
}
