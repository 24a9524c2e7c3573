//! The schema up and down.

use saydo_store::{MigrationStatus, SchemaState, StoreError, TaskQuery};
use sqlx::Connection as _;

use crate::support::{Opened, config, new_tasks, new_user};

fn status(applied: bool) -> Vec<MigrationStatus> {
    vec![MigrationStatus { version: 1, name: "init".to_owned(), applied }]
}

#[tokio::test]
async fn up_and_down_and_up() {
    let opened = Opened::sqlite_empty().await;
    let store = &opened.store;
    assert_eq!(store.migration_status().await, Ok(status(false)));
    assert_eq!(store.check_schema().await, Ok(SchemaState::Behind(1)));
    assert_eq!(store.migrate_down_one().await, Ok(None));
    assert_eq!(store.migrate_up().await, Ok(1));
    assert_eq!(store.migrate_up().await, Ok(0));
    assert_eq!(store.migration_status().await, Ok(status(true)));
    assert_eq!(store.check_schema().await, Ok(SchemaState::Current));

    let user = new_user(store, "ann").await;
    new_tasks(store, &user, 3, |_| ()).await;
    assert_eq!(store.migrate_down_one().await, Ok(Some(1)));
    assert_eq!(store.check_schema().await, Ok(SchemaState::Behind(1)));
    assert_eq!(store.migrate_up().await, Ok(1));
    let user = new_user(store, "ann").await;
    assert_eq!(store.read().await.unwrap().tasks_list(&user, &TaskQuery::default()).await, Ok(Vec::new()));
    opened.close().await;
}

#[tokio::test]
async fn many_processes_migrate_once() {
    let opened = Opened::sqlite_empty().await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(saydo_store::Store::open(config(&opened.folder)).await.unwrap());
    }
    let ups: Vec<_> =
        others.iter().cloned().map(|store| tokio::spawn(async move { store.migrate_up().await })).collect();
    for up in ups {
        up.await.unwrap().unwrap();
    }
    assert_eq!(opened.store.check_schema().await, Ok(SchemaState::Current));
    for store in others {
        store.close().await;
    }
    opened.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let opened = Opened::sqlite().await;
    let path = opened.folder.path().join("saydo.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut raw = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99, 'from the future', TRUE, x'00', 0)";
    sqlx::query(newer).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let refused = StoreError::SchemaTooNew { found: 99, known: 1 };
    assert_eq!(opened.store.check_schema().await, Err(refused.clone()));
    assert_eq!(opened.store.migrate_up().await, Err(refused.clone()));
    assert_eq!(opened.store.migrate_down_one().await, Err(refused));
    opened.close().await;
}
