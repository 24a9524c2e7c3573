//! Growing delays after wrong passwords, per account and per address. They count on the machine's monotonic clock or on
//! Redis' own, so a frozen `SAYDO_NOW` does not lock anybody out for ever.
//!
//! What is kept of a try has always the same size, whatever was typed, and is forgotten after an hour.
//!
//! - `key`: what failures are counted by
//! - `counts`: the counters in this process
//! - `throttle.lua`: the counters in Redis

mod counts;
mod key;

use std::{
    net::IpAddr,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use saydo_domain::UserId;

pub use key::network;

use self::{counts::Counts, key::Key};
use crate::{
    AppError,
    counters::{Counters, Script},
};

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("throttle.lua")));
const SUCCEEDED: i64 = 0;
const BEGIN: i64 = 1;
const WITHDRAWN: i64 = 2;

/// Whether failed logins slow down further tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Throttling {
    /// They do.
    On,
    /// They do not: for tests and benchmarks.
    Off,
}

/// The longest delay.
const LONGEST: Duration = Duration::from_mins(15);
/// After this long without a failure the count begins anew.
const FORGET: Duration = Duration::from_hours(1);

/// Slows down whoever guesses passwords.
#[derive(Debug)]
pub(super) struct Throttle {
    throttling: Throttling,
    counters: Counters,
    counts: Mutex<Counts>,
}

/// One try of a password, counted as failed until [`Attempt::succeeded`] or [`Attempt::withdrawn`] says otherwise:
/// parallel guesses gain nothing.
#[derive(Debug)]
#[must_use]
pub(super) struct Attempt<'a> {
    throttle: &'a Throttle,
    keys: Vec<Key>,
}

impl Throttle {
    pub(super) fn new(throttling: Throttling, counters: Counters) -> Self {
        Self { throttling, counters, counts: Mutex::default() }
    }

    /// Begins a login with this name, or says how long to wait.
    pub(super) async fn login(&self, name: &str, address: Option<IpAddr>) -> Result<Attempt<'_>, AppError> {
        let account = [Key::account(name)].into_iter();
        self.begin(account.chain(address.map(Key::address)).collect()).await
    }

    /// Begins a confirmation by this signed-in person, or says how long to wait.
    pub(super) async fn confirmation(&self, user: &UserId) -> Result<Attempt<'_>, AppError> {
        self.begin(vec![Key::confirmation(user)]).await
    }

    async fn begin(&self, keys: Vec<Key>) -> Result<Attempt<'_>, AppError> {
        if self.throttling == Throttling::Off {
            return Ok(Attempt { throttle: self, keys: Vec::new() });
        }
        match self.run(&keys, BEGIN).await.as_deref() {
            Some(&[0]) => Ok(Attempt { throttle: self, keys }),
            Some(&[wait]) => Err(AppError::Throttled { retry_after: Duration::from_micros(wait.unsigned_abs()) }),
            _ => match self.counts().begin(&keys, Instant::now()) {
                Ok(()) => Ok(Attempt { throttle: self, keys }),
                Err(retry_after) => Err(AppError::Throttled { retry_after }),
            },
        }
    }

    /// The same in Redis, when there is one.
    async fn run(&self, keys: &[Key], operation: i64) -> Option<Vec<i64>> {
        let micros = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        let mut arguments = vec![operation, micros(LONGEST), micros(FORGET)];
        arguments.extend(keys.iter().map(|key| i64::from(key.free())));
        let names: Vec<(&str, String)> = keys.iter().map(|key| key.name()).collect();
        let names: Vec<(&str, &str)> = names.iter().map(|(kind, name)| (*kind, name.as_str())).collect();
        self.counters.run(&SCRIPT, &names, &arguments).await
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// The password was right: the account starts anew, and this try does not count against the address.
    pub(super) async fn succeeded(self) {
        self.end(SUCCEEDED).await;
    }

    /// It was never found out, by our fault: nothing counts.
    pub(super) async fn withdrawn(self) {
        self.end(WITHDRAWN).await;
    }

    async fn end(self, how: i64) {
        // Throttling is off.
        if self.keys.is_empty() {
            return;
        }
        self.throttle.run(&self.keys, how).await;
        self.throttle.counts().end(&self.keys, how);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn off_means_off() {
        let throttle = Throttle::new(Throttling::Off, Counters::in_process());
        for _ in 0..100 {
            assert!(throttle.login("ada", None).await.is_ok());
        }
    }
}
