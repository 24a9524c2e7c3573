//! The clock, the zone and the habits a text is read with.

use jiff::Zoned;

/// Which comes first in `3/4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// Day first (most of the world).
    #[default]
    DayMonth,
    /// Month first (United States).
    MonthDay,
}

/// When, where and by whose habits a text is read.
#[derive(Debug, Clone)]
pub struct Moment {
    /// The current instant in the user's zone.
    pub now: Zoned,
    /// How slashed dates are read.
    pub order: DateOrder,
}

impl Moment {
    /// A moment with the usual day-first order.
    #[must_use]
    pub const fn new(now: Zoned) -> Self {
        Self { now, order: DateOrder::DayMonth }
    }
}
