//! Somebody else's things do not exist.

use saydo_domain::{
    ConversationId, ConversationTitle, PendingAction, PendingId, PendingKind, Role, TaskNumber, UserId,
};
use saydo_store::{CompletedScope, Store, StoreError, TaskCounts, TaskQuery};
use serde_json::json;
use uuid::Uuid;

use crate::support::{new_change, new_conversation, new_tasks, new_user, noon, now_in, put_change, task, write};

/// Ann, who has everything, and Mallory, who has nothing.
struct Two {
    ann: UserId,
    mallory: UserId,
    conversation: ConversationId,
    pending: PendingAction,
    change: saydo_domain::ChangeId,
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
    Two { ann, mallory, conversation, pending, change }
}

pub(crate) async fn another_user_reads_nothing(store: &Store) {
    let Two { mallory, conversation, pending, change, .. } = two(store).await;
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
}

pub(crate) async fn another_user_changes_nothing(store: &Store) {
    let Two { ann, mallory, conversation, pending, change } = two(store).await;
    let before = store.read().await.unwrap().tasks_all(&ann).await.unwrap();
    let (evil, this) = (mallory.clone(), pending.id);
    write!(store, |tx| {
        assert!(!tx.task_update(&task(&evil, 1, "Mine now"), 1).await?);
        assert!(!tx.task_remove(&evil, TaskNumber::new(1)).await?);
        let title = ConversationTitle::new("Mine now").unwrap();
        assert!(!tx.conversation_update_title(&evil, conversation, &title).await?);
        assert!(!tx.conversation_set_memory(&evil, conversation, &json!({"a": 1})).await?);
        assert!(!tx.conversation_touch(&evil, conversation, noon()).await?);
        assert!(!tx.conversation_delete(&evil, conversation).await?);
        assert_eq!(tx.conversations_delete_all(&evil).await?, 0);
        assert_eq!(tx.pending_take(&evil, conversation, this).await?, None);
        assert!(!tx.pending_clear(&evil, conversation).await?);
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

pub(crate) async fn rows_need_their_owner(store: &Store) {
    let nobody = UserId::new("nobody").unwrap();
    let orphan = task(&nobody, 1, "Orphan");
    assert_eq!(write!(store, |tx| tx.task_insert(&orphan).await), Err(StoreError::Reference));
    let change = new_change(&nobody, "Orphan");
    assert_eq!(write!(store, |tx| tx.change_insert(&change, &[]).await), Err(StoreError::Reference));
    let title = ConversationTitle::new("Orphan").unwrap();
    let made = write!(store, |tx| tx.conversation_insert(&nobody, &title, noon()).await);
    assert_eq!(made, Err(StoreError::Reference));
}
