//! Lists: filters, orders, pages.

use jiff::civil::date;
use saydo_domain::{Due, Label, Priority, Task, Title, UserId};
use saydo_store::{Conn, DueFilter, SortDirection, Store, StoreError, TaskCursor, TaskQuery, TaskSort, TaskSortKey};

use crate::support::{at, new_tasks, new_user, noon, now_in};

async fn numbers(conn: &mut Conn, user: &UserId, query: &TaskQuery) -> Vec<i64> {
    let tasks = conn.tasks_list(user, query).await.unwrap();
    let all = TaskQuery { limit: 1000, cursor: None, ..query.clone() };
    let total = conn.tasks_list(user, &all).await.unwrap().len();
    assert_eq!(conn.tasks_count(user, query).await, Ok(i64::try_from(total).unwrap()));
    tasks.iter().map(|task| task.number.get()).collect()
}

fn ascending() -> TaskQuery {
    TaskQuery {
        sort: TaskSort { key: TaskSortKey::Number, direction: SortDirection::Ascending },
        ..TaskQuery::default()
    }
}

pub(crate) async fn newest_first_by_default(store: &Store) {
    let user = new_user(store, "ann").await;
    new_tasks(store, &user, 60, |task| task.deleted_at = (task.number.get() == 59).then(noon)).await;
    let mut conn = store.read().await.unwrap();
    let found = numbers(&mut conn, &user, &TaskQuery::default()).await;
    assert_eq!(found.len(), 50);
    assert_eq!(found[..3], [60, 58, 57]);
}

pub(crate) async fn filters_narrow(store: &Store) {
    let user = new_user(store, "ann").await;
    let home = Label::new("Home").unwrap();
    new_tasks(store, &user, 6, |task| {
        let number = task.number.get();
        task.completed_at = (number > 3).then(noon);
        task.priority = if number % 2 == 0 { Priority::High } else { Priority::Low };
        if number % 3 == 0 {
            task.labels = vec![home.clone(), Label::new("x").unwrap()];
        }
    })
    .await;
    let mut conn = store.read().await.unwrap();
    let open = TaskQuery { completed: Some(false), ..ascending() };
    assert_eq!(numbers(&mut conn, &user, &open).await, [1, 2, 3]);
    let done = TaskQuery { completed: Some(true), ..ascending() };
    assert_eq!(numbers(&mut conn, &user, &done).await, [4, 5, 6]);
    let high = TaskQuery { priority: Some(Priority::High), ..ascending() };
    assert_eq!(numbers(&mut conn, &user, &high).await, [2, 4, 6]);
    let labelled = TaskQuery { label: Some(home.clone()), ..ascending() };
    assert_eq!(numbers(&mut conn, &user, &labelled).await, [3, 6]);
    let all = TaskQuery { completed: Some(true), priority: Some(Priority::High), label: Some(home), ..ascending() };
    assert_eq!(numbers(&mut conn, &user, &all).await, [6]);
    let unknown = TaskQuery { label: Some(Label::new("hom").unwrap()), ..ascending() };
    assert_eq!(numbers(&mut conn, &user, &unknown).await, [0_i64; 0]);
}

pub(crate) async fn text_is_found_whatever_the_case(store: &Store) {
    let user = new_user(store, "ann").await;
    let titles = ["ÄPFEL kaufen", "100% sure_thing", "100 sure things", "Ордер МОСКВА", "a\\b"];
    new_tasks(store, &user, 5, |task| {
        let place = usize::try_from(task.number.get()).unwrap() - 1;
        task.title = Title::new(titles[place]).unwrap();
        task.description = (place == 2).then(|| saydo_domain::Description::new("Über den ÄPFELN").unwrap());
    })
    .await;
    let mut conn = store.read().await.unwrap();
    let cases: [(&str, &[i64]); 10] = [
        ("äpfel", &[1, 3]),
        ("Äpfel K", &[1]),
        ("100%", &[2]),
        ("e_t", &[2]),
        ("_", &[2]),
        ("москва", &[4]),
        ("\\", &[5]),
        ("things\nüber", &[3]),
        ("nothing like it", &[]),
        ("'", &[]),
    ];
    for (text, wanted) in cases {
        let query = TaskQuery { text: Some(text.to_owned()), ..ascending() };
        assert_eq!(numbers(&mut conn, &user, &query).await, wanted, "{text}");
    }
    let endless = TaskQuery { text: Some("%".repeat(100_000)), ..ascending() };
    assert_eq!(numbers(&mut conn, &user, &endless).await, [0_i64; 0]);
}

/// 1 none, 2–4 whole days, 5–7 moments.
const DUES: [Option<&str>; 7] = [
    None,
    Some("2026-03-10"),
    Some("2026-03-11"),
    Some("2026-03-12"),
    Some("2026-03-11T09:00:00Z"),
    Some("2026-03-11T23:30:00-05:00"),
    Some("2026-03-12T00:30:00+13:00"),
];

async fn with_dues(store: &Store) -> UserId {
    let user = new_user(store, "ann").await;
    new_tasks(store, &user, 7, |task| {
        let place = usize::try_from(task.number.get()).unwrap() - 1;
        task.due = DUES[place].map(|due| due.parse().unwrap());
    })
    .await;
    user
}

pub(crate) async fn dues_are_filtered(store: &Store) {
    let user = with_dues(store).await;
    let due = |text: &str| Some(text.parse::<Due>().unwrap());
    let noon = now_in("2026-03-11T12:00:00+00:00[UTC]");
    let cases: [(DueFilter, &[i64]); 8] = [
        (DueFilter::None, &[1]),
        (DueFilter::Bounds { after: None, before: due("2026-03-11") }, &[2]),
        (DueFilter::Bounds { after: due("2026-03-11"), before: None }, &[4, 7]),
        (DueFilter::Bounds { after: due("2026-03-10"), before: due("2026-03-12") }, &[3, 5, 6]),
        (DueFilter::Bounds { after: None, before: due("2026-03-11T12:00:00Z") }, &[2, 3, 5, 7]),
        (DueFilter::Bounds { after: due("2026-03-11T12:00:00Z"), before: None }, &[4, 6]),
        (DueFilter::Days { first: date(2026, 3, 11), last: date(2026, 3, 11) }, &[3, 5, 6]),
        (DueFilter::Overdue(noon), &[2, 5, 7]),
    ];
    let mut conn = store.read().await.unwrap();
    for (due, wanted) in cases {
        let query = TaskQuery { due: Some(due.clone()), ..ascending() };
        assert_eq!(numbers(&mut conn, &user, &query).await, wanted, "{due:?}");
    }
}

pub(crate) async fn days_are_compared_by_the_wall_clock(store: &Store) {
    let user = with_dues(store).await;
    let mut conn = store.read().await.unwrap();
    let ever = DueFilter::Days { first: jiff::civil::Date::MIN, last: jiff::civil::Date::MAX };
    let query = TaskQuery { due: Some(ever), ..ascending() };
    assert_eq!(numbers(&mut conn, &user, &query).await, [2, 3, 4, 5, 6, 7]);
    let auckland = now_in("2026-03-12T00:00:00+13:00[Pacific/Auckland]");
    let query = TaskQuery { due: Some(DueFilter::Overdue(auckland)), ..ascending() };
    assert_eq!(numbers(&mut conn, &user, &query).await, [2, 3, 5]);
}

pub(crate) async fn no_due_comes_last_both_ways(store: &Store) {
    let user = with_dues(store).await;
    let mut conn = store.read().await.unwrap();
    let by_due = |direction| TaskQuery { sort: TaskSort { key: TaskSortKey::Due, direction }, ..TaskQuery::default() };
    let up = numbers(&mut conn, &user, &by_due(SortDirection::Ascending)).await;
    assert_eq!(up, [2, 3, 5, 6, 4, 7, 1]);
    let down = numbers(&mut conn, &user, &by_due(SortDirection::Descending)).await;
    assert_eq!(down, [7, 4, 6, 5, 3, 2, 1]);
}

pub(crate) async fn every_order_pages_without_gaps(store: &Store) {
    let user = new_user(store, "ann").await;
    let titles = ["b", "B", "ä", "a.b", "🥛"];
    new_tasks(store, &user, 40, |task| {
        let number = task.number.get();
        let place = usize::try_from(number).unwrap();
        task.title = Title::new(titles[place % titles.len()]).unwrap();
        task.priority = [Priority::High, Priority::Medium, Priority::Low][place % 3];
        task.due = DUES[place % DUES.len()].map(|due| due.parse().unwrap());
        task.updated_at = at(["2026-03-11T12:00:00.000001Z", "2026-03-11T12:00:00Z"][place % 2]);
    })
    .await;
    let mut conn = store.read().await.unwrap();
    let keys = [
        TaskSortKey::Created,
        TaskSortKey::Updated,
        TaskSortKey::Due,
        TaskSortKey::Priority,
        TaskSortKey::Title,
        TaskSortKey::Number,
    ];
    for key in keys {
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            let sort = TaskSort { key, direction };
            let whole = TaskQuery { sort, limit: 100, ..TaskQuery::default() };
            let whole = conn.tasks_list(&user, &whole).await.unwrap();
            assert_eq!(whole.len(), 40);
            assert_eq!(pages(&mut conn, &user, sort).await, whole, "{sort:?}");
        }
    }
}

/// The whole list in pages of three, each cursor sent through its text form.
async fn pages(conn: &mut Conn, user: &UserId, sort: TaskSort) -> Vec<Task> {
    let mut seen: Vec<Task> = Vec::new();
    let mut cursor: Option<TaskCursor> = None;
    loop {
        let query = TaskQuery { sort, limit: 3, cursor, ..TaskQuery::default() };
        let page = conn.tasks_list(user, &query).await.unwrap();
        let Some(last) = page.last() else { return seen };
        cursor = Some(TaskCursor::after(last, sort).to_string().parse().unwrap());
        seen.extend(page);
        assert!(seen.len() <= 40, "pages repeat");
    }
}

pub(crate) async fn a_cursor_of_another_order_is_refused(store: &Store) {
    let user = new_user(store, "ann").await;
    let tasks = new_tasks(store, &user, 2, |_| ()).await;
    let by_title = TaskSort { key: TaskSortKey::Title, direction: SortDirection::Ascending };
    let cursor = TaskCursor::after(&tasks[0], by_title);
    assert!(cursor.fits(by_title) && !cursor.fits(TaskSort::default()));
    let query = TaskQuery { cursor: Some(cursor), ..TaskQuery::default() };
    assert_eq!(store.read().await.unwrap().tasks_list(&user, &query).await, Err(StoreError::Cursor));
}
