//! What is particular to a database in a file.

use std::time::Duration;

use saydo_store::{Store, StoreConfig, StoreError};
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{Opened, config, new_tasks, new_user, task, write};

async fn raw(opened: &Opened) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(opened.folder.path().join("saydo.db"));
    SqliteConnection::connect_with(&options).await.unwrap()
}

#[tokio::test]
async fn closing_and_opening_keeps_everything() {
    let opened = Opened::sqlite().await;
    let user = new_user(&opened.store, "ann").await;
    let tasks = new_tasks(&opened.store, &user, 20, |_| ()).await;
    opened.store.close().await;
    let closed = write!(opened.store, |tx| tx.ping().await);
    assert_eq!(closed, Err(StoreError::Unavailable("the store is closed".to_owned())));
    // All of it is in the one file: a copy of it is a backup.
    assert!(!opened.folder.path().join("saydo.db-wal").exists());

    let again = Store::open(config(&opened.folder)).await.unwrap();
    assert_eq!(again.read().await.unwrap().tasks_all(&user).await, Ok(tasks));
    again.close().await;
}

#[tokio::test]
async fn the_audit_table_only_grows() {
    let opened = Opened::sqlite().await;
    crate::audit::note(&opened.store, &["a", "b"]).await;
    let mut connection = raw(&opened).await;
    let replace = "REPLACE INTO audit_events (id, at, kind) SELECT id, 0, 'x' FROM audit_events";
    let both = "UPDATE audit_retention SET keep_from = 9000000000000000000; DELETE FROM audit_events";
    for sql in crate::audit::FORBIDDEN.into_iter().chain([replace, both]) {
        let refused = sqlx::query(sql).execute(&mut connection).await.unwrap_err();
        assert!(refused.to_string().contains("audit_events only grows"), "{sql}: {refused}");
    }
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit_events").fetch_one(&mut connection).await.unwrap();
    assert_eq!(left, 2);
    connection.close().await.unwrap();
    opened.close().await;
}

#[tokio::test]
async fn every_connection_is_set_up_for_safety() {
    let opened = Opened::sqlite().await;
    let mut connection = raw(&opened).await;
    let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(&mut connection).await.unwrap().get(0);
    assert_eq!(mode, "wal");
    connection.close().await.unwrap();
    // Foreign keys hold and nothing but the writer writes: seen through what the store answers.
    let orphan = task(&crate::support::user("nobody").id, 1, "Orphan");
    assert_eq!(write!(opened.store, |tx| tx.task_insert(&orphan).await), Err(StoreError::Reference));
    opened.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/deeper/saydo.db");
    let store = Store::open(StoreConfig::new(format!("sqlite:{}", path.display()))).await.unwrap();
    store.migrate_up().await.unwrap();
    new_user(&store, "ann").await;
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(path.parent().unwrap().parent().unwrap()), 0o700);
    store.close().await;
}

#[tokio::test]
async fn places_that_cannot_be_are_refused() {
    for place in [":memory:", "sqlite::memory:", "mysql://localhost/saydo", "", "sqlite:"] {
        let opened = Store::open(StoreConfig::new(place)).await;
        assert!(matches!(opened, Err(StoreError::Config(_))), "{place}: {opened:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("saydo.db"), "this is no database, however long it may be").unwrap();
    let opened = Store::open(config(&folder)).await;
    assert!(matches!(opened, Err(StoreError::Corrupt(_))), "{opened:?}");
    let opened = Store::open(StoreConfig::new(folder.path().to_str().unwrap())).await;
    assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{opened:?}");
}

#[tokio::test]
async fn a_lock_held_by_another_process_is_busy_and_passes() {
    let folder = tempfile::tempdir().unwrap();
    let busy_timeout = Duration::from_millis(10);
    let store = Store::open(StoreConfig { busy_timeout, ..config(&folder) }).await.unwrap();
    store.migrate_up().await.unwrap();
    let opened = Opened { store, folder };
    let user = new_user(&opened.store, "ann").await;
    let mut other = raw(&opened).await;
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let mine = user.clone();
    assert_eq!(write!(opened.store, |tx| tx.task_numbers_take(&mine, 1).await), Err(StoreError::Busy));
    // Readers do not mind.
    assert!(opened.store.read().await.unwrap().user_find(&user).await.unwrap().is_some());
    lock.rollback().await.unwrap();
    let mine = user.clone();
    assert_eq!(write!(opened.store, |tx| tx.task_numbers_take(&mine, 1).await).unwrap().get(), 1);
    other.close().await.unwrap();
    opened.close().await;
}

#[tokio::test]
async fn a_full_disk_ends_the_job_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let max_bytes = Some(1024 * 1024);
    let store = Store::open(StoreConfig { max_bytes, ..config(&folder) }).await.unwrap();
    store.migrate_up().await.unwrap();
    let opened = Opened { store, folder };
    let user = new_user(&opened.store, "ann").await;
    let mine = user.clone();
    let full = write!(opened.store, |tx| {
        for number in 1..2000 {
            tx.task_insert(&task(&mine, number, &"🥛".repeat(200))).await?;
        }
        Ok::<_, StoreError>(())
    });
    assert_eq!(full, Err(StoreError::Full));
    assert_eq!(opened.store.read().await.unwrap().tasks_all(&user).await, Ok(Vec::new()));
    // A small job still fits, and the writer lives.
    new_tasks(&opened.store, &user, 2, |_| ()).await;
    // A job that carries on regardless is not believed: SQLite may have rolled back behind its back.
    let mine = user.clone();
    let carried_on = write!(opened.store, |tx| {
        for number in 10..2000 {
            let _ = tx.task_insert(&task(&mine, number, &"🥛".repeat(200))).await;
        }
        Ok::<_, StoreError>(())
    });
    assert_eq!(carried_on, Err(StoreError::Full));
    assert_eq!(opened.store.read().await.unwrap().tasks_all(&user).await.unwrap().len(), 2);
    opened.close().await;
}

#[tokio::test]
async fn connections_are_counted() {
    let opened = Opened::sqlite().await;
    let status = opened.store.pool_status();
    assert_eq!((status.max, status.in_use, status.queued_writes), (9, 0, 0));
    let conn = opened.store.read().await.unwrap();
    assert_eq!(opened.store.pool_status().in_use, 1);
    drop(conn);
    opened.close().await;
}

#[tokio::test]
async fn the_write_ahead_log_stays_short() {
    let folder = tempfile::tempdir().unwrap();
    let max_log_bytes = 256 * 1024;
    let store = Store::open(StoreConfig { max_log_bytes, ..config(&folder) }).await.unwrap();
    store.migrate_up().await.unwrap();
    let user = new_user(&store, "ann").await;
    let log = || folder.path().join("saydo.db-wal").metadata().unwrap().len();
    // Somebody reads for a long time, from before all of this: until they are done the log can only grow.
    let mut reader = store.snapshot().await.unwrap();
    assert!(reader.tasks_all(&user).await.unwrap().is_empty());
    new_tasks(&store, &user, 2000, |task| task.description = None).await;
    assert!(log() > max_log_bytes, "{}", log());
    assert!(reader.tasks_all(&user).await.unwrap().is_empty());
    drop(reader);
    // The next writes find the moment, and everything is in the file.
    let (mut number, began) = (2000, std::time::Instant::now());
    while log() > max_log_bytes {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", log());
        number += 1;
        let one = task(&user, number, "Another");
        write!(store, |tx| tx.task_insert(&one).await).unwrap();
    }
    assert_eq!(store.read().await.unwrap().tasks_all(&user).await.unwrap().len(), usize::try_from(number).unwrap());
    store.close().await;
}
