//! Putting a backup where the database is.

use std::path::PathBuf;

use saydo_store::backup::{Aside, BackupError, DataLock, Existing};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{House, noon, numbers, quiet};

/// The file that was put aside.
fn file(aside: Option<Aside>) -> PathBuf {
    match aside {
        Some(Aside::File(path)) => path,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_old_database_is_put_aside_and_never_lost() {
    let house = House::new().await;
    house.add(1).await;
    let name = house.back_up(noon()).await.name;
    house.add(2).await;
    house.store.close().await;
    let database = house.database();
    let refused = house.restore(&name, &database, Existing::Refuse).await;
    assert!(matches!(refused, Err(BackupError::Exists(_))), "{refused:?}");
    assert_eq!(numbers(database.clone(), &house.user).await, [1, 2]);
    let mut aside = Vec::new();
    for _ in 0..2 {
        let done = house.restore(&name, &database, Existing::PutAside).await.unwrap();
        aside.push(file(done.aside));
        assert_eq!(numbers(database.clone(), &house.user).await, [1]);
    }
    assert_eq!(numbers(aside[0].clone(), &house.user).await, [1, 2]);
    assert_eq!(numbers(aside[1].clone(), &house.user).await, [1]);
}

#[tokio::test]
async fn a_database_in_use_is_not_replaced() {
    let house = House::new().await;
    house.add(1).await;
    let name = house.back_up(noon()).await.name;
    let database = house.database();
    let restore = || async {
        let done = house.restore(&name, &database, Existing::PutAside).await;
        assert!(matches!(done, Err(BackupError::InUse(_))), "{done:?}");
    };
    // Somebody who has the file open without saying so.
    restore().await;
    house.add(2).await;
    house.store.close().await;
    // Somebody who says so.
    let lock = DataLock::shared(&database).unwrap();
    let beside = DataLock::shared(&database).unwrap();
    drop(lock);
    restore().await;
    drop(beside);
    assert_eq!(numbers(database.clone(), &house.user).await, [1, 2]);
    house.restore(&name, &database, Existing::PutAside).await.unwrap();
    assert_eq!(numbers(database.clone(), &house.user).await, [1]);
}

#[tokio::test]
async fn a_damaged_database_is_put_aside_with_its_log() {
    let house = House::new().await;
    house.add(1).await;
    let name = house.back_up(noon()).await.name;
    house.store.close().await;
    let database = house.database();
    std::fs::write(&database, "not a database, but longer than a header of one hundred bytes. ".repeat(99)).unwrap();
    std::fs::write(house.folder.path().join("saydo.db-wal"), "nor this a log").unwrap();
    let done = house.restore(&name, &database, Existing::PutAside).await.unwrap();
    assert_eq!(numbers(database, &house.user).await, [1]);
    assert!(std::fs::read_to_string(file(done.aside)).unwrap().starts_with("not a database"));
}

#[tokio::test]
async fn a_backup_of_a_newer_program_is_refused() {
    let house = House::new().await;
    let options = SqliteConnectOptions::new().filename(house.database());
    let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'later', 1, x'00', 0)";
    sqlx::query(newer).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let name = house.back_up(noon()).await.name;
    let target = house.folder.path().join("new.db");
    let done = house.restore(&name, &target, Existing::Refuse).await;
    assert!(done.unwrap_err().to_string().contains("9999"));
    assert!(!target.exists());
    house.store.close().await;
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let house = House::new().await;
    for name in ["saydo-20200101T000000.000Z", "../backups", "", "/"] {
        let verified = house.backups.verify(name, &house.place(), &quiet()).await;
        assert!(matches!(verified, Err(BackupError::NotFound { .. })), "{verified:?}");
    }
    assert!(house.backups.list().await.unwrap().is_empty());
    house.store.close().await;
}
