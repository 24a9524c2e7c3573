//! One user: asks, waits for the answer, and asks again with the same key for as long as there is none.

mod choose;
mod send;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::ledger::{Ledger, Pending};

pub(crate) use choose::next;
pub(crate) use send::{Answer, Came, ISSUER, Line, SECRET};

/// How long to wait before asking again: grows from one to the other.
const AGAIN: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(250));
/// How often a turn that was cut off is asked for before it is set aside.
const CUTS: u32 = 2;

/// A user of the harness, shared with whoever checks.
#[derive(Debug)]
pub(crate) struct User {
    ledger: Mutex<Ledger>,
    line: Line,
}

impl User {
    pub(crate) const fn new(ledger: Ledger, line: Line) -> Self {
        Self { ledger: Mutex::new(ledger), line }
    }

    /// What the user was promised so far.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way to the server.
    pub(crate) const fn line(&self) -> &Line {
        &self.line
    }

    /// Asks and asks. Whoever holds the gate for writing finds no request under way, and none begins.
    pub(crate) async fn live(self: Arc<Self>, gate: Arc<tokio::sync::RwLock<()>>, seed: u64, answered: Arc<AtomicU64>) {
        let mut draw = StdRng::seed_from_u64(seed);
        let mut wait = AGAIN.0;
        let mut cuts = 0;
        loop {
            let open = gate.read().await;
            let pending = self.pending(&mut draw);
            let came = self.line.send(&pending, cuts).await;
            match came {
                Came::Answer(answer) => {
                    (wait, cuts) = (AGAIN.0, 0);
                    let before = self.ledger().entries.len();
                    self.ledger().answered(&answer);
                    answered.fetch_add(1, Ordering::Relaxed);
                    if self.ledger().entries.len() > before && draw.random_ratio(1, 20) {
                        self.ask_once_more(&pending, &answer).await;
                    }
                }
                Came::Cut => {
                    cuts += 1;
                    if cuts >= CUTS {
                        cuts = 0;
                        self.ledger().set_aside();
                    }
                }
                Came::Nothing => {}
                Came::Wrong(what) => self.find(what),
            }
            drop(open);
            if self.ledger().pending.is_some() {
                tokio::time::sleep(wait.mul_f64(draw.random_range(0.5..1.5))).await;
                wait = (wait * 2).min(AGAIN.1);
            }
        }
    }

    /// What is to be asked now: what has no answer yet, or something new.
    fn pending(&self, draw: &mut StdRng) -> Pending {
        let mut ledger = self.ledger();
        if ledger.pending.is_none() {
            let ask = next(&ledger, draw);
            ledger.ask(ask);
        }
        match &mut ledger.pending {
            Some(pending) => {
                pending.attempts += 1;
                pending.clone()
            }
            None => unreachable!("it was just asked"),
        }
    }

    /// Asks for what was answered already: the answer must be the same.
    async fn ask_once_more(&self, pending: &Pending, first: &Answer) {
        if let Came::Answer(again) = self.line.send(pending, 0).await
            && !again.is_same(first)
        {
            self.find(format!("the answer to {} changed from {} to {}", pending.key, first.body, again.body));
        }
    }

    pub(crate) fn find(&self, what: String) {
        let mut ledger = self.ledger();
        let user = ledger.user.clone();
        ledger.findings.push(format!("{user}: {what}"));
    }
}
