//! Things that are good once: which were used up is remembered for as long as they could be used.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Counters, SWEEP_AT, Script};

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("once.lua")));
const USE_UP: i64 = 1;
const LOOK: i64 = 0;
/// The most that one process remembers; far more than people can answer.
const MOST: usize = 10 * SWEEP_AT;

/// Remembers what was used up; cheap to clone.
#[derive(Debug, Clone)]
pub struct Once {
    counters: Counters,
    kind: &'static str,
    life: Duration,
    /// What was used up in this process, and when: kept besides, so that it stays so while Redis is away.
    here: Arc<Mutex<HashMap<String, Instant>>>,
}

impl Once {
    /// Things that can be used for no longer than this.
    #[must_use]
    pub fn new(counters: &Counters, kind: &'static str, life: Duration) -> Self {
        Self { counters: counters.clone(), kind, life, here: Arc::default() }
    }

    /// Whether this is still good.
    pub async fn is_good(&self, key: &str) -> bool {
        if self.here().contains_key(key) {
            return false;
        }
        self.run(key, &[LOOK]).await != Some(vec![0])
    }

    /// Uses this up; says whether it was still good.
    pub async fn use_up(&self, key: &str) -> bool {
        let now = Instant::now();
        {
            let mut here = self.here();
            if here.len() > SWEEP_AT {
                here.retain(|_, at| now.duration_since(*at) <= self.life);
            }
            if here.len() > MOST {
                here.clear();
            }
            if here.insert(key.to_owned(), now).is_some() {
                return false;
            }
        }
        let life = i64::try_from(self.life.as_micros()).unwrap_or(i64::MAX);
        self.run(key, &[USE_UP, life]).await != Some(vec![0])
    }

    async fn run(&self, key: &str, arguments: &[i64]) -> Option<Vec<i64>> {
        self.counters.run(&SCRIPT, &[(self.kind, key)], arguments).await
    }

    fn here(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn once_is_once() {
        let once = Once::new(&Counters::in_process(), "test", Duration::from_secs(60));
        assert!(once.is_good("a").await && once.use_up("a").await);
        assert!(!once.is_good("a").await && !once.use_up("a").await);
        assert!(once.is_good("b").await);
    }
}
