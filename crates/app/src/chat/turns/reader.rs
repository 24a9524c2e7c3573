//! Reading a turn's events, from any place, live or long after, here or on another replica.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use saydo_domain::{Turn, TurnId, TurnStatus, UserId};
use saydo_store::{Signal, Store, Watcher};

use super::{
    events::{self, Event},
    hub::TurnHub,
    live::Found,
};
use crate::AppError;

/// How long no wake-up is believed about a turn that runs elsewhere: one may be lost.
const SLOW_LOOK: Duration = Duration::from_secs(2);
/// Events read from the store at once: all that a reader ever holds.
const PAGE: u32 = 32;

/// A place in a turn's events. It holds no event that was not asked for: a reader that stops reading costs nothing.
#[derive(Debug)]
pub struct TurnReader {
    hub: TurnHub,
    store: Store,
    user: UserId,
    turn: TurnId,
    after: i64,
    page: VecDeque<(i64, String)>,
    ended: bool,
    /// Rings when there may be more of a turn that runs elsewhere.
    bell: Option<Watcher>,
    /// Whether there may be more in the store, as far as is known.
    look: bool,
}

impl TurnReader {
    pub(super) const fn new(hub: TurnHub, store: Store, user: UserId, turn: TurnId, after: i64) -> Self {
        Self { hub, store, user, turn, after, page: VecDeque::new(), ended: false, bell: None, look: true }
    }

    /// Whose turn it is.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// The next event with its number; waits for it. `None` after the turn's last one.
    ///
    /// # Errors
    /// When the store refuses; it can be tried again.
    pub async fn next(&mut self) -> Result<Option<(i64, Arc<str>)>, AppError> {
        while !self.ended {
            if let Some((number, event)) = self.page.pop_front() {
                return Ok(Some(self.give(number, Arc::from(event))));
            }
            let next = self.after + 1;
            match self.hub.find(self.turn).map(|live| live.at(next)) {
                Some(Found::Event(event)) => return Ok(Some(self.give(next, event))),
                Some(Found::NotYet(mut progress)) => {
                    // An error means that the turn is over: the store has the rest.
                    let _ = progress.wait_for(|newest| *newest >= next).await;
                }
                Some(Found::InStore) | None => {
                    if let Some(last) = self.load().await? {
                        return Ok(Some(self.give(next, last)));
                    }
                }
            }
        }
        Ok(None)
    }

    fn give(&mut self, number: i64, event: Arc<str>) -> (i64, Arc<str>) {
        self.after = number;
        self.ended = events::is_last(&event);
        if self.ended {
            self.page.clear();
        }
        (number, event)
    }

    /// Fills the page from the store, or waits a while for something to be there. A turn that ended without saying so
    /// gets its last event here.
    async fn load(&mut self) -> Result<Option<Arc<str>>, AppError> {
        if let Some(bell) = self.bell.as_mut().filter(|_| !self.look) {
            // Given up when nothing rang: then it is time for a look.
            let _ = tokio::time::timeout(SLOW_LOOK, bell.changed()).await;
            self.look = true;
        }
        let mut conn = self.store.read().await?;
        // The status first: what a turn wrote before it ended is there when it has ended.
        let turn = conn.turn_find(&self.user, self.turn).await?;
        self.page = conn.turn_events_after(&self.user, self.turn, self.after, PAGE).await?.into();
        drop(conn);
        if !self.page.is_empty() {
            return Ok(None);
        }
        match turn {
            Some(turn) if turn.status == TurnStatus::Running => {
                // What was written before the bell was there is seen at once.
                self.look = self.bell.is_none();
                self.bell.get_or_insert_with(|| self.store.watch(Signal::Turns, &self.user));
                Ok(None)
            }
            turn => Ok(Some(Arc::from(last_event(turn.as_ref())))),
        }
    }
}

/// What a turn that was cut off would have said.
fn last_event(turn: Option<&Turn>) -> String {
    let event = match turn {
        Some(Turn { status: TurnStatus::Finished | TurnStatus::Cancelled, id, conversation_id, .. }) => {
            let (thread_id, run_id) = (conversation_id.to_string(), id.to_string());
            let outcome = events::outcome(None);
            return Event::RunFinished { thread_id: &thread_id, run_id: &run_id, outcome }.json();
        }
        Some(Turn { status: TurnStatus::Interrupted, .. }) => {
            Event::RunError { message: "The server stopped before this was answered.", code: "interrupted" }
        }
        _ => Event::RunError { message: "This turn is over.", code: super::run::GONE },
    };
    event.json()
}
