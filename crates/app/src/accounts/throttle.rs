//! Growing delays after wrong passwords, per account and per address. They count on the machine's monotonic clock or on
//! Redis' own, so a frozen `SAYDO_NOW` does not lock anybody out for ever.
//!
//! What is kept of a try has always the same size, whatever was typed, and is forgotten after an hour.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use saydo_domain::UserId;
use sha2::{Digest as _, Sha256};

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

/// Failures of one account before it slows down.
const FREE_PER_ACCOUNT: u32 = 5;
/// Failures from one address before it slows down: many people may share one.
const FREE_PER_ADDRESS: u32 = 20;
/// The longest delay.
const LONGEST: Duration = Duration::from_mins(15);
/// After this long without a failure the count begins anew.
const FORGET: Duration = Duration::from_hours(1);
/// How often what is older than that is looked for.
const SWEEP: Duration = Duration::from_mins(1);
/// The most counters kept; the stalest go first.
const MOST: usize = 50_000;

/// What failures are counted by. Names are hashed: they are what somebody typed, as long as they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Account([u8; 16]),
    Confirmation([u8; 16]),
    Address(IpAddr),
}

impl Key {
    /// Logins with this name.
    fn account(name: &str) -> Self {
        Self::Account(digest(name))
    }

    /// Confirmations by a signed-in person: no login with any name counts against them.
    fn confirmation(user: &UserId) -> Self {
        Self::Confirmation(digest(user.as_str()))
    }

    /// Failures before it slows down.
    const fn free(self) -> u32 {
        match self {
            Self::Account(_) | Self::Confirmation(_) => FREE_PER_ACCOUNT,
            Self::Address(_) => FREE_PER_ADDRESS,
        }
    }

    /// As Redis knows it.
    fn name(self) -> (&'static str, String) {
        match self {
            Self::Account(digest) => ("login-account", hex(digest)),
            Self::Confirmation(digest) => ("password-confirmation", hex(digest)),
            Self::Address(address) => ("login-address", address.to_string()),
        }
    }
}

fn digest(name: &str) -> [u8; 16] {
    let whole: [u8; 32] = Sha256::digest(name).into();
    std::array::from_fn(|at| whole[at])
}

fn hex(digest: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(digest))
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    last: Instant,
}

#[derive(Debug, Default)]
struct Counts {
    by_key: HashMap<Key, Count>,
    /// When the old ones were last looked for.
    swept: Option<Instant>,
}

/// The counters.
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
        self.begin(account.chain(address.map(network).map(Key::Address)).collect()).await
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
            _ => self.begin_at(keys, Instant::now()),
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

    fn begin_at(&self, keys: Vec<Key>, now: Instant) -> Result<Attempt<'_>, AppError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.make_room(now);
        let counts = &mut counts.by_key;
        let wait = keys.iter().filter_map(|key| counts.get(key).and_then(|count| left(*key, count, now))).max();
        if let Some(retry_after) = wait {
            return Err(AppError::Throttled { retry_after });
        }
        for key in &keys {
            let count = counts.entry(*key).or_insert(Count { failures: 0, last: now });
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
        self.forgive(how);
    }

    /// Counted here or not: while Redis was away it may have been.
    fn forgive(self, how: i64) {
        let mut counts = self.throttle.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for key in self.keys {
            if how == SUCCEEDED && !matches!(key, Key::Address(_)) {
                counts.by_key.remove(&key);
            } else if let Some(count) = counts.by_key.get_mut(&key) {
                count.failures = count.failures.saturating_sub(1);
            }
        }
    }
}

impl Counts {
    /// Forgets what had its time, and more if that is not enough.
    fn make_room(&mut self, now: Instant) {
        let full = self.by_key.len() >= MOST;
        if full || self.swept.is_none_or(|swept| now.duration_since(swept) >= SWEEP) {
            self.swept = Some(now);
            self.by_key.retain(|_, count| now.duration_since(count.last) <= FORGET);
            self.by_key.shrink_to_fit();
        }
        if self.by_key.len() >= MOST {
            let mut lasts: Vec<Instant> = self.by_key.values().map(|count| count.last).collect();
            lasts.sort_unstable();
            let keep_after = lasts[lasts.len() / 2];
            self.by_key.retain(|_, count| count.last > keep_after);
        }
    }
}

/// How long this counter still holds up the next attempt: 1 s, 2 s, 4 s … after the free failures.
fn left(key: Key, count: &Count, now: Instant) -> Option<Duration> {
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
        throttle.begin_at([Key::account(account)].into_iter().chain(address).collect(), now)
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
        begin(&throttle, "ada", None, later + Duration::from_secs(2)).unwrap().forgive(SUCCEEDED);
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

    #[test]
    fn what_is_our_fault_counts_for_nobody() {
        let throttle = Throttle::new(Throttling::On, Counters::in_process());
        let now = Instant::now();
        for _ in 0..2 * FREE_PER_ADDRESS {
            begin(&throttle, "ada", Some("192.0.2.1"), now).unwrap().forgive(WITHDRAWN);
        }
        // What fails counts as ever.
        for _ in 0..FREE_PER_ACCOUNT {
            assert!(begin(&throttle, "ada", Some("192.0.2.1"), now).is_ok());
        }
        assert!(begin(&throttle, "ada", Some("192.0.2.1"), now).is_err());
    }

    #[test]
    fn who_confirms_is_not_who_logs_in() {
        let throttle = Throttle::new(Throttling::On, Counters::in_process());
        let now = Instant::now();
        while begin(&throttle, "ada", None, now).is_ok() {}
        assert!(throttle.begin_at(vec![Key::confirmation(&UserId::new("ada").unwrap())], now).is_ok());
    }

    #[test]
    fn old_ones_are_forgotten_though_there_is_room() {
        let throttle = Throttle::new(Throttling::On, Counters::in_process());
        let start = Instant::now();
        let kept = || throttle.counts.lock().unwrap().by_key.len();
        for n in 0..1000 {
            assert!(begin(&throttle, &format!("user{n}"), None, start).is_ok());
        }
        assert_eq!(kept(), 1000);
        assert!(begin(&throttle, "ada", None, start + FORGET + SWEEP).is_ok());
        assert_eq!(kept(), 1);
    }

    #[test]
    fn when_there_is_no_room_the_stalest_go() {
        let throttle = Throttle::new(Throttling::On, Counters::in_process());
        let start = Instant::now();
        for n in 0..=MOST {
            let at = start + Duration::from_millis(u64::try_from(n).unwrap());
            assert!(begin(&throttle, &format!("user{n}"), None, at).is_ok());
        }
        let counts = throttle.counts.lock().unwrap();
        assert!(counts.by_key.len() <= MOST, "{}", counts.by_key.len());
        assert!(!counts.by_key.contains_key(&Key::account("user0")));
        assert!(counts.by_key.contains_key(&Key::account(&format!("user{MOST}"))));
    }

    #[tokio::test]
    async fn off_means_off() {
        let throttle = Throttle::new(Throttling::Off, Counters::in_process());
        for _ in 0..100 {
            assert!(throttle.login("ada", None).await.is_ok());
        }
    }
}
