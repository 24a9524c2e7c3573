//! Wake-ups from other processes: by LISTEN and NOTIFY, over broken connections, and without them.

use std::time::Duration;

use saydo_domain::UserId;
use saydo_store::{Hearing, Signal, Store, StoreConfig, Watcher};
use sqlx::Connection as _;

use super::Opened;
use crate::{
    events::rung,
    support::{new_conversation, new_user, noon, write},
};

/// Waits until a store hears of others in this way.
async fn hears(store: &Store, how: Hearing) -> bool {
    let waiting = async {
        while store.hearing() != how {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.is_ok()
}

/// A watcher whose process listens, with the wake-ups of the beginning over.
async fn listening(store: &Store, signal: Signal, user: &UserId) -> Watcher {
    drop(store.watch(signal, user));
    assert!(hears(store, Hearing::Listening).await);
    store.watch(signal, user)
}

#[tokio::test]
async fn another_process_is_woken_and_nobody_is_named() {
    let opened = Opened::new().await;
    let user = new_user(&opened.store, "ann").await;
    let replica = Store::open(opened.config()).await.unwrap();
    let mut changes = listening(&replica, Signal::Changes, &user).await;
    let mut access = replica.watch(Signal::Access, &user);

    let mut raw =
        sqlx::postgres::PgListener::connect_with(&sqlx::PgPool::connect(&opened.config().url_or_path).await.unwrap())
            .await
            .unwrap();
    raw.listen("saydo").await.unwrap();
    new_conversation(&opened.store, &user, "One").await;
    assert!(rung(&mut changes).await);
    let mine = user.clone();
    write!(opened.store, |tx| tx.tokens_revoke_all(&mine, noon()).await).unwrap();
    assert!(rung(&mut access).await);
    let mut told = Vec::new();
    while !told.iter().any(|word: &String| word.starts_with('a')) {
        let notice = raw.recv().await.unwrap();
        told.push(notice.payload().to_owned());
    }
    assert!(told.iter().all(|word| !word.contains("ann") && word.len() <= 33), "{told:?}");
    drop((changes, access, raw));
    replica.close().await;
    opened.close().await;
}

#[tokio::test]
async fn a_lost_connection_is_replaced_and_everybody_looks() {
    let opened = Opened::new().await;
    let user = new_user(&opened.store, "ann").await;
    let replica = Store::open(opened.config()).await.unwrap();
    let mut bell = listening(&replica, Signal::Changes, &user).await;
    let mut administrator = opened.administrator().await;
    for _ in 0..3 {
        const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND query ILIKE 'LISTEN%'";
        let killed = sqlx::query(KILL).execute(&mut administrator).await.unwrap().rows_affected();
        assert_eq!(killed, 1);
        // What happens while nobody listens is seen when somebody does again.
        new_conversation(&opened.store, &user, "Meanwhile").await;
        assert!(rung(&mut bell).await);
        assert!(hears(&replica, Hearing::Listening).await);
        // Let what the new connection woke pass by, as far as it has.
        while tokio::time::timeout(Duration::from_millis(200), bell.changed()).await.is_ok() {}
        new_conversation(&opened.store, &user, "After").await;
        assert!(rung(&mut bell).await);
    }
    administrator.close().await.unwrap();
    drop(bell);
    replica.close().await;
    opened.close().await;
}

#[tokio::test]
async fn behind_a_pgbouncer_it_looks_every_second_unless_it_knows_another_way() {
    let opened = Opened::new().await;
    let user = new_user(&opened.store, "ann").await;
    let pooled = opened.config_of_pgbouncer();
    let blind = Store::open(pooled.clone()).await.unwrap();
    let mut bell = blind.watch(Signal::Changes, &user);
    assert!(hears(&blind, Hearing::Polling).await, "{:?}", blind.hearing());
    new_conversation(&opened.store, &user, "One").await;
    assert!(rung(&mut bell).await);

    let direct = StoreConfig { listen_url: Some(opened.config().url_or_path), ..pooled };
    let hearing = Store::open(direct).await.unwrap();
    let mut told = listening(&hearing, Signal::Changes, &user).await;
    // What one of them writes through PgBouncer, the other hears of past it.
    new_conversation(&blind, &user, "Two").await;
    assert!(rung(&mut told).await);
    drop((bell, told));
    blind.close().await;
    hearing.close().await;
    opened.close().await;
}
