//! Whether the limits bite: somebody who says too much is turned away.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use super::{
    pair::Pair,
    row::{Check, Row},
};
use crate::cli::{
    CliError,
    person::Person,
    site::{Answer, send},
    span::told,
};

const BITES: Check =
    Check::must("S17", "Too much of one person", "429, with a time to come back", "a throw-away account");

pub(super) const CHECKS: [Check; 1] = [BITES];

/// A limit beyond this is not gone up to: that would be a load test.
const MOST: u64 = 600;
/// At the same time.
const AT_ONCE: usize = 8;
/// How long it is tried.
const LONGEST: Duration = Duration::from_secs(60);
const HELP: &str = "SAYDO_RATE_LIMITS=on; with several servers REDIS_URL";

pub(super) async fn live(pair: &mut Pair) -> Result<(), CliError> {
    let row = bites(&pair.ada).await?;
    pair.rows.push(row);
    Ok(())
}

/// Says nothing at all: it is refused before any work, and counts.
async fn say_nothing(ada: &Person) -> Result<Answer, CliError> {
    send(ada.message(None, "").json(&json!({"message": ""}))).await
}

async fn bites(ada: &Person) -> Result<Row, CliError> {
    let first = say_nothing(ada).await?;
    let Some(limit) = first.number("ratelimit-limit") else {
        return Ok(BITES.fails("no answer speaks of a limit", HELP));
    };
    if limit > MOST {
        let (before, after) =
            (first.number("ratelimit-remaining"), say_nothing(ada).await?.number("ratelimit-remaining"));
        let less = before > after;
        let word = if less { "and it counts" } else { "and does not count" };
        return Ok(BITES.judge(less, format!("{limit} turns a minute: too many to try, {word}"), HELP));
    }
    let (begun, mut said) = (Instant::now(), 1);
    while begun.elapsed() < LONGEST && said < 2 * limit + 60 {
        for answer in join_all((0..AT_ONCE).map(|_| say_nothing(ada))).await {
            let answer = answer?;
            said += 1;
            if answer.status == 429 {
                let wait = answer.number("retry-after");
                let evidence = format!(
                    "turned away after {said} turns in {}, {limit} a minute are allowed",
                    told(begun.elapsed())
                );
                return Ok(BITES.judge(wait.is_some(), evidence, "let the proxy pass Retry-After on"));
            }
        }
    }
    let evidence = format!("{said} turns in {}, and nobody was turned away at {limit} a minute", told(begun.elapsed()));
    Ok(BITES.fails(evidence, HELP))
}
