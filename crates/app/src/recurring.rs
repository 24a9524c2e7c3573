//! Work that runs by the clock: whichever replica finds it due first claims it, and the others leave it alone. When
//! its holder dies another takes over; a holder that lost its claim, to a stopped process or a database it could not
//! reach, stops in the middle.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use saydo_store::{Lease, NewLease, StoreError};
use uuid::Uuid;

use crate::{App, AppError};

/// How long a claim holds without a sign of life, of which there are four in this time.
const HOLD: Duration = Duration::from_secs(60);
/// Failed work is tried again this soon, or at the usual time if that is sooner.
const RETRY: SignedDuration = SignedDuration::from_mins(10);
/// By how much the clocks of replicas may differ before they are not believed.
const WRONG_CLOCK: SignedDuration = SignedDuration::from_hours(1);

/// Some work.
#[derive(Debug, Clone, Copy)]
pub struct Recurring {
    /// Its name, the same on all replicas.
    pub name: &'static str,
    /// How often it is done at the least.
    pub every: SignedDuration,
    /// How long a claim to it holds without a sign of life.
    pub hold: Duration,
}

impl Recurring {
    /// Work that somebody else may take over when nothing is heard of its holder for a minute.
    #[must_use]
    pub const fn new(name: &'static str, every: SignedDuration) -> Self {
        Self { name, every, hold: HOLD }
    }
}

/// What came of looking whether work is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// It is not due, or somebody else has it.
    No,
    /// It was done.
    Done,
    /// Somebody else took it over before it was done.
    Lost,
}

impl App {
    /// Does the work if it is due and nobody else is at it; it says how long until it is due again.
    ///
    /// # Errors
    /// The work's, and when the store refuses.
    pub async fn when_due<E: From<AppError>>(
        &self,
        job: Recurring,
        work: impl Future<Output = Result<SignedDuration, E>>,
    ) -> Result<Ran, E> {
        let Some(lease) = self.claim(job).await? else { return Ok(Ran::No) };
        let done = tokio::select! {
            done = work => done,
            () = self.keep(&lease, job.hold) => {
                tracing::warn!(work = job.name, "somebody else took this over; stopping in the middle");
                return Ok(Ran::Lost);
            }
        };
        let next = done.as_ref().map_or_else(|_| RETRY.min(job.every), |next| (*next).min(job.every));
        let due = self.clock.now().checked_add(next).unwrap_or(Timestamp::MAX);
        let ended = self.store.write(move |tx| Box::pin(async move { Ok(tx.lease_end(&lease, due).await?) })).await;
        done?;
        Ok(if ended.map_err(|error: AppError| error)? { Ran::Done } else { Ran::Lost })
    }

    async fn claim(&self, job: Recurring) -> Result<Option<Lease>, AppError> {
        let now = self.clock.now();
        let after = |time: SignedDuration| now.checked_add(time).unwrap_or(Timestamp::MAX);
        let horizon = after(job.every.saturating_add(WRONG_CLOCK));
        if !self.store.read().await?.lease_is_free(job.name, now, horizon).await? {
            return Ok(None);
        }
        let holder = Uuid::new_v4().to_string();
        let until = after(job.hold.try_into().unwrap_or(SignedDuration::MAX));
        let new = NewLease { name: job.name.to_owned(), holder, now, until, horizon };
        self.store.write(move |tx| Box::pin(async move { Ok(tx.lease_claim(&new).await?) })).await
    }

    /// Keeps a claim; ends when it is lost.
    async fn keep(&self, lease: &Lease, hold: Duration) {
        let mut held_until = Instant::now() + hold;
        loop {
            tokio::time::sleep(hold / 4).await;
            let asked = Instant::now();
            let life = hold.try_into().unwrap_or(SignedDuration::MAX);
            let until = self.clock.now().checked_add(life).unwrap_or(Timestamp::MAX);
            let kept = lease.clone();
            let kept: Result<bool, StoreError> =
                self.store.write(move |tx| Box::pin(async move { tx.lease_keep(&kept, until).await })).await;
            match kept {
                Ok(true) => held_until = asked + hold,
                Ok(false) => return,
                // The store is away: the claim is ours for as long as we said.
                Err(_) if Instant::now() < held_until => {}
                Err(_) => return,
            }
        }
    }
}
