//! Wake-ups: whoever waits for something to change is told to look, here and in other processes.
//!
//! A wake-up carries nothing and promises nothing: it may come twice, come for somebody else's change, or be lost and
//! made up for by the next slow look. What is true stands in the tables only.

mod herald;
mod listener;
mod ring;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use saydo_domain::UserId;
use tokio::{sync::watch, task::AbortHandle};

pub(crate) use herald::Herald;
pub(crate) use listener::listen;
pub use ring::Signal;
pub(crate) use ring::{Ring, Rings};

/// How often all look without being told, where other processes cannot tell: the command line writes to SQLite too.
const SLOW_LOOK: Duration = Duration::from_secs(2);

/// How this process learns of what others have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// Nobody has asked yet, or the database is away.
    Not,
    /// By looking every two seconds: SQLite.
    Looking,
    /// At once: PostgreSQL tells.
    Listening,
    /// By looking every second: PostgreSQL cannot tell, as behind PgBouncer in transaction mode.
    Polling,
}

/// All who wait in this process; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bells {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    hung: Mutex<HashMap<Ring, watch::Sender<()>>>,
    /// Tells other processes, where they can be told.
    herald: OnceLock<Herald>,
    /// The task that sees to it that this process hears of others.
    ear: OnceLock<AbortHandle>,
    hearing: AtomicU8,
}

/// Waits for wake-ups of one kind about one person.
#[derive(Debug)]
pub struct Watcher {
    bells: Bells,
    ring: Ring,
    /// Only ever taken when this is dropped.
    rung: Option<watch::Receiver<()>>,
}

impl Bells {
    fn hung(&self) -> MutexGuard<'_, HashMap<Ring, watch::Sender<()>>> {
        self.inner.hung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits from now on: what is rung after this is not missed.
    pub(crate) fn watch(&self, signal: Signal, user: &UserId) -> Watcher {
        let ring = Ring::new(signal, user);
        let rung = self.hung().entry(ring).or_default().subscribe();
        Watcher { bells: self.clone(), ring, rung: Some(rung) }
    }

    /// Wakes whoever waits for these, here and elsewhere.
    pub(crate) fn ring(&self, rings: &Rings) {
        self.ring_here(rings.iter());
        if let Some(herald) = self.inner.herald.get() {
            herald.tell(rings);
        }
    }

    /// Wakes whoever waits for these in this process.
    fn ring_here<'a>(&self, rings: impl Iterator<Item = &'a Ring>) {
        let hung = self.hung();
        for bell in rings.filter_map(|ring| hung.get(ring)) {
            bell.send_replace(());
        }
    }

    /// Wakes everybody in this process: something may have been missed.
    fn ring_all(&self) {
        for bell in self.hung().values() {
            bell.send_replace(());
        }
    }

    /// From now on others are told.
    pub(crate) fn tell_by(&self, herald: Herald) {
        // There is one, set when the store was opened.
        let _ = self.inner.herald.set(herald);
    }

    /// Waits until others were told what there was to tell, or it takes too long.
    pub(crate) async fn flush(&self) {
        if let Some(herald) = self.inner.herald.get() {
            herald.flush().await;
        }
    }

    /// Begins to hear of others, unless that was begun before.
    pub(crate) fn hear_by(&self, begin: impl FnOnce(WeakBells) -> AbortHandle) {
        self.inner.ear.get_or_init(|| begin(WeakBells(Arc::downgrade(&self.inner))));
    }

    /// Hears of others no more.
    pub(crate) fn close(&self) {
        if let Some(ear) = self.inner.ear.get() {
            ear.abort();
        }
    }

    pub(crate) fn hearing(&self) -> Hearing {
        match self.inner.hearing.load(Ordering::Relaxed) {
            1 => Hearing::Looking,
            2 => Hearing::Listening,
            3 => Hearing::Polling,
            _ => Hearing::Not,
        }
    }

    fn set_hearing(&self, hearing: Hearing) {
        let word = match hearing {
            Hearing::Not => 0,
            Hearing::Looking => 1,
            Hearing::Listening => 2,
            Hearing::Polling => 3,
        };
        self.inner.hearing.store(word, Ordering::Relaxed);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(ear) = self.ear.get() {
            ear.abort();
        }
    }
}

/// The bells as long as the store is there.
#[derive(Debug, Clone)]
pub(crate) struct WeakBells(std::sync::Weak<Inner>);

impl WeakBells {
    fn upgrade(&self) -> Option<Bells> {
        self.0.upgrade().map(|inner| Bells { inner })
    }
}

/// Looks now and then for as long as the store is there: SQLite tells nobody what other processes write.
pub(crate) async fn look(bells: WeakBells) {
    let mut every = tokio::time::interval(SLOW_LOOK);
    loop {
        every.tick().await;
        let Some(bells) = bells.upgrade() else { return };
        bells.set_hearing(Hearing::Looking);
        bells.ring_all();
    }
}

impl Watcher {
    /// Waits for the next wake-up; at once if there was one since the last. Can be given up and begun again.
    pub async fn changed(&mut self) {
        // The bells keep the sender for as long as this watcher waits.
        if let Some(rung) = &mut self.rung
            && rung.changed().await.is_err()
        {
            std::future::pending::<()>().await;
        }
    }

    /// Pretends that there was a wake-up: the next wait is over at once.
    pub fn wake(&mut self) {
        if let Some(rung) = &mut self.rung {
            rung.mark_changed();
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut hung = self.bells.hung();
        drop(self.rung.take());
        if hung.get(&self.ring).is_some_and(|bell| bell.receiver_count() == 0) {
            hung.remove(&self.ring);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn rung(watcher: &mut Watcher) -> bool {
        watcher.changed().now_or_never().is_some()
    }

    #[test]
    fn only_those_meant_are_woken_and_none_too_late() {
        let bells = Bells::default();
        let (ann, bob) = (UserId::new("ann").unwrap(), UserId::new("bob").unwrap());
        let mut changes = bells.watch(Signal::Changes, &ann);
        let mut access = bells.watch(Signal::Access, &ann);
        let mut other = bells.watch(Signal::Changes, &bob);
        assert!(!rung(&mut changes));
        let mut rings = Rings::default();
        rings.insert(Ring::new(Signal::Changes, &ann));
        bells.ring(&rings);
        bells.ring(&rings);
        assert_eq!([rung(&mut changes), rung(&mut access), rung(&mut other)], [true, false, false]);
        assert!(!rung(&mut changes), "two at once are one");
        bells.ring_all();
        assert_eq!([rung(&mut changes), rung(&mut access), rung(&mut other)], [true, true, true]);
    }

    #[test]
    fn who_has_gone_leaves_nothing_behind() {
        let bells = Bells::default();
        let ann = UserId::new("ann").unwrap();
        let (one, two) = (bells.watch(Signal::Turns, &ann), bells.watch(Signal::Turns, &ann));
        drop(one);
        assert_eq!(bells.hung().len(), 1);
        drop(two);
        assert_eq!(bells.hung().len(), 0);
    }
}
