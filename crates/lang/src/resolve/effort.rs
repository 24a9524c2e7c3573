//! How much work may go into all names of a message.

/// Steps of a nanosecond or two: twenty-five names among the longest titles that twenty thousand tasks can have, and for
/// other lists more than anybody says in one message.
const STEPS: usize = 20_000_000;
/// What the first look at a word costs: its base form, stem and synonyms.
pub(super) const WORD: usize = 500;
/// What it costs to see whether two words are alike, slips aside.
pub(super) const WORDS: usize = 4;
/// What it costs to count the slips between two words.
pub(super) const SLIPS: usize = 150;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Effort(usize);

impl Default for Effort {
    fn default() -> Self {
        Self(STEPS)
    }
}

impl Effort {
    /// Notes work.
    pub(super) const fn spend(&mut self, steps: usize) {
        self.0 = self.0.saturating_sub(steps);
    }

    /// Whether nothing is left.
    pub(super) const fn is_spent(&self) -> bool {
        self.0 == 0
    }
}
