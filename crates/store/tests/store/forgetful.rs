//! Each statement in turn forgets whose rows it is about, and a test must notice.

use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
};

use crate::{
    plans::{is_of_a_user, statements},
    support::Opened,
};

/// Where nothing comes of it, and why.
const HARMLESS: [(&str, &str); 7] = [
    ("change.extend:0", "the change was found among the owner's before, and its id is nobody else's"),
    ("change.by_client:1", "the change that is looked for is named by a change of the owner's"),
    ("change.by_client:2", "the change that is looked for is named by a change of the owner's"),
    ("change.of_client:1", "the change that is looked for is named by a change of the owner's"),
    ("change.of_client:2", "the change that is looked for is named by a change of the owner's"),
    ("change.in_force_after:2", "the change that is looked for is named by a change of the owner's"),
    (
        "conversation.list:0",
        "what is counted is in the owner's conversation, and the database keeps others' messages out",
    ),
];

/// Without this variable only some statements are tried, for it takes its time; `make mutants` tries all.
const ALL: &str = "SAYDO_FORGET_ALL";
const SOME: usize = 8;

/// Whether the suite on SQLite fails when this process is told to forget an owner. What is about owners goes first.
fn is_noticed(place: &str) -> bool {
    let fails = |filter: &str| {
        let mut suite = Command::new(std::env::current_exe().unwrap());
        suite.arg(filter).env("SAYDO_FORGET_OWNER", place).stdout(Stdio::null()).stderr(Stdio::null());
        !suite.status().unwrap().success()
    };
    fails("on_sqlite::owners") || fails("on_sqlite::")
}

#[tokio::test]
async fn a_statement_that_forgets_its_owner_is_noticed() {
    let mut places = BTreeSet::new();
    for (sql, name) in statements!(Opened::sqlite).iter().filter(|(_, name)| is_of_a_user(name)) {
        places.extend((0..sql.matches("user_id = $1").count()).map(|place| format!("{name}:{place}")));
    }
    assert!(places.len() > 80, "only {} places found", places.len());
    let listed = HARMLESS.iter().map(|(place, _)| *place);
    let unknown: Vec<&str> = listed.filter(|place| !places.contains(*place)).collect();
    assert!(unknown.is_empty(), "listed, but not there any more: {unknown:?}");
    assert!(!is_noticed("none:0"), "the suite fails by itself");
    let all = std::env::var_os(ALL).is_some();
    let every = if all { 1 } else { places.len() / SOME };
    let tried: Vec<&String> = places.iter().step_by(every).collect();
    let known = |place: &str| HARMLESS.iter().any(|(known, _)| *known == place);
    let missed: Vec<_> = tried.iter().filter(|place| !known(place) && !is_noticed(place)).collect();
    assert!(missed.is_empty(), "of {} places, no test notices {missed:?}", tried.len());
}
