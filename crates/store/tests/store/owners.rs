//! Somebody else's things do not exist.

use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use saydo_domain::{
    AccessToken, Change, ConversationId, ConversationTitle, MessageId, PendingAction, PendingId, PendingKind, Role,
    TaskNumber, TurnKey, TurnStatus, UserId,
};
use saydo_store::{
    CompletedScope, HistoryCursor, NewChange, NewTurn, Store, StoreError, TaskCounts, TaskQuery, TurnRun, UsageDelta,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    access_tokens::{put_token, token},
    support::{new_change, new_conversation, new_tasks, new_user, noon, now_in, put_change, task, write},
    turns::{new_turn, put_turn},
    usage,
};

/// Ann, who has everything, and Mallory, who has nothing.
struct Two {
    ann: UserId,
    mallory: UserId,
    conversation: ConversationId,
    pending: PendingAction,
    change: saydo_domain::ChangeId,
    turn: NewTurn,
    token: AccessToken,
}

async fn two(store: &Store) -> Two {
    let (ann, mallory) = (new_user(store, "ann").await, new_user(store, "mallory").await);
    new_tasks(store, &ann, 3, |task| task.deleted_at = (task.number.get() == 3).then(noon)).await;
    let conversation = new_conversation(store, &ann, "Mine").await;
    let change = put_change(store, new_change(&ann, "Mine")).await;
    let pending = PendingAction {
        id: PendingId::new(Uuid::now_v7()),
        user_id: ann.clone(),
        conversation_id: conversation,
        kind: PendingKind::Ask,
        prompt: "What?".to_owned(),
        tasks: Vec::new(),
        action: json!(null),
        created_at: noon(),
        expires_at: noon(),
    };
    let (mine, asked) = (ann.clone(), pending.clone());
    write!(store, |tx| {
        tx.message_insert(&mine, conversation, Role::User, "hi", &[], noon()).await?;
        tx.pending_put(&asked).await
    })
    .unwrap();
    let key = TurnKey { key: "key".to_owned(), fingerprint: "f".to_owned() };
    let turn = NewTurn { key: Some(key), ..new_turn(&ann, conversation) };
    let token = token(&ann, "Mine");
    put_turn(store, &turn).await;
    put_token(store, &token, "hash").await.unwrap();
    usage::add(store, &ann, date(2026, 3, 11), "tiny", UsageDelta { turns: 1, ..UsageDelta::default() }).await.unwrap();
    let (mine, id) = (ann.clone(), turn.id);
    write!(store, |tx| {
        tx.conversation_set_thread(&mine, conversation, "agui:1").await?;
        tx.turn_events_append(&mine, id, 1, &["{}".to_owned()], noon()).await
    })
    .unwrap();
    Two { ann, mallory, conversation, pending, change, turn, token }
}

pub(crate) async fn another_user_reads_nothing(store: &Store) {
    let Two { mallory, conversation, pending, change, turn, .. } = two(store).await;
    let mut conn = store.read().await.unwrap();
    let one = TaskNumber::new(1);
    assert_eq!(conn.task_find(&mallory, one).await, Ok(None));
    assert_eq!(conn.task_find_any(&mallory, TaskNumber::new(3)).await, Ok(None));
    assert_eq!(conn.tasks_find(&mallory, &[one]).await, Ok(Vec::new()));
    assert_eq!(conn.tasks_list(&mallory, &TaskQuery::default()).await, Ok(Vec::new()));
    assert_eq!(conn.tasks_count(&mallory, &TaskQuery::default()).await, Ok(0));
    assert_eq!(conn.tasks_all(&mallory).await, Ok(Vec::new()));
    assert_eq!(conn.task_titles(&mallory, CompletedScope::All).await, Ok(Vec::new()));
    let now = now_in("2026-03-11T12:00:00+00:00[UTC]");
    assert_eq!(conn.task_counts(&mallory, &now).await, Ok(TaskCounts { open: 0, overdue: 0 }));
    assert_eq!(conn.trash_list(&mallory, 9, None).await, Ok(Vec::new()));
    assert_eq!(conn.trash_count(&mallory).await, Ok(0));
    assert_eq!(conn.conversation_find(&mallory, conversation).await, Ok(None));
    assert_eq!(conn.conversations_list(&mallory, 9).await, Ok(Vec::new()));
    assert_eq!(conn.conversation_latest(&mallory).await, Ok(None));
    assert_eq!(conn.messages_newest(&mallory, conversation, 9).await, Ok(Vec::new()));
    assert_eq!(conn.messages_all(&mallory, conversation).await, Ok(Vec::new()));
    assert_eq!(conn.messages_count(&mallory, conversation).await, Ok(0));
    assert_eq!(conn.pending_find(&mallory, conversation).await, Ok(None));
    assert_eq!(conn.pending_find_by_id(&mallory, conversation, pending.id).await, Ok(None));
    assert_eq!(conn.change_find(&mallory, change).await, Ok(None));
    assert_eq!(conn.changes_undoable(&mallory, 9, Some(conversation)).await, Ok(Vec::new()));
    assert_eq!(conn.changes_newest(&mallory, 9).await, Ok(Vec::new()));
    assert_eq!(conn.change_effects(&mallory, 1).await, Ok(Vec::new()));
    assert_eq!(conn.task_history(&mallory, one, HistoryCursor::END, 9).await, Ok(Vec::new()));
    assert_eq!(conn.task_history_count(&mallory, one).await, Ok(0));
    assert_eq!(conn.task_changed_after(&mallory, one, 0).await, Ok(false));
    assert_eq!(conn.changes_in_force_after(&mallory, one, 0, 9).await, Ok(Vec::new()));
    assert_eq!(conn.turn_rounds(&mallory, turn.id).await, Ok(Vec::new()));
    assert_eq!(conn.turn_find(&mallory, turn.id).await, Ok(None));
    assert_eq!(conn.turn_find_by_key(&mallory, "key").await, Ok(None));
    assert_eq!(conn.turn_running(&mallory, conversation).await, Ok(None));
    assert_eq!(conn.turns_all(&mallory).await, Ok(Vec::new()));
    assert_eq!(conn.turn_events_after(&mallory, turn.id, 0, 9).await, Ok(Vec::new()));
    assert_eq!(conn.access_tokens_list(&mallory).await, Ok(Vec::new()));
    assert_eq!(conn.usage_list(&mallory, Date::MIN, Date::MAX).await, Ok(Vec::new()));
    assert_eq!(conn.conversation_find_thread(&mallory, "agui:1").await, Ok(None));
}

/// Everybody's tasks and changes are numbered from 1: the numbers of one are also those of the other.
pub(crate) async fn equal_numbers_are_kept_apart(store: &Store) {
    let (ann, mallory) = (new_user(store, "ann").await, new_user(store, "mallory").await);
    let hers = put_change(store, new_change(&ann, "Hers")).await;
    let own = put_change(store, new_change(&mallory, "Own")).await;
    put_change(store, NewChange { undoes: Some(hers), ..new_change(&ann, "Undone") }).await;
    let mut conn = store.read().await.unwrap();
    let ids = |changes: Vec<Change>| changes.iter().map(|change| change.id).collect::<Vec<_>>();
    assert_eq!(ids(conn.changes_before(&mallory, None, 9).await.unwrap()), [own]);
    assert_eq!(ids(conn.changes_undoable(&mallory, 9, None).await.unwrap()), [own]);
    let one = TaskNumber::new(1);
    assert_eq!(ids(conn.changes_in_force_after(&mallory, one, 0, 9).await.unwrap()), [own]);
    let history = conn.task_history(&mallory, one, HistoryCursor::END, 9).await.unwrap();
    assert_eq!(ids(history.into_iter().map(|entry| entry.change).collect()), [own]);
    assert_eq!(conn.change_newest_undo(&mallory).await, Ok(None));
    assert!(conn.change_newest_undo(&ann).await.unwrap().is_some());
}

pub(crate) async fn another_user_changes_nothing(store: &Store) {
    let Two { ann, mallory, conversation, pending, change, .. } = two(store).await;
    let before = store.read().await.unwrap().tasks_all(&ann).await.unwrap();
    let (evil, this) = (mallory.clone(), pending.id);
    write!(store, |tx| {
        assert!(!tx.task_update(&task(&evil, 1, "Mine now"), 1).await?);
        assert!(!tx.task_remove(&evil, TaskNumber::new(1)).await?);
        let title = ConversationTitle::new("Mine now").unwrap();
        assert!(!tx.conversation_update_title(&evil, conversation, &title, noon()).await?);
        assert!(!tx.conversation_set_memory(&evil, conversation, &json!({"a": 1})).await?);
        assert!(!tx.conversation_touch(&evil, conversation, noon()).await?);
        assert!(!tx.conversation_delete(&evil, conversation, noon()).await?);
        assert_eq!(tx.conversations_delete_all(&evil, noon()).await?, 0);
        assert_eq!(tx.pending_take(&evil, conversation, this).await?, None);
        assert!(!tx.pending_clear(&evil, conversation).await?);
        assert!(!tx.message_delete(&evil, conversation, MessageId::new(1)).await?);
        assert!(!tx.change_mark_undone(&evil, change, Some(change)).await?);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let (evil, theirs) = (mallory.clone(), PendingAction { user_id: mallory.clone(), ..pending.clone() });
    let said = write!(store, |tx| tx.message_insert(&evil, conversation, Role::User, "hi", &[], noon()).await);
    assert_eq!(said, Err(StoreError::Reference));
    assert_eq!(write!(store, |tx| tx.pending_put(&theirs).await), Err(StoreError::Reference));

    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.tasks_all(&ann).await, Ok(before));
    assert_eq!(conn.messages_count(&ann, conversation).await, Ok(1));
    assert_eq!(conn.pending_find(&ann, conversation).await, Ok(Some(pending)));
    assert_eq!(conn.change_find(&ann, change).await.unwrap().unwrap().undone_by, None);
    let evil = mallory.clone();
    assert_eq!(write!(store, |tx| tx.user_delete(&evil).await), Ok(true));
    assert_eq!(conn.tasks_all(&ann).await.unwrap().len(), 3);
}

pub(crate) async fn another_user_touches_no_turn_and_no_token(store: &Store) {
    let Two { ann, mallory, conversation, change, turn, token, .. } = two(store).await;
    let (evil, id, this) = (mallory.clone(), turn.id, token.id);
    write!(store, |tx| {
        assert!(!tx.turn_stop(&evil, id).await?);
        let run = TurnRun::first(id);
        assert_eq!(tx.turn_beat(&evil, run, noon() + 1.hour()).await?, None);
        assert_eq!(tx.turn_take_over(&evil, run, noon() + 1.hour(), noon() + 1.hour()).await?, None);
        assert!(!tx.turn_set_change(&evil, run, change).await?);
        assert!(!tx.turn_finish(&evil, run, TurnStatus::Failed, None, None, noon()).await?);
        assert!(!tx.access_token_delete(&evil, this).await?);
        assert!(!tx.access_token_touch(&evil, this, noon()).await?);
        assert!(!tx.conversation_set_thread(&evil, conversation, "agui:2").await?);
        assert!(!tx.change_extend(&evil, change, "Mine now", &[]).await?);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let evil = mallory.clone();
    let told = write!(store, |tx| tx.turn_events_append(&evil, id, 2, &["{}".to_owned()], noon()).await);
    assert_eq!(told, Err(StoreError::Reference));
    let theirs = new_turn(&mallory, conversation);
    assert_eq!(write!(store, |tx| tx.turn_insert(&theirs).await), Err(StoreError::Reference));

    let mut conn = store.read().await.unwrap();
    let kept = conn.turn_find(&ann, turn.id).await.unwrap().unwrap();
    assert_eq!((kept.status, kept.stop_requested, kept.heartbeat_at), (TurnStatus::Running, false, noon()));
    assert_eq!(kept.change_id, None);
    assert_eq!(conn.turn_events_after(&ann, turn.id, 0, 9).await.unwrap().len(), 1);
    assert_eq!(conn.access_tokens_list(&ann).await, Ok(vec![token]));
    assert_eq!(conn.conversation_find_thread(&ann, "agui:1").await, Ok(Some(conversation)));
    assert_eq!(conn.change_find(&ann, change).await.unwrap().unwrap().summary, "Mine");
}

pub(crate) async fn rows_need_their_owner(store: &Store) {
    let nobody = UserId::new("nobody").unwrap();
    let orphan = task(&nobody, 1, "Orphan");
    assert_eq!(write!(store, |tx| tx.task_insert(&orphan).await), Err(StoreError::Reference));
    let change = new_change(&nobody, "Orphan");
    assert_eq!(write!(store, |tx| tx.change_insert(&change, &[]).await), Err(StoreError::Reference));
    assert_eq!(put_token(store, &token(&nobody, "Orphan"), "hash").await, Err(StoreError::Reference));
    let title = ConversationTitle::new("Orphan").unwrap();
    let made = write!(store, |tx| tx.conversation_insert(&nobody, &title, noon()).await);
    assert_eq!(made, Err(StoreError::Reference));
}
