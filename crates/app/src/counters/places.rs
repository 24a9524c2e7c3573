//! So many at the same time. A place that nobody gives back, because its process died, is free again after a while.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use rand::Rng as _;

use super::{Counters, Script};

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("places.lua")));
const COME: i64 = 1;
const GO: i64 = 0;

/// Places, so many of each key; cheap to clone.
#[derive(Debug, Clone)]
pub struct Places {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    counters: Counters,
    kind: &'static str,
    most: usize,
    /// How many are taken in this process. They are bounded here too, so that they stay so while Redis is away.
    here: Mutex<HashMap<String, usize>>,
}

/// A place; given back on drop.
#[derive(Debug)]
pub struct Place {
    inner: Arc<Inner>,
    key: String,
    /// Its number in Redis, when it is known there.
    shared: Option<i64>,
}

impl Places {
    /// So many places for each key.
    #[must_use]
    pub fn new(counters: &Counters, kind: &'static str, most: usize) -> Self {
        let inner = Inner { counters: counters.clone(), kind, most, here: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// A place, if there is one, that is held for no longer than this.
    pub async fn take(&self, key: &str, hold: Duration) -> Option<Place> {
        let inner = &self.inner;
        let mut place =
            inner.take_here(key).then(|| Place { inner: Arc::clone(inner), key: key.to_owned(), shared: None })?;
        let number = i64::from(rand::rng().random::<u32>());
        let most = i64::try_from(inner.most).unwrap_or(i64::MAX);
        let hold = i64::try_from(hold.as_micros()).unwrap_or(i64::MAX);
        let arguments = [COME, number, most, hold];
        match inner.counters.run(&SCRIPT, &[(inner.kind, key)], &arguments).await.as_deref() {
            Some([0]) => return None,
            Some(_) => place.shared = Some(number),
            None => {}
        }
        Some(place)
    }
}

impl Inner {
    fn take_here(&self, key: &str) -> bool {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let count = here.entry(key.to_owned()).or_default();
        let free = *count < self.most;
        *count += usize::from(free);
        free
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut here = self.inner.here.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = here.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                here.remove(&self.key);
            }
        }
        drop(here);
        if let (Some(number), Ok(runtime)) = (self.shared, tokio::runtime::Handle::try_current()) {
            let (inner, key) = (Arc::clone(&self.inner), std::mem::take(&mut self.key));
            runtime.spawn(async move {
                inner.counters.run(&SCRIPT, &[(inner.kind, &key)], &[GO, number]).await;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_is_free_again_when_it_is_given_back() {
        let places = Places::new(&Counters::in_process(), "test", 2);
        let hold = Duration::from_secs(60);
        let first = places.take("ada", hold).await.unwrap();
        let second = places.take("ada", hold).await.unwrap();
        assert!(places.take("ada", hold).await.is_none());
        assert!(places.take("bob", hold).await.is_some());
        drop(first);
        let third = places.take("ada", hold).await.unwrap();
        assert!(places.take("ada", hold).await.is_none());
        drop((second, third));
        assert!(places.inner.here.lock().unwrap().is_empty());
    }
}
