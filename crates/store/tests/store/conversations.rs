//! Conversations, messages, questions.

use saydo_domain::{
    Conversation, ConversationId, ConversationSummary, ConversationTitle, PendingAction, PendingId, PendingKind,
    PendingTask, Role, TaskNumber, ToolCallRecord, UserId,
};
use saydo_store::{ConversationCursor, MessageCursor, Store, StoreError};
use serde_json::json;
use uuid::Uuid;

use crate::support::{at, new_conversation, new_user, noon, write};

pub(crate) async fn a_conversation_lives(store: &Store) {
    let user = new_user(store, "ann").await;
    let id = new_conversation(store, &user, "Milk 🥛").await;
    let conversation = Conversation {
        id,
        user_id: user.clone(),
        title: ConversationTitle::new("Milk 🥛").unwrap(),
        thread: None,
        created_at: noon(),
        updated_at: noon(),
    };
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.conversation_find(&user, id).await, Ok(Some((conversation.clone(), json!({})))));
    assert_eq!(conn.conversation_find(&user, ConversationId::new(99)).await, Ok(None));

    let (mine, later) = (user.clone(), at("2026-03-11T12:05:00Z"));
    write!(store, |tx| {
        assert!(tx.conversation_update_title(&mine, id, &ConversationTitle::new("Cheese").unwrap(), noon()).await?);
        assert!(tx.conversation_set_memory(&mine, id, &json!({"listing": [3, 1]})).await?);
        assert!(tx.conversation_touch(&mine, id, later).await?);
        assert!(!tx.conversation_touch(&mine, ConversationId::new(99), later).await?);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let changed = Conversation { title: ConversationTitle::new("Cheese").unwrap(), updated_at: later, ..conversation };
    assert_eq!(conn.conversation_find(&user, id).await, Ok(Some((changed, json!({"listing": [3, 1]})))));

    let mine = user.clone();
    assert_eq!(write!(store, |tx| tx.conversation_delete(&mine, id, noon()).await), Ok(true));
    let mine = user.clone();
    assert_eq!(write!(store, |tx| tx.conversation_delete(&mine, id, noon()).await), Ok(false));
    assert_eq!(conn.conversation_find(&user, id).await, Ok(None));
}

pub(crate) async fn the_one_last_spoken_in_comes_first(store: &Store) {
    let user = new_user(store, "ann").await;
    let mut ids = Vec::new();
    for title in ["one", "two", "three"] {
        ids.push(new_conversation(store, &user, title).await);
    }
    let (mine, first) = (user.clone(), ids[0]);
    write!(store, |tx| {
        tx.message_insert(&mine, first, Role::User, "hi", &[], noon()).await?;
        tx.message_insert(&mine, first, Role::Assistant, "hello", &[], noon()).await?;
        // The clock stands still or even goes back; the order does not care.
        tx.conversation_touch(&mine, first, at("2026-03-11T11:00:00Z")).await
    })
    .unwrap();
    let mut conn = store.read().await.unwrap();
    let list = conn.conversations_list(&user, 2).await.unwrap();
    let seen: Vec<_> = list.iter().map(|row| (row.conversation.id, row.message_count)).collect();
    assert_eq!(seen, [(ids[0], 2), (ids[2], 0)]);
    assert_eq!(conn.conversation_latest(&user).await.unwrap().unwrap().id, ids[0]);
    let mine = user.clone();
    assert_eq!(write!(store, |tx| tx.conversations_delete_all(&mine, noon()).await), Ok(3));
    assert_eq!(conn.conversation_latest(&user).await, Ok(None));
}

pub(crate) async fn conversations_come_in_pages(store: &Store) {
    let user = new_user(store, "ann").await;
    let mut ids = Vec::new();
    for title in ["one", "two", "three", "four", "five"] {
        ids.push(new_conversation(store, &user, title).await);
    }
    let others = new_user(store, "bob").await;
    new_conversation(store, &others, "other").await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.conversations_count(&user).await, Ok(5));
    let first = conn.conversations_page(&user, ConversationCursor::FRONT, 2).await.unwrap();
    let seen = |page: &[(ConversationSummary, ConversationCursor)]| -> Vec<ConversationId> {
        page.iter().map(|(row, _)| row.conversation.id).collect()
    };
    assert_eq!(seen(&first), [ids[4], ids[3]]);
    // What is spoken in meanwhile moves to the front, and what is deleted is gone: the walk goes on where it was.
    let (mine, last, next) = (user.clone(), ids[3], ids[2]);
    write!(store, |tx| {
        tx.conversation_touch(&mine, last, noon()).await?;
        tx.conversation_delete(&mine, next, noon()).await
    })
    .unwrap();
    let rest = conn.conversations_page(&user, first[1].1, 9).await.unwrap();
    assert_eq!(seen(&rest), [ids[1], ids[0]]);
    assert_eq!(conn.conversations_page(&user, rest[1].1, 9).await, Ok(Vec::new()));
}

pub(crate) async fn messages_are_kept_in_order(store: &Store) {
    let user = new_user(store, "ann").await;
    let id = new_conversation(store, &user, "Milk").await;
    let other = new_conversation(store, &user, "Other").await;
    let call = ToolCallRecord {
        id: "1".to_owned(),
        tool: "add_task".to_owned(),
        params: json!({"title": "Mílk"}),
        result: json!({"task_id": 1}),
    };
    let (mine, calls) = (user.clone(), vec![call.clone()]);
    write!(store, |tx| {
        for turn in 0..5 {
            tx.message_insert(&mine, id, Role::User, &format!("say {turn} 🥛"), &[], noon()).await?;
            tx.message_insert(&mine, id, Role::Assistant, &format!("done {turn}"), &calls, noon()).await?;
        }
        tx.message_insert(&mine, other, Role::User, "elsewhere", &[], noon()).await
    })
    .unwrap();
    let mut conn = store.read().await.unwrap();
    let newest = conn.messages_newest(&user, id, 3).await.unwrap();
    let said: Vec<&str> = newest.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(said, ["done 3", "say 4 🥛", "done 4"]);
    assert_eq!(newest[2].tool_calls, [call]);
    assert_eq!(newest[1].tool_calls, []);
    assert_eq!((newest[1].role, newest[2].role), (Role::User, Role::Assistant));
    let before = conn.messages_before(&user, id, MessageCursor(newest[0].id), 2).await.unwrap();
    let said: Vec<&str> = before.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(said, ["done 2", "say 3 🥛"]);
    let all = conn.messages_all(&user, id).await.unwrap();
    assert_eq!(all.len(), 10);
    assert_eq!(all[7..], newest);
    assert!(all.is_sorted_by_key(|message| message.id));
    assert_eq!(conn.messages_count(&user, id).await, Ok(10));
}

pub(crate) async fn ids_are_never_reused(store: &Store) {
    let user = new_user(store, "ann").await;
    let old = new_conversation(store, &user, "Old").await;
    let mine = user.clone();
    write!(store, |tx| tx.conversations_delete_all(&mine, noon()).await).unwrap();
    assert!(new_conversation(store, &user, "New").await > old);
}

fn question(user: &UserId, conversation: ConversationId, prompt: &str) -> PendingAction {
    PendingAction {
        id: PendingId::new(Uuid::now_v7()),
        user_id: user.clone(),
        conversation_id: conversation,
        kind: PendingKind::Confirm,
        prompt: prompt.to_owned(),
        tasks: vec![PendingTask { number: TaskNumber::new(3), title: "Milk".to_owned(), version: 2 }],
        action: json!({"delete": [3]}),
        created_at: noon(),
        expires_at: at("2026-03-11T12:10:00Z"),
    }
}

pub(crate) async fn a_question_is_answered_once(store: &Store) {
    let user = new_user(store, "ann").await;
    let id = new_conversation(store, &user, "Milk").await;
    let asked = question(&user, id, "Delete “Milk”?");
    let stored = asked.clone();
    write!(store, |tx| tx.pending_put(&stored).await).unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.pending_find(&user, id).await, Ok(Some(asked.clone())));
    assert_eq!(conn.pending_find_by_id(&user, id, asked.id).await, Ok(Some(asked.clone())));
    let unknown = PendingId::new(Uuid::now_v7());
    assert_eq!(conn.pending_find_by_id(&user, id, unknown).await, Ok(None));

    let (mine, this) = (user.clone(), asked.id);
    let taken = write!(store, |tx| {
        let wrong = tx.pending_take(&mine, id, unknown).await?;
        let first = tx.pending_take(&mine, id, this).await?;
        Ok::<_, StoreError>((wrong, first, tx.pending_take(&mine, id, this).await?))
    });
    assert_eq!(taken, Ok((None, Some(asked), None)));
    assert_eq!(conn.pending_find(&user, id).await, Ok(None));
}

pub(crate) async fn a_new_question_replaces_the_old(store: &Store) {
    let user = new_user(store, "ann").await;
    let id = new_conversation(store, &user, "Milk").await;
    let (old, new) = (question(&user, id, "old"), question(&user, id, "new"));
    let wanted = new.clone();
    write!(store, |tx| {
        tx.pending_put(&old).await?;
        tx.pending_put(&new).await
    })
    .unwrap();
    assert_eq!(store.read().await.unwrap().pending_find(&user, id).await, Ok(Some(wanted)));
    let mine = user.clone();
    assert_eq!(write!(store, |tx| tx.pending_clear(&mine, id).await), Ok(true));
    let mine = user.clone();
    assert_eq!(write!(store, |tx| tx.pending_clear(&mine, id).await), Ok(false));
}

pub(crate) async fn an_outside_name_finds_its_conversation(store: &Store) {
    let (ann, bob) = (new_user(store, "ann").await, new_user(store, "bob").await);
    let (one, two) = (new_conversation(store, &ann, "One").await, new_conversation(store, &ann, "Two").await);
    let of_bob = new_conversation(store, &bob, "Bob's").await;
    let name = async |user: &UserId, id, thread: &'static str| {
        let user = user.clone();
        write!(store, |tx| tx.conversation_set_thread(&user, id, thread).await)
    };
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.conversation_find_thread(&ann, "agui:ü🥛").await, Ok(None));
    assert_eq!(name(&ann, one, "agui:ü🥛").await, Ok(true));
    assert_eq!(name(&ann, one, "agui:ü🥛").await, Ok(true));
    assert_eq!(name(&bob, of_bob, "agui:ü🥛").await, Ok(true));
    assert_eq!(name(&ann, two, "agui:ü🥛").await, Err(StoreError::Conflict("conversation.thread")));
    assert_eq!(name(&bob, one, "agui:mine").await, Ok(false));
    assert_eq!(conn.conversation_find_thread(&ann, "agui:ü🥛").await, Ok(Some(one)));
    assert_eq!(conn.conversation_find_thread(&bob, "agui:ü🥛").await, Ok(Some(of_bob)));
    let found = conn.conversation_find(&ann, one).await.unwrap().unwrap().0;
    assert_eq!(found.thread.as_deref(), Some("agui:ü🥛"));
    assert_eq!(conn.conversation_latest(&ann).await.unwrap().unwrap().thread, None);
    let listed = conn.conversations_list(&ann, 9).await.unwrap();
    let threads: Vec<_> = listed.iter().map(|summary| summary.conversation.thread.as_deref()).collect();
    assert_eq!(threads, [None, Some("agui:ü🥛")]);
}
