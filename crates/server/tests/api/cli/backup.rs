//! `saydo backup`: the real program, beside a running server and on what it restored.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::json;

use super::{Server, run, saydo, succeed};
use crate::{
    events::Ear,
    support::{Client, PASSWORD, SECRET},
};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// `saydo backup …` that must succeed.
#[track_caller]
fn backup(folder: &Path, arguments: &[&str]) -> String {
    let arguments: Vec<&str> = ["backup"].iter().chain(arguments).copied().collect();
    succeed(saydo(folder, &arguments), "")
}

/// What `saydo backup …` says when it fails, as it must.
#[track_caller]
fn fails(folder: &Path, arguments: &[&str]) -> String {
    let arguments: Vec<&str> = ["backup"].iter().chain(arguments).copied().collect();
    let output = run(saydo(folder, &arguments), "");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

/// The backups in a folder.
fn names(backups: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(backups) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != ".lock").collect();
    names.sort();
    names
}

/// Somebody at a server, by a token that outlives it.
fn ada(folder: &Path, server: &Server) -> Client {
    let mut token = saydo(folder, &["user", "token", "ada@example.com"]);
    token.env("BETTER_AUTH_SECRET", SECRET);
    Client::of(&server.base, succeed(token, "").trim())
}

fn with_ada(folder: &Path) {
    succeed(saydo(folder, &["user", "create", "ada@example.com"]), PASSWORD);
}

async fn titles(ada: &Client) -> Vec<String> {
    let tasks = ada.get("/api/tasks?limit=100").await.ok(200);
    let titles = tasks.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned());
    let mut titles: Vec<String> = titles.collect();
    titles.sort();
    titles
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_on_a_restored_backup() {
    let home = folder();
    with_ada(home.path());
    let server = Server::start(home.path(), &[("SAYDO_RATE_LIMITS", "off")]);
    let client = ada(home.path(), &server);
    let told = AtomicUsize::new(0);
    let writing = async {
        for number in 0..60 {
            client.post("/api/tasks", json!({"title": format!("Task {number:03}")})).await.ok(201);
            told.store(number + 1, Ordering::SeqCst);
        }
    };
    let path = home.path().to_owned();
    let copying = async {
        let before = told.load(Ordering::SeqCst);
        let made = tokio::task::spawn_blocking(move || backup(&path, &["create"])).await.unwrap();
        assert!(made.starts_with("Made saydo-") && made.contains("Users: 1, tasks: "), "{made}");
        (before, told.load(Ordering::SeqCst))
    };
    let ((), (before, after)) = tokio::join!(writing, copying);
    let refused = fails(home.path(), &["restore", "latest", "--replace"]);
    assert!(refused.contains("is in use; stop the server first"), "{refused}");
    assert_eq!(titles(&client).await.len(), 60);
    server.stop();

    let elsewhere = folder();
    let backups = home.path().join("backups");
    let dir = backups.to_str().unwrap();
    assert!(backup(home.path(), &["verify"]).contains(" is good. Users: 1"));
    let restored = backup(elsewhere.path(), &["restore", "latest", "--dir", dir]);
    assert!(restored.starts_with("Restored saydo-"), "{restored}");
    let server = Server::start(elsewhere.path(), &[]);
    let client = ada(elsewhere.path(), &server);
    let found = titles(&client).await;
    let expected: Vec<String> = (0..found.len()).map(|number| format!("Task {number:03}")).collect();
    assert_eq!(found, expected, "not a prefix");
    assert!((before..=after + 1).contains(&found.len()), "{before} <= {} <= {after} + 1", found.len());
    client.post("/api/tasks", json!({"title": "Life goes on"})).await.ok(201);
    // Whoever had heard of just so much, or of more, learns that this is another history.
    let mut ear = Ear::open(&client, Some(&found.len().to_string())).await;
    assert_eq!(ear.hear().await, "reset");
    drop(ear);
    server.stop();
}

#[test]
fn what_is_there_is_put_aside_only_when_asked() {
    let home = folder();
    with_ada(home.path());
    backup(home.path(), &["create"]);
    succeed(saydo(home.path(), &["user", "create", "bob@example.com"]), PASSWORD);
    let users = || succeed(saydo(home.path(), &["user", "list"]), "");
    let refused = fails(home.path(), &["restore", "latest"]);
    assert!(refused.contains("use --replace"), "{refused}");
    assert!(users().contains("bob@example.com"));
    let restored = backup(home.path(), &["restore", "latest", "--replace"]);
    assert!(restored.contains("saydo.db.before-"), "{restored}");
    assert!(users().contains("ada@example.com") && !users().contains("bob@example.com"));
}

#[test]
fn the_list_tells_age_and_verdict() {
    let home = folder();
    with_ada(home.path());
    assert_eq!(backup(home.path(), &["list"]), "There is no backup.\n");
    assert!(fails(home.path(), &["verify"]).contains("there is no good backup"));
    let at = |now: &str, arguments: &[&str]| {
        let mut command = saydo(home.path(), arguments);
        command.env("SAYDO_NOW", now);
        run(command, "")
    };
    for now in ["2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"] {
        assert!(at(now, &["backup", "create"]).status.success());
    }
    let newest = home.path().join("backups/saydo-20260302T000000.000Z/saydo.db.gz");
    std::fs::write(newest, "damaged").unwrap();
    let list = || String::from_utf8(at("2026-03-02T05:00:00Z", &["backup", "list"]).stdout).unwrap();
    let lines: Vec<String> = list().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].starts_with("saydo-20260302T000000.000Z") && lines[1].contains("5 h"), "{lines:?}");
    assert!(lines[1].contains("damaged: its size is 7 bytes instead of"), "{lines:?}");
    assert!(lines[2].contains("29 h") && lines[2].ends_with("good"), "{lines:?}");
    assert!(lines[3].contains("60 days") && lines[3].ends_with("good"), "{lines:?}");
    let verified = at("2026-03-02T05:00:00Z", &["backup", "verify", "--all"]);
    assert_eq!(verified.status.code(), Some(1));
    assert!(String::from_utf8(verified.stderr).unwrap().contains("1 of 3 damaged"));
    let pruned = at("2026-03-02T05:00:00Z", &["backup", "prune"]);
    assert_eq!(String::from_utf8(pruned.stdout).unwrap(), "Removed saydo-20260101T000000.000Z.\n");
    assert!(at("2036-03-02T05:00:00Z", &["backup", "prune", "--keep-days", "1"]).status.success());
    assert_eq!(names(&home.path().join("backups")), ["saydo-20260301T000000.000Z"]);
}

#[test]
fn one_dated_in_the_future_is_named_and_is_not_latest() {
    let home = folder();
    with_ada(home.path());
    let at = |now: &str, arguments: &[&str]| {
        let mut command = saydo(home.path(), arguments);
        command.env("SAYDO_NOW", now);
        succeed(command, "")
    };
    at("2036-03-01T00:00:00Z", &["backup", "create"]);
    at("2026-03-01T00:00:00Z", &["backup", "create"]);
    let list = at("2026-03-01T05:00:00Z", &["backup", "list"]);
    let line = |number: usize| list.lines().nth(number).unwrap_or_default();
    assert!(line(1).starts_with("saydo-20360301") && line(1).contains("dated in the future"), "{list}");
    assert!(line(2).starts_with("saydo-20260301") && line(2).ends_with("good"), "{list}");
    for arguments in [&["backup", "verify"][..], &["backup", "restore", "latest", "--replace"]] {
        let told = at("2026-03-01T05:00:00Z", arguments);
        assert!(told.contains("saydo-20260301") && !told.contains("saydo-20360301"), "{told}");
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_said_and_leaves_nothing() {
    let home = folder();
    with_ada(home.path());
    let program = saydo(home.path(), &[]);
    // Files may grow to 64 blocks only, and the signal that says so is ignored, as on any full disk.
    let limited = "trap '' XFSZ; ulimit -f 64; exec \"$0\" backup create";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", limited]).arg(program.get_program()).env_clear().current_dir(home.path());
    shell.env("SAYDO_DATA_DIR", home.path());
    let output = run(shell, "");
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("cannot copy the database into") || told.contains("no space left for"), "{told}");
    assert_eq!(names(&home.path().join("backups")), [""; 0]);
    backup(home.path(), &["create"]);
    assert_eq!(names(&home.path().join("backups")).len(), 1);
}

#[test]
fn the_server_makes_backups_by_itself() {
    let home = folder();
    with_ada(home.path());
    let backups = home.path().join("elsewhere");
    let settings = [("SAYDO_BACKUP_EVERY", "24"), ("SAYDO_BACKUP_DIR", backups.to_str().unwrap())];
    let dir = backups.to_str().unwrap();
    let server = Server::start(home.path(), &settings);
    while !backup(home.path(), &["list", "--dir", dir]).contains("good") {}
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("made a backup"), "{log}");
    // The next is due in a day, whoever asks.
    let server = Server::start(home.path(), &settings);
    ada(home.path(), &server);
    let (_, log) = server.stop();
    assert!(!log.contains("made a backup"), "{log}");
    assert_eq!(names(&backups).len(), 1);
    backup(home.path(), &["restore", "latest", "--dir", dir, "--replace"]);
}

#[test]
fn a_schedule_that_makes_no_sense_is_refused() {
    let home = folder();
    let mut command = saydo(home.path(), &["config"]);
    command.env("SAYDO_BACKUP_EVERY", "often").env("SAYDO_BACKUP_KEEP_DAYS", "0");
    let output = run(command, "");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("SAYDO_BACKUP_EVERY: ") && told.contains("SAYDO_BACKUP_KEEP_DAYS: "), "{told}");
}
