//! How often what is safe to repeat is tried again, and after which waits.
//!
//! Safe is what comes before the first statement: to connect, and to begin a transaction. In a transaction nothing is
//! repeated: its caller is told, and knows whether the whole is safe to repeat. SQLite has no connection to lose; for
//! its lock SQLite itself waits (`busy_timeout`).

use std::time::Duration;

use uuid::Uuid;

use crate::StoreError;

/// The waits before the first, the second and the third time again.
const WAITS: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(400)];

/// How often anything is tried again.
pub(super) const TIMES: usize = WAITS.len();

/// Why a try came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// It would come to nothing again.
    Final(StoreError),
    /// The server may be back in a moment.
    Passing(StoreError),
}

/// Tries until it succeeds, fails for good, was tried again often enough, or `enough` says that whoever waits has
/// waited enough; then the last error is told.
pub(super) async fn until_done<T, F>(mut once: impl FnMut() -> F, enough: impl Fn() -> bool) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut failed = 0;
    loop {
        let error = match once().await {
            Ok(done) => return Ok(done),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Passing(error)) => error,
        };
        if failed == TIMES || enough() {
            return Err(error);
        }
        tracing::warn!(%error, "the database is away; trying again");
        pause(failed).await;
        failed += 1;
    }
}

/// Waits before the next try, when so many times again have come to nothing.
pub(super) async fn pause(failed: usize) {
    tokio::time::sleep(wait(failed, chance())).await;
}

/// By half shorter to by half longer, as chance (from 0 to 1) has it: those who failed together come back one by one.
fn wait(failed: usize, chance: f64) -> Duration {
    WAITS[failed.min(TIMES - 1)].mul_f64(0.5 + chance)
}

/// A number from 0 to 1.
pub(super) fn chance() -> f64 {
    f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::Instant;

    use super::*;

    fn away() -> StoreError {
        StoreError::Unavailable("away".to_owned())
    }

    /// Fails so often, and then succeeds; the waits between the tries, in milliseconds, and what came of it.
    async fn failing(times: usize, failure: fn(StoreError) -> Failure) -> (Vec<u128>, Result<(), StoreError>) {
        let tries = RefCell::new(Vec::new());
        let once = || {
            tries.borrow_mut().push(Instant::now());
            std::future::ready(if tries.borrow().len() <= times { Err(failure(away())) } else { Ok(()) })
        };
        let end = until_done(once, || false).await;
        (tries.take().windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect(), end)
    }

    #[test]
    fn waits_double_and_differ_by_half_at_most() {
        let waits = |chance| [0, 1, 2].map(|failed| wait(failed, chance).as_millis());
        assert_eq!(waits(0.5), [100, 200, 400]);
        assert_eq!((waits(0.0), waits(1.0)), ([50, 100, 200], [150, 300, 600]));
    }

    #[test]
    fn chance_is_spread_from_0_to_1() {
        let drawn: Vec<f64> = (0..10_000).map(|_| chance()).collect();
        assert!(drawn.iter().all(|chance| (0.0..=1.0).contains(chance)));
        for tenth in 0..10 {
            let here =
                drawn.iter().filter(|chance| **chance * 10.0 >= tenth.into() && **chance * 10.0 < (tenth + 1).into());
            assert!(here.count() > 500, "the tenth from {tenth}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn three_times_again_and_then_no_more() {
        for _ in 0..100 {
            let (waits, end) = failing(usize::MAX, Failure::Passing).await;
            assert_eq!((waits.len(), end), (3, Err(away())));
            for (wait, middle) in waits.into_iter().zip([100, 200, 400]) {
                // The clock of tests goes by whole milliseconds.
                assert!((middle / 2..=middle + middle / 2 + 1).contains(&wait), "{wait} of {middle}");
            }
        }
        for times in 0..=3 {
            let (waits, end) = failing(times, Failure::Passing).await;
            assert_eq!((waits.len(), end), (times, Ok(())));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_may_pass_and_only_while_somebody_waits() {
        assert_eq!(failing(1, Failure::Final).await, (Vec::new(), Err(away())));
        let tried = RefCell::new(0);
        let once = || {
            *tried.borrow_mut() += 1;
            std::future::ready(Err::<(), _>(Failure::Passing(away())))
        };
        assert_eq!(until_done(once, || *tried.borrow() == 2).await, Err(away()));
        assert_eq!(tried.take(), 2);
    }
}
