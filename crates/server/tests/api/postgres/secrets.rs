//! The URL of a database may hold a password: nobody gets to see it.

use testbed::ROLE;

use crate::{
    cli::{Server, run, saydo, succeed},
    database::{Engine, Home},
};

const CANARY: &str = "canary-password";

#[test]
fn the_password_is_never_shown() {
    let home = Home::new(Engine::Postgres);
    let url = home.url().unwrap().replace(&format!("{ROLE}@"), &format!("{ROLE}:{CANARY}@"));
    let file = home.path().join("url");
    std::fs::write(&file, format!("{url}\n")).unwrap();
    let file = file.to_str().unwrap();
    let mut command = saydo(home.path(), &["config"]);
    command.env("DATABASE_URL_FILE", file);
    let shown = succeed(command, "");
    assert!(shown.contains("DATABASE_URL ") && shown.contains("postgresql://127.0.0.1:"), "{shown}");
    assert!(!shown.contains(CANARY), "{shown}");
    let server = Server::start(home.path(), &[("DATABASE_URL_FILE", file), ("SAYDO_LOG", "trace")]);
    let (status, log) = server.stop();
    assert_eq!(status, Some(0));
    assert!(log.contains("saydo has stopped") && !log.contains(CANARY), "the password is in the log");
}

/// An address with a mistake that is given as an argument.
#[test]
fn nor_is_it_told_with_an_argument_that_is_wrong() {
    let home = Home::new(Engine::Sqlite);
    let wrong = format!("postgresql://saydo:{CANARY}@localhost:port/saydo");
    for (arguments, named) in [
        (["--to", wrong.as_str(), "--from", "sqlite:a.db"], "--to"),
        (["--to", "sqlite:b.db", "--from", wrong.as_str()], "--from"),
    ] {
        let output = run(saydo(home.path(), &[&["migrate", "copy"][..], &arguments].concat()), "");
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(named) && !said.contains(CANARY), "{said}");
    }
}

#[test]
fn nor_is_it_told_with_what_went_wrong() {
    let home = Home::new(Engine::Postgres);
    let usual = home.url().unwrap().replace(&format!("{ROLE}@"), &format!("{ROLE}:{CANARY}@"));
    for (url, status) in [
        (usual.replace("/test", "/nowhere"), 1),
        (usual.replace("?sslmode", "?sslmood"), 2),
        (usual.replace("@127.0.0.1", "#127.0.0.1"), 2),
    ] {
        let mut command = saydo(home.path(), &["migrate", "status"]);
        command.env("DATABASE_URL", &url).env("SAYDO_LOG", "trace");
        let output = run(command, "");
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(!said.contains(CANARY), "{said}");
    }
}
