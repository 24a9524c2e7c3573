//! What happened to a task, and which of its changes hold.

use saydo_domain::{Change, ChangeId, Client, Effect, TaskNumber, Title, UserId};
use saydo_store::{HistoryCursor, NewChange, Store, StoreError};
use uuid::Uuid;

use crate::support::{new_change, new_user, noon, task, write};

/// A change that renames these tasks.
async fn rename(store: &Store, user: &UserId, tasks: &[i64], undoes: Option<ChangeId>) -> ChangeId {
    let new = NewChange { undoes, ..new_change(user, "Renamed") };
    let effect = |number: &i64| {
        let before = task(user, *number, "Old");
        let after = saydo_domain::Task { title: Title::new("New").unwrap(), version: 2, ..before.clone() };
        Effect { number: TaskNumber::new(*number), before: Some(before), after: Some(after) }
    };
    let (id, mine, effects) = (new.id, user.clone(), tasks.iter().map(effect).collect::<Vec<_>>());
    let undone = match undoes {
        Some(undone) => store.read().await.unwrap().change_find(user, undone).await.unwrap(),
        None => None,
    };
    write!(store, |tx| {
        tx.change_insert(&new, &effects).await?;
        if let Some(undone) = undone {
            tx.change_mark_undone(&mine, undone.id, Some(id)).await?;
            if let Some(redone) = undone.undoes {
                tx.change_mark_undone(&mine, redone, None).await?;
            }
        }
        Ok::<_, StoreError>(())
    })
    .unwrap();
    id
}

fn ids(changes: &[Change]) -> Vec<ChangeId> {
    changes.iter().map(|change| change.id).collect()
}

pub(crate) async fn a_task_has_its_history(store: &Store) {
    let user = new_user(store, "ann").await;
    let one = TaskNumber::new(1);
    let mut all = Vec::new();
    for tasks in [&[1, 2][..], &[2], &[1], &[3, 1]] {
        all.push(rename(store, &user, tasks, None).await);
    }
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.task_history_count(&user, one).await, Ok(3));
    let mut seen = Vec::new();
    let mut place = HistoryCursor::END;
    loop {
        let page = conn.task_history(&user, one, place, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        place = HistoryCursor(last.change.seq);
        assert!(page.iter().all(|entry| entry.effect.number == one && entry.effect.after.is_some()));
        seen.extend(page.iter().map(|entry| entry.change.id));
    }
    assert_eq!(seen, [all[3], all[2], all[0]]);
    assert_eq!(conn.task_changed_after(&user, one, 3).await, Ok(true));
    assert_eq!(conn.task_changed_after(&user, one, 4).await, Ok(false));
}

pub(crate) async fn what_holds_after_a_change(store: &Store) {
    let user = new_user(store, "ann").await;
    let one = TaskNumber::new(1);
    let holds = async |seq| {
        let mut conn = store.read().await.unwrap();
        ids(&conn.changes_in_force_after(&user, one, seq, 9).await.unwrap())
    };
    let first = rename(store, &user, &[1], None).await;
    let second = rename(store, &user, &[1, 2], None).await;
    rename(store, &user, &[2], None).await;
    assert_eq!(holds(0).await, [second, first]);
    assert_eq!(holds(1).await, [second]);
    // Put back, it holds no more, and what put it back does nothing besides.
    let undo = rename(store, &user, &[1, 2], Some(second)).await;
    assert_eq!(holds(1).await, []);
    // An undo of what came before the place is a change like others.
    let undo_first = rename(store, &user, &[1], Some(first)).await;
    assert_eq!(holds(1).await, [undo_first]);
    assert_eq!(holds(0).await, []);
    // Done again, it holds.
    rename(store, &user, &[1, 2], Some(undo)).await;
    assert_eq!(holds(1).await, [undo_first, second]);
}

pub(crate) async fn a_change_knows_who_made_it(store: &Store) {
    let user = new_user(store, "ann").await;
    let client = Client { id: Uuid::nil().to_string(), name: "Laptop 🤖".to_owned() };
    let new = NewChange { client: Some(client.clone()), model: Some("tiny".to_owned()), ..new_change(&user, "Added") };
    let id = new.id;
    write!(store, |tx| tx.change_insert(&new, &[]).await).unwrap();
    let found = store.read().await.unwrap().change_find(&user, id).await.unwrap().unwrap();
    assert_eq!((found.client, found.model.as_deref()), (Some(client), Some("tiny")));
}

pub(crate) async fn a_change_does_not_grow_over_a_later_one(store: &Store) {
    let user = new_user(store, "ann").await;
    let first = rename(store, &user, &[1], None).await;
    rename(store, &user, &[2], None).await;
    let effect =
        |number| Effect { number: TaskNumber::new(number), before: None, after: Some(task(&user, number, "x")) };
    let (mine, onto_theirs, onto_own) = (user.clone(), vec![effect(2)], vec![effect(1), effect(3)]);
    write!(store, |tx| {
        assert!(!tx.change_extend(&mine, first, "Over theirs", &onto_theirs).await?);
        assert!(tx.change_extend(&mine, first, "Own", &onto_own).await?);
        Ok::<_, StoreError>(())
    })
    .unwrap();
}

pub(crate) async fn a_consent_is_used_once(store: &Store) {
    let (ann, bob) = (new_user(store, "ann").await, new_user(store, "bob").await);
    let id = Uuid::now_v7();
    let (mine, theirs) = (ann.clone(), bob.clone());
    write!(store, |tx| {
        assert!(tx.consent_use(&mine, id, noon()).await?);
        assert!(!tx.consent_use(&mine, id, noon()).await?);
        assert!(tx.consent_use(&theirs, id, noon() + jiff::SignedDuration::from_secs(1)).await?);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    assert_eq!(store.read().await.unwrap().consent_is_used(&ann, id).await, Ok(true));
    assert_eq!(write!(store, |tx| tx.consents_purge(noon(), 9).await), Ok(1));
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.consent_is_used(&ann, id).await, Ok(false));
    assert_eq!(conn.consent_is_used(&bob, id).await, Ok(true));
}
