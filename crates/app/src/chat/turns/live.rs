//! A turn that runs in this process: its newest events, and how it is told to stop.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use saydo_domain::{ConversationId, TurnId, UserId};
use saydo_store::TurnRun;
use tokio::sync::watch;

use super::events::Event;

/// Stored events kept in memory besides, for readers that follow closely; others read the store.
const KEPT_BYTES: usize = 16 * 1024;

/// Why a turn is cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// The person asked for it.
    Stopped,
    /// The server stops.
    ServerStopping,
}

/// What a reader finds at its place.
#[derive(Debug)]
pub(super) enum Found {
    /// The event.
    Event(Arc<str>),
    /// It has not happened yet; the receiver says how far the turn is.
    NotYet(watch::Receiver<i64>),
    /// It is no longer in memory, but in the store.
    InStore,
}

/// A running turn.
#[derive(Debug)]
pub(super) struct LiveTurn {
    pub(super) user: UserId,
    pub(super) conversation: ConversationId,
    pub(super) id: TurnId,
    /// Which run of the turn this is.
    attempt: i64,
    log: Mutex<Log>,
    /// The number of the newest event. Gone with the turn, which is how readers learn that it is over.
    newest: watch::Sender<i64>,
    cut: watch::Sender<Option<Cut>>,
}

#[derive(Debug)]
struct Log {
    events: VecDeque<Arc<str>>,
    /// The number of the first event in memory.
    first: i64,
    /// The number of the last event in the store.
    stored: i64,
    /// Bytes of the stored events that are in memory.
    stored_bytes: usize,
}

impl LiveTurn {
    pub(super) fn new(user: UserId, conversation: ConversationId, id: TurnId) -> Self {
        Self::after(user, conversation, TurnRun::first(id), 0)
    }

    /// A turn that goes on after this many events.
    pub(super) fn after(user: UserId, conversation: ConversationId, run: TurnRun, events: i64) -> Self {
        let log = Log { events: VecDeque::new(), first: events + 1, stored: events, stored_bytes: 0 };
        let (newest, cut) = (watch::Sender::new(events), watch::Sender::new(None));
        Self { user, conversation, id: run.id, attempt: run.attempt, log: Mutex::new(log), newest, cut }
    }

    /// This run, as the store knows it.
    pub(super) const fn run(&self) -> TurnRun {
        TurnRun { id: self.id, attempt: self.attempt }
    }

    /// The first event.
    pub(super) fn started(&self) -> String {
        Event::RunStarted { thread_id: &self.conversation.to_string(), run_id: &self.id.to_string() }.json()
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends events and wakes the readers.
    pub(super) fn push(&self, events: impl IntoIterator<Item = String>) {
        let newest = {
            let mut log = self.log();
            log.events.extend(events.into_iter().map(Arc::from));
            log.newest()
        };
        self.newest.send_replace(newest);
    }

    /// The event of that number.
    pub(super) fn at(&self, number: i64) -> Found {
        let log = self.log();
        let Ok(place) = usize::try_from(number - log.first) else { return Found::InStore };
        match log.events.get(place) {
            Some(event) => Found::Event(Arc::clone(event)),
            None => Found::NotYet(self.newest.subscribe()),
        }
    }

    /// Follows how far the turn is.
    pub(super) fn progress(&self) -> watch::Receiver<i64> {
        self.newest.subscribe()
    }

    /// The events that are not in the store, and the number of the first of them.
    pub(super) fn unstored(&self) -> (i64, Vec<String>) {
        let log = self.log();
        let from = log.stored + 1;
        let skip = usize::try_from(from - log.first).unwrap_or(0);
        (from, log.events.iter().skip(skip).map(ToString::to_string).collect())
    }

    /// Notes that events up to this number are in the store; what is old is dropped from memory.
    pub(super) fn set_stored(&self, up_to: i64) {
        let mut log = self.log();
        while log.stored < up_to {
            log.stored += 1;
            let place = usize::try_from(log.stored - log.first).unwrap_or(0);
            let bytes = log.events.get(place).map_or(0, |event| event.len());
            log.stored_bytes += bytes;
        }
        while log.stored_bytes > KEPT_BYTES && log.first <= log.stored {
            let bytes = log.events.pop_front().map_or(0, |event| event.len());
            log.stored_bytes = log.stored_bytes.saturating_sub(bytes);
            log.first += 1;
        }
    }

    /// Tells the turn to end soon. The first reason counts.
    pub(super) fn cut(&self, why: Cut) {
        self.cut.send_if_modified(|cut| {
            let first = cut.is_none();
            cut.get_or_insert(why);
            first
        });
    }

    /// Resolves when the turn is to end, with the reason.
    pub(super) async fn until_cut(&self) -> Cut {
        let mut cut = self.cut.subscribe();
        // The sender lives as long as `self`.
        let why = cut.wait_for(Option::is_some).await.map(|why| *why);
        why.ok().flatten().unwrap_or(Cut::ServerStopping)
    }
}

impl Log {
    fn newest(&self) -> i64 {
        self.first + i64::try_from(self.events.len()).unwrap_or(i64::MAX) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_events_do_not_pile_up_in_memory() {
        let turn = LiveTurn::new(UserId::new("ana").unwrap(), ConversationId::new(1), TurnId::new(uuid::Uuid::nil()));
        let mut newest = 0;
        for round in 0..1_000 {
            turn.push((0..10).map(|i| format!("{round} {i} {}", "x".repeat(100))));
            newest += 10;
            turn.set_stored(newest);
        }
        let held: usize = turn.log().events.iter().map(|event| event.len()).sum();
        assert!(held <= KEPT_BYTES, "{held}");
        assert!(matches!(turn.at(1), Found::InStore));
        assert!(matches!(turn.at(newest), Found::Event(event) if event.starts_with("999 9 ")));
        assert!(matches!(turn.at(newest + 1), Found::NotYet(_)));
        turn.push(["unstored".to_owned()]);
        assert_eq!(turn.unstored(), (newest + 1, vec!["unstored".to_owned()]));
    }
}
