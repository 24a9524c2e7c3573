//! Growing delays after failed logins, per account and per address. In process for now; it counts on the machine's
//! monotonic clock, so a frozen `SAYDO_NOW` does not lock anybody out for ever.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::AppError;

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

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    last: Instant,
}

/// The counters.
#[derive(Debug)]
pub(super) struct Throttle {
    throttling: Throttling,
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
    pub(super) fn new(throttling: Throttling) -> Self {
        Self { throttling, counts: Mutex::default() }
    }

    /// Begins an attempt, or says how long to wait.
    pub(super) fn begin(&self, account: &str, address: Option<IpAddr>) -> Result<Attempt<'_>, AppError> {
        self.begin_at(account, address, Instant::now())
    }

    fn begin_at(&self, account: &str, address: Option<IpAddr>, now: Instant) -> Result<Attempt<'_>, AppError> {
        if self.throttling == Throttling::Off {
            return Ok(Attempt { throttle: self, keys: Vec::new() });
        }
        let mut keys = vec![Key::Account(account.to_owned())];
        keys.extend(address.map(network).map(Key::Address));
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
    pub(super) fn succeeded(self) {
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
    let free = if matches!(key, Key::Account(_)) { FREE_PER_ACCOUNT } else { FREE_PER_ADDRESS };
    let over = count.failures.checked_sub(free)?;
    let delay = Duration::from_secs(1_u64.checked_shl(over.min(20)).unwrap_or(u64::MAX)).min(LONGEST);
    delay.checked_sub(now.duration_since(count.last)).filter(|left| !left.is_zero())
}

/// IPv6 hosts own a /64: count by that.
fn network(address: IpAddr) -> IpAddr {
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

    fn fails(throttle: &Throttle, account: &str, address: Option<IpAddr>, now: Instant) -> bool {
        throttle.begin_at(account, address, now).is_err()
    }

    #[test]
    fn the_delay_grows_and_success_resets_it() {
        let throttle = Throttle::new(Throttling::On);
        let start = Instant::now();
        for _ in 0..FREE_PER_ACCOUNT {
            assert!(!fails(&throttle, "ada", None, start));
        }
        assert!(fails(&throttle, "ada", None, start));
        let later = start + Duration::from_secs(1);
        assert!(!fails(&throttle, "ada", None, later));
        let refused = throttle.begin_at("ada", None, later).unwrap_err();
        assert!(matches!(refused, AppError::Throttled { retry_after } if retry_after == Duration::from_secs(2)));
        throttle.begin_at("ada", None, later + Duration::from_secs(2)).unwrap().succeeded();
        assert!(!fails(&throttle, "ada", None, later + Duration::from_secs(2)));
    }

    #[test]
    fn one_address_trying_many_accounts_is_slowed_down() {
        let throttle = Throttle::new(Throttling::On);
        let (now, address) = (Instant::now(), Some("2001:db8::1".parse().unwrap()));
        for n in 0..FREE_PER_ADDRESS {
            assert!(!fails(&throttle, &format!("user{n}"), address, now));
        }
        assert!(fails(&throttle, "another", Some("2001:db8::2".parse().unwrap()), now));
        assert!(!fails(&throttle, "another", Some("192.0.2.1".parse().unwrap()), now));
    }

    #[test]
    fn off_means_off() {
        let throttle = Throttle::new(Throttling::Off);
        assert!((0..100).all(|_| !fails(&throttle, "ada", None, Instant::now())));
    }
}
