//! Events: written with what they tell of, numbered without gaps, kept for a while; and the wake-ups that go with them.

use std::time::Duration;

use saydo_domain::{
    ConversationTitle, Door, Effect, EventKind, NewEvent, Role, Subject, TaskNumber, UserEvent, UserId,
};
use saydo_store::{Signal, Store, StoreError, Watcher};

use crate::support::{at, new_change, new_conversation, new_user, noon, task, write};

/// All events after a number.
async fn after(store: &Store, user: &UserId, number: i64) -> Vec<UserEvent> {
    store.read().await.unwrap().events_after(user, number, 1000).await.unwrap().unwrap().events
}

fn kinds(events: &[UserEvent]) -> Vec<(i64, &'static str)> {
    events.iter().map(|told| (told.seq, told.event.kind.as_str())).collect()
}

/// Waits for a wake-up, longer than it can take on a slow machine.
pub(crate) async fn rung(watcher: &mut Watcher) -> bool {
    tokio::time::timeout(Duration::from_secs(60), watcher.changed()).await.is_ok()
}

pub(crate) async fn what_happens_is_told_once_and_in_order(store: &Store) {
    let user = new_user(store, "ann").await;
    let other = new_user(store, "bob").await;
    let made = task(&user, 1, "Read");
    let [mut changed, mut binned] = [made.clone(), made.clone()];
    (changed.version, binned.version, binned.deleted_at) = (2, 3, Some(noon()));
    let effect = |before: Option<_>, after: Option<_>| Effect { number: TaskNumber::new(1), before, after };
    let steps = [
        (effect(None, Some(made.clone())), "task.created"),
        (effect(Some(made.clone()), Some(changed.clone())), "task.updated"),
        (effect(Some(changed.clone()), Some(binned.clone())), "task.deleted"),
        (effect(Some(binned.clone()), Some(changed.clone())), "task.created"),
        (effect(Some(changed.clone()), None), "task.deleted"),
    ];
    for (step, (effect, kind)) in (1_i64..).zip(steps) {
        let change = new_change(&user, "Did");
        let (id, version) = (change.id, effect.after.as_ref().map(|task| task.version));
        write!(store, |tx| tx.change_insert(&change, &[effect]).await).unwrap();
        let event = NewEvent {
            kind: serde_json::from_value(kind.into()).unwrap(),
            subject: Subject::Task(TaskNumber::new(1)),
            version,
            change_id: Some(id),
            door: Door::Chat,
            at: noon(),
        };
        assert_eq!(after(store, &user, step - 1).await, [UserEvent { seq: step, event }]);
    }
    // Made and changed in one transaction: a task that is new, as it is in the end.
    let (mine, both) = (user.clone(), [effect(None, Some(made.clone())), effect(Some(made), Some(changed))]);
    write!(store, |tx| tx.change_insert(&new_change(&mine, "Did"), &both).await).unwrap();
    let told = after(store, &user, 5).await;
    assert_eq!((kinds(&told), told[0].event.version), (vec![(6, "task.created")], Some(2)));
    assert_eq!(after(store, &other, 0).await, []);
}

pub(crate) async fn conversations_tell_of_themselves(store: &Store) {
    let user = new_user(store, "ann").await;
    let [one, two] = [new_conversation(store, &user, "One").await, new_conversation(store, &user, "Two").await];
    let mine = user.clone();
    write!(store, |tx| {
        tx.message_insert(&mine, one, Role::User, "hi", &[], noon()).await?;
        tx.message_insert(&mine, one, Role::Assistant, "hello", &[], noon()).await
    })
    .unwrap();
    let mine = user.clone();
    write!(store, |tx| {
        tx.conversation_update_title(&mine, two, &ConversationTitle::new("Cheese").unwrap(), noon()).await
    })
    .unwrap();
    let mine = user.clone();
    write!(store, |tx| tx.conversation_delete(&mine, one, noon()).await).unwrap();
    let mine = user.clone();
    write!(store, |tx| tx.conversations_delete_all(&mine, noon()).await).unwrap();
    let told = after(store, &user, 0).await;
    let about: Vec<_> = told.iter().map(|told| (told.seq, told.event.subject, told.event.door)).collect();
    let [one, two] = [Subject::Conversation(one), Subject::Conversation(two)];
    let (chat, rest) = (Door::Chat, Door::Rest);
    assert_eq!(about, [(1, one, chat), (2, two, chat), (3, one, chat), (4, two, rest), (5, one, rest), (6, two, rest)]);
    assert!(told.iter().all(|told| told.event.kind == EventKind::ConversationUpdated));
}

pub(crate) async fn what_is_not_committed_is_not_told(store: &Store) {
    let user = new_user(store, "ann").await;
    let mut bell = store.watch(Signal::Changes, &user);
    let mine = user.clone();
    let failed: Result<(), StoreError> = write!(store, |tx| {
        tx.conversation_insert(&mine, &ConversationTitle::new("Gone").unwrap(), noon()).await?;
        Err(StoreError::Busy)
    });
    assert_eq!(failed, Err(StoreError::Busy));
    let page = store.read().await.unwrap().events_after(&user, 0, 10).await.unwrap().unwrap();
    assert_eq!((page.newest, page.events), (0, Vec::new()));
    new_conversation(store, &user, "Kept").await;
    assert!(rung(&mut bell).await);
    assert_eq!(kinds(&after(store, &user, 0).await), [(1, "conversation.updated")]);
}

pub(crate) async fn old_events_go_and_their_numbers_do_not_come_back(store: &Store) {
    let user = new_user(store, "ann").await;
    let id = new_conversation(store, &user, "One").await;
    for minute in 1..=4 {
        let (mine, when) = (user.clone(), at(&format!("2026-03-11T13:0{minute}:00Z")));
        write!(store, |tx| tx.message_insert(&mine, id, Role::User, "hi", &[], when).await).unwrap();
    }
    let purge = async |before: &str, limit| {
        let before = at(before);
        write!(store, |tx| tx.events_purge(before, limit).await)
    };
    assert_eq!(purge("2026-03-11T13:03:00Z", 2).await, Ok(2));
    assert_eq!(purge("2026-03-11T13:03:00Z", 2).await, Ok(1));
    assert_eq!(kinds(&after(store, &user, 0).await).len(), 2);
    assert_eq!(purge("2026-03-12T00:00:00Z", 10).await, Ok(2));
    let page = store.read().await.unwrap().events_after(&user, 0, 10).await.unwrap().unwrap();
    assert_eq!((page.newest, page.events), (5, Vec::new()));
    assert_eq!(store.read().await.unwrap().event_newest(&user).await, Ok(Some(5)));
    new_conversation(store, &user, "Two").await;
    assert_eq!(after(store, &user, 0).await[0].seq, 6);
    let mine = user.clone();
    write!(store, |tx| tx.user_delete(&mine).await).unwrap();
    assert_eq!(store.read().await.unwrap().events_after(&user, 0, 10).await, Ok(None));
}

pub(crate) async fn events_come_page_by_page(store: &Store) {
    let user = new_user(store, "ann").await;
    let (mine, tasks) = (user.clone(), 1..=100);
    let effects: Vec<Effect> = tasks
        .map(|n| Effect { number: TaskNumber::new(n), before: None, after: Some(task(&user, n, "Read")) })
        .collect();
    write!(store, |tx| tx.change_insert(&new_change(&mine, "Did"), &effects).await).unwrap();
    let mut seen = Vec::new();
    loop {
        let last = seen.last().map_or(0, |told: &UserEvent| told.seq);
        let page = store.read().await.unwrap().events_after(&user, last, 30).await.unwrap().unwrap();
        assert_eq!(page.newest, 100);
        if page.events.is_empty() {
            break;
        }
        seen.extend(page.events);
    }
    let about = |n| Subject::Task(TaskNumber::new(n));
    assert!(seen.iter().map(|told| (told.seq, told.event.subject)).eq((1..=100).map(|n| (n, about(n)))));
}
