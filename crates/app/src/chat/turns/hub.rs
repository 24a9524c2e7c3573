//! The turns that run in this process.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use saydo_domain::{TurnId, UserId};
use tokio::sync::watch;

use super::live::{Cut, LiveTurn};
use crate::counters::{self, Counters, Places};

/// How long a turn that was told to end may take to say so.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Turns of one person that a model answers at the same time, at most: the day's budget is looked at when a turn
/// begins, so it can be overdrawn by no more than these.
const MOST_WITH_MODELS: usize = 4;

/// All turns that run in this process; cheap to clone.
#[derive(Debug, Clone)]
pub struct TurnHub {
    inner: Arc<Inner>,
    /// Turns that are with a model, by person.
    with_models: Places,
}

#[derive(Debug, Default)]
struct Inner {
    live: Mutex<Live>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Live {
    turns: HashMap<TurnId, Arc<LiveTurn>>,
    /// Turns that run elsewhere and are watched from here.
    watched: HashSet<TurnId>,
    closed: bool,
}

/// A turn's place in the hub; given back on drop, also when the turn's task panics.
#[derive(Debug)]
pub(super) struct Place {
    hub: TurnHub,
    pub(super) turn: Arc<LiveTurn>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut live = self.hub.live();
        live.turns.remove(&self.turn.id);
        self.hub.inner.count.send_replace(live.turns.len());
    }
}

/// A watch over a turn that runs elsewhere; ends on drop.
#[derive(Debug)]
pub(super) struct Watch {
    hub: TurnHub,
    pub(super) id: TurnId,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.hub.live().watched.remove(&self.id);
    }
}

impl TurnHub {
    /// A hub whose model turns are counted there.
    #[must_use]
    pub(crate) fn new(counters: &Counters) -> Self {
        let with_models = Places::new(counters, "model-turns", MOST_WITH_MODELS);
        Self { inner: Arc::default(), with_models }
    }

    /// A place with the models for a turn of this person that lasts no longer than this; `None` when they have too
    /// many there already.
    pub(super) async fn model_place(&self, user: &UserId, longest: Duration) -> Option<counters::Place> {
        self.with_models.take(user.as_str(), longest + LAST_WORDS).await
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.inner.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many turns run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.live().turns.len()
    }

    /// Whether no turn may begin any more.
    pub(super) fn is_closed(&self) -> bool {
        self.live().closed
    }

    pub(super) fn enter(&self, turn: Arc<LiveTurn>) -> Place {
        let mut live = self.live();
        live.turns.insert(turn.id, Arc::clone(&turn));
        self.inner.count.send_replace(live.turns.len());
        // A turn that slipped in while the door was closing.
        if live.closed {
            turn.cut(Cut::ServerStopping);
        }
        drop(live);
        Place { hub: self.clone(), turn }
    }

    pub(super) fn find(&self, id: TurnId) -> Option<Arc<LiveTurn>> {
        self.live().turns.get(&id).map(Arc::clone)
    }

    /// The watch over a turn that runs elsewhere, unless somebody here has it.
    pub(super) fn watch(&self, id: TurnId) -> Option<Watch> {
        self.live().watched.insert(id).then(|| Watch { hub: self.clone(), id })
    }

    /// Lets no turn begin any more and waits for those that run; those that are not done in time are ended with a
    /// word to their readers. The store must still be open.
    pub async fn shut_down(&self, grace: Duration) {
        self.live().closed = true;
        let mut count = self.inner.count.subscribe();
        if tokio::time::timeout(grace, count.wait_for(|count| *count == 0)).await.is_ok() {
            return;
        }
        let turns: Vec<Arc<LiveTurn>> = self.live().turns.values().map(Arc::clone).collect();
        for turn in turns {
            turn.cut(Cut::ServerStopping);
        }
        if tokio::time::timeout(LAST_WORDS, count.wait_for(|count| *count == 0)).await.is_err() {
            tracing::warn!(turns = self.running(), "turns were left running");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_watched_once() {
        let hub = TurnHub::new(&Counters::in_process());
        let (one, other) = (TurnId::new(uuid::Uuid::from_u128(1)), TurnId::new(uuid::Uuid::from_u128(2)));
        let watch = hub.watch(one).unwrap();
        assert!(hub.watch(one).is_none() && hub.watch(other).is_some());
        drop(watch);
        assert!(hub.watch(one).is_some());
    }
}
