//! What guessing passwords teaches, and what a flood of guesses costs the others.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Client, TestApp};

/// Pairs of logins that are timed. Where they fall as a coin does, all lean to one side in 2 of 256 rounds.
const PAIRS: usize = 8;
/// Rounds that must all lean to the same side: by chance, once in eight million runs.
const ROUNDS: usize = 3;
/// Clients that guess at the same time.
const GUESSERS: usize = 3;
/// Logins that must have been refused before the flood counts as one.
const REFUSED: usize = 4;
/// Requests that others get answered in the time of one login, at the least. Were passwords hashed where requests are
/// answered, it would be about one.
const SERVED_EACH: usize = 4;

async fn guess(client: &Client, email: &str) -> Duration {
    let begun = Instant::now();
    let answer = client.post("/api/auth/login", json!({"email": email, "password": "a wrong password"})).await;
    let took = begun.elapsed();
    answer.problem(401);
    took
}

/// How a round of pairs leans, by Wilcoxon's signed ranks: those of the pairs in which the known e-mail took longer, and
/// those of the others.
async fn round(nobody: &Client, email: &str) -> (usize, usize) {
    let mut differences = Vec::new();
    for pair in 0..PAIRS {
        // Neighbours in time share the load of the machine, and neither kind always goes first.
        let stranger = format!("nobody{pair}@example.com");
        let (known, unknown) = if pair % 2 == 0 {
            let known = guess(nobody, email).await;
            (known, guess(nobody, &stranger).await)
        } else {
            let unknown = guess(nobody, &stranger).await;
            (guess(nobody, email).await, unknown)
        };
        differences.push(known.as_secs_f64() - unknown.as_secs_f64());
    }
    differences.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let ranks = |side: fn(f64) -> bool| -> usize {
        differences.iter().zip(1..).filter(|(difference, _)| side(**difference)).map(|(_, rank)| rank).sum()
    };
    (ranks(|difference| difference > 0.0), ranks(|difference| difference < 0.0))
}

#[tokio::test]
async fn known_and_unknown_emails_take_the_same_time() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let nobody = app.anonymous();
    // The first of each finds the way.
    guess(&nobody, &ada.email).await;
    guess(&nobody, "nobody@example.com").await;
    let mut sides = Vec::new();
    for _ in 0..ROUNDS {
        match round(&nobody, &ada.email).await {
            (_, 0) => sides.push("slower"),
            (0, _) => sides.push("faster"),
            _ => return,
        }
    }
    assert!(sides.iter().any(|side| *side != sides[0]), "known e-mails are {} than unknown ones", sides[0]);
}

#[tokio::test]
async fn a_flood_of_logins_leaves_the_others_alone() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "Milk"})).await.ok(201);
    let (refused, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let guessers: Vec<_> = (0..GUESSERS)
        .map(|number| {
            let (client, refused, over) = (app.anonymous(), Arc::clone(&refused), Arc::clone(&over));
            let email = if number % 2 == 0 { ada.email.clone() } else { format!("nobody{number}@example.com") };
            tokio::spawn(async move {
                while !over.load(Ordering::Acquire) {
                    guess(&client, &email).await;
                    refused.fetch_add(1, Ordering::AcqRel);
                }
            })
        })
        .collect();
    let mut served = 0;
    while refused.load(Ordering::Acquire) < REFUSED {
        ada.get("/api/tasks").await.ok(200);
        served += 1;
    }
    over.store(true, Ordering::Release);
    for guesser in guessers {
        guesser.await.unwrap();
    }
    assert!(served >= REFUSED * SERVED_EACH, "{served} requests answered beside {REFUSED} logins");
}
