//! How much work one message may cost: counted, never timed, so that the same text always has the same readings.

use std::cell::Cell;

/// What any message may cost. Sentences need about a thousand, the dearest of our corpora nine thousand.
const BASE: u32 = 80_000;
/// What each unit of a message may cost in addition: about twice what people need who ramble and give orders in between.
const EACH: u32 = 1_500;

/// The work left for one message: about one for each step of a match, and for each unit looked at.
#[derive(Debug)]
pub(crate) struct Fuel(Cell<u32>);

impl Fuel {
    /// Enough for a message of so many units.
    pub(crate) fn new(units: usize) -> Self {
        Self(Cell::new(u32::try_from(units).unwrap_or(u32::MAX).saturating_mul(EACH).saturating_add(BASE)))
    }

    /// Takes the cost of some work; false when nothing is left.
    pub(crate) fn spend(&self, cost: usize) -> bool {
        self.0.set(self.0.get().saturating_sub(u32::try_from(cost).unwrap_or(u32::MAX)));
        !self.is_empty()
    }

    /// Whether the work has become too much.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.get() == 0
    }
}
