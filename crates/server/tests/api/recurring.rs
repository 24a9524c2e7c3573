//! Work that runs by the clock: replicas that find it due together do it once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use jiff::{SignedDuration, ToSpan as _};
use saydo_app::{
    App, AppError, Clock,
    recurring::{Ran, Recurring},
};

use crate::{
    database::Engine,
    support::{TestApp, now},
};

const EVERY: SignedDuration = SignedDuration::from_hours(1);
const JOB: Recurring = Recurring::new("a test", EVERY);

async fn three(engine: Engine) -> Vec<TestApp> {
    let first = TestApp::on(engine, &[]).await;
    let (second, third) = (first.replica().await, first.replica().await);
    vec![first, second, third]
}

/// The same app so many seconds later.
fn later(app: &TestApp, seconds: i64) -> App {
    let mut app = app.app.clone();
    app.clock = Clock::Frozen(now() + seconds.seconds());
    app
}

async fn count(app: App, runs: &AtomicU32) -> Ran {
    let work = async {
        runs.fetch_add(1, Ordering::Relaxed);
        Ok::<_, AppError>(EVERY)
    };
    app.when_due(JOB, work).await.unwrap()
}

#[tokio::test]
async fn what_is_due_is_done_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let apps = three(engine).await;
        let runs = AtomicU32::new(0);
        for hour in 0..10 {
            // Each looks twice, all of them at once, and again half an hour later.
            let looks = (0..6).map(|n| count(later(&apps[n % 3], hour * 3600), &runs));
            let done = join_all(looks).await.into_iter().filter(|ran| *ran == Ran::Done).count();
            assert_eq!((done, i64::from(runs.load(Ordering::Relaxed))), (1, hour + 1), "{engine:?}");
            assert_eq!(count(later(&apps[0], hour * 3600 + 1800), &runs).await, Ran::No);
        }
    }
}

#[tokio::test]
async fn another_takes_over_from_one_that_died() {
    let apps = three(Engine::Postgres).await;
    let runs = AtomicU32::new(0);
    let (begun, began) = tokio::sync::oneshot::channel();
    let app = apps[0].app.clone();
    let dying = tokio::spawn(async move {
        let work = async {
            begun.send(()).unwrap();
            std::future::pending::<Result<SignedDuration, AppError>>().await
        };
        app.when_due(JOB, work).await
    });
    began.await.unwrap();
    dying.abort();
    assert_eq!(count(later(&apps[1], 59), &runs).await, Ran::No);
    assert_eq!(count(later(&apps[1], 61), &runs).await, Ran::Done);
    assert_eq!(count(later(&apps[2], 61), &runs).await, Ran::No);
}

#[tokio::test]
async fn who_lost_its_claim_stops_in_the_middle() {
    let apps = three(Engine::Postgres).await;
    let runs = AtomicU32::new(0);
    let (begun, began) = tokio::sync::oneshot::channel();
    let app = apps[0].app.clone();
    let alive = Arc::new(());
    let held = Arc::downgrade(&alive);
    let slow = tokio::spawn(async move {
        let work = async move {
            let _alive = alive;
            begun.send(()).unwrap();
            std::future::pending::<Result<SignedDuration, AppError>>().await
        };
        app.when_due(Recurring { hold: Duration::from_millis(200), ..JOB }, work).await
    });
    began.await.unwrap();
    assert_eq!(count(later(&apps[1], 61), &runs).await, Ran::Done);
    let lost = tokio::time::timeout(Duration::from_secs(60), slow).await.unwrap().unwrap();
    assert_eq!(lost.unwrap(), Ran::Lost);
    assert!(held.upgrade().is_none(), "its work was dropped");
}

#[tokio::test]
async fn what_failed_is_tried_again_soon() {
    let apps = three(Engine::of_run()).await;
    let runs = AtomicU32::new(0);
    let fails = async { Err::<SignedDuration, _>(AppError::Internal("broken".to_owned())) };
    apps[0].app.when_due(JOB, fails).await.unwrap_err();
    assert_eq!(count(later(&apps[1], 599), &runs).await, Ran::No);
    assert_eq!(count(later(&apps[1], 601), &runs).await, Ran::Done);
    // A clock that was far ahead holds nobody up for ever.
    assert_eq!(count(later(&apps[2], 9_000_000), &runs).await, Ran::Done);
    assert_eq!(count(later(&apps[0], 7200), &runs).await, Ran::Done);
}
