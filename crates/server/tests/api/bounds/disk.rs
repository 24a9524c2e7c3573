//! A disk that is full, or that cannot be written to.

use std::{
    fs::{File, Permissions, remove_file, set_permissions},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
};

use serde_json::json;

use super::{add, after, is_root, log_in, sign_up, tool};
use crate::{
    cli::{Server, saydo, succeed},
    support::{Client, PASSWORD},
    tasks::every,
};

/// Writes until nothing more fits.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    while file.write_all(&[7; 4096]).is_ok() {}
    while file.write_all(&[7]).is_ok() {}
}

/// Adds tasks until one is refused with this status and code; the titles of those that were accepted.
async fn add_until_refused(client: &Client, status: u16, code: &str) -> Vec<String> {
    let mut accepted = Vec::new();
    loop {
        let title = format!("Task {}", accepted.len());
        let answer = add(client, &title).await;
        if answer.status != 201 {
            assert_eq!(answer.problem(status).1, code);
            assert_eq!(answer.header("retry-after"), "60");
            return accepted;
        }
        accepted.push(title);
        assert!(accepted.len() < 10_000, "there was room without end");
    }
}

/// Nothing is saved, everything else goes on, and what was accepted is there.
async fn assert_reads_go_on(client: &Client, accepted: &[String], status: u16) {
    assert_eq!(every(client, "title").await, accepted);
    log_in(client).await.ok(200);
    for _ in 0..3 {
        add(client, "More").await.problem(status);
    }
    client.say(None, "add milk").await.problem(status);
    client.say(None, "show my tasks").await.problem(status);
    client.get("/health").await;
    assert_eq!(client.get("/livez").await.status, 200);
    assert_eq!(every(client, "title").await, accepted);
}

#[tokio::test]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    // A disk of its own, in a place that only the server sees.
    let own: &[&str] = if is_root() { &["unshare", "-m"] } else { &["unshare", "-U", "-r", "-m"] };
    let possible = Command::new(own[0]).args(&own[1..]).args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    if !possible.is_ok_and(|output| output.status.success()) {
        eprintln!("nothing can be mounted here: the test of a file that may not grow stands for this one");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Server::of(after(own, "mount -t tmpfs -o size=8m tmpfs \"$0\"", folder.path()), &[]);
    let ada = sign_up(&server.base).await;
    let inside = format!("/proc/{}/root{}/filler", server.pid(), folder.path().display());
    fill(Path::new(&inside));
    let mut accepted = add_until_refused(&ada, 507, "storage_full").await;
    assert_reads_go_on(&ada, &accepted, 507).await;
    remove_file(&inside).unwrap();
    add(&ada, "Room").await.ok(201);
    accepted.push("Room".to_owned());
    assert_eq!(every(&ada, "title").await, accepted);
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test]
async fn a_file_that_may_not_grow_refuses_writes_until_it_may() {
    let folder = tempfile::tempdir().unwrap();
    // The signal would end the server; without it a write fails.
    let server = Server::of(after(&[], "trap '' XFSZ", folder.path()), &[]);
    let ada = sign_up(&server.base).await;
    let pid = server.pid().to_string();
    tool("prlimit", &["--pid", &pid, "--fsize=4096:"]);
    let mut accepted = add_until_refused(&ada, 503, "read_only").await;
    assert_reads_go_on(&ada, &accepted, 503).await;
    tool("prlimit", &["--pid", &pid, "--fsize=unlimited:"]);
    add(&ada, "Room").await.ok(201);
    accepted.push("Room".to_owned());
    assert_eq!(every(&ada, "title").await, accepted);
}

#[tokio::test]
async fn a_read_only_file_is_read_until_it_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let made = ["user", "token", "ada@example.com", "--name", "Robot", "--scope", "write"];
    succeed(saydo(folder.path(), &["user", "create", "ada@example.com"]), PASSWORD);
    let token = succeed(saydo(folder.path(), &made), "");
    let file = folder.path().join("saydo.db");
    set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
    // Root could write all the same.
    let own: &[&str] = if is_root() { &["setpriv", "--bounding-set=-dac_override"] } else { &[] };
    let server = Server::of(after(own, ":", folder.path()), &[]);
    let ada = Client { email: "ada@example.com".to_owned(), ..Client::of(&server.base, token.trim()) };
    assert_eq!(add(&ada, "Milk").await.problem(503).1, "read_only");
    assert_eq!(ada.get("/api/tasks").await.ok(200), json!([]));
    log_in(&ada).await.ok(200);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        set_permissions(entry.unwrap().path(), Permissions::from_mode(0o600)).unwrap();
    }
    // The first write finds that its connection is of no use any more.
    if add(&ada, "Milk").await.status != 201 {
        add(&ada, "Milk").await.ok(201);
    }
    assert_eq!(every(&ada, "title").await, ["Milk"]);
}
