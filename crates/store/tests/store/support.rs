//! An opened store and things to put in it.

use jiff::{Timestamp, Zoned};
use saydo_domain::{
    ChangeId, ConversationId, ConversationTitle, Door, Effect, Email, PersonName, Priority, Task, TaskNumber, TaskUid,
    Title, User, UserId,
};
use saydo_store::{NewChange, Store, StoreConfig, StoreError, Tx};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// A store with an empty, migrated database of its own.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) folder: TempDir,
}

impl Opened {
    pub(crate) async fn sqlite() -> Self {
        // Migrated once, and copied from then on.
        static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(async || {
            let opened = Self::sqlite_empty().await;
            opened.store.migrate_up().await.unwrap();
            opened.store.close().await;
            std::fs::read(opened.folder.path().join("saydo.db")).unwrap()
        });
        let (template, folder) = (template.await, tempfile::tempdir().unwrap());
        std::fs::write(folder.path().join("saydo.db"), template).unwrap();
        let store = Store::open(config(&folder)).await.unwrap();
        Self { store, folder }
    }

    pub(crate) async fn sqlite_empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(config(&folder)).await.unwrap();
        Self { store, folder }
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

pub(crate) fn config(folder: &TempDir) -> StoreConfig {
    StoreConfig::new(folder.path().join("saydo.db").to_str().unwrap())
}

/// `write` for a job without surroundings.
macro_rules! write {
    ($store:expr, |$tx:ident| $body:expr) => {
        $store.write(move |$tx| Box::pin(async move { $body })).await
    };
}
pub(crate) use write;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn noon() -> Timestamp {
    at("2026-03-11T12:00:00Z")
}

pub(crate) fn now_in(text: &str) -> Zoned {
    text.parse().unwrap()
}

pub(crate) fn user(name: &str) -> User {
    User {
        id: UserId::new(format!("user-{name}")).unwrap(),
        email: Some(Email::new(&format!("{name}@example.com")).unwrap()),
        name: PersonName::new(name).unwrap(),
        timezone: Some("Europe/Berlin".to_owned()),
        created_at: noon(),
    }
}

/// Makes an account and gives its id.
pub(crate) async fn new_user(store: &Store, name: &str) -> UserId {
    let user = user(name);
    let id = user.id.clone();
    write!(store, |tx| tx.user_insert(&user, Some("hash")).await).unwrap();
    id
}

pub(crate) fn task(user: &UserId, number: i64, title: &str) -> Task {
    Task {
        uid: TaskUid::new(Uuid::now_v7()),
        user_id: user.clone(),
        number: TaskNumber::new(number),
        title: Title::new(title).unwrap(),
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
    }
}

/// Stores tasks numbered from 1, each made different by `change`.
pub(crate) async fn new_tasks(
    store: &Store,
    user: &UserId,
    count: i64,
    mut change: impl FnMut(&mut Task),
) -> Vec<Task> {
    let mut tasks: Vec<Task> = (1..=count).map(|number| task(user, number, &format!("Task {number}"))).collect();
    tasks.iter_mut().for_each(&mut change);
    let (stored, user) = (tasks.clone(), user.clone());
    write!(store, |tx| {
        tx.task_numbers_take(&user, u32::try_from(stored.len()).unwrap()).await?;
        for task in &stored {
            tx.task_insert(task).await?;
        }
        Ok::<_, StoreError>(())
    })
    .unwrap();
    tasks
}

pub(crate) async fn new_conversation(store: &Store, user: &UserId, title: &str) -> ConversationId {
    let (user, title) = (user.clone(), ConversationTitle::new(title).unwrap());
    write!(store, |tx| tx.conversation_insert(&user, &title, noon()).await).unwrap()
}

pub(crate) fn new_change(user: &UserId, summary: &str) -> NewChange {
    NewChange {
        id: ChangeId::new(Uuid::now_v7()),
        user_id: user.clone(),
        door: Door::Chat,
        client: None,
        model: None,
        conversation_id: None,
        summary: summary.to_owned(),
        undoes: None,
        created_at: noon(),
    }
}

/// Writes a change with one effect and gives its id.
pub(crate) async fn put_change(store: &Store, change: NewChange) -> ChangeId {
    let id = change.id;
    write!(store, |tx| insert_change(tx, &change).await).unwrap();
    id
}

async fn insert_change(tx: &mut Tx, change: &NewChange) -> Result<i64, StoreError> {
    let effect = Effect { number: TaskNumber::new(1), before: None, after: Some(task(&change.user_id, 1, "One")) };
    tx.change_insert(change, &[effect]).await
}
