//! So many a minute, spread evenly after a first burst: the generic cell rate algorithm. Of each key only one instant
//! is kept: when all of its burst will be there again.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Counters, SWEEP_AT, Script};

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("rate.lua")));

/// Counts by keys.
#[derive(Debug)]
pub struct Rate {
    counters: Counters,
    /// What goes before the keys in Redis.
    kind: &'static str,
    burst: u32,
    interval: Duration,
    /// When all of the burst is there again, by key.
    free_at: Mutex<HashMap<String, Instant>>,
}

/// How much may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How many may come at once.
    pub limit: u32,
    /// How many of them are left.
    pub remaining: u32,
    /// When all of them are there again; when none is left for this one, when it may come.
    pub reset: Duration,
}

impl Rate {
    /// A limit of so many a minute.
    #[must_use]
    pub fn per_minute(counters: &Counters, kind: &'static str, burst: NonZeroU32) -> Self {
        Self::per(Duration::from_mins(1), counters, kind, burst)
    }

    /// A limit of so many an hour.
    #[must_use]
    pub fn per_hour(counters: &Counters, kind: &'static str, burst: NonZeroU32) -> Self {
        Self::per(Duration::from_hours(1), counters, kind, burst)
    }

    fn per(time: Duration, counters: &Counters, kind: &'static str, burst: NonZeroU32) -> Self {
        let interval = time / burst.get();
        metrics::counter!("saydo_rate_limited_total", "limit" => kind).increment(0);
        Self { counters: counters.clone(), kind, burst: burst.get(), interval, free_at: Mutex::default() }
    }

    /// Counts one of this key if it may come.
    ///
    /// # Errors
    /// When it may not: how things stand, with how long to wait.
    pub async fn take(&self, key: &str) -> Result<Standing, Standing> {
        let interval = i64::try_from(self.interval.as_micros()).unwrap_or(i64::MAX);
        let answer = self.counters.run(&SCRIPT, &[(self.kind, key)], &[interval, self.burst.into()]).await;
        let standing = match answer.as_deref() {
            Some(&[free, micros]) => {
                let time = Duration::from_micros(micros.unsigned_abs());
                if free == 1 { Ok(self.standing(time)) } else { Err(self.refusal(time)) }
            }
            _ => self.take_at(key, Instant::now()),
        };
        standing.inspect_err(|_| metrics::counter!("saydo_rate_limited_total", "limit" => self.kind).increment(1))
    }

    fn take_at(&self, key: &str, now: Instant) -> Result<Standing, Standing> {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        if free_at.len() > SWEEP_AT {
            free_at.retain(|_, at| *at > now);
        }
        let next = free_at.get(key).map_or(now, |at| (*at).max(now)) + self.interval;
        let wait = next.duration_since(now).saturating_sub(self.interval * self.burst);
        if !wait.is_zero() {
            return Err(self.refusal(wait));
        }
        free_at.insert(key.to_owned(), next);
        Ok(self.standing(next.duration_since(now)))
    }

    /// How things stand when all of the burst will be there after this time.
    fn standing(&self, reset: Duration) -> Standing {
        let used = reset.as_micros().div_ceil(self.interval.as_micros().max(1));
        let used = u32::try_from(used).unwrap_or(u32::MAX);
        Standing { limit: self.burst, remaining: self.burst.saturating_sub(used), reset }
    }

    const fn refusal(&self, wait: Duration) -> Standing {
        Standing { limit: self.burst, remaining: 0, reset: wait }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_by_one() {
        let rate = Rate::per_minute(&Counters::in_process(), "test", NonZeroU32::new(3).unwrap());
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        for (remaining, reset) in [(2, 20), (1, 40), (0, 60)] {
            let standing = Standing { limit: 3, remaining, reset: reset * second };
            assert_eq!(rate.take_at("ada", start), Ok(standing));
        }
        let refused = Standing { limit: 3, remaining: 0, reset: 20 * second };
        assert_eq!(rate.take_at("ada", start), Err(refused));
        assert_eq!(rate.take_at("ada", start + 19 * second), Err(Standing { reset: second, ..refused }));
        assert!(rate.take_at("bob", start).is_ok());
        assert_eq!(rate.take_at("ada", start + 20 * second).unwrap().remaining, 0);
        assert!(rate.take_at("ada", start + 20 * second).is_err());
        assert_eq!(rate.take_at("ada", start + 600 * second).unwrap().remaining, 2);
    }
}
