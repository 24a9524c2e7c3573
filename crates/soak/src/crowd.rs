//! The users, and the gate that holds them all.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tokio::{
    sync::{OwnedRwLockWriteGuard, RwLock},
    task::JoinSet,
};

use crate::{
    ledger::{Ledger, Pending},
    trouble::{Tried, Trouble},
    user::{Came, Line, User},
};

/// Users at the same time.
pub(crate) const USERS: usize = 16;
/// On the slowest machine something is answered within this, if anything ever is.
const BOUND: Duration = Duration::from_secs(120);

/// The users of a run. They end when this is dropped.
pub(crate) struct Crowd {
    users: Vec<Arc<User>>,
    gate: Arc<RwLock<()>>,
    answered: Arc<AtomicU64>,
    _tasks: JoinSet<()>,
}

/// All users held: nothing is under way and nothing begins.
pub(crate) type Held = OwnedRwLockWriteGuard<()>;

impl Crowd {
    /// Users of a server, held until the gate is opened.
    pub(crate) async fn gather(base: &str, seed: u64) -> Tried<(Self, Held)> {
        let gate = Arc::new(RwLock::new(()));
        let held = Arc::clone(&gate).write_owned().await;
        let answered = Arc::new(AtomicU64::new(0));
        let mut draw = StdRng::seed_from_u64(seed);
        let (mut users, mut tasks) = (Vec::new(), JoinSet::new());
        for place in 0..USERS {
            let name = format!("soak-{place}");
            let line = Line::new(base.to_owned(), &name)?;
            let user = Arc::new(User::new(Ledger::new(name, place), line));
            tasks.spawn(Arc::clone(&user).live(Arc::clone(&gate), draw.random(), Arc::clone(&answered)));
            users.push(user);
        }
        Ok((Self { users, gate, answered, _tasks: tasks }, held))
    }

    pub(crate) fn users(&self) -> &[Arc<User>] {
        &self.users
    }

    /// Waits for what is under way and lets nothing begin.
    pub(crate) async fn hold(&self) -> Held {
        Arc::clone(&self.gate).write_owned().await
    }

    /// Answers so far.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Waits for so many more answers.
    pub(crate) async fn answers(&self, more: u64) -> Tried<()> {
        let (wanted, begun) = (self.answered() + more, Instant::now());
        while self.answered() < wanted {
            if begun.elapsed() > BOUND {
                return Err(Trouble::Other("no server answers any more".to_owned()));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    /// What everybody was promised, while all are held.
    pub(crate) fn ledgers(&self, _held: &Held) -> Vec<Ledger> {
        self.users.iter().map(|user| user.ledger().clone()).collect()
    }

    /// What was wrong with answers, taken.
    pub(crate) fn take_findings(&self) -> Vec<String> {
        self.users.iter().flat_map(|user| std::mem::take(&mut user.ledger().findings)).collect()
    }

    /// Asks for everything that has no answer, until it has one.
    pub(crate) async fn settle(&self, _held: &Held) -> Tried<()> {
        for user in &self.users {
            let mut open = Vec::new();
            {
                let mut ledger = user.ledger();
                open.extend(ledger.pending.take());
                let (answered, cut) = std::mem::take(&mut ledger.loose).into_iter().partition(|l| l.answered.is_some());
                ledger.loose = answered;
                let cut: Vec<crate::ledger::Loose> = cut;
                let again = |loose: crate::ledger::Loose| Pending {
                    key: loose.key,
                    ask: loose.ask,
                    begun: Instant::now(),
                    attempts: 1,
                };
                open.splice(0..0, cut.into_iter().map(again));
            }
            for pending in open {
                let answer = last_answer(user, &pending).await?;
                let mut ledger = user.ledger();
                ledger.pending = Some(pending);
                ledger.answered(&answer);
            }
        }
        Ok(())
    }
}

async fn last_answer(user: &User, pending: &Pending) -> Tried<crate::user::Answer> {
    let begun = Instant::now();
    loop {
        let came = user.line().send(pending, 1).await;
        if let Came::Answer(answer) = came {
            return Ok(answer);
        }
        if begun.elapsed() > BOUND {
            return Err(Trouble::Other(format!("{} is never answered: {came:?}", pending.key)));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
