//! What one person's turns, searches and exports cost the others.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use saydo_app::AppError;
use saydo_domain::{Task, TaskNumber, TaskUid, Title, UserId};
use serde_json::json;
use uuid::Uuid;

use crate::{
    database::Engine,
    support::{Answer, Client, TestApp, now},
};

/// Tasks of the person who keeps the server busy.
const TASKS: i64 = 10_000;
/// Different words of each of their titles.
const WORDS: i64 = 15;
/// Turns at once.
const TURNS: usize = 8;
/// Requests that others get answered in the time of one such turn, at the least. Were names looked up where requests are
/// answered, it would be about one.
const SERVED_EACH: usize = 4;
/// Names that no task is called by: all titles are looked through for each.
const UNKNOWN: &str = "mark qxx, qxz, qxj, qxv, qxk, qzq done";
/// A search that takes long: every title begins like it in many places.
const SEARCH: &str = "/api/tasks?q=zzzzzzzzzzzzzzzzzzzz1";
/// Searches at once.
const SEARCHES: usize = 100;
/// How long a machine may take that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// A task with as long a title as there can be.
fn long_task(user: &UserId, number: i64) -> Task {
    let word = |place: i64| {
        let n = (number * 31 + place * 7919) % 50_000;
        let letter = |n: i64| char::from(b'a' + u8::try_from(n % 26).unwrap());
        [n, n / 26, n / 676, n, n / 26, n / 7].map(letter).iter().collect::<String>()
    };
    let words: Vec<String> = (0..WORDS).map(word).chain(["z".repeat(90)]).collect();
    Task {
        uid: TaskUid::new(Uuid::now_v7()),
        user_id: user.clone(),
        number: TaskNumber::new(number),
        title: Title::new(&words.join(" ")).unwrap(),
        description: None,
        completed_at: None,
        priority: saydo_domain::Priority::Medium,
        due: None,
        zone: None,
        recurrence: None,
        repeat_of: None,
        labels: Vec::new(),
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
        version: 1,
    }
}

/// Gives somebody ten thousand tasks, past all doors.
async fn fill(app: &TestApp, person: &Client) {
    let user = UserId::new(&person.id).unwrap();
    let stored: Result<(), AppError> = app
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let first = tx.task_numbers_take(&user, TASKS.try_into().unwrap()).await?.get();
                let tasks: Vec<Task> = (first..first + TASKS).map(|number| long_task(&user, number)).collect();
                Ok(tx.tasks_insert(&tasks).await?)
            })
        })
        .await;
    stored.unwrap();
}

/// How often others are served until so many of these are answered.
async fn served_beside(app: &TestApp, other: &Client, flood: Vec<tokio::task::JoinHandle<()>>) -> usize {
    let (nobody, mut served) = (app.anonymous(), 0);
    while flood.iter().any(|turn| !turn.is_finished()) {
        assert_eq!(nobody.get("/livez").await.status, 200);
        other.get("/api/tasks").await.ok(200);
        served += 2;
    }
    join_all(flood).await.into_iter().for_each(Result::unwrap);
    served
}

#[tokio::test]
async fn a_flood_of_turns_or_searches_leaves_the_others_alone() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    bob.post("/api/tasks", json!({"title": "Milk"})).await.ok(201);
    fill(&app, &ada).await;
    let flood = (0..TURNS).map(|_| {
        let ada = ada.clone();
        tokio::spawn(async move {
            ada.say(None, UNKNOWN).await.ok(200);
        })
    });
    let served = served_beside(&app, &bob, flood.collect()).await;
    assert!(served >= TURNS * SERVED_EACH, "{served} requests answered beside {TURNS} turns");
    // Two searches at work and thirty that wait; with more she is told to come back.
    let searches = join_all((0..SEARCHES).map(|_| ada.get(SEARCH))).await;
    let of = |status: u16| searches.iter().filter(|answer| answer.status == status).count();
    assert_eq!(of(200) + of(429), SEARCHES);
    assert!(of(200) >= 32 && of(429) > 0, "{} searches answered, {} refused", of(200), of(429));
    ada.get(SEARCH).await.ok(200);
}

#[tokio::test]
async fn who_has_too_much_under_way_is_told_to_come_back() {
    // One writer for all is what can be held here.
    let app = TestApp::on(Engine::Sqlite, &[("DB_POOL_TIMEOUT", "60")]).await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    ada.post("/api/tasks", json!({"title": "Milk"})).await.ok(201);
    // While nothing can be written, no turn ends.
    let (let_go, held) = tokio::sync::oneshot::channel::<()>();
    let (begin, begun) = tokio::sync::oneshot::channel::<()>();
    let store = app.app.store.clone();
    let writer = tokio::spawn(async move {
        let stored: Result<(), AppError> = store
            .write(move |_| {
                Box::pin(async move {
                    begin.send(()).unwrap();
                    held.await.unwrap();
                    Ok(())
                })
            })
            .await;
        stored.unwrap();
    });
    begun.await.unwrap();
    let refused = Arc::new(AtomicUsize::new(0));
    let turns: Vec<_> = (0..40)
        .map(|_| {
            let (ada, refused) = (ada.clone(), Arc::clone(&refused));
            tokio::spawn(async move {
                let answer = ada.say(None, "add eggs").await;
                if answer.status == 429 {
                    refused.fetch_add(1, Ordering::AcqRel);
                }
                answer
            })
        })
        .collect();
    // Two at work and thirty that wait; the others are turned away at once, by every way of saying something.
    let refusals = async {
        while refused.load(Ordering::Acquire) < 8 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, refusals).await.unwrap();
    let refusal = ada.say(None, "add eggs").await;
    assert_eq!(refusal.problem(429).1, "too_many_requests");
    assert_eq!(refusal.header("retry-after"), "2");
    ada.stream(None, "add eggs").await.problem(429);
    // Nobody else is, and only to look is another matter.
    let his = tokio::spawn({
        let bob = bob.clone();
        async move { bob.say(None, "add eggs").await }
    });
    ada.get("/api/tasks").await.ok(200);
    let_go.send(()).unwrap();
    writer.await.unwrap();
    his.await.unwrap().ok(200);
    let answers: Vec<Answer> = join_all(turns).await.into_iter().map(Result::unwrap).collect();
    let answered = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((answered, refused.load(Ordering::Acquire)), (32, 8));
    ada.say(None, "add eggs").await.ok(200);
}

#[tokio::test]
async fn a_day_that_is_used_up_costs_no_work() {
    let settings = [("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHANGES_PER_DAY", "1")];
    let app = TestApp::with(&settings).await;
    let ada = app.user("ada").await;
    ada.say(None, "what is due?").await.ok(200);
    // Not even the conversation is looked for.
    let refused = ada.say(Some(4711), UNKNOWN).await;
    assert_eq!(refused.problem(429).1, "too_many_requests");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 60);
}

#[tokio::test]
async fn exports_are_counted_by_the_hour() {
    let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on")]).await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    // Only to look at the headers would be as much work.
    let head = Answer::of(ada.request(reqwest::Method::HEAD, "/api/account/export")).await;
    assert_eq!((head.status, head.header("allow")), (405, "GET"));
    for left in ["4", "3", "2", "1", "0"] {
        let export = ada.get("/api/account/export").await;
        export.ok(200);
        assert_eq!(export.header("ratelimit-remaining"), left);
    }
    let refused = ada.get("/api/account/export").await;
    assert_eq!(refused.problem(429).1, "too_many_requests");
    assert!((1..=720).contains(&refused.header("retry-after").parse().unwrap()));
    bob.get("/api/account/export").await.ok(200);
    ada.get("/api/tasks").await.ok(200);
}
