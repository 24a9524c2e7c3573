//! What people do while something is broken. Each goes on until it is aborted.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::people::Person;

/// What makes the model's answers dear.
pub(crate) const DEAR: &str = "the story of my life";

/// More readers at once than there are connections.
pub(crate) async fn crowd_in(person: Person) {
    loop {
        let lists = (0..20).map(|_| person.request(Method::GET, "/api/tasks?limit=50").send());
        join_all(lists).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Wrong passwords, ten at a time.
pub(super) async fn guess(victim: Person) {
    let wrong = json!({"email": victim.email, "password": "not this one"});
    loop {
        let tries = (0..10).map(|n| {
            let login = victim.request(Method::POST, "/api/auth/login").json(&wrong);
            login.header("x-forwarded-for", format!("203.0.113.{n}")).send()
        });
        join_all(tries).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The list of somebody else, again and again.
pub(super) async fn pry(stranger: Person, victim: String) {
    loop {
        let asked = stranger.request(Method::POST, &format!("/api/{victim}/chat")).json(&json!({"message": "hello"}));
        // The answer is a refusal.
        let _ = asked.send().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// What only a model can answer.
pub(super) async fn wonder(person: Person) {
    loop {
        // Without the model the offline engine answers.
        let _ = person.message("what do you think of my week?").send().await;
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
}

/// What is said to the list, one after the other.
pub(super) async fn talk(person: Person) {
    for number in 0_u64.. {
        // A turn that fails is one of those that the alerts are about.
        let _ = person.message(&format!("add call number {number}")).send().await;
        tokio::time::sleep(Duration::from_millis(900)).await;
    }
}

/// The same, and the answer is listened to as it comes.
pub(super) async fn listen(person: Person) {
    for number in 0_u64.. {
        let message = person.message(&format!("add parcel number {number}")).header("accept", "text/event-stream");
        if let Ok(stream) = message.send().await {
            // To its end, which tells whether the turn failed.
            let _ = stream.bytes().await;
        }
        tokio::time::sleep(Duration::from_millis(900)).await;
    }
}

/// Tasks with long descriptions.
pub(super) async fn write(person: Person) {
    let description = "x".repeat(900);
    for number in 0_u64.. {
        let task = json!({"title": format!("large {number}"), "description": description});
        // On a full disk it is refused.
        let _ = person.request(Method::POST, "/api/tasks").json(&task).send().await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
}

/// What only a model can answer, and at length.
pub(super) async fn spend(person: Person) {
    loop {
        // Where the tokens of the day are used up, the offline engine answers.
        let _ = person.message(&format!("tell me {DEAR}")).send().await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
}

/// Requests that a browser sends on behalf of another site, from ever other places: they are refused and noted, with a
/// database or without. Few enough not to be taken for an attack.
pub(super) async fn come_from_elsewhere(person: Person) {
    for place in (1..=12).cycle() {
        let asked = person.at(format!("198.18.{place}.1")).request(Method::POST, "/mcp");
        // The answer is a refusal.
        let _ = asked.header("origin", "https://elsewhere.example").json(&json!({})).send().await;
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
}
