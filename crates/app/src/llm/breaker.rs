//! The breaker of one provider: a state machine without a clock of its own.

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open.
const REST: Duration = Duration::from_secs(30);

/// Keeps requests away from a provider that fails.
#[derive(Debug, Default)]
pub(super) enum Breaker {
    /// Requests go through.
    #[default]
    Closed,
    /// Requests go through; so many failed in a row.
    Failing(u32),
    /// No request until then.
    Open {
        /// When a trial may be made.
        until: Instant,
    },
    /// One request is under way to see whether the provider is back.
    Trial,
}

/// Leave for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// One of many.
    Normal,
    /// The one that tries a provider that failed.
    Trial,
}

impl Breaker {
    /// Whether a request may be made now.
    pub(super) fn ask(&mut self, now: Instant) -> Option<Leave> {
        match self {
            Self::Closed | Self::Failing(_) => Some(Leave::Normal),
            Self::Open { until } if *until <= now => {
                *self = Self::Trial;
                Some(Leave::Trial)
            }
            Self::Open { .. } | Self::Trial => None,
        }
    }

    /// Whether requests are held back.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::Trial)
    }

    /// A request was answered: whatever was, the provider is there.
    pub(super) fn succeeded(&mut self) {
        *self = Self::Closed;
    }

    /// A request failed by the provider's fault.
    pub(super) fn failed(&mut self, leave: Leave, now: Instant) {
        let failures = match (&self, leave) {
            (Self::Closed, _) => 1,
            (Self::Failing(before), _) => before + 1,
            (Self::Trial, Leave::Trial) => FAILURES,
            // Begun before it opened: known already.
            (Self::Trial, Leave::Normal) | (Self::Open { .. }, _) => return,
        };
        *self = if failures < FAILURES { Self::Failing(failures) } else { Self::Open { until: now + REST } };
    }

    /// A request ended without saying anything of the provider (the person left, the turn's time was up).
    pub(super) fn ended(&mut self, leave: Leave, now: Instant) {
        if matches!(self, Self::Trial) && leave == Leave::Trial {
            *self = Self::Open { until: now };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert_eq!(breaker.ask(now), Some(Leave::Normal));
            breaker.failed(Leave::Normal, now);
        }
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_one_trial_follows() {
        let now = Instant::now();
        let mut breaker = open(now);
        assert_eq!(breaker.ask(now + REST - Duration::from_millis(1)), None);
        assert_eq!(breaker.ask(now + REST), Some(Leave::Trial));
        assert_eq!(breaker.ask(now + REST), None, "one trial only");
        breaker.failed(Leave::Normal, now + REST);
        assert_eq!(breaker.ask(now + 3 * REST), None, "late news of old requests do not end the trial");
        breaker.failed(Leave::Trial, now + REST);
        assert_eq!(breaker.ask(now + REST), None);
        assert_eq!(breaker.ask(now + 2 * REST), Some(Leave::Trial));
        breaker.succeeded();
        assert_eq!(breaker.ask(now), Some(Leave::Normal));
    }

    #[test]
    fn a_success_between_failures_starts_the_count_again() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            for _ in 1..FAILURES {
                breaker.failed(Leave::Normal, now);
            }
            breaker.succeeded();
        }
        assert_eq!(breaker.ask(now), Some(Leave::Normal));
    }

    #[test]
    fn a_trial_that_was_left_may_be_made_again() {
        let now = Instant::now();
        let mut breaker = open(now);
        assert_eq!(breaker.ask(now + REST), Some(Leave::Trial));
        breaker.ended(Leave::Normal, now + REST);
        assert_eq!(breaker.ask(now + REST), None);
        breaker.ended(Leave::Trial, now + REST);
        assert_eq!(breaker.ask(now + REST), Some(Leave::Trial));
    }
}
