//! A backup taken while everybody writes shows one instant.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use crate::{House, add, noon, numbers, quiet};
use saydo_store::backup::Existing;

/// Writers with a range of numbers each.
const WRITERS: i64 = 4;
const RANGE: i64 = 1_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_is_a_prefix_of_what_was_acknowledged() {
    let house = House::new().await;
    let stop = Arc::new(AtomicBool::new(false));
    let ledgers: Vec<Arc<AtomicI64>> = (0..WRITERS).map(|_| Arc::new(AtomicI64::new(0))).collect();
    let started = Arc::new(tokio::sync::Barrier::new(usize::try_from(WRITERS).unwrap() + 1));
    let mut writers = Vec::new();
    for (writer, ledger) in (0..WRITERS).zip(&ledgers) {
        let (store, user, ledger) = (house.store.clone(), house.user.clone(), Arc::clone(ledger));
        let (stop, started) = (Arc::clone(&stop), Arc::clone(&started));
        writers.push(tokio::spawn(async move {
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
    let acknowledged = || ledgers.iter().map(|ledger| ledger.load(Ordering::SeqCst)).collect::<Vec<i64>>();
    let mut taken = Vec::new();
    for _ in 0..3 {
        let before = acknowledged();
        let backup = house.back_up(noon()).await;
        taken.push((before, backup.name, acknowledged()));
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(taken[0].0 < taken[2].2, "the writers stood still");
    for (before, name, after) in taken {
        house.backups.verify(&name, &house.place(), &quiet()).await.unwrap();
        let target = house.folder.path().join(format!("restored/{name}.db"));
        house.restore(&name, &target, Existing::Refuse).await.unwrap();
        let found = numbers(target, &house.user).await;
        for (writer, (before, after)) in (0..WRITERS).zip(before.iter().zip(&after)) {
            let own: Vec<i64> = found.iter().filter(|n| **n / RANGE == writer).map(|n| n % RANGE).collect();
            let last = i64::try_from(own.len()).unwrap();
            assert_eq!(own, (1..=last).collect::<Vec<i64>>(), "a hole in what writer {writer} was told");
            // One more than acknowledged can be committed while its writer has not heard of it yet.
            assert!((*before..=after + 1).contains(&last), "{before} <= {last} <= {after} + 1");
        }
    }
    house.store.close().await;
}
