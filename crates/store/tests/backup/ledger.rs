//! A backup taken while everybody writes shows one instant.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use saydo_domain::UserId;
use saydo_store::{Store, backup::Existing};
use tokio::{sync::Barrier, task::JoinHandle};

use crate::{House, add, noon, numbers, quiet};

/// Writers with a range of numbers each.
const WRITERS: usize = 4;
const RANGE: i64 = 1_000_000;

/// How many tasks each writer was told are there.
pub(crate) type Acknowledged = Vec<i64>;

/// Some who add tasks of one person, each numbered without a hole, as fast as they can.
pub(crate) struct Writers {
    ledgers: Vec<Arc<AtomicI64>>,
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Writers {
    /// Sets them to work; each has been told of its first task when this returns.
    pub(crate) async fn start(store: &Store, user: &UserId) -> Self {
        let ledgers: Vec<Arc<AtomicI64>> = (0..WRITERS).map(|_| Arc::default()).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let started = Arc::new(Barrier::new(WRITERS + 1));
        let mut tasks = Vec::new();
        for (writer, ledger) in (0..).zip(&ledgers) {
            let (store, user, ledger) = (store.clone(), user.clone(), Arc::clone(ledger));
            let (stop, started) = (Arc::clone(&stop), Arc::clone(&started));
            tasks.push(tokio::spawn(async move {
                for number in 1.. {
                    add(&store, &user, writer * RANGE + number).await;
                    ledger.store(number, Ordering::SeqCst);
                    if number == 1 {
                        started.wait().await;
                    }
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                }
            }));
        }
        started.wait().await;
        Self { ledgers, stop, tasks }
    }

    /// What they have been told so far.
    pub(crate) fn acknowledged(&self) -> Acknowledged {
        self.ledgers.iter().map(|ledger| ledger.load(Ordering::SeqCst)).collect()
    }

    /// Lets each end what it is at.
    pub(crate) async fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

/// Whether the tasks found are what the writers had written at one moment between the two.
#[track_caller]
pub(crate) fn assert_one_instant(found: &[i64], before: &Acknowledged, after: &Acknowledged) {
    for (writer, (before, after)) in (0..).zip(before.iter().zip(after)) {
        let own: Vec<i64> = found.iter().filter(|n| **n / RANGE == writer).map(|n| n % RANGE).collect();
        let last = i64::try_from(own.len()).unwrap();
        assert_eq!(own, (1..=last).collect::<Vec<i64>>(), "a hole in what writer {writer} was told");
        // One more than acknowledged can be committed while its writer has not heard of it yet.
        assert!((*before..=after + 1).contains(&last), "{before} <= {last} <= {after} + 1");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_is_a_prefix_of_what_was_acknowledged() {
    let house = House::new().await;
    let writers = Writers::start(&house.store, &house.user).await;
    let mut taken = Vec::new();
    for _ in 0..3 {
        let before = writers.acknowledged();
        let backup = house.back_up(noon()).await;
        taken.push((before, backup.name, writers.acknowledged()));
    }
    writers.end().await;
    assert!(taken[0].0 < taken[2].2, "the writers stood still");
    for (before, name, after) in taken {
        house.backups.verify(&name, &house.place(), &quiet()).await.unwrap();
        let target = house.folder.path().join(format!("restored/{name}.db"));
        house.restore(&name, &target, Existing::Refuse).await.unwrap();
        assert_one_instant(&numbers(target, &house.user).await, &before, &after);
    }
    house.store.close().await;
}
