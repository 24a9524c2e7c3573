//! Whether a password can be guessed: of many wrong ones at once only a few are looked at.
//!
//! They are sent where a signed-in person changes their password. It has the delays of the login, and guesses there do
//! not slow down the logins of everybody at this address; they are too few to look like an attack in the figures.

use futures_util::future::join_all;

use super::{
    pair::Pair,
    row::{Check, Row},
};
use crate::cli::{CliError, person::Person};

const SLOWED: Check = Check::must(
    "S9",
    "Guessing a password",
    "429 after a few wrong ones, with a time to come back",
    "a throw-away account",
);

pub(super) const CHECKS: [Check; 1] = [SLOWED];

/// One more than are looked at without a delay: few, since they count among the wrong passwords that alerts watch.
const GUESSES: usize = 6;
const HELP: &str = "SAYDO_RATE_LIMITS=on; with several servers REDIS_URL; let the proxy pass Retry-After on";

pub(super) async fn live(pair: &mut Pair) -> Result<(), CliError> {
    let row = slowed(&pair.bob).await?;
    pair.rows.push(row);
    Ok(())
}

async fn slowed(bob: &Person) -> Result<Row, CliError> {
    let (mut looked_at, mut waits) = (0, Vec::new());
    for answer in join_all((0..GUESSES).map(|_| bob.guess_password())).await {
        let answer = answer?;
        match answer.status {
            422 => looked_at += 1,
            429 => waits.push(answer.number("retry-after")),
            status => return Ok(SLOWED.fails(format!("a wrong one is answered {status}"), HELP)),
        }
    }
    let away = waits.len();
    Ok(match waits.into_iter().flatten().max() {
        Some(wait) => SLOWED.holds(format!(
            "{looked_at} of {GUESSES} wrong ones at once were looked at, {away} turned away for {wait} s"
        )),
        None if away > 0 => SLOWED.fails(format!("{away} of {GUESSES} turned away, and not told for how long"), HELP),
        None => SLOWED.fails(format!("all of {GUESSES} wrong ones at once were looked at"), HELP),
    })
}
