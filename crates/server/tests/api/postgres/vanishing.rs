//! Clients that go away in the middle of a request.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::until;
use crate::{
    database::Engine,
    support::{Client, TestApp},
};

fn request(client: &Client, number: u64) -> RequestBuilder {
    let title = json!({"title": format!("Task {number}")});
    let said = json!({"message": format!("add buy {number} apples")});
    match number % 4 {
        0 => client.request(Method::GET, "/api/tasks?q=task"),
        1 => client.request(Method::POST, "/api/tasks").json(&title),
        2 => client.request(Method::POST, &format!("/api/{}/chat", client.id)).json(&said),
        _ => client.request(Method::GET, "/api/account/export"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_broken_requests_leave_every_connection_usable() {
    let app = TestApp::on(Engine::Postgres, &[("DB_POOL_SIZE", "2"), ("DB_MAX_OVERFLOW", "3")]).await;
    let mut users = Vec::new();
    for name in ["ada", "bob", "cleo", "dan"] {
        users.push(app.user(name).await);
    }
    let mut broken = 0;
    for number in 0..400_u64 {
        let client = &users[(number / 4 % 4) as usize];
        // Cut off anywhere between the first byte and the last.
        let limit = Duration::from_micros(200 + number * 7919 % 12_000);
        broken += usize::from(tokio::time::timeout(limit, request(client, number).send()).await.is_err());
    }
    assert!(broken > 100, "only {broken} requests were broken off");
    let store = &app.app.store;
    let idle = || std::future::ready((store.pool_status().in_use == 0).then_some(()));
    until("all connections are idle", idle).await;
    let open = app.folder.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
    );
    assert_eq!(open, "0", "a transaction was left open");
    // More at a time than there are connections, each seeing only its own.
    let all = join_all((0..40).map(|n| users[n % 4].get("/api/tasks?limit=200"))).await;
    for (n, answer) in all.iter().enumerate() {
        let tasks = answer.ok(200);
        assert!(tasks.as_array().unwrap().iter().all(|task| task["user_id"] == users[n % 4].id), "{tasks}");
    }
    assert!(store.pool_status().size <= 5);
}
