//! A server that hangs: no connection breaks, and nobody gets an answer.

use std::time::Duration;

use futures_util::future::join3;
use saydo_domain::UserId;
use saydo_store::{Store, StoreConfig, StoreError};
use testbed::{Durability, Postgres, ROLE};
use tokio::{sync::oneshot, time::timeout};

use crate::support::{new_user, task, write};

/// How long an answer may take here.
const ANSWER: Duration = Duration::from_secs(3);

/// How long anybody waits at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// A job that has added a task and goes on when it is told to: with another task, or with its commit.
async fn begun(
    store: &Store,
    user: &UserId,
    another: bool,
) -> (oneshot::Sender<()>, impl Future<Output = Result<(), StoreError>>) {
    let (begun, has_begun) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let (store, user) = (store.clone(), user.clone());
    let job = tokio::spawn(async move {
        write!(store, |tx| {
            tx.task_insert(&task(&user, 1, "First")).await?;
            begun.send(()).unwrap();
            released.await.unwrap();
            if another {
                tx.task_insert(&task(&user, 2, "Second")).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    has_begun.await.unwrap();
    (release, async { timeout(PATIENCE, job).await.unwrap().unwrap() })
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let cluster = Postgres::start(Durability::OfProcess);
    cluster.create_database("app");
    let config = StoreConfig {
        pool_size: 3,
        max_overflow: 0,
        answer_timeout: ANSWER,
        ..StoreConfig::new(cluster.url("app", ROLE))
    };
    let store = Store::open(config).await.unwrap();
    store.migrate_up().await.unwrap();
    let (ann, bob) = (new_user(&store, "ann").await, new_user(&store, "bob").await);
    let (commit, commits) = begun(&store, &ann, false).await;
    let (write, writes) = begun(&store, &bob, true).await;
    let mut reader = store.read().await.unwrap();
    reader.user_find(&ann).await.unwrap();

    cluster.pause();
    commit.send(()).unwrap();
    write.send(()).unwrap();
    let reads = async { timeout(PATIENCE, reader.user_find(&ann)).await.unwrap() };
    let (committed, written, read) = join3(commits, writes, reads).await;
    assert!(matches!(committed, Err(StoreError::CommitUnknown(_))), "{committed:?}");
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    // Who comes now is told as well, and sooner than a wait for a connection may last.
    let late = timeout(PATIENCE / 3, async { store.read().await?.user_find(&ann).await }).await.unwrap();
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");

    cluster.resume();
    let all_at_once = async {
        let mut lent = Vec::new();
        while lent.len() < 3 {
            let mut conn = store.read().await.unwrap();
            if conn.user_find(&ann).await.is_ok() {
                lent.push(conn);
            }
        }
        lent
    };
    // No place in the pool was lost, and nothing is half done.
    let mut lent = timeout(PATIENCE, all_at_once).await.unwrap();
    assert_eq!(lent[0].tasks_all(&bob).await, Ok(Vec::new()));
    drop(lent);
    let added = timeout(PATIENCE, begun(&store, &bob, true)).await.unwrap();
    added.0.send(()).unwrap();
    assert_eq!(added.1.await, Ok(()));
    store.close().await;
}
