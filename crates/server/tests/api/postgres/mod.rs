//! The real program on PostgreSQL, whatever database this run is about.

mod deadlock;
mod outages;
mod secrets;
mod start;
mod vanishing;

use std::time::Duration;

use serde_json::Value;

use crate::{
    cli,
    database::Home,
    support::{Answer, Client},
};

/// Longer than anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program with these arguments, on the database of this home.
fn saydo(home: &Home, arguments: &[&str]) -> std::process::Command {
    let mut command = cli::saydo(home.path(), arguments);
    command.env("DATABASE_URL", home.url().unwrap()).env("DB_POOL_SIZE", "1");
    command
}

/// Asks until the answer is as it should be.
async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let answer = tokio::time::timeout(PATIENCE, asking).await;
    answer.unwrap_or_else(|_| panic!("waited too long until {what}"))
}

/// The answer of `/health` once it has this status.
async fn health(anybody: &Client, status: u16) -> Value {
    let ask = || async {
        let response = anybody.request(reqwest::Method::GET, "/health").send().await.ok()?;
        (response.status().as_u16() == status).then_some(response)
    };
    until(&format!("/health says {status}"), ask).await.json().await.unwrap()
}

/// A 503 as it should be: with a time to come back, and no word about what is behind it.
#[track_caller]
fn away(answer: &Answer) -> (String, String) {
    let problem = answer.problem(503);
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{:?}", answer.headers);
    problem
}
