//! People who use the installation all the while, and a ledger of what they were promised.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time::MissedTickBehavior};

use crate::{
    timeline::Timeline,
    trouble::{Tried, other},
};

/// Nobody waits longer than that for an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often each of them does something.
const PACE: Duration = Duration::from_millis(800);
pub(crate) const PASSWORD: &str = "correct horse battery 7";

/// A request and what came of it, as its sender saw it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Try {
    pub(crate) at: Duration,
    pub(crate) took: Duration,
    pub(crate) well: bool,
}

/// What everybody was promised, and how everybody fared.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Titles that were acknowledged, each with the moment of its answer.
    promised: Mutex<Vec<(String, Instant)>>,
    tries: Mutex<Vec<Try>>,
}

/// Somebody with an account, who comes from an address of their own, as a proxy in front would say.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    client: Client,
    base: String,
    address: String,
    token: String,
    pub(crate) id: String,
    pub(crate) email: String,
}

impl Ledger {
    /// What was acknowledged before that moment and does not stand exactly once in these titles.
    pub(crate) fn missing(&self, before: Instant, titles: &str) -> (usize, Vec<String>) {
        let mut there: BTreeMap<&str, usize> = BTreeMap::new();
        for title in titles.lines() {
            *there.entry(title).or_default() += 1;
        }
        let promised = self.promised.lock().unwrap_or_else(PoisonError::into_inner);
        let due: Vec<&String> = promised.iter().filter(|(_, at)| *at < before).map(|(title, _)| title).collect();
        let wrong = due.iter().filter(|title| there.get(title.as_str()) != Some(&1)).map(ToString::to_string);
        (due.len(), wrong.collect())
    }

    pub(crate) fn tries(&self) -> Vec<Try> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tried(&self, one: Try) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    }

    fn promise(&self, title: String) {
        self.promised.lock().unwrap_or_else(PoisonError::into_inner).push((title, Instant::now()));
    }
}

/// The address of the person of that number.
pub(crate) fn email(number: u8) -> String {
    format!("person{number}@example.com")
}

impl Person {
    /// Signs up, and wants that planner.
    pub(crate) async fn sign_up(base: &str, number: u8, planner: &str) -> Tried<Self> {
        let client = Client::builder().timeout(PATIENCE).build()?;
        let email = email(number);
        let mut person = Self {
            client,
            base: base.to_owned(),
            address: format!("198.51.100.{number}"),
            token: String::new(),
            id: String::new(),
            email,
        };
        let words = json!({"email": person.email, "password": PASSWORD});
        person.must(person.request(Method::POST, "/api/auth/signup").json(&words)).await?;
        let session = person.must(person.request(Method::POST, "/api/auth/login").json(&words)).await?;
        person.token = session["access_token"].as_str().unwrap_or_default().to_owned();
        let me = person.must(person.request(Method::PATCH, "/api/auth/me").json(&json!({"planner": planner}))).await?;
        person.id = me["id"].as_str().unwrap_or_default().to_owned();
        Ok(person)
    }

    /// The same person at another address.
    pub(crate) fn at(&self, address: String) -> Self {
        Self { address, ..self.clone() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        request.bearer_auth(&self.token).header("x-forwarded-for", &self.address)
    }

    /// Something said to the assistant.
    pub(crate) fn message(&self, words: &str) -> RequestBuilder {
        self.request(Method::POST, &format!("/api/{}/chat", self.id)).json(&json!({"message": words}))
    }

    async fn must(&self, request: RequestBuilder) -> Tried<Value> {
        let response = request.send().await?;
        let (status, text) = (response.status(), response.text().await?);
        if !status.is_success() {
            return other(format!("{}: {status} {text}", self.email));
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// Writes and reads until it is aborted. What is not acknowledged is asked again with the same key until it is.
    pub(crate) fn live(self, ledger: Arc<Ledger>, timeline: Arc<Timeline>) -> JoinHandle<()> {
        tokio::spawn(async move {
            let mut pace = tokio::time::interval(PACE);
            // Nobody makes up for the time that they waited: what is quick between waits would hide how slow it is.
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut open: Option<(String, String)> = None;
            for number in 0_u64.. {
                pace.tick().await;
                if number % 3 == 0 {
                    let list = self.request(Method::GET, "/api/tasks?limit=50");
                    self.send(list, &ledger, &timeline).await;
                    continue;
                }
                let fresh = || (format!("{} {number}", self.email), uuid::Uuid::new_v4().to_string());
                let (title, key) = open.take().unwrap_or_else(fresh);
                let write = self.request(Method::POST, "/api/tasks").header("idempotency-key", &key);
                if self.send(write.json(&json!({"title": title})), &ledger, &timeline).await {
                    ledger.promise(title);
                } else {
                    open = Some((title, key));
                }
            }
        })
    }

    /// Sends it and notes how that went.
    pub(crate) async fn send(&self, request: RequestBuilder, ledger: &Ledger, timeline: &Timeline) -> bool {
        let (at, began) = (timeline.now(), Instant::now());
        let well = match request.send().await {
            Ok(response) if response.status().is_success() => response.bytes().await.is_ok(),
            _ => false,
        };
        ledger.tried(Try { at, took: began.elapsed(), well });
        well
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_or_doubled_is_found() {
        let ledger = Ledger::default();
        for title in ["a", "b", "c"] {
            ledger.promise(title.to_owned());
        }
        let now = Instant::now();
        ledger.promise("later".to_owned());
        assert_eq!(ledger.missing(now, "a\nb\nb"), (3, vec!["b".to_owned(), "c".to_owned()]));
        assert_eq!(ledger.missing(now, "c\nb\na"), (3, Vec::new()));
    }
}
