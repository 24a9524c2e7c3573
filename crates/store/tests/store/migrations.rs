//! The schema up and down.

use saydo_domain::{Door, Role};
use saydo_store::{NewChange, SchemaState, Store, StoreError, TaskQuery};
use sqlx::Connection as _;

use crate::{
    support::{Opened, config, new_change, new_conversation, new_tasks, new_user, noon, put_change, write},
    turns::{new_turn, put_turn},
};

/// The versions of the migrations, oldest first, that are applied or not.
pub(crate) async fn versions(store: &Store, applied: bool) -> Vec<i64> {
    let status = store.migration_status().await.unwrap();
    status.into_iter().filter(|step| step.applied == applied).map(|step| step.version).collect()
}

/// Takes migrations back until this one is the newest; says how many.
pub(crate) async fn down_to(store: &Store, version: i64) -> usize {
    let mut taken = 0;
    while versions(store, true).await.last() != Some(&version) {
        let newest = versions(store, true).await.last().copied();
        assert_eq!(store.migrate_down_one().await, Ok(newest));
        taken += 1;
    }
    taken
}

#[tokio::test]
async fn up_and_down_and_up() {
    let opened = Opened::sqlite_empty().await;
    let store = &opened.store;
    let all = versions(store, false).await;
    assert_eq!(all[..2], [1, 2]);
    assert_eq!(store.check_schema().await, Ok(SchemaState::Behind(all.len())));
    assert_eq!(store.migrate_down_one().await, Ok(None));
    assert_eq!(store.migrate_up().await, Ok(all.len()));
    assert_eq!(store.migrate_up().await, Ok(0));
    assert_eq!(versions(store, true).await, all);
    assert_eq!(store.check_schema().await, Ok(SchemaState::Current));

    let user = new_user(store, "ann").await;
    new_tasks(store, &user, 3, |_| ()).await;
    assert_eq!(down_to(store, 1).await, all.len() - 1);
    assert_eq!(store.check_schema().await, Ok(SchemaState::Behind(all.len() - 1)));
    assert_eq!(store.migrate_down_one().await, Ok(Some(1)));
    assert_eq!(store.check_schema().await, Ok(SchemaState::Behind(all.len())));
    assert_eq!(store.migrate_up().await, Ok(all.len()));
    let user = new_user(store, "ann").await;
    assert_eq!(store.read().await.unwrap().tasks_list(&user, &TaskQuery::default()).await, Ok(Vec::new()));
    opened.close().await;
}

#[tokio::test]
async fn one_step_down_and_up_keeps_what_was_there_before_it() {
    let opened = Opened::sqlite().await;
    let store = &opened.store;
    let user = new_user(store, "ann").await;
    let tasks = new_tasks(store, &user, 3, |_| ()).await;
    let conversation = new_conversation(store, &user, "Milk").await;
    let mine = user.clone();
    write!(store, |tx| {
        tx.message_insert(&mine, conversation, Role::User, "hi", &[], noon()).await?;
        tx.conversation_set_thread(&mine, conversation, "agui:1").await
    })
    .unwrap();
    put_change(store, new_change(&user, "Added")).await;
    put_turn(store, &new_turn(&user, conversation)).await;

    let taken = down_to(store, 1).await;
    // The older program goes on working on these tables.
    let mut raw = raw(&opened).await;
    let found: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM messages").fetch_one(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    assert_eq!(found, 1);
    assert_eq!(store.migrate_up().await, Ok(taken));

    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.tasks_all(&user).await, Ok(tasks));
    let kept = conn.conversation_find(&user, conversation).await.unwrap().unwrap().0;
    assert_eq!((kept.title.as_str(), kept.thread), ("Milk", None));
    assert_eq!(conn.messages_count(&user, conversation).await, Ok(1));
    assert_eq!(conn.changes_newest(&user, 9).await.unwrap().len(), 1);
    assert_eq!(conn.turns_all(&user).await, Ok(Vec::new()));
    drop(conn);
    // A number is never given twice, not even over this.
    assert!(new_conversation(store, &user, "Cheese").await > conversation);
    opened.close().await;
}

async fn raw(opened: &Opened) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(opened.folder.path().join("saydo.db"));
    sqlx::SqliteConnection::connect_with(&options).await.unwrap()
}

#[tokio::test]
async fn what_was_imported_is_kept_where_imports_are_not_known() {
    let opened = Opened::sqlite().await;
    let store = &opened.store;
    let user = new_user(store, "ann").await;
    let imported = put_change(store, NewChange { door: Door::Import, ..new_change(&user, "Imported") }).await;
    let said = put_change(store, new_change(&user, "Said")).await;
    down_to(store, 9).await;
    let mut raw = raw(&opened).await;
    let doors = "SELECT door FROM changes ORDER BY seq";
    let doors: Vec<String> = sqlx::query_scalar(doors).fetch_all(&mut raw).await.unwrap();
    assert_eq!(doors, ["rest", "chat"]);
    let effects: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM change_effects").fetch_one(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    assert_eq!(effects, 2);
    store.migrate_up().await.unwrap();
    let kept = store.read().await.unwrap().changes_newest(&user, 9).await.unwrap();
    assert_eq!(
        kept.iter().map(|change| (change.id, change.door)).collect::<Vec<_>>(),
        [(said, Door::Chat), (imported, Door::Rest)]
    );
    opened.close().await;
}

/// All of them migrate at the same time, and none fails.
pub(crate) async fn migrate_together(stores: Vec<Store>) {
    let migrate = |store: Store| async move {
        store.migrate_up().await.unwrap();
        store.close().await;
    };
    let all: Vec<_> = stores.into_iter().map(|store| tokio::spawn(migrate(store))).collect();
    for one in all {
        one.await.unwrap();
    }
}

#[tokio::test]
async fn many_processes_migrate_once() {
    let opened = Opened::sqlite_empty().await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(saydo_store::Store::open(config(&opened.folder)).await.unwrap());
    }
    migrate_together(others).await;
    assert_eq!(opened.store.check_schema().await, Ok(SchemaState::Current));
    opened.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let opened = Opened::sqlite().await;
    let mut raw = raw(&opened).await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99, 'from the future', TRUE, x'00', 0)";
    sqlx::query(newer).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let known = versions(&opened.store, true).await.into_iter().filter(|version| *version != 99).max().unwrap();
    let refused = StoreError::SchemaTooNew { found: 99, known };
    assert_eq!(opened.store.check_schema().await, Err(refused.clone()));
    assert_eq!(opened.store.migrate_up().await, Err(refused.clone()));
    assert_eq!(opened.store.migrate_down_one().await, Err(refused));
    opened.close().await;
}
