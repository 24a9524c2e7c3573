//! The schema up and down on PostgreSQL.

use saydo_domain::Role;
use saydo_store::{SchemaState, Store, StoreError};
use sqlx::Connection as _;

use super::Opened;
use crate::{
    migrations::{down_to, migrate_together, versions},
    support::{new_change, new_conversation, new_tasks, new_user, noon, put_change, write},
    turns::{new_turn, put_turn},
};

#[tokio::test]
async fn up_and_down_and_up_with_what_was_there() {
    let opened = Opened::empty().await;
    let store = &opened.store;
    let all = versions(store, false).await;
    assert_eq!(all[..2], [1, 2]);
    assert_eq!(store.check_schema().await, Ok(SchemaState::Behind(all.len())));
    assert_eq!(store.migrate_down_one().await, Ok(None));
    assert_eq!(store.migrate_up().await, Ok(all.len()));
    assert_eq!(store.migrate_up().await, Ok(0));
    assert_eq!(store.check_schema().await, Ok(SchemaState::Current));

    let user = new_user(store, "ann").await;
    let tasks = new_tasks(store, &user, 3, |_| ()).await;
    let conversation = new_conversation(store, &user, "Milk").await;
    let mine = user.clone();
    write!(store, |tx| tx.message_insert(&mine, conversation, Role::User, "hi", &[], noon()).await).unwrap();
    put_change(store, new_change(&user, "Added")).await;
    put_turn(store, &new_turn(&user, conversation)).await;

    let taken = down_to(store, 1).await;
    assert_eq!(store.check_schema().await, Ok(SchemaState::Behind(taken)));
    assert_eq!(store.migrate_up().await, Ok(taken));
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.tasks_all(&user).await, Ok(tasks));
    assert_eq!(conn.messages_count(&user, conversation).await, Ok(1));
    assert_eq!(conn.changes_newest(&user, 9).await.unwrap().len(), 1);
    assert_eq!(conn.turns_all(&user).await, Ok(Vec::new()));
    drop(conn);
    assert!(new_conversation(store, &user, "Cheese").await > conversation);

    down_to(store, 1).await;
    assert_eq!(store.migrate_down_one().await, Ok(Some(1)));
    assert_eq!(versions(store, false).await, all);
    opened.close().await;
}

#[tokio::test]
async fn replicas_that_start_together_migrate_once() {
    let opened = Opened::empty().await;
    let mut replicas = Vec::new();
    for _ in 0..6 {
        replicas.push(Store::open(opened.config()).await.unwrap());
    }
    migrate_together(replicas).await;
    assert_eq!(opened.store.check_schema().await, Ok(SchemaState::Current));
    opened.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let opened = Opened::new().await;
    let mut raw = opened.raw().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99, 'from the future', TRUE, '', 0)";
    sqlx::query(newer).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let known = versions(&opened.store, true).await.into_iter().filter(|version| *version != 99).max().unwrap();
    let refused = StoreError::SchemaTooNew { found: 99, known };
    assert_eq!(opened.store.check_schema().await, Err(refused.clone()));
    assert_eq!(opened.store.migrate_up().await, Err(refused.clone()));
    assert_eq!(opened.store.migrate_down_one().await, Err(refused));
    opened.close().await;
}
