//! Backups: what is made is whole, what is damaged is noticed, what is the last good one stays.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod catalogue;
mod damage;
mod ledger;
mod move_house;
mod prune;
mod restore;
mod rows;
mod server;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use saydo_domain::{Email, PersonName, Priority, Task, TaskNumber, TaskUid, Title, User, UserId};
use saydo_store::{
    Store, StoreConfig, StoreError,
    backup::{Backup, BackupError, Backups, Existing, Restored, Watch},
    copy::Place,
};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn noon() -> Timestamp {
    at("2026-03-11T12:00:00Z")
}

pub(crate) fn quiet() -> Watch {
    Arc::new(|_| ())
}

/// A folder with a database that is open, and a place for backups.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) store: Store,
    pub(crate) user: UserId,
    pub(crate) backups: Backups,
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path().join("saydo.db")).await;
        store.migrate_up().await.unwrap();
        let user = add_ann(&store).await;
        let backups = Backups::new(folder.path().join("backups"));
        Self { folder, store, user, backups }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("saydo.db")
    }

    pub(crate) fn place(&self) -> Place {
        Place::Sqlite(self.database())
    }

    /// Stores the task of this number; once it returns it is acknowledged.
    pub(crate) async fn add(&self, number: i64) {
        add(&self.store, &self.user, number).await;
    }

    pub(crate) async fn back_up(&self, now: Timestamp) -> Backup {
        self.backups.create(&self.place(), "0.0.0", now, &quiet()).await.unwrap()
    }

    pub(crate) async fn restore(&self, name: &str, target: &Path, existing: Existing) -> Result<Restored, BackupError> {
        self.backups.restore(name, &target.into(), existing, "0.0.0", noon(), &quiet()).await
    }

    /// What is in the folder of backups, locks apart.
    pub(crate) fn in_folder(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.backups.folder()) else { return Vec::new() };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != ".lock").collect();
        names.sort();
        names
    }
}

/// Makes Ann's account.
pub(crate) async fn add_ann(store: &Store) -> UserId {
    let user = User {
        id: UserId::new("user-ann").unwrap(),
        email: Some(Email::new("ann@example.com").unwrap()),
        name: PersonName::new("Ann").unwrap(),
        timezone: None,
        created_at: noon(),
    };
    let id = user.id.clone();
    let made: Result<_, StoreError> =
        store.write(move |tx| Box::pin(async move { tx.user_insert(&user, None).await })).await;
    made.unwrap();
    id
}

pub(crate) async fn open(path: PathBuf) -> Store {
    Store::open(StoreConfig::new(path.to_str().unwrap())).await.unwrap()
}

/// The numbers of all tasks of a database.
pub(crate) async fn numbers(path: PathBuf, user: &UserId) -> Vec<i64> {
    let store = open(path).await;
    let tasks = store.read().await.unwrap().tasks_all(user).await.unwrap();
    store.close().await;
    let mut numbers: Vec<i64> = tasks.iter().map(|task| task.number.get()).collect();
    numbers.sort_unstable();
    numbers
}

pub(crate) async fn add(store: &Store, user: &UserId, number: i64) {
    let task = Task {
        uid: TaskUid::new(Uuid::now_v7()),
        user_id: user.clone(),
        number: TaskNumber::new(number),
        title: Title::new(&format!("Task {number}")).unwrap(),
        description: None,
        completed_at: None,
        priority: Priority::Medium,
        due: None,
        zone: None,
        recurrence: None,
        repeat_of: None,
        labels: Vec::new(),
        created_at: noon(),
        updated_at: noon(),
        deleted_at: None,
        version: 1,
    };
    let added: Result<_, StoreError> =
        store.write(move |tx| Box::pin(async move { tx.task_insert(&task).await })).await;
    added.unwrap();
}
