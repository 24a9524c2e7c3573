//! Following what happens: from every door, on every replica, without gaps.

use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    cli::Server,
    database::Engine,
    support::{Answer, Client, PASSWORD, TestApp, now},
};

/// A stream of events that is read as it comes.
pub(crate) struct Ear {
    bytes: futures_util::stream::BoxStream<'static, Vec<u8>>,
    buffer: String,
    /// The number with which it can be opened again.
    last: String,
}

impl Ear {
    pub(crate) async fn open(client: &Client, after: Option<&str>) -> Self {
        let request = client.request(Method::GET, "/api/events");
        let request = after.map_or(request.try_clone().unwrap(), |after| request.header("last-event-id", after));
        let response = request.send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()),
            (200, "text/event-stream")
        );
        let bytes = response.bytes_stream().map(|chunk| chunk.map(|chunk| chunk.to_vec()).unwrap_or_default());
        let mut ear = Self { bytes: bytes.boxed(), buffer: String::new(), last: String::new() };
        let first = ear.block().await.unwrap();
        assert!(first.starts_with("retry: 2000\nid: "), "{first}");
        ear.last = first.trim_start_matches("retry: 2000\nid: ").to_owned();
        ear
    }

    async fn block(&mut self) -> Option<String> {
        let reading = async {
            loop {
                if let Some((block, rest)) = self.buffer.split_once("\n\n").map(|(b, r)| (b.to_owned(), r.to_owned())) {
                    self.buffer = rest;
                    return Some(block);
                }
                self.buffer.push_str(std::str::from_utf8(&self.bytes.next().await?).unwrap());
            }
        };
        // Far longer than it can take on a slow machine.
        tokio::time::timeout(Duration::from_secs(60), reading).await.unwrap()
    }

    /// The next event: its name and its data.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let Some(data) = field("data:") else { continue };
            let (name, data): (&str, Value) = (field("event:").unwrap(), serde_json::from_str(data).unwrap());
            assert_eq!(data["type"], name);
            if let Some(id) = field("id:") {
                id.clone_into(&mut self.last);
            }
            return Some((name.to_owned(), data));
        }
    }

    /// What the next event says, in short: its name and the task or conversation.
    pub(crate) async fn hear(&mut self) -> String {
        let (name, data) = self.next().await.unwrap();
        let about = [&data["task_id"], &data["conversation_id"]].into_iter().find_map(Value::as_i64);
        about.map_or(name.clone(), |about| format!("{name} {about}"))
    }
}

#[tokio::test]
async fn every_door_tells_what_it_does() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    ada.post("/api/tasks", json!({"title": "Before"})).await.ok(201);
    let mut ear = Ear::open(&ada, None).await;
    assert_eq!(ear.last, "1");
    let mut other = Ear::open(&bob, None).await;

    let added = ada.post("/api/tasks", json!({"title": "Read"})).await;
    let (name, data) = ear.next().await.unwrap();
    let wanted = json!({"type": "task.created", "task_id": 2, "version": 1, "door": "rest", "at": "2026-03-11T09:00:00Z",
        "change_id": added.header("x-change-id")});
    assert_eq!((name.as_str(), data), ("task.created", wanted));
    ada.patch("/api/tasks/2", json!({"priority": "high"})).await.ok(200);
    assert_eq!(ear.hear().await, "task.updated 2");
    // What changes nothing tells nothing: the next event is the next change.
    ada.patch("/api/tasks/2", json!({"priority": "high"})).await.ok(200);
    ada.delete("/api/tasks/2").await.ok(204);
    assert_eq!(ear.hear().await, "task.deleted 2");
    ada.post("/api/trash/2/restore", json!({})).await.ok(200);
    assert_eq!(ear.hear().await, "task.created 2");
    ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(ear.hear().await, "task.deleted 2");

    let reply = ada.say(None, "add tea").await.ok(200);
    let mut told = [ear.next().await.unwrap().1, ear.next().await.unwrap().1];
    told.sort_by_key(|data| data["type"].to_string());
    assert_eq!((&told[0]["conversation_id"], &told[1]["type"]), (&reply["conversation_id"], &json!("task.created")));
    assert!(told.iter().all(|data| data["door"] == "chat"), "{told:?}");
    let place = format!("/api/conversations/{}", reply["conversation_id"]);
    ada.patch(&place, json!({"title": "Tea"})).await.ok(200);
    assert_eq!(ear.hear().await, format!("conversation.updated {}", reply["conversation_id"]));
    ada.delete(&place).await.ok(200);
    assert_eq!(ear.hear().await, format!("conversation.updated {}", reply["conversation_id"]));
    ada.post("/api/tasks", json!({"title": "Repeats", "recurrence": "every day"})).await.ok(201);
    ada.patch("/api/tasks/4/complete", json!({})).await.ok(200);
    assert_eq!(
        [ear.hear().await, ear.hear().await, ear.hear().await],
        ["task.created 4", "task.created 5", "task.updated 4"].map(str::to_owned)
    );
    // Nothing of it is anybody else's business.
    bob.post("/api/tasks", json!({"title": "Mine"})).await.ok(201);
    assert_eq!(other.hear().await, "task.created 1");
}

async fn resumes_on_another_replica(engine: Engine) {
    let app = TestApp::on(engine, &[]).await;
    let replica = app.replica().await;
    let ada = app.user("ada").await;
    let there = ada.at(&replica);
    let mut here = Ear::open(&ada, None).await;
    ada.post("/api/tasks", json!({"title": "One"})).await.ok(201);
    there.post("/api/tasks", json!({"title": "Two"})).await.ok(201);
    assert_eq!([here.hear().await, here.hear().await], ["task.created 1", "task.created 2"].map(str::to_owned));
    let place = here.last.clone();
    drop(here);
    ada.post("/api/tasks", json!({"title": "Three"})).await.ok(201);
    let mut elsewhere = Ear::open(&there, Some(&place)).await;
    assert_eq!(elsewhere.hear().await, "task.created 3");
    ada.post("/api/tasks", json!({"title": "Four"})).await.ok(201);
    assert_eq!(elsewhere.hear().await, "task.created 4");
    // By the address as well, for those who cannot send the header; and odd places are refused.
    let from = Answer::of(ada.request(Method::GET, "/api/events?after=x")).await;
    assert_eq!(from.refused(), ["after"]);
    for odd in ["-1", "x", "1.5", "99999999999999999999"] {
        let answer = Answer::of(ada.request(Method::GET, "/api/events").header("last-event-id", odd)).await;
        assert_eq!(answer.refused(), ["Last-Event-ID"], "{odd}");
    }
}

#[tokio::test]
async fn a_stream_goes_on_on_another_replica_on_sqlite() {
    resumes_on_another_replica(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_stream_goes_on_on_another_replica_on_postgres() {
    resumes_on_another_replica(Engine::Postgres).await;
}

#[tokio::test]
async fn a_lost_listening_connection_loses_no_event() {
    let app = TestApp::on(Engine::Postgres, &[]).await;
    let replica = app.replica().await;
    let ada = app.user("ada").await;
    let mut ear = Ear::open(&ada.at(&replica), None).await;
    for number in 1..=5 {
        app.folder.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");
        ada.post("/api/tasks", json!({"title": "Heard"})).await.ok(201);
        assert_eq!(ear.hear().await, format!("task.created {number}"));
    }
}

#[tokio::test]
async fn what_is_gone_is_said_to_be_gone() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for title in ["One", "Two"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    let tomorrow = now().checked_add(SignedDuration::from_hours(25)).unwrap();
    app.app.store.write(move |tx| Box::pin(tx.events_purge(tomorrow, 100))).await.unwrap();
    let mut missed = Ear::open(&ada, Some("1")).await;
    assert_eq!(missed.hear().await, "reset");
    assert_eq!(missed.last, "2");
    // From a database that was newer than this one.
    let mut future = Ear::open(&ada, Some("99")).await;
    assert_eq!(future.hear().await, "reset");
    let mut nothing_missed = Ear::open(&ada, Some("2")).await;
    ada.post("/api/tasks", json!({"title": "Three"})).await.ok(201);
    for ear in [&mut missed, &mut future, &mut nothing_missed] {
        assert_eq!(ear.hear().await, "task.created 3");
        assert_eq!(ear.last, "3");
    }
}

#[tokio::test]
async fn so_many_streams_and_no_more() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let mut ears = Vec::new();
    for _ in 0..20 {
        ears.push(Ear::open(&ada, None).await);
    }
    let refused = ada.get("/api/events").await;
    assert_eq!((refused.problem(429).1.as_str(), refused.header("retry-after")), ("too_many_streams", "30"));
    Ear::open(&bob, None).await;
    // The place comes back when the server has noticed that the client is gone: with what it sends next.
    ears.pop();
    ada.post("/api/tasks", json!({"title": "One"})).await.ok(201);
    let freed = async {
        while ada.request(Method::GET, "/api/events").send().await.unwrap().status() != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), freed).await.unwrap();
}

async fn ends_with_its_token(engine: Engine) {
    let app = TestApp::on(engine, &[]).await;
    let replica = app.replica().await;
    let ada = app.user("ada").await;
    let token = ada.post("/api/tokens", json!({"name": "Robot", "scope": "read"})).await.ok(201);
    let robot = ada.with_token(token["token"].as_str().unwrap());
    let mut by_token = Ear::open(&robot.at(&replica), None).await;
    let mut by_session = Ear::open(&ada.at(&replica), None).await;
    // Here, while the streams are open there.
    ada.delete(&format!("/api/tokens/{}", token["id"].as_str().unwrap())).await.ok(204);
    let (name, data) = by_token.next().await.unwrap();
    assert_eq!((name.as_str(), &data["code"]), ("end", &json!("unauthorized")));
    assert_eq!(by_token.next().await, None);
    ada.post("/api/tasks", json!({"title": "Still here"})).await.ok(201);
    assert_eq!(by_session.hear().await, "task.created 1");
    ada.post("/api/auth/logout-all", json!({})).await.ok(204);
    assert_eq!(by_session.hear().await, "end");
    assert_eq!(by_session.next().await, None);
}

#[tokio::test]
async fn a_stream_ends_with_its_token_revoked_elsewhere_on_sqlite() {
    ends_with_its_token(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_stream_ends_with_its_token_revoked_elsewhere_on_postgres() {
    ends_with_its_token(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_so_and_the_next_one_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let person = json!({"email": "ada@example.com", "password": PASSWORD});
    let stranger = Client::of(&server.base, "");
    stranger.post("/api/auth/signup", person.clone()).await.ok(201);
    let token = stranger.post("/api/auth/login", person).await.ok(200)["access_token"].as_str().unwrap().to_owned();
    let ada = Client::of(&server.base, &token);
    let mut ear = Ear::open(&ada, None).await;
    ada.post("/api/tasks", json!({"title": "Before"})).await.ok(201);
    assert_eq!(ear.hear().await, "task.created 1");
    let stopped = tokio::task::spawn_blocking(move || server.stop());
    let (name, data) = ear.next().await.unwrap();
    assert_eq!((name.as_str(), &data["code"]), ("end", &json!("server_stopping")));
    assert_eq!(ear.next().await, None);
    assert_eq!(stopped.await.unwrap().0, Some(0));

    let server = Server::start(folder.path(), &[]);
    let ada = Client::of(&server.base, &token);
    ada.post("/api/tasks", json!({"title": "After"})).await.ok(201);
    let mut ear = Ear::open(&ada, Some(&ear.last)).await;
    assert_eq!(ear.hear().await, "task.created 2");
    drop(ear);
    assert_eq!(tokio::task::spawn_blocking(move || server.stop()).await.unwrap().0, Some(0));
}
