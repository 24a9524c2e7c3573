//! Transactions side by side, connections that are lost, and the pool.

use std::time::Duration;

use jiff::Timestamp;
use saydo_domain::UserId;
use saydo_store::{Store, StoreConfig, StoreError};
use sqlx::Connection as _;
use tokio::sync::oneshot;

use super::Opened;
use crate::{
    migrations::versions,
    support::{new_tasks, new_user, noon, task, write},
};

/// Adds a task with the number of tasks there are, plus one: right only if nobody else writes in between.
async fn add_by_counting(store: Store, user: UserId) -> Result<i64, StoreError> {
    write!(store, |tx| {
        let number = i64::try_from(tx.tasks_all(&user).await?.len()).unwrap() + 1;
        tx.task_insert(&task(&user, number, "Counted")).await?;
        Ok(number)
    })
}

#[tokio::test]
async fn jobs_of_one_user_take_turns_on_all_replicas() {
    let opened = Opened::new().await;
    let user = new_user(&opened.store, "ann").await;
    let replica = Store::open(opened.config()).await.unwrap();
    let jobs: Vec<_> = (0..40)
        .map(|job| {
            let store = if job % 2 == 0 { opened.store.clone() } else { replica.clone() };
            tokio::spawn(add_by_counting(store, user.clone()))
        })
        .collect();
    let mut numbers = Vec::new();
    for job in jobs {
        numbers.push(job.await.unwrap().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    replica.close().await;
    opened.close().await;
}

#[tokio::test]
async fn jobs_of_different_users_do_not_wait_for_each_other() {
    let opened = Opened::new().await;
    let (ann, bob) = (new_user(&opened.store, "ann").await, new_user(&opened.store, "bob").await);
    let (begun, has_begun) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let (store, mine) = (opened.store.clone(), ann.clone());
    let first = tokio::spawn(async move {
        write!(store, |tx| {
            let number = tx.task_numbers_take(&mine, 1).await?;
            begun.send(()).unwrap();
            released.await.unwrap();
            Ok::<_, StoreError>(number.get())
        })
    });
    has_begun.await.unwrap();
    // While Ann's job holds her turn, Bob's runs from beginning to end.
    assert_eq!(add_by_counting(opened.store.clone(), bob).await, Ok(1));
    release.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok(1));
    opened.close().await;
}

#[tokio::test]
async fn a_job_outlives_its_caller() {
    let opened = Opened::new().await;
    let user = new_user(&opened.store, "ann").await;
    let (begun, has_begun) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let (store, mine) = (opened.store.clone(), user.clone());
    let caller = tokio::spawn(async move {
        write!(store, |tx| {
            tx.task_numbers_take(&mine, 1).await?;
            begun.send(()).unwrap();
            released.await.unwrap();
            tx.task_insert(&task(&mine, 1, "Mine")).await
        })
    });
    has_begun.await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    release.send(()).unwrap();
    // The next job of the same user waits its turn behind the first.
    assert_eq!(add_by_counting(opened.store.clone(), user).await, Ok(2));
    opened.close().await;
}

#[tokio::test]
async fn who_waits_too_long_for_a_turn_is_told_that_it_is_busy() {
    let opened = Opened::new().await;
    let user = new_user(&opened.store, "ann").await;
    let config = StoreConfig { acquire_timeout: Duration::from_millis(200), ..opened.config() };
    let impatient = Store::open(config).await.unwrap();
    let (begun, has_begun) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let (store, mine) = (opened.store.clone(), user.clone());
    let holder = tokio::spawn(async move {
        write!(store, |tx| {
            tx.task_numbers_take(&mine, 1).await?;
            begun.send(()).unwrap();
            released.await.unwrap();
            Ok::<_, StoreError>(())
        })
    });
    has_begun.await.unwrap();
    assert_eq!(add_by_counting(impatient.clone(), user.clone()).await, Err(StoreError::Busy));
    // Reading does not wait.
    assert_eq!(impatient.read().await.unwrap().tasks_all(&user).await, Ok(Vec::new()));
    release.send(()).unwrap();
    holder.await.unwrap().unwrap();
    // The refused job left nothing behind in its connection.
    assert_eq!(add_by_counting(impatient.clone(), user).await, Ok(1));
    impatient.close().await;
    opened.close().await;
}

#[tokio::test]
async fn connections_that_were_cut_are_replaced() {
    let opened = Opened::new().await;
    let user = new_user(&opened.store, "ann").await;
    let mut administrator = opened.administrator().await;
    const CUT: &str = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for number in 1..=3 {
        let cut: i64 = sqlx::query_scalar(CUT).fetch_one(&mut administrator).await.unwrap();
        assert!(cut > 0);
        assert_eq!(opened.store.read().await.unwrap().tasks_all(&user).await.unwrap().len(), number - 1);
        assert_eq!(add_by_counting(opened.store.clone(), user.clone()).await.unwrap(), i64::try_from(number).unwrap());
    }
    // In the middle of a job nothing may be tried again: it fails, and nothing of it is there.
    let (begun, has_begun) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let (store, mine) = (opened.store.clone(), user.clone());
    let cut_off = tokio::spawn(async move {
        write!(store, |tx| {
            tx.task_insert(&task(&mine, 4, "Half")).await?;
            begun.send(()).unwrap();
            released.await.unwrap();
            tx.task_insert(&task(&mine, 5, "Other half")).await
        })
    });
    has_begun.await.unwrap();
    sqlx::query(CUT).execute(&mut administrator).await.unwrap();
    release.send(()).unwrap();
    assert!(matches!(cut_off.await.unwrap(), Err(StoreError::Unavailable(_))));
    assert_eq!(opened.store.read().await.unwrap().tasks_all(&user).await.unwrap().len(), 3);
    // Cut off right before the commit: nobody knows, and that is what is said.
    let (begun, has_begun) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let (store, mine) = (opened.store.clone(), user.clone());
    let unsure = tokio::spawn(async move {
        write!(store, |tx| {
            tx.task_insert(&task(&mine, 4, "Whole")).await?;
            begun.send(()).unwrap();
            released.await.unwrap();
            Ok::<_, StoreError>(())
        })
    });
    has_begun.await.unwrap();
    sqlx::query(CUT).execute(&mut administrator).await.unwrap();
    release.send(()).unwrap();
    let unsure = unsure.await.unwrap();
    assert!(matches!(unsure, Err(StoreError::CommitUnknown(_))), "{unsure:?}");
    administrator.close().await.unwrap();
    opened.close().await;
}

#[tokio::test]
async fn what_is_restored_while_the_trash_is_emptied_stays() {
    let opened = Opened::new().await;
    let user = new_user(&opened.store, "ann").await;
    new_tasks(&opened.store, &user, 2, |task| task.deleted_at = Some(noon())).await;
    let mut person = opened.administrator().await;
    sqlx::query("BEGIN").execute(&mut person).await.unwrap();
    sqlx::query("UPDATE tasks SET deleted_at = NULL WHERE number = 1").execute(&mut person).await.unwrap();
    let store = opened.store.clone();
    let sweep = tokio::spawn(async move { write!(store, |tx| tx.trash_purge(Timestamp::MAX, 10).await) });
    // The sweep has found both, and waits for the one that is being restored.
    let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut watcher = opened.administrator().await;
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut watcher).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    sqlx::query("COMMIT").execute(&mut person).await.unwrap();
    assert_eq!(sweep.await.unwrap(), Ok(1));
    let left = opened.store.read().await.unwrap().tasks_all(&user).await.unwrap();
    assert_eq!(left.iter().map(|task| task.number.get()).collect::<Vec<_>>(), [1]);
    person.close().await.unwrap();
    watcher.close().await.unwrap();
    opened.close().await;
}

#[tokio::test]
async fn the_pool_grows_with_the_load_and_keeps_its_size() {
    let opened = Opened::new().await;
    let user = new_user(&opened.store, "ann").await;
    let (acquire_timeout, idle_timeout) = (Duration::from_millis(300), Duration::from_secs(1));
    let config = StoreConfig { pool_size: 2, max_overflow: 3, acquire_timeout, idle_timeout, ..opened.config() };
    let store = Store::open(config).await.unwrap();
    let mut lent = Vec::new();
    for _ in 0..5 {
        let mut conn = store.read().await.unwrap();
        conn.user_find(&user).await.unwrap();
        lent.push(conn);
    }
    let status = store.pool_status();
    assert_eq!((status.size, status.in_use, status.max), (5, 5, 5));
    // One more gets none in time.
    assert_eq!(store.read().await.unwrap().user_find(&user).await, Err(StoreError::Busy));
    drop(lent);
    while store.pool_status().size > 2 || store.pool_status().in_use > 0 {
        tokio::task::yield_now().await;
    }
    assert!(store.read().await.unwrap().user_find(&user).await.unwrap().is_some());
    store.close().await;
    assert!(matches!(store.read().await.unwrap().user_find(&user).await, Err(StoreError::Unavailable(_))));
    opened.close().await;
}

#[tokio::test]
async fn sessions_may_change_with_every_transaction() {
    let opened = Opened::empty().await;
    // More connections than PgBouncer has sessions, so that each session serves many.
    let store = Store::open(StoreConfig { pool_size: 8, ..opened.config_of_pgbouncer() }).await.unwrap();
    let all = versions(&store, false).await;
    assert_eq!(store.migrate_up().await, Ok(all.len()));
    assert_eq!(store.migrate_down_one().await, Ok(all.last().copied()));
    assert_eq!(store.migrate_up().await, Ok(1));
    let mut users = Vec::new();
    for name in ["ann", "bob", "cleo", "dan"] {
        users.push(new_user(&store, name).await);
    }
    let jobs: Vec<_> =
        (0..80).map(|job| tokio::spawn(add_by_counting(store.clone(), users[job % 4].clone()))).collect();
    for job in jobs {
        job.await.unwrap().unwrap();
    }
    for user in &users {
        let found = store.read().await.unwrap().tasks_all(user).await.unwrap();
        assert_eq!(found.len(), 20);
        assert!(found.iter().all(|task| &task.user_id == user));
    }
    store.close().await;
    opened.close().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("postgresql://saydo@localhost/none?host={}", folder.path().display());
    let config = StoreConfig { acquire_timeout: Duration::from_millis(300), ..StoreConfig::new(url) };
    let opened = Store::open(config).await;
    assert!(opened.as_ref().is_err_and(StoreError::is_transient), "{opened:?}");
    let wrong = Store::open(StoreConfig::new("postgresql://[")).await;
    assert!(matches!(wrong, Err(StoreError::Config(_))), "{wrong:?}");
}
