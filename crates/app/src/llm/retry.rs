//! Whether to ask the same provider again. Pure: time and chance are arguments.

use std::time::Duration;

use super::{ModelError, Phase};

/// The first pause; each following one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause while another provider could be asked instead.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is known when a request failed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation {
    /// Requests made to this provider before the one that failed.
    pub attempt: u32,
    /// Most further requests to one provider.
    pub retries: u32,
    /// Time left in the turn.
    pub remaining: Duration,
    /// Whether another provider could be asked.
    pub has_other: bool,
    /// Chance, from 0 to 1: spreads the requests of many turns.
    pub chance: f64,
}

/// How long to wait before asking again; `None`: do not.
///
/// Only called while nothing of the answer has been passed on. Asking again is safe then: a model changes nothing.
pub(super) fn pause(error: &ModelError, situation: &Situation) -> Option<Duration> {
    if situation.attempt >= situation.retries {
        return None;
    }
    let own = FIRST_PAUSE * 2_u32.saturating_pow(situation.attempt.min(8));
    let own = own.mul_f64(0.5 + situation.chance.clamp(0.0, 1.0) / 2.0);
    let wait = match error {
        ModelError::RateLimited { retry_after: Some(asked) } => (*asked).max(own),
        ModelError::RateLimited { retry_after: None }
        | ModelError::Connect(_)
        | ModelError::Server(_)
        | ModelError::Timeout(Phase::Connect) => own,
        _ => return None,
    };
    // An answer needs time too.
    let fits = wait <= situation.remaining / 2 && (!situation.has_other || wait <= PATIENCE);
    fits.then_some(wait)
}

/// Whether the failure is the provider's, not the request's.
pub(super) const fn is_provider_fault(error: &ModelError) -> bool {
    match error {
        // The key, the right, the money, the model: no request will do better.
        ModelError::Refused(status, _) => matches!(status, 401 | 402 | 403 | 404 | 429),
        ModelError::Timeout(Phase::Turn) | ModelError::Unavailable => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Situation =
        Situation { attempt: 0, retries: 2, remaining: Duration::from_secs(60), has_other: false, chance: 1.0 };

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for error in [
            ModelError::Connect(String::new()),
            ModelError::Server(500),
            ModelError::RateLimited { retry_after: None },
            ModelError::Timeout(Phase::Connect),
        ] {
            assert_eq!(pause(&error, &CALM), Some(Duration::from_millis(250)), "{error:?}");
            assert_eq!(pause(&error, &Situation { attempt: 1, ..CALM }), Some(Duration::from_millis(500)));
            assert_eq!(pause(&error, &Situation { attempt: 2, ..CALM }), None);
        }
        for error in [
            ModelError::Refused(400, String::new()),
            ModelError::Malformed(String::new()),
            ModelError::Truncated,
            ModelError::Timeout(Phase::FirstByte),
            ModelError::Timeout(Phase::Idle),
            ModelError::Timeout(Phase::Turn),
        ] {
            assert_eq!(pause(&error, &CALM), None, "{error:?}");
        }
    }

    #[test]
    fn the_servers_wish_counts_when_it_fits() {
        let asked = |seconds| ModelError::RateLimited { retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(pause(&asked(20), &CALM), Some(Duration::from_secs(20)));
        assert_eq!(pause(&asked(31), &CALM), None, "no time left for the answer");
        assert_eq!(pause(&asked(20), &Situation { has_other: true, ..CALM }), None, "another can be asked sooner");
        assert_eq!(pause(&asked(0), &CALM), Some(Duration::from_millis(250)), "never at once");
    }

    #[test]
    fn chance_spreads_the_pauses() {
        let wait = |chance| pause(&ModelError::Server(500), &Situation { chance, ..CALM });
        assert_eq!((wait(0.0), wait(1.0)), (Some(Duration::from_millis(125)), Some(Duration::from_millis(250))));
    }
}
