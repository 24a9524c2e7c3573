//! Two people whose rows have equal numbers, and one who knows the other's ids: neither moves anything of the other's.

use jiff::ToSpan as _;
use saydo_domain::{Effect, Label, MessageId, Task, TaskNumber, TaskUid, TurnId, TurnKey, TurnStatus, UserId};
use saydo_store::{ConversationCursor, NewChange, NewTurn, Store, StoreError, TaskQuery, TurnRound};
use uuid::Uuid;

use crate::{
    support::{new_change, new_conversation, new_tasks, new_user, noon, put_change, task, write},
    turns::{new_turn, put_turn},
};

async fn ann_and_mallory(store: &Store) -> (UserId, UserId) {
    (new_user(store, "ann").await, new_user(store, "mallory").await)
}

pub(crate) async fn labels_are_those_of_the_owner(store: &Store) {
    let (ann, mallory) = ann_and_mallory(store).await;
    let home = Label::new("home").unwrap();
    new_tasks(store, &ann, 1, |task| task.labels = vec![home.clone()]).await;
    let plain = new_tasks(store, &mallory, 1, |_| ()).await.remove(0);
    let labelled = TaskQuery { label: Some(home), ..TaskQuery::default() };
    let about = TaskQuery { topic: Some("home".to_owned()), ..TaskQuery::default() };
    let mut conn = store.read().await.unwrap();
    for query in [&labelled, &about] {
        assert_eq!(conn.tasks_list(&mallory, query).await, Ok(Vec::new()));
        assert_eq!(conn.tasks_count(&mallory, query).await, Ok(0));
    }
    drop(conn);

    let changed = Task { version: 2, ..plain };
    assert_eq!(write!(store, |tx| tx.task_update(&changed, 1).await), Ok(true));
    let mut conn = store.read().await.unwrap();
    for query in [&labelled, &about] {
        assert_eq!(conn.tasks_count(&ann, query).await, Ok(1));
    }
}

pub(crate) async fn the_next_occurrence_is_the_owners(store: &Store) {
    let (ann, mallory) = ann_and_mallory(store).await;
    let done = TaskUid::new(Uuid::now_v7());
    new_tasks(store, &ann, 1, |task| task.repeat_of = Some(done)).await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.task_find_repeat_of(&mallory, done).await, Ok(None));
    assert!(conn.task_find_repeat_of(&ann, done).await.unwrap().is_some());
}

pub(crate) async fn a_change_grows_in_its_own_journal(store: &Store) {
    let (ann, mallory) = ann_and_mallory(store).await;
    put_change(store, new_change(&ann, "Hers")).await;
    let own = put_change(store, new_change(&mallory, "Own")).await;
    let before = store.read().await.unwrap().change_effects(&ann, 1).await;
    let after = Some(task(&mallory, 1, "Mine now"));
    let (evil, effects) =
        (mallory.clone(), vec![Effect { number: TaskNumber::new(1), before: None, after: after.clone() }]);
    assert_eq!(write!(store, |tx| tx.change_extend(&evil, own, "Own", &effects).await), Ok(true));
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.change_effects(&ann, 1).await, before);
    assert_eq!(conn.change_effects(&mallory, 1).await.unwrap()[0].after, after);
}

pub(crate) async fn what_others_do_ends_no_redo(store: &Store) {
    let (ann, mallory) = ann_and_mallory(store).await;
    let hers = put_change(store, new_change(&ann, "Hers")).await;
    let undo = put_change(store, NewChange { undoes: Some(hers), ..new_change(&ann, "Undone") }).await;
    for _ in 0..3 {
        put_change(store, new_change(&mallory, "Own")).await;
    }
    let newest = store.read().await.unwrap().change_newest_undo(&ann).await.unwrap();
    assert_eq!(newest.map(|change| change.id), Some(undo));
}

pub(crate) async fn a_conversation_is_undone_by_its_owner(store: &Store) {
    let (ann, mallory) = ann_and_mallory(store).await;
    let within = Some(new_conversation(store, &ann, "Hers").await);
    put_change(store, NewChange { conversation_id: within, ..new_change(&ann, "Hers") }).await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.changes_undoable(&mallory, 9, within).await, Ok(Vec::new()));
    assert_eq!(conn.changes_undoable(&ann, 9, within).await.unwrap().len(), 1);
}

/// The place in the list stands in the cursors that clients get: it must not tell how much others talk.
pub(crate) async fn the_order_of_conversations_counts_ones_own(store: &Store) {
    let (ann, mallory) = ann_and_mallory(store).await;
    let hers = new_conversation(store, &ann, "Hers").await;
    for _ in 0..3 {
        let ann = ann.clone();
        assert_eq!(write!(store, |tx| tx.conversation_touch(&ann, hers, noon()).await), Ok(true));
    }
    let place = async || {
        let mut conn = store.read().await.unwrap();
        let page = conn.conversations_page(&mallory, ConversationCursor::FRONT, 9).await.unwrap();
        page[0].1
    };
    let at = |activity: i64, id: i64| {
        let plain = format!("v{activity}.{id}");
        let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
        hex.parse::<ConversationCursor>().unwrap()
    };
    let own = new_conversation(store, &mallory, "Own").await;
    assert_eq!(place().await, at(1, own.get()));
    let evil = mallory.clone();
    assert_eq!(write!(store, |tx| tx.conversation_touch(&evil, own, noon()).await), Ok(true));
    assert_eq!(place().await, at(2, own.get()));
}

fn round() -> TurnRound {
    TurnRound { round: 1, data: serde_json::json!({"said": "hers"}), tokens: 7, elapsed_ms: 9 }
}

/// A turn of Ann's that has a key, a round and an event.
async fn busy_turn(store: &Store, ann: &UserId) -> TurnId {
    let conversation = new_conversation(store, ann, "Hers").await;
    let key = TurnKey { key: "key".to_owned(), fingerprint: "f".to_owned() };
    let turn = NewTurn { key: Some(key), ..new_turn(ann, conversation) };
    put_turn(store, &turn).await;
    let (mine, id) = (ann.clone(), turn.id);
    write!(store, |tx| {
        tx.turn_events_append(&mine, id, 1, &["{}".to_owned()], noon()).await?;
        tx.turn_round_insert(&mine, id, &round(), noon()).await
    })
    .unwrap();
    id
}

pub(crate) async fn a_known_turn_stays_as_it_is(store: &Store) {
    let (ann, mallory) = ann_and_mallory(store).await;
    let id = busy_turn(store, &ann).await;
    let before = store.read().await.unwrap().turn_find(&ann, id).await;
    let evil = mallory.clone();
    write!(store, |tx| {
        tx.turn_free_key(&evil, id).await?;
        tx.turn_set_reply(&evil, id, Some(MessageId::new(5))).await?;
        assert!(!tx.turn_event_delete(&evil, id, 1).await?);
        assert_eq!(tx.turn_interrupt_stale(&evil, id, noon() + 1.hour(), noon() + 1.hour()).await?, None);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.turn_rounds(&mallory, id).await, Ok(Vec::new()));
    assert_eq!(conn.turn_rounds(&ann, id).await, Ok(vec![round()]));
    assert_eq!(conn.turn_events_after(&ann, id, 0, 9).await.unwrap().len(), 1);
    let after = conn.turn_find(&ann, id).await;
    assert!(matches!(&after, Ok(Some(turn)) if turn.status == TurnStatus::Running && turn.key.is_some()), "{after:?}");
    assert_eq!(after, before);
}
