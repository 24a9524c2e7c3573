//! Throughput of the writer and latency of lists, on a real file.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::sync::Arc;

use divan::{Bencher, counter::ItemsCount};
use jiff::Timestamp;
use saydo_domain::{ConversationTitle, PersonName, Priority, Task, TaskNumber, TaskUid, Title, TurnId, User, UserId};
use saydo_store::{
    CompletedScope, NewTurn, SortDirection, Store, StoreConfig, StoreError, TaskQuery, TaskSort, TaskSortKey,
};
use tokio::runtime::Runtime;
use uuid::Uuid;

fn main() {
    divan::main();
}

/// A database with one user and so many tasks.
struct Bench {
    runtime: Runtime,
    store: Store,
    user: UserId,
    _folder: tempfile::TempDir,
}

fn task(user: &UserId, number: i64) -> Task {
    Task {
        uid: TaskUid::new(Uuid::now_v7()),
        user_id: user.clone(),
        number: TaskNumber::new(number),
        title: Title::new(&format!("Buy {number} litres of milk on the way home")).unwrap(),
        description: None,
        completed_at: None,
        priority: Priority::Medium,
        due: (number % 3 == 0).then(|| "2026-03-12T15:00:00+01:00".parse().unwrap()),
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

impl Bench {
    fn new(tasks: i64) -> Self {
        let runtime = Runtime::new().unwrap();
        // In the working folder: a temporary folder is often in memory, where a commit costs nothing.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let path = folder.path().join("bench.db");
        let user = User {
            id: UserId::from(Uuid::now_v7()),
            email: None,
            name: PersonName::new("").unwrap(),
            timezone: None,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let id = user.id.clone();
        let store = runtime.block_on(async move {
            let store = Store::open(StoreConfig::new(path.to_str().unwrap())).await.unwrap();
            store.migrate_up().await.unwrap();
            let job = store.write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    tx.user_insert(&user, None).await?;
                    for number in 1..=tasks {
                        tx.task_insert(&task(&user.id, number)).await?;
                    }
                    tx.task_numbers_take(&user.id, u32::try_from(tasks).unwrap()).await
                })
            });
            job.await.unwrap();
            store
        });
        Self { runtime, store, user: id, _folder: folder }
    }
}

async fn add(store: Store, user: UserId) {
    let added = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            let number = tx.task_numbers_take(&user, 1).await?;
            tx.task_insert(&task(&user, number.get())).await
        })
    });
    added.await.unwrap();
}

/// So many turns at once, each putting ten events on disk: what streaming turns do several times a second.
#[divan::bench(args = [1, 100, 500], max_time = 3)]
fn append_10_events(bencher: Bencher, turns: usize) {
    let bench = Bench::new(0);
    let ids: Vec<TurnId> = bench.runtime.block_on(begin(&bench.store, &bench.user, turns));
    let event = r#"{"type":"TEXT_MESSAGE_CONTENT","messageId":"01910000-0000-7000-8000-000000000000","delta":"milk "}"#;
    let events: Arc<[String]> = std::iter::repeat_n(event.to_owned(), 10).collect();
    let mut seq = 1;
    bencher.counter(ItemsCount::new(turns)).bench_local(|| {
        bench.runtime.block_on(async {
            let jobs: Vec<_> = ids
                .iter()
                .map(|&turn| tokio::spawn(append(bench.store.clone(), bench.user.clone(), turn, seq, events.clone())))
                .collect();
            for job in jobs {
                job.await.unwrap();
            }
        });
        seq += 10;
    });
}

async fn begin(store: &Store, user: &UserId, turns: usize) -> Vec<TurnId> {
    let user_id = user.clone();
    let begun = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            let title = ConversationTitle::new("Bench").unwrap();
            let started_at = Timestamp::UNIX_EPOCH;
            let conversation_id = tx.conversation_insert(&user_id, &title, started_at).await?;
            let mut ids = Vec::with_capacity(turns);
            for _ in 0..turns {
                let id = TurnId::new(Uuid::now_v7());
                let new = NewTurn { id, user_id: user_id.clone(), conversation_id, key: None, started_at };
                tx.turn_insert(&new).await?;
                ids.push(id);
            }
            Ok(ids)
        })
    });
    begun.await.unwrap()
}

async fn append(store: Store, user: UserId, turn: TurnId, first: i64, events: Arc<[String]>) {
    let appended = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { tx.turn_events_append(&user, turn, first, &events, Timestamp::UNIX_EPOCH).await })
    });
    appended.await.unwrap();
}

/// So many writers, each adding one task and waiting until it is safe.
#[divan::bench(args = [1, 8, 32, 64], max_time = 3)]
fn add_task(bencher: Bencher, writers: usize) {
    let bench = Bench::new(0);
    bencher.counter(ItemsCount::new(writers)).bench_local(|| {
        bench.runtime.block_on(async {
            let jobs: Vec<_> =
                (0..writers).map(|_| tokio::spawn(add(bench.store.clone(), bench.user.clone()))).collect();
            for job in jobs {
                job.await.unwrap();
            }
        });
    });
}

#[divan::bench(args = [TaskSortKey::Created, TaskSortKey::Due, TaskSortKey::Title], max_time = 2)]
fn list_50_of_10_000(bencher: Bencher, key: TaskSortKey) {
    let bench = Bench::new(10_000);
    let sort = TaskSort { key, direction: SortDirection::Ascending };
    let query = TaskQuery { sort, completed: Some(false), ..TaskQuery::default() };
    bencher.bench_local(|| {
        bench.runtime.block_on(async {
            let mut conn = bench.store.read().await.unwrap();
            let total = conn.tasks_count(&bench.user, &query).await.unwrap();
            (conn.tasks_list(&bench.user, &query).await.unwrap(), total)
        })
    });
}

#[divan::bench(max_time = 2)]
fn titles_of_10_000(bencher: Bencher) {
    let bench = Bench::new(10_000);
    bencher.bench_local(|| {
        bench.runtime.block_on(async {
            bench.store.read().await.unwrap().task_titles(&bench.user, CompletedScope::All).await.unwrap()
        })
    });
}

#[divan::bench(max_time = 2)]
fn token_state(bencher: Bencher) {
    let bench = Bench::new(0);
    bencher.bench_local(|| {
        bench
            .runtime
            .block_on(async { bench.store.read().await.unwrap().token_state(&bench.user, "0191").await.unwrap() })
    });
}
