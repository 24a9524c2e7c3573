//! The counters in this process: for when there is no Redis, or it is away. `throttle.lua` counts the same way there.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::{FORGET, LONGEST, SUCCEEDED, key::Key};

/// How often what is older than that is looked for.
const SWEEP: Duration = Duration::from_mins(1);
/// The most counters kept; the stalest go first.
const MOST: usize = 50_000;

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    last: Instant,
}

/// The counters.
#[derive(Debug, Default)]
pub(super) struct Counts {
    by_key: HashMap<Key, Count>,
    /// When the old ones were last looked for.
    swept: Option<Instant>,
}

impl Counts {
    /// Counts a try as failed, or says how long to wait.
    pub(super) fn begin(&mut self, keys: &[Key], now: Instant) -> Result<(), Duration> {
        self.make_room(now);
        let counts = &mut self.by_key;
        let wait = keys.iter().filter_map(|key| counts.get(key).and_then(|count| left(*key, count, now))).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        for key in keys {
            let count = counts.entry(*key).or_insert(Count { failures: 0, last: now });
            if now.duration_since(count.last) > FORGET {
                count.failures = 0;
            }
            *count = Count { failures: count.failures.saturating_add(1), last: now };
        }
        Ok(())
    }

    /// Ends a try, whether it was counted here or not: while Redis was away it may have been.
    pub(super) fn end(&mut self, keys: &[Key], how: i64) {
        for key in keys {
            if how == SUCCEEDED && !matches!(key, Key::Address(_)) {
                self.by_key.remove(key);
            } else if let Some(count) = self.by_key.get_mut(key) {
                count.failures = count.failures.saturating_sub(1);
            }
        }
    }

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

#[cfg(test)]
mod tests {
    use saydo_domain::UserId;

    use super::{
        super::{
            WITHDRAWN,
            key::{FREE_PER_ACCOUNT, FREE_PER_ADDRESS},
        },
        *,
    };

    fn keys(account: &str, address: Option<&str>) -> Vec<Key> {
        let address = address.map(|text| Key::address(text.parse().unwrap()));
        [Key::account(account)].into_iter().chain(address).collect()
    }

    #[test]
    fn the_delay_grows_and_success_resets_it() {
        let mut counts = Counts::default();
        let start = Instant::now();
        for _ in 0..FREE_PER_ACCOUNT {
            assert!(counts.begin(&keys("ada", None), start).is_ok());
        }
        assert!(counts.begin(&keys("ada", None), start).is_err());
        let later = start + Duration::from_secs(1);
        assert!(counts.begin(&keys("ada", None), later).is_ok());
        let refused = counts.begin(&keys("ada", None), later).unwrap_err();
        assert_eq!(refused, Duration::from_secs(2));
        counts.begin(&keys("ada", None), later + Duration::from_secs(2)).unwrap();
        counts.end(&keys("ada", None), SUCCEEDED);
        assert!(counts.begin(&keys("ada", None), later + Duration::from_secs(2)).is_ok());
    }

    #[test]
    fn one_address_trying_many_accounts_is_slowed_down() {
        let mut counts = Counts::default();
        let now = Instant::now();
        for n in 0..FREE_PER_ADDRESS {
            assert!(counts.begin(&keys(&format!("user{n}"), Some("2001:db8::1")), now).is_ok());
        }
        assert!(counts.begin(&keys("another", Some("2001:db8::2")), now).is_err());
        assert!(counts.begin(&keys("another", Some("192.0.2.1")), now).is_ok());
    }

    #[test]
    fn what_is_our_fault_counts_for_nobody() {
        let mut counts = Counts::default();
        let now = Instant::now();
        for _ in 0..2 * FREE_PER_ADDRESS {
            counts.begin(&keys("ada", Some("192.0.2.1")), now).unwrap();
            counts.end(&keys("ada", Some("192.0.2.1")), WITHDRAWN);
        }
        // What fails counts as ever.
        for _ in 0..FREE_PER_ACCOUNT {
            assert!(counts.begin(&keys("ada", Some("192.0.2.1")), now).is_ok());
        }
        assert!(counts.begin(&keys("ada", Some("192.0.2.1")), now).is_err());
    }

    #[test]
    fn who_confirms_is_not_who_logs_in() {
        let mut counts = Counts::default();
        let now = Instant::now();
        while counts.begin(&keys("ada", None), now).is_ok() {}
        assert!(counts.begin(&[Key::confirmation(&UserId::new("ada").unwrap())], now).is_ok());
    }

    #[test]
    fn old_ones_are_forgotten_though_there_is_room() {
        let mut counts = Counts::default();
        let start = Instant::now();
        for n in 0..1000 {
            assert!(counts.begin(&keys(&format!("user{n}"), None), start).is_ok());
        }
        assert_eq!(counts.by_key.len(), 1000);
        assert!(counts.begin(&keys("ada", None), start + FORGET + SWEEP).is_ok());
        assert_eq!(counts.by_key.len(), 1);
    }

    #[test]
    fn when_there_is_no_room_the_stalest_go() {
        let mut counts = Counts::default();
        let start = Instant::now();
        for n in 0..=MOST {
            let at = start + Duration::from_millis(u64::try_from(n).unwrap());
            assert!(counts.begin(&keys(&format!("user{n}"), None), at).is_ok());
        }
        assert!(counts.by_key.len() <= MOST, "{}", counts.by_key.len());
        assert!(!counts.by_key.contains_key(&Key::account("user0")));
        assert!(counts.by_key.contains_key(&Key::account(&format!("user{MOST}"))));
    }
}
