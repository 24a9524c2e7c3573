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

/// A change by a program, with its undoing if it is one.
async fn by(store: &Store, user: &UserId, client: &str, at: jiff::Timestamp, undoes: Option<ChangeId>) -> ChangeId {
    let client = (!client.is_empty()).then(|| Client { id: client.to_owned(), name: client.to_uppercase() });
    let new = NewChange { client, undoes, created_at: at, ..new_change(user, "Done") };
    let (id, mine) = (new.id, user.clone());
    write!(store, |tx| {
        tx.change_insert(&new, &[]).await?;
        let Some(undone) = undoes else { return Ok::<_, StoreError>(()) };
        let undone = tx.change_find(&mine, undone).await?.unwrap();
        tx.change_mark_undone(&mine, undone.id, Some(id)).await?;
        if let Some(redone) = undone.undoes {
            tx.change_mark_undone(&mine, redone, None).await?;
        }
        Ok(())
    })
    .unwrap();
    id
}

pub(crate) async fn what_a_program_did_is_found(store: &Store) {
    let (ann, bob) = (new_user(store, "ann").await, new_user(store, "bob").await);
    let (noon, before) = (noon(), noon() - jiff::SignedDuration::from_secs(1));
    by(store, &ann, "robot", before, None).await;
    by(store, &ann, "", noon, None).await;
    by(store, &bob, "robot", noon, None).await;
    let one = by(store, &ann, "robot", noon, None).await;
    let two = by(store, &ann, "robot", noon, None).await;
    by(store, &ann, "other", noon, None).await;
    // Undone by itself, and undone by the person.
    let three = by(store, &ann, "robot", noon, None).await;
    by(store, &ann, "robot", noon, Some(three)).await;
    by(store, &ann, "", noon, Some(two)).await;
    // Undone by the person, and redone by the program: it is the change that counts, not the redo.
    let four = by(store, &ann, "robot", noon, None).await;
    let undo = by(store, &ann, "", noon, Some(four)).await;
    by(store, &ann, "robot", noon, Some(undo)).await;
    // An undo of what somebody else did counts.
    let hers = by(store, &ann, "", noon, None).await;
    let five = by(store, &ann, "robot", noon, Some(hers)).await;
    let mut conn = store.read().await.unwrap();
    let found = conn.changes_of_client(&ann, "robot", noon, 9).await.unwrap();
    assert_eq!(ids(&found), [five, four, one]);
    assert_eq!(ids(&conn.changes_of_client(&ann, "robot", noon, 2).await.unwrap()), [five, four]);
    let client = |id: &str| Client { id: id.to_owned(), name: id.to_uppercase() };
    assert_eq!(conn.changes_by_client(&ann, noon).await, Ok(vec![(client("other"), 1), (client("robot"), 3)]));
    assert_eq!(conn.changes_by_client(&ann, noon + jiff::SignedDuration::from_secs(1)).await, Ok(vec![]));
}

pub(crate) async fn what_was_put_back_together_is_in_force_again(store: &Store) {
    let (ann, bob) = (new_user(store, "ann").await, new_user(store, "bob").await);
    let (one, two) = (by(store, &ann, "", noon(), None).await, by(store, &ann, "", noon(), None).await);
    let (whole, apart) = (by(store, &ann, "", noon(), None).await, by(store, &ann, "", noon(), None).await);
    let (mine, other) = (ann.clone(), bob);
    let released = write!(store, |tx| {
        for (change, by) in [(one, whole), (two, whole), (whole, apart)] {
            tx.change_mark_undone(&mine, change, Some(by)).await?;
        }
        assert_eq!(tx.changes_release(&other, whole).await?, 0);
        tx.changes_release(&mine, whole).await
    });
    assert_eq!(released, Ok(2));
    let mut conn = store.read().await.unwrap();
    let mut undone_by = Vec::new();
    for change in [one, two, whole] {
        undone_by.push(conn.change_find(&ann, change).await.unwrap().unwrap().undone_by);
    }
    assert_eq!(undone_by, [None, None, Some(apart)]);
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
