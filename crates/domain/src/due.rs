//! When a task is due: a day, or a moment.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp, Zoned,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Serialize};

/// When a task is due. It is returned in the form it was given.
///
/// ```
/// use saydo_domain::Due;
/// let day: Due = "2026-03-12".parse().unwrap();
/// let moment: Due = "2026-03-12T15:00:00+01:00".parse().unwrap();
/// assert_eq!(day.to_string(), "2026-03-12");
/// assert_eq!(moment.to_string(), "2026-03-12T15:00:00+01:00");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Due {
    /// All day.
    Day(Date),
    /// An instant, with the offset from UTC of the place where it was said.
    Moment {
        /// The instant, whole seconds.
        at: Timestamp,
        /// The offset in force there and then.
        offset: Offset,
    },
}

/// Text that is neither a date nor an RFC 3339 date-time with offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("A due date is a day like 2026-03-12 or a date-time with offset like 2026-03-12T15:00:00+01:00.")]
pub struct DueParseError;

impl Due {
    /// A moment as said in a zone; fractions of a second are dropped.
    #[must_use]
    pub fn from_zoned(zoned: &Zoned) -> Self {
        let at = Timestamp::from_second(zoned.timestamp().as_second()).unwrap_or(zoned.timestamp());
        Self::Moment { at, offset: zoned.offset() }
    }

    /// This due, if it can be written so that it is read again: RFC 3339 has the years 1 to 9999.
    #[must_use]
    pub fn writable(self) -> Option<Self> {
        (1..=9999).contains(&self.local().year()).then_some(self)
    }

    /// The wall-clock reading: midnight for a whole day.
    #[must_use]
    pub fn local(&self) -> DateTime {
        match self {
            Self::Day(date) => date.at(0, 0, 0, 0),
            Self::Moment { at, offset } => offset.to_datetime(*at),
        }
    }

    /// The wall-clock reading as seconds since 1970-01-01T00:00, as though it were UTC: the sort key.
    #[must_use]
    pub fn local_seconds(&self) -> i64 {
        Offset::UTC.to_timestamp(self.local()).map_or(i64::MAX, Timestamp::as_second)
    }

    /// The instant, for a moment.
    #[must_use]
    pub const fn instant(&self) -> Option<Timestamp> {
        match self {
            Self::Day(_) => None,
            Self::Moment { at, .. } => Some(*at),
        }
    }

    /// Whether this has a time of day.
    #[must_use]
    pub const fn has_time(&self) -> bool {
        matches!(self, Self::Moment { .. })
    }

    /// The day this falls on for somebody in `zone`.
    #[must_use]
    pub fn day_in(&self, zone: &TimeZone) -> Date {
        match self {
            Self::Day(date) => *date,
            Self::Moment { at, .. } => zone.to_datetime(*at).date(),
        }
    }

    /// Whether this lies in the past at `now` (a whole day is over when the next one begins in `now`'s zone).
    #[must_use]
    pub fn is_overdue(&self, now: &Zoned) -> bool {
        match self {
            Self::Day(date) => *date < now.date(),
            Self::Moment { at, .. } => *at < now.timestamp(),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => date.fmt(f),
            Self::Moment { at, offset } if offset.is_zero() => {
                write!(f, "{}Z", offset.to_datetime(*at).strftime("%Y-%m-%dT%H:%M:%S"))
            }
            Self::Moment { at, offset } => at.display_with_offset(*offset).fmt(f),
        }
    }
}

impl FromStr for Due {
    type Err = DueParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits_only_date = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let due = if digits_only_date {
            Self::Day(text.parse().map_err(|_| DueParseError)?)
        } else {
            let pieces = jiff::fmt::temporal::Pieces::parse(text).map_err(|_| DueParseError)?;
            if pieces.time_zone_annotation().is_some() {
                return Err(DueParseError);
            }
            let offset = match pieces.offset().ok_or(DueParseError)? {
                jiff::fmt::temporal::PiecesOffset::Numeric(numeric) => numeric.offset(),
                _ => Offset::UTC,
            };
            // RFC 3339 §4.2: an offset is hours and minutes.
            if offset.seconds() % 60 != 0 {
                return Err(DueParseError);
            }
            let time =
                pieces.time().ok_or(DueParseError)?.with().subsec_nanosecond(0).build().map_err(|_| DueParseError)?;
            let at = offset.to_timestamp(pieces.date().to_datetime(time)).map_err(|_| DueParseError)?;
            Self::Moment { at, offset }
        };
        due.writable().ok_or(DueParseError)
    }
}

impl TryFrom<String> for Due {
    type Error = DueParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Due> for String {
    fn from(due: Due) -> Self {
        due.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_form_it_was_given() {
        for text in ["2026-03-12", "2026-03-12T15:00:00+01:00", "2026-03-12T15:00:00Z", "2026-03-12T15:00:00-03:30"] {
            assert_eq!(text.parse::<Due>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_neither() {
        for text in [
            "",
            "tomorrow",
            "2026-02-30",
            "2026-03-12T15:00:00",
            "2026-03-12T25:00:00Z",
            "2026-03-12T15:00+01:00[Europe/Berlin]",
            "+002026-01-01",
            "0000-12-31",
            "0000-12-31T23:00:00Z",
            "2026-03-12T15:00:00+01:00:30",
            "20260312",
            "1234567890",
        ] {
            assert_eq!(text.parse::<Due>(), Err(DueParseError), "{text}");
        }
    }

    #[test]
    fn what_no_text_can_say_is_not_writable() {
        let (first, early): (Due, Timestamp) = ("0001-01-01".parse().unwrap(), "0001-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(first.writable(), Some(first));
        assert_eq!(Due::Day(jiff::civil::date(0, 12, 31)).writable(), None);
        let seen = |offset| Due::Moment { at: early, offset: jiff::tz::offset(offset) };
        assert_eq!((seen(1).writable(), seen(-1).writable()), (Some(seen(1)), None), "there it is the year before");
    }

    #[test]
    fn a_day_is_overdue_when_the_next_begins_there() {
        let due: Due = "2026-03-12".parse().unwrap();
        let at = |text: &str| text.parse::<Zoned>().unwrap();
        assert!(!due.is_overdue(&at("2026-03-12T23:59:59+13:00[Pacific/Auckland]")));
        assert!(due.is_overdue(&at("2026-03-13T00:00:00+13:00[Pacific/Auckland]")));
    }
    #[test]
    fn a_moment_is_overdue_when_it_has_passed() {
        let due: Due = "2026-03-12T15:00:00+01:00".parse().unwrap();
        let at = |text: &str| text.parse::<Zoned>().unwrap();
        assert!(!due.is_overdue(&at("2026-03-12T13:59:59Z[UTC]")));
        assert!(!due.is_overdue(&at("2026-03-12T15:00:00+01:00[Europe/Berlin]")), "it is now");
        assert!(due.is_overdue(&at("2026-03-12T14:00:01Z[UTC]")));
        assert!(!"2026-03-12".parse::<Due>().unwrap().is_overdue(&at("2026-03-11T23:00:00Z[UTC]")));
    }

    #[test]
    fn it_is_known_by_its_wall_clock_its_instant_and_its_day() {
        let (day, moment): (Due, Due) = ("2026-03-12".parse().unwrap(), "1970-01-02T23:30:00-05:00".parse().unwrap());
        assert_eq!((day.local_seconds(), moment.local_seconds()), (1_773_273_600, 86_400 + 84_600));
        assert_eq!((day.instant(), moment.instant()), (None, Some("1970-01-03T04:30:00Z".parse().unwrap())));
        let days = |zone: &str| [day, moment].map(|due| due.day_in(&TimeZone::get(zone).unwrap()).to_string());
        assert_eq!(days("America/New_York"), ["2026-03-12", "1970-01-02"]);
        assert_eq!(days("Europe/Berlin"), ["2026-03-12", "1970-01-03"]);
        assert_eq!([day, moment].map(String::from), ["2026-03-12", "1970-01-02T23:30:00-05:00"]);
    }
}
