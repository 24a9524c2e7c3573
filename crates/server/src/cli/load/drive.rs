//! Acting: everybody at their own pace, each act timed from when it was due.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use indicatif::{HumanDuration, ProgressBar};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, interval, sleep_until};

use super::{
    super::{person::Person, span::told},
    crowd::{Crowd, styled},
    plan::{Act, Pace, Plan, Scenario},
    record::{Outcome, Record, Times},
};

/// How often the bar says something new.
const TELL: Duration = Duration::from_millis(500);

/// The whole run: ramp, measurement, and what was still due then.
pub(super) async fn drive(crowd: &Crowd, plan: &Plan, record: &Record) {
    let bar = ProgressBar::new(plan.total().as_millis().try_into().unwrap_or(u64::MAX));
    styled(&bar, "{prefix:20} {bar:12} {msg}");
    bar.set_prefix(plan.scenario.name());
    let run = Run { crowd, plan, record, start: Instant::now(), sent: AtomicU64::new(0) };
    let people = stream::iter(0..plan.people).for_each_concurrent(None, |n| run.live(n));
    let telling = async {
        let mut every = interval(TELL);
        loop {
            every.tick().await;
            run.tell(&bar);
        }
    };
    tokio::select! {
        () = people => {}
        () = telling => {}
    }
    bar.finish_and_clear();
}

struct Run<'a> {
    crowd: &'a Crowd,
    plan: &'a Plan,
    record: &'a Record,
    start: Instant,
    sent: AtomicU64,
}

impl Run<'_> {
    /// One person, from their first act to their last.
    async fn live(&self, n: u32) {
        let person = self.crowd.person(n as usize);
        let mut free = self.plan.begins(n);
        for round in 0.. {
            // What is due at a rate stays due; somebody who acts without a pause is due when they are free.
            let due = self.plan.due(n, round).unwrap_or(free);
            if due >= self.plan.total() || self.sent.fetch_add(1, Ordering::Relaxed) >= self.plan.max_requests {
                return;
            }
            let act = self.plan.scenario.act(n as usize, round as usize);
            sleep_until(self.start + due).await;
            let sent = self.start.elapsed();
            if sent > self.plan.total() + self.plan.timeout {
                // The server is so far behind that nobody would wait for it.
                let times = Times { due, sent, over: sent };
                self.note(act, times, Outcome::Failed("never sent: too far behind".to_owned()));
                continue;
            }
            let outcome = act_out(person, self.plan.scenario, act, n, round).await;
            let over = self.start.elapsed();
            // Only the server's lateness counts against it: the timer's and this program's own is told apart.
            let was_free = free <= due;
            if was_free && due >= self.plan.ramp && self.plan.pace != Pace::Closed {
                self.record.late(sent.saturating_sub(due));
            }
            self.note(act, Times { due: if was_free { sent } else { due }, sent, over }, outcome);
            free = over;
        }
    }

    /// Keeps what was measured; the ramp is not.
    fn note(&self, act: Act, times: Times, outcome: Outcome) {
        if times.due >= self.plan.ramp {
            self.record.add(act, times, outcome);
        }
    }

    fn tell(&self, bar: &ProgressBar) {
        let elapsed = self.start.elapsed();
        bar.set_position(elapsed.as_millis().try_into().unwrap_or(u64::MAX).min(bar.length().unwrap_or(u64::MAX)));
        let (acts, ill, p95) = self.record.so_far(self.plan.scenario.measured());
        let left = HumanDuration(self.plan.total().saturating_sub(elapsed));
        bar.set_message(if elapsed < self.plan.ramp {
            format!("ramp, {left} left")
        } else {
            format!("{acts} done, {ill} not well, p95 {}, {left} left", told(p95))
        });
    }
}

/// Does one thing and reads the answer to its end.
async fn act_out(person: &Person, scenario: Scenario, act: Act, n: u32, round: u32) -> Outcome {
    let answer = match request(person, scenario, act, n, round).send().await {
        Ok(response) => read(response).await,
        Err(error) => Err(error),
    };
    match answer {
        Err(error) if error.is_timeout() => Outcome::TimedOut,
        Err(error) if error.is_connect() => Outcome::Failed("no connection".to_owned()),
        Err(_) => Outcome::Failed("the connection broke".to_owned()),
        Ok((429, _)) => Outcome::Refused,
        Ok((200 | 201, body)) => judge(scenario, act, &body),
        Ok((status, _)) => Outcome::Failed(format!("status {status}")),
    }
}

fn request(person: &Person, scenario: Scenario, act: Act, n: u32, round: u32) -> RequestBuilder {
    match (act, scenario) {
        (Act::Chat, Scenario::ChatModel) => person.message(None, "what do you think of my week?"),
        (Act::Chat, _) => person.message(None, &format!("buy thing {round} of {n} tomorrow at 5pm")),
        (Act::List, _) => person.request(Method::GET, "/api/tasks?limit=50"),
        (Act::Read, _) => person.request(Method::GET, "/api/conversations/latest"),
        (Act::Add, _) => {
            person.request(Method::POST, "/api/tasks").json(&json!({"title": format!("Thing {round} of {n}")}))
        }
    }
}

async fn read(response: Response) -> reqwest::Result<(u16, Vec<u8>)> {
    Ok((response.status().as_u16(), response.bytes().await?.to_vec()))
}

/// Whether the answer is what was asked for: a quick one that did nothing must not count.
fn judge(scenario: Scenario, act: Act, body: &[u8]) -> Outcome {
    let wrong = |what: &str| Outcome::Failed(what.to_owned());
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return wrong("no JSON") };
    let by_engine = body["answered_by"] == "offline";
    match (act, scenario) {
        (Act::Chat, Scenario::ChatModel) if by_engine => wrong("answered without the model"),
        (Act::Chat, Scenario::ChatModel) => Outcome::Answered,
        (Act::Chat, _) if !by_engine => wrong("answered by a model"),
        (Act::Chat, _) if body["change_id"].is_null() => wrong("nothing was changed"),
        (Act::List, _) if body.as_array().is_none_or(Vec::is_empty) => wrong("an empty list"),
        _ => Outcome::Answered,
    }
}
