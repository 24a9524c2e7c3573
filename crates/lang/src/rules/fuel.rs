//! How much work one message may cost: counted, never timed, so that the same text always has the same readings.
//!
//! The unit is a step of a match, some 8 ns. What costs more says so where it is done: a match that is looked at, a token
//! read for dates and the like, a phrase of time looked for.

use std::cell::Cell;

/// What any message may cost. Sentences need about three thousand, the dearest of our corpora sixty thousand.
const BASE: u32 = 150_000;
/// What each byte of a message may cost in addition: with the base half as much again as people need who ramble and give
/// orders in between.
const EACH: u32 = 500;

/// The work left for one message.
#[derive(Debug)]
pub(crate) struct Fuel {
    left: Cell<u32>,
    all: u32,
}

impl Fuel {
    /// Enough for a message of so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let all = u32::try_from(bytes).unwrap_or(u32::MAX).saturating_mul(EACH).saturating_add(BASE);
        Self { left: Cell::new(all), all }
    }

    /// Takes the cost of some work; false when nothing is left.
    pub(crate) fn spend(&self, cost: usize) -> bool {
        self.left.set(self.left.get().saturating_sub(u32::try_from(cost).unwrap_or(u32::MAX)));
        !self.is_empty()
    }

    /// Whether the work has become too much.
    pub(crate) const fn is_empty(&self) -> bool {
        self.left.get() == 0
    }

    /// Begins again, for a way to read the message that costs little.
    pub(crate) fn renew(&self) {
        self.left.set(self.all);
    }
}
