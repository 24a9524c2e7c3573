//! Starting and migrating.

use testbed::{Durability, Postgres, ROLE, Saydo};

use super::{saydo, until};
use crate::{
    cli::{self, Server, run, succeed},
    database::{Engine, Home},
    support::{Client, PASSWORD, SECRET},
};

#[test]
fn replicas_that_start_together_migrate_once() {
    let home = Home::without_schema();
    let (url, folders) = (home.url().unwrap(), [(); 3].map(|()| tempfile::tempdir().unwrap()));
    let settings = [("DATABASE_URL", url.as_str()), ("DB_POOL_SIZE", "1")];
    let servers = std::thread::scope(|scope| {
        let start = |folder: &tempfile::TempDir| {
            let path = folder.path().to_owned();
            scope.spawn(move || Server::start(&path, &settings))
        };
        let starting: Vec<_> = folders.iter().map(start).collect();
        starting.into_iter().map(|server| server.join().unwrap()).collect::<Vec<_>>()
    });
    for server in &servers {
        succeed(saydo(&home, &["health", "--base-url", &server.base]), "");
    }
    let status = succeed(saydo(&home, &["migrate", "status"]), "");
    assert!(!status.contains("waiting"), "{status}");
    let counted = home.sql("SELECT count(*) = count(DISTINCT version), count(*) FROM _sqlx_migrations");
    assert_eq!(counted, format!("t|{}", status.lines().count()));
    for server in servers {
        assert_eq!(server.stop().0, Some(0));
    }
}

#[test]
fn the_schema_goes_up_and_down_with_what_is_in_it() {
    let home = Home::without_schema();
    let migrate = |step: &str| succeed(saydo(&home, &["migrate", step]), "");
    let applied = |status: &str| status.lines().filter(|line| line.contains("applied")).count();
    let all = migrate("status").lines().count();
    assert_eq!(applied(&migrate("status")), 0);
    assert_eq!(migrate("up"), format!("Applied {all} migration(s); the schema is up to date.\n"));
    assert_eq!(migrate("up"), "The schema is up to date.\n");
    succeed(saydo(&home, &["user", "create", "ada@example.com"]), PASSWORD);
    assert_eq!(migrate("down"), format!("Took back migration {all}.\n"));
    assert_eq!(applied(&migrate("status")), all - 1);
    migrate("up");
    let again = run(saydo(&home, &["user", "create", "ada@example.com"]), PASSWORD);
    assert_eq!(again.status.code(), Some(1), "ada is still there");
}

#[test]
fn a_newer_schema_is_refused_with_a_sentence() {
    let home = Home::new(Engine::Postgres);
    home.sql(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'tomorrow', TRUE, '', 0)",
    );
    for arguments in [&["serve"][..], &["migrate", "up"], &["migrate", "down"]] {
        let output = run(saydo(&home, arguments), "");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("schema version 9999") && said.contains("use the newer program"), "{said}");
    }
}

#[test]
fn who_only_looks_is_told_at_once_that_it_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cli::saydo(folder.path(), &["migrate", "status"]);
    command.env("DATABASE_URL", format!("postgresql://{ROLE}@127.0.0.1:9/app"));
    let output = run(command, "");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("127.0.0.1:9/app cannot be reached: the database is not available")
            && !said.contains("waiting for it"),
        "{said}"
    );
}

#[tokio::test]
async fn a_database_that_is_not_up_yet_is_waited_for() {
    let cluster = Postgres::start(Durability::OfProcess);
    cluster.create_database("app");
    cluster.stop_immediate();
    let folder = tempfile::tempdir().unwrap();
    let url = cluster.url("app", ROLE).replace(ROLE, &format!("{ROLE}:canary"));
    let server = Saydo::new(env!("CARGO_BIN_EXE_saydo"), folder.path()).with("DATABASE_URL", url);
    let server = server.with("BETTER_AUTH_SECRET", SECRET).with("SAYDO_LOG_FORMAT", "json");
    let mut running = server.start();
    let log = || std::future::ready(Some(server.log()).filter(|log| log.contains("waiting for it")));
    let said = until("it says what it waits for", log).await;
    assert!(said.contains("/app") && !said.contains("canary"), "{said}");
    cluster.start_again();
    super::health(&Client::of(&server.base(), ""), 200).await;
    assert!(running.pid().is_some());
    running.kill();
}

#[test]
fn a_role_above_row_security_is_warned_of() {
    let home = Home::new(Engine::Postgres);
    let folder = tempfile::tempdir().unwrap();
    let warned = |url: &str| {
        let server = Server::start(folder.path(), &[("DATABASE_URL", url), ("DB_POOL_SIZE", "1")]);
        server.stop().1.contains("above row security")
    };
    assert!(!warned(&home.url().unwrap()));
    assert!(warned(&home.url().unwrap().replace(&format!("{ROLE}@"), "postgres@")));
}

#[tokio::test]
async fn commands_need_no_more_than_the_servers_leave() {
    let home = Home::new(Engine::Postgres);
    let (url, name) = (home.url().unwrap(), home.sql("SELECT current_database()"));
    let settings = [("DATABASE_URL", url.as_str()), ("DB_POOL_SIZE", "4"), ("DB_MAX_OVERFLOW", "0")];
    let server = Server::start(home.path(), &settings);
    // Four kept, and one that listens.
    const OPEN: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'saydo'";
    let all_open = || std::future::ready((home.sql(OPEN) == "5").then_some(()));
    until("the server has its connections", all_open).await;
    let limit = |connections: u32| home.sql(&format!("ALTER DATABASE {name} CONNECTION LIMIT {connections}"));
    let command = |arguments: &[&str]| {
        let mut command = cli::saydo(home.path(), arguments);
        command.envs(settings).env("BETTER_AUTH_SECRET", SECRET);
        run(command, "")
    };
    limit(8);
    for arguments in [&["user", "list"][..], &["backup", "create"], &["audit"]] {
        let output = command(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    limit(5);
    let output = command(&["user", "list"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no connection to the database is to be had within 10 s"), "{said}");
    assert_eq!(server.stop().0, Some(0));
}
