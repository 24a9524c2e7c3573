//! A backup of before the erasure brings nobody back.

use std::{path::Path, process::Command};

use crate::{
    cli::{run, saydo, succeed},
    database::{Engine, Home},
    support::{PASSWORD, SECRET},
};

fn on(home: &Home, arguments: &[&str]) -> Command {
    let mut command = saydo(home.path(), arguments);
    command.env("BETTER_AUTH_SECRET", SECRET);
    if let Some(url) = home.url() {
        command.env("DATABASE_URL", url).env("DB_POOL_SIZE", "1");
    }
    command
}

fn marks(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("backups/erased")).map_or(0, |text| text.lines().count())
}

fn erased_people_stay_erased(engine: Engine) {
    let home = Home::new(engine);
    let say = |arguments: &[&str]| succeed(on(&home, arguments), "");
    for email in ["ada@example.com", "bob@example.com"] {
        succeed(on(&home, &["user", "create", email]), PASSWORD);
    }
    say(&["backup", "create"]);
    let unsure = run(on(&home, &["user", "erase", "ada@example.com"]), "ada@example.com\n");
    assert_eq!(unsure.status.code(), Some(1), "nobody is asked who is not there");
    assert!(say(&["user", "erase", "ada@example.com", "--yes"]).starts_with("Erased"));
    assert_eq!(marks(home.path()), 1);

    // Even when the notes beside the backups are lost: the database that goes knows.
    std::fs::remove_file(home.path().join("backups/erased")).unwrap();
    let told = say(&["backup", "restore", "latest", "--replace"]);
    assert!(told.contains("Users: 2") && told.contains("Erased again"), "{told}");
    let people = say(&["user", "list"]);
    assert!(people.contains("bob@example.com") && !people.contains("ada@example.com"), "{people}");

    // And when the database is lost: the notes know.
    if engine == Engine::Sqlite {
        std::fs::remove_file(home.path().join("saydo.db")).unwrap();
        let first = oldest(&home.path().join("backups"));
        assert!(say(&["backup", "restore", &first]).contains("Erased again"));
        assert!(!say(&["user", "list"]).contains("ada@example.com"));
    }
    // Whoever comes back is somebody new.
    succeed(on(&home, &["user", "create", "ada@example.com"]), PASSWORD);
    assert!(say(&["user", "list"]).contains("ada@example.com"));
    assert_eq!(marks(home.path()), 1);
    let told = say(&["audit", "--kind", "account_erased"]);
    assert!(told.contains("restore") && !told.contains("ada@"), "{told}");
}

#[test]
fn erased_people_stay_erased_on_sqlite() {
    erased_people_stay_erased(Engine::Sqlite);
}

#[test]
fn erased_people_stay_erased_on_postgresql() {
    erased_people_stay_erased(Engine::Postgres);
}

/// The oldest backup of a folder.
fn oldest(folder: &Path) -> String {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("saydo-")).min().unwrap()
}

#[test]
fn nobody_is_served_while_it_cannot_be_read_who_was_erased() {
    let home = Home::new(Engine::Sqlite);
    let say = |arguments: &[&str]| succeed(on(&home, arguments), "");
    succeed(on(&home, &["user", "create", "ada@example.com"]), PASSWORD);
    say(&["backup", "create"]);
    say(&["user", "erase", "ada@example.com", "--yes"]);
    std::fs::remove_file(home.path().join("saydo.db")).unwrap();
    let (marks, away) = (home.path().join("backups/erased"), home.path().join("away"));
    std::fs::rename(&marks, &away).unwrap();
    std::fs::create_dir(&marks).unwrap();
    let restored = run(on(&home, &["backup", "restore", "latest"]), "");
    let told = String::from_utf8_lossy(&restored.stderr);
    assert!(restored.status.code() == Some(1) && told.contains("not erased again"), "{told}");
    let refused = run(on(&home, &["user", "list"]), "");
    assert!(refused.status.code() == Some(1) && refused.stdout.is_empty(), "{refused:?}");
    std::fs::remove_dir(&marks).unwrap();
    std::fs::rename(&away, &marks).unwrap();
    assert_eq!(say(&["user", "list"]), "");
}

#[test]
fn marks_are_beside_backups_elsewhere_and_outlive_an_older_schema() {
    let home = Home::new(Engine::Sqlite);
    let say = |arguments: &[&str]| succeed(on(&home, arguments), "");
    let elsewhere = home.path().join("elsewhere");
    let dir = ["--dir", elsewhere.to_str().unwrap()];
    for email in ["ada@example.com", "bob@example.com"] {
        succeed(on(&home, &["user", "create", email]), PASSWORD);
    }
    say(&[&["backup", "create"][..], &dir].concat());
    let first = oldest(&elsewhere);
    say(&["user", "erase", "ada@example.com", "--yes"]);
    // A line that a full disk cut.
    std::fs::write(elsewhere.join("erased"), "0123456789abcdef").unwrap();
    say(&[&["backup", "create"][..], &dir].concat());
    std::fs::remove_dir_all(home.path().join("backups")).unwrap();
    std::fs::remove_file(home.path().join("saydo.db")).unwrap();
    assert!(say(&[&["backup", "restore", &first][..], &dir].concat()).contains("Erased again"));
    assert!(!say(&["user", "list"]).contains("ada@example.com"));

    std::fs::remove_dir_all(home.path().join("backups")).unwrap();
    let mut told = String::new();
    while !told.contains("Took back migration 7.") {
        told = say(&["migrate", "down"]);
    }
    assert!(told.contains("Accounts erased: 1") && marks(home.path()) == 1, "{told}");
}
