//! A person's rows wherever they are, and the marks of those who are gone.

use std::collections::BTreeSet;

use saydo_domain::{Role, UserId};
use saydo_store::{
    OwnRow, Store,
    copy::{TABLES, Table},
    erased_mark,
};

use crate::support::{at, new_change, new_conversation, new_tasks, new_user, noon, put_change, write};

/// All rows of a table, two at a time.
async fn all(store: &Store, user: &UserId, table: &Table) -> Vec<OwnRow> {
    let (mut conn, mut rows) = (store.read().await.unwrap(), Vec::<OwnRow>::new());
    loop {
        let page = conn.own_rows(user, table, rows.last(), 2).await.unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

pub(crate) async fn rows_are_found_in_every_table(store: &Store) {
    let (ann, bob) = (new_user(store, "ann").await, new_user(store, "bob").await);
    for user in [&ann, &bob] {
        new_tasks(store, user, 5, |task| task.labels = vec![saydo_domain::Label::new("home").unwrap()]).await;
        let conversation = new_conversation(store, user, "Hello").await;
        let mine = user.clone();
        write!(store, |tx| {
            for text in ["one", "two", "three"] {
                tx.message_insert(&mine, conversation, Role::User, text, &[], noon()).await?;
            }
            Ok::<_, saydo_store::StoreError>(())
        })
        .unwrap();
        for summary in ["First", "Second", "Third"] {
            put_change(store, new_change(user, summary)).await;
        }
    }
    for table in TABLES {
        let rows = all(store, &ann, table).await;
        let Some(owner) = table.owner() else {
            assert_eq!(rows, [], "{}", table.name);
            continue;
        };
        assert!(rows.iter().all(|row| row[owner] == ann.as_str()), "{}: {rows:?}", table.name);
        let expected = match table.name {
            "users" | "conversations" => 1,
            "tasks" | "task_labels" => 5,
            "messages" | "changes" => 3,
            _ => continue,
        };
        assert_eq!(rows.len(), expected, "{}: {rows:?}", table.name);
        let distinct: BTreeSet<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        assert_eq!(distinct.len(), expected, "{}", table.name);
    }
    let mut conn = store.read().await.unwrap();
    let tasks = conn.tasks_all(&ann).await.unwrap();
    assert_eq!(conn.tasks_after(&ann, Some(tasks[2].number), 1).await.unwrap(), tasks[3..4]);
    assert_eq!(conn.tasks_after(&ann, None, 9).await.unwrap(), tasks);
    let changes = conn.changes_newest(&ann, 9).await.unwrap();
    assert_eq!(conn.changes_before(&ann, Some(changes[0].seq), 1).await.unwrap(), changes[1..2]);
    let conversation = conn.conversation_latest(&ann).await.unwrap().unwrap().id;
    let said = conn.messages_all(&ann, conversation).await.unwrap();
    assert_eq!(conn.messages_after(&ann, conversation, Some(said[0].id), 1).await.unwrap(), said[1..2]);
    assert_eq!(conn.messages_after(&bob, conversation, None, 9).await, Ok(Vec::new()));
}

pub(crate) async fn who_was_erased_is_erased_again(store: &Store) {
    let users = [new_user(store, "ann").await, new_user(store, "bob").await];
    let mut conn = store.read().await.unwrap();
    let ann = conn.user_find(&users[0]).await.unwrap().unwrap();
    let mark = erased_mark(&ann.id, ann.created_at);
    assert_eq!(conn.user_mark(&ann.id).await, Ok(Some(mark.clone())));
    drop(conn);
    assert_eq!(store.erased_marks().await, Ok(BTreeSet::new()));
    let id = ann.id.clone();
    assert_eq!(write!(store, |tx| tx.user_delete(&id).await), Ok(true));
    let kept: BTreeSet<String> = [mark.clone()].into();
    assert_eq!(store.erased_marks().await, Ok(kept.clone()));

    // As after a restore: she is here again, and so is who came later with the same id.
    let again = ann.clone();
    write!(store, |tx| tx.user_insert(&again, None).await).unwrap();
    assert_eq!(store.erase_marked(kept.clone()).await, Ok(1));
    assert_eq!(store.read().await.unwrap().user_find(&ann.id).await, Ok(None));
    let new = saydo_domain::User { created_at: at("2026-09-09T09:09:09Z"), ..ann.clone() };
    write!(store, |tx| tx.user_insert(&new, None).await).unwrap();
    assert_eq!(store.erase_marked(kept.clone()).await, Ok(0));
    let mut conn = store.read().await.unwrap();
    assert!(conn.user_find(&ann.id).await.unwrap().is_some());
    assert!(conn.user_find(&users[1]).await.unwrap().is_some());
    assert_eq!(store.erased_marks().await, Ok(kept));
}

pub(crate) async fn quiet_conversations_are_purged(store: &Store) {
    let user = new_user(store, "ann").await;
    let (old, new) = (new_conversation(store, &user, "Old").await, new_conversation(store, &user, "New").await);
    let mine = user.clone();
    write!(store, |tx| tx.conversation_touch(&mine, new, at("2026-06-01T00:00:00Z")).await).unwrap();
    assert_eq!(write!(store, |tx| tx.conversations_purge(at("2026-05-01T00:00:00Z"), 9).await), Ok(1));
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.conversation_find(&user, old).await, Ok(None));
    assert!(conn.conversation_find(&user, new).await.unwrap().is_some());
}
