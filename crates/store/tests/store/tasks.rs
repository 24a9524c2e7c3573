//! Single tasks.

use saydo_domain::{Description, Label, Priority, Recurrence, Task, TaskNumber, TaskUid, Title};
use saydo_store::{CompletedScope, Store, StoreError, TaskCounts, TaskQuery, TitleRow};
use uuid::Uuid;

use crate::support::{at, new_tasks, new_user, noon, now_in, task, write};

fn number(number: i64) -> TaskNumber {
    TaskNumber::new(number)
}

pub(crate) async fn every_field_is_given_back(store: &Store) {
    let user = new_user(store, "ann").await;
    let full = Task {
        description: Some(Description::new("two litres\n").unwrap()),
        completed_at: Some(at("2026-03-11T12:30:00.123456Z")),
        priority: Priority::Low,
        due: Some("2026-03-12T15:00:00-03:30".parse().unwrap()),
        zone: Some("America/St_Johns".to_owned()),
        recurrence: Some(Recurrence::from_rrule("FREQ=WEEKLY;BYDAY=FR").unwrap()),
        repeat_of: Some(TaskUid::new(Uuid::now_v7())),
        labels: vec![Label::new("home").unwrap(), Label::new("über").unwrap()],
        updated_at: at("2026-03-11T12:30:01Z"),
        version: 4,
        ..task(&user, 1, "Buy milk")
    };
    let stored = full.clone();
    write!(store, |tx| tx.task_insert(&stored).await).unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.task_find(&user, number(1)).await, Ok(Some(full.clone())));

    let bare = Task { uid: full.uid, version: 5, ..task(&user, 1, "Milk") };
    let stored = bare.clone();
    assert_eq!(write!(store, |tx| tx.task_update(&stored, 4).await), Ok(true));
    assert_eq!(conn.task_find(&user, number(1)).await, Ok(Some(bare.clone())));
    let stored = Task { version: 6, ..full.clone() };
    let wanted = stored.clone();
    assert_eq!(write!(store, |tx| tx.task_update(&stored, 5).await), Ok(true));
    assert_eq!(conn.task_find(&user, number(1)).await, Ok(Some(wanted)));
}

pub(crate) async fn any_text_is_given_back_byte_for_byte(store: &Store) {
    let user = new_user(store, "ann").await;
    let family = "👩‍👩‍👧‍👦".chars().cycle().take(200).collect::<String>();
    let texts = [
        "🥛".repeat(200),
        family,
        "אל תשכח חלב ‏(בבקשה)‏".to_owned(),
        "e\u{301} é ﬁ İ ı ß ẞ".to_owned(),
        "'; DROP TABLE tasks; -- \" % _ \\ $1 ?".to_owned(),
        "a\tb\u{85}\u{feff}\u{200b}\u{fffd}\u{10ffff}x".to_owned(),
        "\u{1f1e9}\u{1f1ea} नमस्ते ไทย 日本語 \u{202e}desrever\u{202c}".to_owned(),
    ];
    for (place, text) in (1..).zip(texts) {
        let title = text.chars().take(200).collect::<String>();
        let odd = Task { description: Some(Description::new(&text).unwrap()), ..task(&user, place, &title) };
        let stored = odd.clone();
        write!(store, |tx| tx.task_insert(&stored).await).unwrap();
        assert_eq!(store.read().await.unwrap().task_find(&user, number(place)).await, Ok(Some(odd)));
    }
}

pub(crate) async fn numbers_are_never_reused(store: &Store) {
    let user = new_user(store, "ann").await;
    let mine = user.clone();
    let taken = write!(store, |tx| {
        let first = tx.task_numbers_take(&mine, 1).await?;
        let three = tx.task_numbers_take(&mine, 3).await?;
        tx.task_insert(&task(&mine, three.get() + 2, "Last")).await?;
        assert!(tx.task_remove(&mine, number(4)).await?);
        assert!(!tx.task_remove(&mine, number(4)).await?);
        Ok::<_, StoreError>((first, three, tx.task_numbers_take(&mine, 1).await?))
    });
    assert_eq!(taken, Ok((number(1), number(2), number(5))));
    let nobody = crate::support::user("nobody").id;
    assert_eq!(write!(store, |tx| tx.task_numbers_take(&nobody, 1).await), Err(StoreError::Reference));
}

pub(crate) async fn a_number_or_uid_is_taken_once(store: &Store) {
    let user = new_user(store, "ann").await;
    let tasks = new_tasks(store, &user, 1, |_| ()).await;
    let same_number = task(&user, 1, "Another");
    let taken = write!(store, |tx| tx.task_insert(&same_number).await);
    assert_eq!(taken, Err(StoreError::Conflict("task.number")));
    let same_uid = Task { uid: tasks[0].uid, ..task(&user, 2, "Another") };
    assert_eq!(write!(store, |tx| tx.task_insert(&same_uid).await), Err(StoreError::Conflict("task.uid")));
}

pub(crate) async fn only_the_expected_version_is_updated(store: &Store) {
    let user = new_user(store, "ann").await;
    let tasks = new_tasks(store, &user, 2, |_| ()).await;
    let late = Task { title: Title::new("Late").unwrap(), version: 9, ..tasks[0].clone() };
    assert_eq!(write!(store, |tx| tx.task_update(&late, 8).await), Ok(false));
    let missing = task(&user, 9, "Missing");
    assert_eq!(write!(store, |tx| tx.task_update(&missing, 1).await), Ok(false));
    assert_eq!(store.read().await.unwrap().tasks_all(&user).await, Ok(tasks));
}

pub(crate) async fn the_trash_is_apart(store: &Store) {
    let user = new_user(store, "ann").await;
    let tasks = new_tasks(store, &user, 5, |task| {
        task.deleted_at = (task.number.get() % 2 == 1).then(noon);
    })
    .await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.task_find(&user, number(1)).await, Ok(None));
    assert_eq!(conn.task_find_any(&user, number(1)).await, Ok(Some(tasks[0].clone())));
    assert_eq!(conn.task_find_any(&user, number(2)).await, Ok(Some(tasks[1].clone())));
    assert_eq!(conn.trash_list(&user, 2, None).await, Ok(vec![tasks[4].clone(), tasks[2].clone()]));
    assert_eq!(conn.trash_list(&user, 2, Some(number(3))).await, Ok(vec![tasks[0].clone()]));
    assert_eq!(conn.trash_count(&user).await, Ok(3));
    assert_eq!(conn.tasks_all(&user).await.unwrap().len(), 5);
}

pub(crate) async fn old_trash_is_purged(store: &Store) {
    let user = new_user(store, "ann").await;
    let tasks = new_tasks(store, &user, 4, |task| {
        task.labels = vec![Label::new("home").unwrap()];
        task.deleted_at = match task.number.get() {
            1 => Some(at("2026-01-01T00:00:00Z")),
            2 => Some(at("2026-01-02T00:00:00Z")),
            3 => Some(noon()),
            _ => None,
        };
    })
    .await;
    assert_eq!(write!(store, |tx| tx.trash_purge(at("2026-02-01T00:00:00Z"), 1).await), Ok(1));
    assert_eq!(store.read().await.unwrap().task_find_any(&user, number(1)).await, Ok(None));
    assert_eq!(write!(store, |tx| tx.trash_purge(at("2026-02-01T00:00:00Z"), 10).await), Ok(1));
    assert_eq!(store.read().await.unwrap().tasks_all(&user).await, Ok(tasks[2..].to_vec()));
}

pub(crate) async fn many_are_found_in_the_order_asked(store: &Store) {
    let user = new_user(store, "ann").await;
    let tasks = new_tasks(store, &user, 600, |task| task.deleted_at = (task.number.get() == 300).then(noon)).await;
    let asked: Vec<TaskNumber> = (1..=700).rev().map(number).collect();
    let wanted: Vec<Task> = tasks.into_iter().rev().filter(|task| !task.in_trash()).collect();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.tasks_find(&user, &asked).await, Ok(wanted));
    assert_eq!(conn.tasks_find(&user, &[]).await, Ok(Vec::new()));
    let found = conn.tasks_find(&user, &[number(7), number(3), number(999)]).await.unwrap();
    assert_eq!(found.iter().map(|task| task.number.get()).collect::<Vec<_>>(), [7, 3]);
}

pub(crate) async fn titles_are_lean(store: &Store) {
    let user = new_user(store, "ann").await;
    new_tasks(store, &user, 4, |task| match task.number.get() {
        2 => task.completed_at = Some(noon()),
        3 => task.deleted_at = Some(noon()),
        _ => {}
    })
    .await;
    let row = |n: i64, completed| TitleRow { number: number(n), title: format!("Task {n}"), completed };
    let mut conn = store.read().await.unwrap();
    let all = conn.task_titles(&user, CompletedScope::All).await;
    assert_eq!(all, Ok(vec![row(4, false), row(2, true), row(1, false)]));
    assert_eq!(conn.task_titles(&user, CompletedScope::Open).await, Ok(vec![row(4, false), row(1, false)]));
    assert_eq!(conn.task_titles(&user, CompletedScope::Completed).await, Ok(vec![row(2, true)]));
}

pub(crate) async fn counts_know_what_is_overdue(store: &Store) {
    let user = new_user(store, "ann").await;
    new_tasks(store, &user, 8, |task| {
        let due = match task.number.get() {
            1 => Some("2026-03-10"),
            2 => Some("2026-03-11"),
            3 => Some("2026-03-11T11:59:59Z"),
            4 => Some("2026-03-11T14:00:00+02:00"),
            5 => Some("2026-03-12T00:00:00+13:00"),
            6 | 7 => Some("2026-03-01"),
            _ => None,
        };
        task.due = due.map(|due| due.parse().unwrap());
        task.completed_at = (task.number.get() == 6).then(noon);
        task.deleted_at = (task.number.get() == 7).then(noon);
    })
    .await;
    let mut conn = store.read().await.unwrap();
    // 1 is a day gone by; 3 and 5 are moments gone by; 4 is this very moment.
    let counts = conn.task_counts(&user, &now_in("2026-03-11T12:00:00+00:00[UTC]")).await;
    assert_eq!(counts, Ok(TaskCounts { open: 6, overdue: 3 }));
    // The same moment, but in Auckland the 11th is over.
    let counts = conn.task_counts(&user, &now_in("2026-03-12T01:00:00+13:00[Pacific/Auckland]")).await;
    assert_eq!(counts, Ok(TaskCounts { open: 6, overdue: 4 }));
}

pub(crate) async fn the_next_occurrence_is_found(store: &Store) {
    let user = new_user(store, "ann").await;
    let uid = TaskUid::new(Uuid::now_v7());
    let tasks = new_tasks(store, &user, 3, |task| match task.number.get() {
        1 => task.uid = uid,
        2 => task.repeat_of = Some(uid),
        _ => {
            task.repeat_of = Some(uid);
            task.deleted_at = Some(noon());
        }
    })
    .await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.task_find_repeat_of(&user, uid).await, Ok(Some(tasks[1].clone())));
    assert_eq!(conn.task_find_repeat_of(&user, tasks[1].uid).await, Ok(None));
}

pub(crate) async fn many_are_stored_at_once(store: &Store) {
    let user = new_user(store, "ann").await;
    // More than share a statement, with labels on some and none on others.
    let labelled = |number: i64| {
        let labels = (0..number % 4).map(|label| Label::new(&format!("l{label}")).unwrap()).collect();
        Task { labels, ..task(&user, number, &format!("Task {number}")) }
    };
    let tasks: Vec<Task> = (1..=75).map(labelled).collect();
    let stored = tasks.clone();
    write!(store, |tx| tx.tasks_insert(&stored).await).unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(conn.tasks_all(&user).await, Ok(tasks));
    let query = TaskQuery { label: Some(Label::new("l2").unwrap()), ..TaskQuery::default() };
    assert_eq!(conn.tasks_count(&user, &query).await, Ok(19));
}

pub(crate) async fn a_snapshot_sees_one_instant(store: &Store) {
    let user = new_user(store, "ann").await;
    let mut snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.tasks_all(&user).await.unwrap().len(), 0);
    new_tasks(store, &user, 3, |_| ()).await;
    assert_eq!(snapshot.tasks_all(&user).await.unwrap().len(), 0);
    assert_eq!(store.read().await.unwrap().tasks_all(&user).await.unwrap().len(), 3);
}
