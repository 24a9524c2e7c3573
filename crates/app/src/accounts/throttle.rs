//! Growing delays after failed logins, per account and per address. They count on the machine's monotonic clock or on
//! Redis' own, so a frozen `SAYDO_NOW` does not lock anybody out for ever.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    AppError,
    counters::{Counters, Script},
};

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("throttle.lua")));
const BEGIN: i64 = 1;
const SUCCEEDED: i64 = 0;

/// Whether failed logins slow down further tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Throttling {
    /// They do.
    On,
    /// They do not: for tests and benchmarks.
    Off,
}

/// Failures of one account before it slows down.
const FREE_PER_ACCOUNT: u32 = 5;
/// Failures from one address before it slows down: many people may share one.
const FREE_PER_ADDRESS: u32 = 20;
/// The longest delay.
const LONGEST: Duration = Duration::from_mins(15);
/// After this long without a failure the count begins anew.
const FORGET: Duration = Duration::from_hours(1);
/// The most counters kept; the stalest go first.
const MOST: usize = 50_000;

/// What failures are counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
}

impl Key {
    /// Failures before it slows down.
    const fn free(&self) -> u32 {
        match self {
            Self::Account(_) => FREE_PER_ACCOUNT,
            Self::Address(_) => FREE_PER_ADDRESS,
        }
    }

    /// As Redis knows it.
    fn name(&self) -> (&'static str, String) {
        match self {
            Self::Account(account) => ("login-account", account.clone()),
            Self::Address(address) => ("login-address", address.to_string()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    last: Instant,
}

/// The counters.
#[derive(Debug)]
pub(super) struct Throttle {
    throttling: Throttling,
    counters: Counters,
    counts: Mutex<HashMap<Key, Count>>,
}

/// One login attempt, counted as failed until [`Attempt::succeeded`] says otherwise: parallel guesses gain nothing.
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

    /// Begins an attempt, or says how long to wait.
    pub(super) async fn begin(&self, account: &str, address: Option<IpAddr>) -> Result<Attempt<'_>, AppError> {
        if self.throttling == Throttling::Off {
            return Ok(Attempt { throttle: self, keys: Vec::new() });
        }
        let mut keys = vec![Key::Account(account.to_owned())];
        keys.extend(address.map(network).map(Key::Address));
        match self.run(&keys, BEGIN).await.as_deref() {
            Some(&[0]) => Ok(Attempt { throttle: self, keys }),
            Some(&[wait]) => Err(AppError::Throttled { retry_after: Duration::from_micros(wait.unsigned_abs()) }),
            _ => self.begin_at(keys, Instant::now()),
        }
    }

    /// The same in Redis, when there is one.
    async fn run(&self, keys: &[Key], operation: i64) -> Option<Vec<i64>> {
        let micros = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        let mut arguments = vec![operation, micros(LONGEST), micros(FORGET)];
        arguments.extend(keys.iter().map(|key| i64::from(key.free())));
        let names: Vec<(&str, String)> = keys.iter().map(Key::name).collect();
        let names: Vec<(&str, &str)> = names.iter().map(|(kind, name)| (*kind, name.as_str())).collect();
        self.counters.run(&SCRIPT, &names, &arguments).await
    }

    fn begin_at(&self, keys: Vec<Key>, now: Instant) -> Result<Attempt<'_>, AppError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut counts, now);
        let wait = keys.iter().filter_map(|key| counts.get(key).and_then(|count| left(key, count, now))).max();
        if let Some(retry_after) = wait {
            return Err(AppError::Throttled { retry_after });
        }
        for key in &keys {
            let count = counts.entry(key.clone()).or_insert(Count { failures: 0, last: now });
            if now.duration_since(count.last) > FORGET {
                count.failures = 0;
            }
            *count = Count { failures: count.failures.saturating_add(1), last: now };
        }
        Ok(Attempt { throttle: self, keys })
    }
}

impl Attempt<'_> {
    /// The password was right: the account starts anew, and this try does not count against the address.
    pub(super) async fn succeeded(self) {
        self.throttle.run(&self.keys, SUCCEEDED).await;
        self.forgive();
    }

    /// Counted here or not: while Redis was away it may have been.
    fn forgive(self) {
        let mut counts = self.throttle.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for key in self.keys {
            match key {
                Key::Account(_) => drop(counts.remove(&key)),
                Key::Address(_) => {
                    if let Some(count) = counts.get_mut(&key) {
                        count.failures = count.failures.saturating_sub(1);
                    }
                }
            }
        }
    }
}

/// How long this counter still holds up the next attempt: 1 s, 2 s, 4 s … after the free failures.
fn left(key: &Key, count: &Count, now: Instant) -> Option<Duration> {
    let over = count.failures.checked_sub(key.free())?;
    let delay = Duration::from_secs(1_u64.checked_shl(over.min(20)).unwrap_or(u64::MAX)).min(LONGEST);
    delay.checked_sub(now.duration_since(count.last)).filter(|left| !left.is_zero())
}

/// What addresses are counted by: IPv6 hosts own a /64.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn make_room(counts: &mut HashMap<Key, Count>, now: Instant) {
    if counts.len() < MOST {
        return;
    }
    counts.retain(|_, count| now.duration_since(count.last) <= FORGET);
    if counts.len() >= MOST {
        let mut lasts: Vec<Instant> = counts.values().map(|count| count.last).collect();
        lasts.sort_unstable();
        let keep_after = lasts[lasts.len() / 2];
        counts.retain(|_, count| count.last > keep_after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin<'a>(
        throttle: &'a Throttle,
        account: &str,
        address: Option<&str>,
        now: Instant,
    ) -> Result<Attempt<'a>, AppError> {
        let address = address.map(|text| Key::Address(network(text.parse().unwrap())));
        throttle.begin_at([Key::Account(account.to_owned())].into_iter().chain(address).collect(), now)
    }

    #[test]
    fn the_delay_grows_and_success_resets_it() {
        let throttle = Throttle::new(Throttling::On, Counters::in_process());
        let start = Instant::now();
        for _ in 0..FREE_PER_ACCOUNT {
            assert!(begin(&throttle, "ada", None, start).is_ok());
        }
        assert!(begin(&throttle, "ada", None, start).is_err());
        let later = start + Duration::from_secs(1);
        assert!(begin(&throttle, "ada", None, later).is_ok());
        let refused = begin(&throttle, "ada", None, later).unwrap_err();
        assert!(matches!(refused, AppError::Throttled { retry_after } if retry_after == Duration::from_secs(2)));
        begin(&throttle, "ada", None, later + Duration::from_secs(2)).unwrap().forgive();
        assert!(begin(&throttle, "ada", None, later + Duration::from_secs(2)).is_ok());
    }

    #[test]
    fn one_address_trying_many_accounts_is_slowed_down() {
        let throttle = Throttle::new(Throttling::On, Counters::in_process());
        let now = Instant::now();
        for n in 0..FREE_PER_ADDRESS {
            assert!(begin(&throttle, &format!("user{n}"), Some("2001:db8::1"), now).is_ok());
        }
        assert!(begin(&throttle, "another", Some("2001:db8::2"), now).is_err());
        assert!(begin(&throttle, "another", Some("192.0.2.1"), now).is_ok());
    }

    #[tokio::test]
    async fn off_means_off() {
        let throttle = Throttle::new(Throttling::Off, Counters::in_process());
        for _ in 0..100 {
            assert!(throttle.begin("ada", None).await.is_ok());
        }
    }
}
