//! PostgreSQL goes away and comes back while people write.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use testbed::{Durability, PgBouncer, Postgres, ROLE};

use super::{PATIENCE, away, health, until};
use crate::{
    database::Engine,
    support::{Answer, Client, TestApp},
};

/// How long the pool waits for a connection in these tests: much longer than anybody should have to.
const POOL_TIMEOUT: &str = "40";

/// What people were told about their writes.
#[derive(Default)]
struct Ledger {
    /// Titles of tasks that are stored, as far as was said.
    acknowledged: Mutex<Vec<String>>,
    /// Titles of tasks of which nobody could say.
    unknown: Mutex<Vec<String>>,
    /// Requests that were refused.
    refused: AtomicUsize,
    over: AtomicBool,
}

impl Ledger {
    /// Writes one task after the other.
    async fn write(&self, client: Client, name: &str) {
        for number in 0.. {
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            let title = format!("{name} {number}");
            let request = client.request(Method::POST, "/api/tasks").json(&json!({"title": title}));
            // Nobody waits as long as the pool would: at the longest until a statement is given up (20 s), which a
            // PgBouncer that has lost its server makes them do.
            let answer = tokio::time::timeout(PATIENCE / 2, Answer::of(request)).await.unwrap();
            if answer.status == 201 {
                self.acknowledged.lock().unwrap().push(title);
            } else if away(&answer).1 == "commit_unknown" {
                self.unknown.lock().unwrap().push(title);
            } else {
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn written(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    /// Waits for so many writes more.
    async fn goes_on(&self) {
        let before = self.written();
        until("writes go on", || std::future::ready((self.written() >= before + 12).then_some(()))).await;
    }

    /// Waits for so many refusals more.
    async fn is_refused(&self) {
        let before = self.refused.load(Ordering::Relaxed);
        let refused = || self.refused.load(Ordering::Relaxed) >= before + 6;
        until("writes are refused", || std::future::ready(refused().then_some(()))).await;
    }
}

/// Titles of everything that is stored.
async fn stored(clients: &[Client]) -> Vec<String> {
    let mut titles = Vec::new();
    for client in clients {
        let export = client.get("/api/account/export").await.ok(200);
        let tasks = export["tasks"].as_array().unwrap();
        titles.extend(tasks.iter().map(|task| task["title"].as_str().unwrap().to_owned()));
    }
    titles
}

/// Stops the server behind this URL twice while six clients of three people write through it.
async fn outages(cluster: &Postgres, url: &str) {
    let settings = [("DATABASE_URL", url), ("DB_POOL_TIMEOUT", POOL_TIMEOUT)];
    let app = TestApp::on(Engine::Sqlite, &settings).await;
    let mut people = Vec::new();
    for name in ["ada", "bob", "cleo"] {
        people.push(app.user(name).await);
    }
    let ledger = Arc::new(Ledger::default());
    let writers: Vec<_> = (0..6)
        .map(|n| {
            let (ledger, client) = (Arc::clone(&ledger), people[n % 3].clone());
            tokio::spawn(async move { ledger.write(client, &format!("writer {n}:")).await })
        })
        .collect();
    for _ in 0..2 {
        ledger.goes_on().await;
        cluster.stop_immediate();
        ledger.is_refused().await;
        let health_view = health(&app.anonymous(), 503).await;
        assert_eq!((&health_view["status"], &health_view["database"]), (&json!("unhealthy"), &json!("disconnected")));
        app.anonymous().get("/readyz").await.problem(503);
        let chat = people[0].say(None, "add milk").await;
        assert_eq!(away(&chat).0, "Failed to process chat message");
        assert_eq!(app.anonymous().get("/livez").await.status, 200);
        cluster.start_again();
        let health_view = health(&app.anonymous(), 200).await;
        assert_eq!(health_view["pool_status"]["max"], 30, "{health_view}");
        ledger.goes_on().await;
    }
    ledger.over.store(true, Ordering::Relaxed);
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    let mut stored = stored(&people).await;
    let (acknowledged, unknown) = (ledger.acknowledged.lock().unwrap().clone(), ledger.unknown.lock().unwrap().clone());
    for title in &acknowledged {
        assert_eq!(stored.iter().filter(|found| *found == title).count(), 1, "{title}");
    }
    stored.retain(|title| !acknowledged.contains(title));
    assert!(stored.iter().all(|title| unknown.contains(title)), "refused and stored: {stored:?}");
    stored.sort_unstable();
    assert!(stored.is_sorted_by(|a, b| a < b), "stored twice: {stored:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost() {
    let cluster = Postgres::start(Durability::OfProcess);
    cluster.create_database("app");
    outages(&cluster, &cluster.url("app", ROLE)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_by_way_of_pgbouncer() {
    let cluster = Postgres::start(Durability::OfProcess);
    cluster.create_database("app");
    let pgbouncer = PgBouncer::start(&cluster, 4);
    outages(&cluster, &pgbouncer.url("app")).await;
}
