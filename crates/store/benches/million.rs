//! How long the hot statements take with a million tasks of 10,000 people, on both databases: each call for another
//! person, one after the other. Writes are safely on disk.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a benchmark speaks on standard output")]

#[path = "../tests/seed/mod.rs"]
mod seed;

use std::time::{Duration, Instant};

use jiff::{Timestamp, Zoned};
use saydo_domain::{Priority, Task, TaskNumber, TaskUid, Title, UserId};
use saydo_store::{
    CompletedScope, Conn, SortDirection, Store, StoreConfig, StoreError, TaskQuery, TaskSort, TaskSortKey,
};
use sqlx::{Connection as _, PgConnection};
use testbed::{Durability, Postgres, ROLE};
use uuid::Uuid;

/// Calls of each.
const CALLS: usize = 2000;

/// What is measured, reads first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    FindTask,
    ListNewest,
    ListByDue,
    ListByTitle,
    SearchText,
    CountOpen,
    Counts,
    Titles,
    Trash,
    TokenState,
    Undoable,
    AddTask,
    CompleteTask,
}

const ALL: [(Call, &str); 13] = [
    (Call::FindTask, "one task by its number"),
    (Call::ListNewest, "50 open tasks, newest first"),
    (Call::ListByDue, "50 open tasks by due date"),
    (Call::ListByTitle, "50 open tasks by title"),
    (Call::SearchText, "tasks with a text"),
    (Call::CountOpen, "count of open tasks"),
    (Call::Counts, "counts of open, done, overdue"),
    (Call::Titles, "all titles, to resolve words"),
    (Call::Trash, "the trash"),
    (Call::TokenState, "whether a token is good"),
    (Call::Undoable, "what can be undone"),
    (Call::AddTask, "add a task (transaction)"),
    (Call::CompleteTask, "complete a task (transaction)"),
];

/// A person nobody could guess, the same in every run.
fn person(turn: usize) -> UserId {
    UserId::new(format!("u{}", 1 + turn.wrapping_mul(7919) % 10_000)).unwrap()
}

fn list(key: TaskSortKey) -> TaskQuery {
    let sort = TaskSort { key, direction: SortDirection::Descending };
    TaskQuery { completed: Some(false), sort, ..TaskQuery::default() }
}

async fn read(conn: &mut Conn, call: Call, user: &UserId, now: &Zoned) -> Result<(), StoreError> {
    match call {
        Call::FindTask => assert!(conn.task_find(user, TaskNumber::new(37)).await?.is_some()),
        Call::ListNewest => assert!(conn.tasks_list(user, &list(TaskSortKey::Created)).await?.len() > 40),
        Call::ListByDue => assert!(conn.tasks_list(user, &list(TaskSortKey::Due)).await?.len() > 40),
        Call::ListByTitle => assert!(conn.tasks_list(user, &list(TaskSortKey::Title)).await?.len() > 40),
        Call::SearchText => {
            let query = TaskQuery { text: Some("7 about".to_owned()), ..TaskQuery::default() };
            assert!(conn.tasks_list(user, &query).await?.len() > 5);
        }
        Call::CountOpen => assert!(conn.tasks_count(user, &list(TaskSortKey::Created)).await? > 40),
        Call::Counts => drop(conn.task_counts(user, now).await?),
        Call::Titles => assert!(conn.task_titles(user, CompletedScope::All).await?.len() > 90),
        Call::Trash => assert!(conn.trash_count(user).await? > 0),
        Call::TokenState => drop(conn.token_state(user, "t7").await?),
        Call::Undoable => drop(conn.changes_newest(user, 10).await?),
        Call::AddTask | Call::CompleteTask => {}
    }
    Ok(())
}

async fn write(store: &Store, call: Call, user: UserId) {
    let written = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            if call == Call::CompleteTask {
                let mut task = tx.task_find(&user, TaskNumber::new(33)).await?.unwrap();
                task.completed_at = Some(Timestamp::UNIX_EPOCH);
                task.version += 1;
                let expected = task.version - 1;
                assert!(tx.task_update(&task, expected).await?);
                return Ok(());
            }
            let number = tx.task_numbers_take(&user, 1).await?;
            tx.task_insert(&task(user, number)).await
        })
    });
    written.await.unwrap();
}

fn task(user_id: UserId, number: TaskNumber) -> Task {
    Task {
        uid: TaskUid::new(Uuid::now_v7()),
        user_id,
        number,
        title: Title::new("Buy milk on the way home").unwrap(),
        description: None,
        completed_at: None,
        priority: Priority::Medium,
        due: Some("2026-03-12T15:00:00+01:00".parse().unwrap()),
        zone: None,
        recurrence: None,
        repeat_of: None,
        labels: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        deleted_at: None,
        version: 1,
    }
}

async fn measure(engine: &str, store: &Store) {
    let now: Zoned = "2026-03-11T12:00:00+01:00[Europe/Berlin]".parse().unwrap();
    println!("\n{engine:<32} {:>9} {:>9} {:>9}", "p50", "p95", "p99");
    for (call, name) in ALL {
        let mut times = Vec::with_capacity(CALLS);
        for turn in 0..CALLS {
            let (user, began) = (person(turn), Instant::now());
            if matches!(call, Call::AddTask | Call::CompleteTask) {
                write(store, call, user).await;
            } else {
                read(&mut store.read().await.unwrap(), call, &user, &now).await.unwrap();
            }
            times.push(began.elapsed());
        }
        times.sort_unstable();
        let at = |percent: usize| milliseconds(times[(CALLS * percent / 100).min(CALLS - 1)]);
        println!("{name:<32} {} {} {}", at(50), at(95), at(99));
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:>6.2} ms", time.as_secs_f64() * 1e3)
}

#[tokio::main]
async fn main() {
    // In the working folder: a temporary folder is often in memory, where a commit costs nothing.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = folder.path().join("million.db");
    let open = async |config: StoreConfig| Store::open(config).await.unwrap();
    let store = open(StoreConfig::new(file.to_str().unwrap())).await;
    store.migrate_up().await.unwrap();
    store.close().await;
    seed::sqlite(&file).await;
    let store = open(StoreConfig::new(file.to_str().unwrap())).await;
    measure("SQLite, 1,000,000 tasks", &store).await;
    store.close().await;

    let cluster = Postgres::start(Durability::OfDisk);
    cluster.create_database("million");
    let store = open(StoreConfig::new(cluster.socket_url("million", ROLE))).await;
    store.migrate_up().await.unwrap();
    let mut administrator = PgConnection::connect(&cluster.socket_url("million", "postgres")).await.unwrap();
    seed::postgres(&mut administrator).await;
    administrator.close().await.unwrap();
    measure("PostgreSQL, 1,000,000 tasks", &store).await;
    store.close().await;
}
