//! Where “now” comes from: the system, or an instant at which it stands still for tests.

use jiff::{Timestamp, Zoned, tz::TimeZone};

/// The only source of the current time in the program.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still (`SAYDO_NOW`).
    Frozen(Timestamp),
}

impl Clock {
    /// The current instant, in whole milliseconds.
    #[must_use]
    pub fn now(self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
            Self::System => {
                let now = Timestamp::now();
                Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
            }
            Self::Frozen(at) => at,
        }
    }

    /// The current instant in a zone.
    #[must_use]
    pub fn now_in(self, zone: &TimeZone) -> Zoned {
        self.now().to_zoned(zone.clone())
    }
}
