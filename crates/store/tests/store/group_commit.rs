//! The writer: jobs share commits, but nothing else.

use saydo_domain::{TaskNumber, UserId};
use saydo_store::{Store, StoreError, Tx};
use tokio::sync::oneshot;

use crate::support::{new_user, task, write};

#[derive(Debug, PartialEq, Eq)]
enum JobError {
    Refused,
    Store(StoreError),
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

async fn add(tx: &mut Tx, user: &UserId) -> Result<TaskNumber, StoreError> {
    let number = tx.task_numbers_take(user, 1).await?;
    tx.task_insert(&task(user, number.get(), "Task")).await?;
    Ok(number)
}

async fn stored(store: &Store, user: &UserId) -> Vec<i64> {
    let tasks = store.read().await.unwrap().tasks_all(user).await.unwrap();
    tasks.iter().map(|task| task.number.get()).collect()
}

pub(crate) async fn a_failed_job_leaves_nothing(store: &Store) {
    let user = new_user(store, "ann").await;
    let mine = user.clone();
    let failed = write!(store, |tx| {
        add(tx, &mine).await?;
        Err::<(), _>(JobError::Refused)
    });
    assert_eq!(failed, Err(JobError::Refused));
    assert_eq!(stored(store, &user).await, [0_i64; 0]);
    let mine = user.clone();
    assert_eq!(write!(store, |tx| add(tx, &mine).await), Ok(TaskNumber::new(1)));
}

pub(crate) async fn a_panicking_job_harms_nobody(store: &Store) {
    let user = new_user(store, "ann").await;
    let mine = user.clone();
    let panicked: Result<(), StoreError> = write!(store, |tx| {
        add(tx, &mine).await?;
        panic!("on purpose")
    });
    assert_eq!(panicked, Err(StoreError::Internal("the job panicked".to_owned())));
    // One that panics before it even has a future.
    let at_once: Result<(), StoreError> = store.write(|_| panic!("on purpose")).await;
    assert!(matches!(at_once, Err(StoreError::Internal(_))));
    let mine = user.clone();
    assert_eq!(write!(store, |tx| add(tx, &mine).await), Ok(TaskNumber::new(1)));
    assert_eq!(stored(store, &user).await, [1]);
}

/// Holds the writer with a first job while others queue up behind it, so that they share one commit.
pub(crate) async fn thirty_two_at_once(store: &Store) {
    let user = new_user(store, "ann").await;
    let (begun, has_begun) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let (holder, mine) = (store.clone(), user.clone());
    let first = tokio::spawn(async move {
        write!(holder, |tx| {
            begun.send(()).unwrap();
            released.await.unwrap();
            add(tx, &mine).await
        })
    });
    has_begun.await.unwrap();
    let jobs: Vec<_> = (0..32)
        .map(|place| {
            let (store, mine) = (store.clone(), user.clone());
            tokio::spawn(async move {
                write!(store, |tx| {
                    let number = add(tx, &mine).await?;
                    assert_ne!(place, 20, "on purpose");
                    if place == 10 { Err(JobError::Refused) } else { Ok(number) }
                })
            })
        })
        .collect();
    while store.pool_status().queued_writes < 32 {
        tokio::task::yield_now().await;
    }
    release.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok(TaskNumber::new(1)));
    let mut numbers = Vec::new();
    for (place, job) in jobs.into_iter().enumerate() {
        match (place, job.await.unwrap()) {
            (10, result) => assert_eq!(result, Err(JobError::Refused)),
            (20, result) => assert!(matches!(result, Err(JobError::Store(StoreError::Internal(_))))),
            (_, result) => numbers.push(result.unwrap().get()),
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (2..=31).collect::<Vec<_>>());
    assert_eq!(stored(store, &user).await, (1..=31).collect::<Vec<_>>());
}

pub(crate) async fn a_job_outlives_its_caller(store: &Store) {
    let user = new_user(store, "ann").await;
    let (begun, has_begun) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let (holder, mine) = (store.clone(), user.clone());
    let caller = tokio::spawn(async move {
        write!(holder, |tx| {
            begun.send(()).unwrap();
            released.await.unwrap();
            add(tx, &mine).await
        })
    });
    has_begun.await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    release.send(()).unwrap();
    // The next job waits its turn behind the first.
    let mine = user.clone();
    assert_eq!(write!(store, |tx| add(tx, &mine).await), Ok(TaskNumber::new(2)));
    assert_eq!(stored(store, &user).await, [1, 2]);
}

pub(crate) async fn a_job_sees_what_earlier_ones_wrote(store: &Store) {
    let user = new_user(store, "ann").await;
    let mine = user.clone();
    let seen = write!(store, |tx| {
        let number = add(tx, &mine).await?;
        tx.task_find(&mine, number).await
    });
    assert_eq!(seen.unwrap().unwrap().number, TaskNumber::new(1));
}

pub(crate) async fn an_error_swallowed_is_harmless(store: &Store) {
    let user = new_user(store, "ann").await;
    let mine = user.clone();
    let done = write!(store, |tx| {
        add(tx, &mine).await?;
        assert_eq!(tx.task_insert(&task(&mine, 1, "Same number")).await, Err(StoreError::Conflict("task.number")));
        add(tx, &mine).await
    });
    assert_eq!(done, Ok(TaskNumber::new(2)));
    assert_eq!(stored(store, &user).await, [1, 2]);
}
