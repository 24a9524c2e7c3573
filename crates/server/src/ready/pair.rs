//! Two throw-away people: what only those find who have accounts. They are erased, whatever happens.

use std::time::Duration;

use tokio::time::timeout;
use uuid::Uuid;

use super::{
    audit, isolation, limits,
    row::{Check, Row},
    scene::{Accounts, Scene},
};
use crate::cli::{
    CliError,
    person::{Person, interrupted},
};

/// How long all of it may take: a server that lets nobody sign up for a while may make them wait.
const ALL: Duration = Duration::from_mins(2);
/// How long it may take to erase them.
const CLEAN_UP: Duration = Duration::from_mins(2);

const GONE: Check =
    Check::must("X4", "Erased accounts", "gone at once, with all that was theirs", "two throw-away accounts");

/// Ada and Bob.
pub(super) struct Pair {
    pub(super) ada: Person,
    pub(super) bob: Person,
    /// Rows that are known so far.
    pub(super) rows: Vec<Row>,
}

/// What is found out by them.
const CHECKS: [&[Check]; 2] = [&isolation::CHECKS, &limits::CHECKS];

pub(super) async fn rows(scene: &Scene, told: &(dyn Fn(&'static str) + Send + Sync)) -> Vec<Row> {
    if scene.accounts == Accounts::Left {
        let help = "leave --without-accounts out";
        let needed = CHECKS.iter().copied().flatten().chain([&audit::ARRIVES, &GONE]);
        return needed.map(|check| check.unknown("nobody was to sign up", help)).collect();
    }
    let person = || Person::new(&scene.site, &format!("saydo-ready-{}", Uuid::new_v4()));
    let mut pair = Pair { ada: person(), bob: person(), rows: Vec::new() };
    let why = tokio::select! {
        lived = timeout(ALL, Box::pin(live(&mut pair, told))) => match lived {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!("it took longer than {} s", ALL.as_secs())),
        },
        () = interrupted() => Some("somebody ended it".to_owned()),
    };
    told("what is left of the two");
    let gone = clean_up(&mut pair).await;
    let mut rows = pair.rows;
    for check in CHECKS.iter().copied().flatten() {
        if !rows.iter().any(|row| (row.id, row.title) == (check.id, check.title)) {
            let why = why.as_deref().unwrap_or("it was left out");
            rows.push(check.unknown(why, "see the rows above; saydo smoke says more"));
        }
    }
    rows.push(audit::row(scene, [pair.ada.id(), pair.bob.id()]).await);
    rows.push(gone);
    rows
}

async fn live(pair: &mut Pair, told: &(dyn Fn(&'static str) + Send + Sync)) -> Result<(), CliError> {
    isolation::live(pair).await?;
    told("the limits");
    limits::live(pair).await
}

async fn clean_up(pair: &mut Pair) -> Row {
    let (mut erased, mut left) = (0, Vec::new());
    for person in [&mut pair.ada, &mut pair.bob].into_iter().filter(|person| person.may_exist()) {
        match timeout(CLEAN_UP, person.erase()).await {
            Ok(Ok(())) => erased += 1,
            Ok(Err(error)) => left.push(format!("{} ({error})", person.email)),
            Err(_) => left.push(format!("{} (no answer)", person.email)),
        }
    }
    match (erased, left.as_slice()) {
        (0, []) => GONE.unknown("nobody could sign up", "see the rows above"),
        (_, []) => GONE.holds(format!("{erased} erased, their tokens are refused")),
        (_, left) => GONE.fails(format!("left behind: {}", left.join(", ")), "saydo user delete … --yes"),
    }
}
