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
        let first = std::fs::read_dir(home.path().join("backups")).unwrap();
        let names = first.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let first = names.filter(|name| name.starts_with("saydo-")).min().unwrap();
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
