//! The journal, and what undo and redo find in it.

use jiff::Timestamp;
use saydo_domain::{Change, ChangeId, Door, Effect, Task, TaskNumber, Title, UserId};
use saydo_store::{NewChange, Store, StoreError};

use crate::support::{at, new_change, new_conversation, new_user, noon, put_change, task, write};

pub(crate) async fn a_change_keeps_its_effects(store: &Store) {
    let user = new_user(store, "ann").await;
    let (one, two) = (task(&user, 1, "One 🥛"), task(&user, 2, "Two"));
    let renamed = Task { title: Title::new("Zwei").unwrap(), version: 2, ..two.clone() };
    let effects = vec![
        Effect { number: TaskNumber::new(2), before: Some(two), after: Some(renamed) },
        Effect { number: TaskNumber::new(1), before: None, after: Some(one.clone()) },
        Effect { number: TaskNumber::new(3), before: Some(one), after: None },
    ];
    let new = new_change(&user, "Renamed “Two”");
    let (stored, wanted) = (new.clone(), effects.clone());
    assert_eq!(write!(store, |tx| tx.change_insert(&stored, &effects).await), Ok(1));
    let mut conn = store.read().await.unwrap();
    let change = Change {
        id: new.id,
        user_id: user.clone(),
        seq: 1,
        door: Door::Chat,
        client: None,
        model: None,
        conversation_id: None,
        summary: new.summary.clone(),
        undoes: None,
        undone_by: None,
        created_at: noon(),
    };
    assert_eq!(conn.change_find(&user, new.id).await, Ok(Some(change.clone())));
    assert_eq!(conn.change_effects(&user, 1).await, Ok(wanted));
    assert_eq!(conn.changes_newest(&user, 9).await, Ok(vec![change]));
    let again = write!(store, |tx| tx.change_insert(&new, &[]).await);
    assert_eq!(again, Err(StoreError::Conflict("other")));
}

/// Puts a change back, as the app does it.
async fn undo(store: &Store, user: &UserId, change: ChangeId) -> ChangeId {
    let undone = store.read().await.unwrap().change_find(user, change).await.unwrap().unwrap();
    let new = NewChange { undoes: Some(change), ..new_change(user, "Undo") };
    let (id, mine) = (new.id, user.clone());
    write!(store, |tx| {
        tx.change_insert(&new, &[]).await?;
        assert!(tx.change_mark_undone(&mine, change, Some(id)).await?);
        if let Some(redone) = undone.undoes {
            assert!(tx.change_mark_undone(&mine, redone, None).await?);
        }
        Ok::<_, StoreError>(())
    })
    .unwrap();
    id
}

async fn undoable(store: &Store, user: &UserId) -> Vec<ChangeId> {
    let changes = store.read().await.unwrap().changes_undoable(user, 9, None).await.unwrap();
    changes.iter().map(|change| change.id).collect()
}

async fn redoable(store: &Store, user: &UserId) -> Option<ChangeId> {
    store.read().await.unwrap().change_newest_undo(user).await.unwrap().map(|change| change.id)
}

pub(crate) async fn undo_and_redo_find_their_change(store: &Store) {
    let user = new_user(store, "ann").await;
    let a = put_change(store, new_change(&user, "A")).await;
    let b = put_change(store, new_change(&user, "B")).await;
    assert_eq!(undoable(store, &user).await, [b, a]);
    assert_eq!(redoable(store, &user).await, None);

    let undo_b = undo(store, &user, b).await;
    assert_eq!(undoable(store, &user).await, [a]);
    let undo_a = undo(store, &user, a).await;
    assert_eq!(undoable(store, &user).await, []);
    assert_eq!(redoable(store, &user).await, Some(undo_a));

    undo(store, &user, undo_a).await;
    assert_eq!(undoable(store, &user).await, [a]);
    assert_eq!(redoable(store, &user).await, Some(undo_b));
    undo(store, &user, undo_b).await;
    assert_eq!(undoable(store, &user).await, [b, a]);
    assert_eq!(redoable(store, &user).await, None);

    // And round again.
    let undo_b = undo(store, &user, b).await;
    assert_eq!(redoable(store, &user).await, Some(undo_b));
}

pub(crate) async fn anything_new_ends_redo(store: &Store) {
    let user = new_user(store, "ann").await;
    let a = put_change(store, new_change(&user, "A")).await;
    undo(store, &user, a).await;
    let c = put_change(store, new_change(&user, "C")).await;
    assert_eq!(redoable(store, &user).await, None);
    assert_eq!(undoable(store, &user).await, [c]);
}

pub(crate) async fn undo_within_a_conversation(store: &Store) {
    let user = new_user(store, "ann").await;
    let id = new_conversation(store, &user, "Milk").await;
    let within = put_change(store, NewChange { conversation_id: Some(id), ..new_change(&user, "A") }).await;
    put_change(store, NewChange { door: Door::Rest, ..new_change(&user, "B") }).await;
    let found = store.read().await.unwrap().changes_undoable(&user, 9, Some(id)).await.unwrap();
    assert_eq!(found.iter().map(|change| change.id).collect::<Vec<_>>(), [within]);
    assert_eq!(found[0].conversation_id, Some(id));
}

pub(crate) async fn untouched_tasks_equal_their_snapshot(store: &Store) {
    let user = new_user(store, "ann").await;
    // A clock of nanoseconds: rows and journal both keep microseconds.
    let odd = at("2026-03-11T12:00:00.123456789Z");
    let done = Task { completed_at: Some(odd), created_at: odd, updated_at: odd, ..task(&user, 1, "One") };
    let (new, stored) = (new_change(&user, "Completed"), done.clone());
    let effects = vec![Effect { number: done.number, before: None, after: Some(done) }];
    write!(store, |tx| {
        tx.task_insert(&stored).await?;
        tx.change_insert(&new, &effects).await
    })
    .unwrap();
    let mut conn = store.read().await.unwrap();
    let effects = conn.change_effects(&user, 1).await.unwrap();
    assert_eq!(conn.task_find(&user, TaskNumber::new(1)).await.unwrap(), effects[0].after);
}

pub(crate) async fn old_changes_are_purged(store: &Store) {
    let user = new_user(store, "ann").await;
    let old = |day: &str| NewChange { created_at: day.parse::<Timestamp>().unwrap(), ..new_change(&user, "Old") };
    put_change(store, old("2025-01-01T00:00:00Z")).await;
    put_change(store, old("2025-01-02T00:00:00Z")).await;
    let kept = put_change(store, new_change(&user, "New")).await;
    assert_eq!(write!(store, |tx| tx.changes_purge(at("2026-01-01T00:00:00Z"), 9).await), Ok(2));
    let mut conn = store.read().await.unwrap();
    let left = conn.changes_newest(&user, 9).await.unwrap();
    assert_eq!(left.iter().map(|change| (change.id, change.seq)).collect::<Vec<_>>(), [(kept, 3)]);
    assert_eq!(conn.change_effects(&user, 1).await, Ok(Vec::new()));
}

pub(crate) async fn a_change_grows(store: &Store) {
    let user = new_user(store, "ann").await;
    let other = put_change(store, new_change(&user, "Other")).await;
    let tasks = [1, 2, 3, 4].map(|number| task(&user, number, "Task"));
    let version = |number: i64, version| Task { version, ..tasks[usize::try_from(number).unwrap() - 1].clone() };
    let effect =
        |number, before: Option<Task>, after: Option<Task>| Effect { number: TaskNumber::new(number), before, after };
    let begun = vec![effect(1, Some(version(1, 1)), Some(version(1, 2))), effect(2, None, Some(version(2, 1)))];
    let further = vec![
        effect(3, None, Some(version(3, 1))),
        effect(1, Some(version(1, 2)), Some(version(1, 3))),
        effect(2, Some(version(2, 1)), None),
        effect(4, None, Some(version(4, 1))),
        effect(3, Some(version(3, 1)), Some(version(3, 2))),
    ];
    let (new, mine) = (new_change(&user, "Begun"), user.clone());
    let id = new.id;
    write!(store, |tx| {
        tx.change_insert(&new, &begun).await?;
        assert!(tx.change_extend(&mine, id, "Begun and grown", &further).await?);
        assert!(tx.change_extend(&mine, id, "Grown", &[]).await?);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    let mut conn = store.read().await.unwrap();
    let grown = vec![
        effect(1, Some(version(1, 1)), Some(version(1, 3))),
        effect(2, None, None),
        effect(3, None, Some(version(3, 2))),
        effect(4, None, Some(version(4, 1))),
    ];
    assert_eq!(conn.change_effects(&user, 2).await, Ok(grown));
    let change = conn.change_find(&user, id).await.unwrap().unwrap();
    assert_eq!((change.summary.as_str(), change.seq), ("Grown", 2));
    assert_eq!(conn.change_effects(&user, 1).await.unwrap().len(), 1);
    assert_eq!(conn.change_find(&user, other).await.unwrap().unwrap().summary, "Other");
}

pub(crate) async fn a_change_put_back_grows_no_more(store: &Store) {
    let user = new_user(store, "ann").await;
    let change = put_change(store, new_change(&user, "Added")).await;
    undo(store, &user, change).await;
    let effect = Effect { number: TaskNumber::new(2), before: None, after: Some(task(&user, 2, "Two")) };
    let mine = user.clone();
    let grown = write!(store, |tx| {
        assert!(!tx.change_extend(&mine, ChangeId::new(uuid::Uuid::now_v7()), "Nobody's", &[]).await?);
        tx.change_extend(&mine, change, "More", &[effect]).await
    });
    assert_eq!(grown, Ok(false));
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.change_effects(&user, 1).await.unwrap().len(), 1);
    assert_eq!(conn.change_find(&user, change).await.unwrap().unwrap().summary, "Added");
}
