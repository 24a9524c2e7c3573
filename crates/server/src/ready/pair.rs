//! Two throw-away people: what only those find who have accounts. They are erased, whatever happens.

use std::time::Duration;

use saydo_domain::Email;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    audit,
    end::End,
    guessing, isolation, limits,
    row::{Check, Row},
    scene::{Accounts, Scene},
};
use crate::cli::{CliError, person::Person};

/// How long all of it may take: a server that lets nobody sign up for a while may make them wait.
const ALL: Duration = Duration::from_mins(2);
/// How long it may take to erase them.
const CLEAN_UP: Duration = Duration::from_mins(2);

const GONE: Check = Check::must(
    "X4",
    "Erased accounts",
    "gone at once: their tokens open nothing, and no account has their e-mail",
    "two throw-away accounts",
);

/// Ada and Bob.
pub(super) struct Pair {
    pub(super) ada: Person,
    pub(super) bob: Person,
    /// Rows that are known so far.
    pub(super) rows: Vec<Row>,
}

/// What is found out by them.
const CHECKS: [&[Check]; 3] = [&isolation::CHECKS, &guessing::CHECKS, &limits::CHECKS];

pub(super) async fn rows(scene: &Scene, told: &(dyn Fn(&'static str) + Send + Sync), end: &End) -> Vec<Row> {
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
        () = end.asked() => Some("somebody ended it".to_owned()),
    };
    told("what is left of the two");
    let gone = clean_up(scene, &mut pair).await;
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
    told("wrong passwords");
    guessing::live(pair).await?;
    told("the limits");
    limits::live(pair).await
}

/// Whether the database still has an account with this e-mail.
async fn remembered(scene: &Scene, email: &str) -> Result<bool, String> {
    let email = Email::new(email).map_err(|error| error.to_string())?;
    let mut connection = scene.store.clone()?.read().await.map_err(|error| error.to_string())?;
    Ok(connection.user_find_by_email(&email).await.map_err(|error| error.to_string())?.is_some())
}

async fn clean_up(scene: &Scene, pair: &mut Pair) -> Row {
    let (mut erased, mut left) = (0, Vec::new());
    let mut proof = "their tokens are refused, and the database knows no such accounts";
    for person in [&mut pair.ada, &mut pair.bob].into_iter().filter(|person| person.may_exist()) {
        match timeout(CLEAN_UP, person.erase()).await {
            Ok(Ok(())) => match remembered(scene, &person.email).await {
                Ok(true) => left.push(format!("{} (the database knows the account)", person.email)),
                Ok(false) => erased += 1,
                Err(_) => {
                    erased += 1;
                    proof = "their tokens are refused; the database could not be asked";
                }
            },
            Ok(Err(error)) => left.push(format!("{} ({error})", person.email)),
            Err(_) => left.push(format!("{} (no answer)", person.email)),
        }
    }
    match (erased, left.as_slice()) {
        (0, []) => GONE.unknown("nobody could sign up", "see the rows above"),
        (_, []) => GONE.holds(format!("{erased} erased, {proof}")),
        (_, left) => GONE.fails(format!("left behind: {}", left.join(", ")), "saydo user delete … --yes"),
    }
}
