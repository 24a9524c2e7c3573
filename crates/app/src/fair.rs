//! Who has much under way waits for their own, not the others for them.
//!
//! ```text
//! Lanes   so many of one person at work, some more wait in order, the rest are told to come back
//! Desk    work that takes a processor: off the async threads, cores − 1 at once, one of each person
//! ```

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use saydo_domain::UserId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::AppError;

/// Turns of one person at work at once.
const TURNS: usize = 2;
/// Searches of one person at once.
const SEARCHES: usize = 2;
/// What of one person may wait for those that are at work.
const WAITING: usize = 30;
/// When to come back with more.
const COME_BACK: Duration = Duration::from_secs(2);

/// What one person may have under way in this process; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Fair {
    /// Turns, as far as they take processors and the database; not while a model thinks.
    pub(crate) turns: Lanes,
    /// Searches, which read everything somebody has.
    pub(crate) searches: Lanes,
    /// Where it is worked out which task words mean.
    pub(crate) desk: Desk,
}

impl Fair {
    /// For as many processors as there are.
    pub(crate) fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            turns: Lanes::new("turns-at-once", TURNS, WAITING),
            searches: Lanes::new("searches-at-once", SEARCHES, WAITING),
            desk: Desk::new(cores.saturating_sub(1).max(1)),
        }
    }
}

/// A lane for each person.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    /// What it is called in figures.
    kind: &'static str,
    at_work: usize,
    waiting: usize,
    people: Arc<Mutex<HashMap<UserId, Lane>>>,
}

#[derive(Debug)]
struct Lane {
    places: Arc<Semaphore>,
    /// Tickets that are out.
    here: usize,
}

/// A place in the lane, at work or waiting; given back on drop.
#[derive(Debug)]
pub(crate) struct Ticket {
    lanes: Lanes,
    user: UserId,
    places: Arc<Semaphore>,
}

impl Lanes {
    fn new(kind: &'static str, at_work: usize, waiting: usize) -> Self {
        metrics::counter!("saydo_rate_limited_total", "limit" => kind).increment(0);
        Self { kind, at_work, waiting, people: Arc::default() }
    }

    fn people(&self) -> MutexGuard<'_, HashMap<UserId, Lane>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place in this person's lane.
    ///
    /// # Errors
    /// `TooMuchAtOnce` when so many wait there already.
    pub(crate) fn queue(&self, user: &UserId) -> Result<Ticket, AppError> {
        let mut people = self.people();
        let free = || Lane { places: Arc::new(Semaphore::new(self.at_work)), here: 0 };
        let lane = people.entry(user.clone()).or_insert_with(free);
        if lane.here >= self.at_work + self.waiting {
            metrics::counter!("saydo_rate_limited_total", "limit" => self.kind).increment(1);
            return Err(AppError::TooMuchAtOnce { retry_after: COME_BACK });
        }
        lane.here += 1;
        Ok(Ticket { lanes: self.clone(), user: user.clone(), places: Arc::clone(&lane.places) })
    }
}

impl Ticket {
    /// Waits until this may be at work, which it is for as long as what is returned is kept.
    ///
    /// # Errors
    /// Never while the lane is there, which this ticket sees to.
    pub(crate) async fn work(&self) -> Result<OwnedSemaphorePermit, AppError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        place.map_err(|_| AppError::Internal("a lane is closed".to_owned()))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut people = self.lanes.people();
        if let Some(lane) = people.get_mut(&self.user) {
            lane.here -= 1;
            if lane.here == 0 {
                people.remove(&self.user);
            }
        }
    }
}

/// Carries out work that takes a processor.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    workers: Arc<Semaphore>,
    /// One of each person stands at the desk, so that nobody's second comes before another's first.
    people: Lanes,
}

impl Desk {
    fn new(workers: usize) -> Self {
        Self { workers: Arc::new(Semaphore::new(workers)), people: Lanes::new("ranking", 1, WAITING) }
    }

    /// Carries out a piece of this person's work when it is their turn.
    ///
    /// # Errors
    /// `TooMuchAtOnce` when too many pieces of theirs wait already; `Internal` when the work panics.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        user: &UserId,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let ticket = self.people.queue(user)?;
        let first = ticket.work().await?;
        let worker = Arc::clone(&self.workers).acquire_owned().await;
        let worker = worker.map_err(|_| AppError::Internal("the desk is closed".to_owned()))?;
        // The places go along: a client that goes away must not make room for more work than there are workers.
        aside(move || {
            let done = work();
            drop((worker, first, ticket));
            done
        })
        .await
    }
}

/// Carries out work off the async threads, at once.
///
/// # Errors
/// `Internal` when it panics.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| AppError::Internal(format!("work at the desk failed: {error}")))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    #[tokio::test]
    async fn two_work_one_waits_and_the_next_is_told_to_come_back() {
        let lanes = Lanes::new("test", 2, 1);
        let (ada, bob) = (user("ada"), user("bob"));
        let tickets: Vec<Ticket> = (0..3).map(|_| lanes.queue(&ada).unwrap()).collect();
        let (first, _second) = (tickets[0].work().await.unwrap(), tickets[1].work().await.unwrap());
        let mut third = Box::pin(tickets[2].work());
        assert!(futures_util::poll!(&mut third).is_pending());
        assert!(matches!(lanes.queue(&ada), Err(AppError::TooMuchAtOnce { .. })));
        drop(lanes.queue(&bob).unwrap().work().await.unwrap());
        drop(first);
        drop(third.await.unwrap());
        drop(tickets);
        assert!(lanes.people().is_empty());
    }

    #[tokio::test]
    async fn who_waits_with_much_does_not_stand_before_who_comes_with_little() {
        let desk = Desk::new(1);
        let (order, done) = mpsc::channel();
        let (begin, begun) = mpsc::channel::<()>();
        let work = |name: &'static str| {
            let order = order.clone();
            move || order.send(name).unwrap()
        };
        let (ada, bob) = (user("ada"), user("bob"));
        let mut first = Box::pin(desk.run(&ada, move || begun.recv().unwrap()));
        let mut hers: Vec<_> = (0..3).map(|_| Box::pin(desk.run(&ada, work("ada")))).collect();
        let mut his = Box::pin(desk.run(&bob, work("bob")));
        assert!(futures_util::poll!(&mut first).is_pending());
        for waiting in &mut hers {
            assert!(futures_util::poll!(waiting).is_pending());
        }
        assert!(futures_util::poll!(&mut his).is_pending());
        begin.send(()).unwrap();
        first.await.unwrap();
        his.await.unwrap();
        for waiting in hers {
            waiting.await.unwrap();
        }
        assert_eq!(done.try_iter().collect::<Vec<_>>(), ["bob", "ada", "ada", "ada"]);
    }
}
