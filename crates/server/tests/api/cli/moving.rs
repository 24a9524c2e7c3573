//! An installation on PostgreSQL is backed up and restored, and moves there and back: the real program each time.

use std::{
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use reqwest::Method;
use serde_json::{Value, json};
use testbed::{Postgres, ROLE};

use super::{Server, run, saydo, succeed};
use crate::{
    events::Ear,
    support::{Answer, Client, PASSWORD, SECRET},
};

/// An empty database that goes with this.
struct Database {
    name: String,
    url: String,
}

impl Database {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("moving{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Postgres::shared().create_database(&name);
        let url = Postgres::shared().url(&name, ROLE);
        Self { name, url }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        Postgres::shared().discard_database(&self.name);
    }
}

/// The program with another database than the folder's.
fn at(folder: &Path, url: &str, arguments: &[&str]) -> Command {
    let mut command = saydo(folder, arguments);
    command.env("DATABASE_URL", url).env("BETTER_AUTH_SECRET", SECRET);
    command
}

/// What a command says when it fails, as it must.
#[track_caller]
fn fails(command: Command) -> String {
    let output = run(command, "");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

async fn titles(client: &Client) -> Vec<String> {
    let tasks = client.get("/api/tasks?limit=100&sort=id").await.ok(200);
    tasks.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

/// Ada at a server, by a token that outlives it.
fn ada(server: &Server, token: &str) -> Client {
    Client::of(&server.base, token)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_on_a_restored_backup_of_postgresql() {
    let (home, first, second) = (tempfile::tempdir().unwrap(), Database::new(), Database::new());
    let folder = home.path();
    succeed(at(folder, &first.url, &["migrate", "up"]), "");
    succeed(at(folder, &first.url, &["user", "create", "ada@example.com"]), PASSWORD);
    let token = succeed(at(folder, &first.url, &["user", "token", "ada@example.com"]), "");
    let server = Server::start(folder, &[("DATABASE_URL", &first.url), ("SAYDO_RATE_LIMITS", "off")]);
    let client = ada(&server, token.trim());
    let told = AtomicUsize::new(0);
    let writing = async {
        for number in 0..40 {
            client.post("/api/tasks", json!({"title": format!("Task {number:03}")})).await.ok(201);
            told.store(number + 1, Ordering::SeqCst);
        }
    };
    let create = at(folder, &first.url, &["backup", "create"]);
    let copying = async {
        let before = told.load(Ordering::SeqCst);
        let made = tokio::task::spawn_blocking(move || succeed(create, "")).await.unwrap();
        assert!(made.starts_with("Made saydo-") && made.contains("Users: 1, tasks: "), "{made}");
        (before, told.load(Ordering::SeqCst))
    };
    let ((), (before, after)) = tokio::join!(writing, copying);
    let restore = |url: &str, more: &[&str]| at(folder, url, &[&["backup", "restore", "latest"], more].concat());
    let refused = fails(restore(&first.url, &["--replace"]));
    assert!(refused.contains("stop all servers first"), "{refused}");
    server.stop();
    let refused = fails(restore(&first.url, &[]));
    assert!(refused.contains("there are accounts in") && refused.contains("--replace"), "{refused}");
    let verified = succeed(at(folder, &first.url, &["backup", "verify"]), "");
    assert!(verified.contains(" is good. Users: 1") && verified.contains("a schema of its own"), "{verified}");

    let restored = succeed(restore(&second.url, &[]), "");
    assert!(restored.starts_with("Restored saydo-"), "{restored}");
    let server = Server::start(folder, &[("DATABASE_URL", &second.url)]);
    let client = ada(&server, token.trim());
    let found = titles(&client).await;
    let expected: Vec<String> = (0..found.len()).map(|number| format!("Task {number:03}")).collect();
    assert_eq!(found, expected, "not a prefix");
    assert!((before..=after + 1).contains(&found.len()), "{before} <= {} <= {after} + 1", found.len());
    let next = client.post("/api/tasks", json!({"title": "Life goes on"})).await.ok(201);
    assert_eq!(next["id"], found.len() + 1);
    // Whoever had heard of just so much, or of more, learns that this is another history.
    let mut ear = Ear::open(&client, Some(&found.len().to_string())).await;
    assert_eq!(ear.hear().await, "reset");
    drop(ear);
    server.stop();
    let replaced = succeed(restore(&first.url, &["--replace"]), "");
    assert!(replaced.contains("What was there is the backup saydo-"), "{replaced}");
    let list = succeed(at(folder, &first.url, &["backup", "list"]), "");
    let (aside, good): (Vec<&str>, Vec<&str>) =
        list.lines().skip(1).partition(|line| line.contains("a restore replaced"));
    assert!(aside.len() == 1 && aside[0].contains(" 40 "), "{list}");
    assert!(good.len() == 1 && good[0].ends_with("good"), "{list}");
    // What was wanted away does not come back by the same words.
    let again = succeed(restore(&first.url, &["--replace"]), "");
    assert!(good[0].starts_with(again.split(' ').nth(1).unwrap()), "{again}{list}");
}

#[test]
fn a_server_on_postgresql_makes_backups_by_itself() {
    let (home, database) = (tempfile::tempdir().unwrap(), Database::new());
    let settings = [("DATABASE_URL", database.url.as_str()), ("SAYDO_BACKUP_EVERY", "24")];
    let server = Server::start(home.path(), &settings);
    let list = || succeed(at(home.path(), &database.url, &["backup", "list"]), "");
    while !list().contains("good") {}
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("made a backup"), "{log}");
}

/// Uses up a key; the same again must give the same.
async fn keyed(client: &Client) -> Answer {
    let request = client.request(Method::POST, "/api/tasks").header("idempotency-key", "k1");
    Answer::of(request.json(&json!({"title": "Once 🌻"}))).await
}

/// What a person has, wherever it is.
async fn everything(client: &Client) -> Value {
    let mut found = json!({});
    for path in ["/api/tasks?limit=100&sort=id", "/api/trash", "/api/conversations", "/api/auth/me"] {
        found[path] = client.get(path).await.ok(200);
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_moves_to_postgresql_and_back() {
    let (home, database) = (tempfile::tempdir().unwrap(), Database::new());
    let folder = home.path();
    succeed(saydo(folder, &["user", "create", "ada@example.com"]), PASSWORD);
    let mut login = saydo(folder, &["user", "token", "ada@example.com"]);
    login.env("BETTER_AUTH_SECRET", SECRET);
    let login = succeed(login, "");
    let server = Server::start(folder, &[]);
    let mut client = ada(&server, login.trim());
    client.id = client.get("/api/auth/me").await.ok(200)["id"].as_str().unwrap().to_owned();
    keyed(&client).await.ok(201);
    client.say(None, "add buy café crème tomorrow at 5pm").await.ok(200);
    client.post("/api/tasks", json!({"title": "Gone", "labels": ["x"]})).await.ok(201);
    client.delete("/api/tasks/3").await.ok(204);
    client.patch("/api/tasks/1", json!({"priority": "high"})).await.ok(200);
    let made = client.post("/api/tokens", json!({"name": "Robot", "scope": "write"})).await.ok(201);
    let robot = made["token"].as_str().unwrap().to_owned();
    let before = everything(&client).await;
    server.stop();

    let copied = succeed(saydo(folder, &["migrate", "copy", "--to", &database.url]), "");
    assert!(copied.contains("Every row was read back") && copied.contains("  tasks "), "{copied}");
    let refused = fails(saydo(folder, &["migrate", "copy", "--to", &database.url]));
    assert!(refused.contains("copy into an empty one"), "{refused}");
    let back = folder.join("back.db");
    let file = format!("sqlite:{}", back.display());
    succeed(saydo(folder, &["migrate", "copy", "--from", &database.url, "--to", &file]), "");
    for url in [&database.url, &file] {
        let server = Server::start(folder, &[("DATABASE_URL", url)]);
        let mut client = ada(&server, login.trim());
        client.id = before["/api/auth/me"]["id"].as_str().unwrap().to_owned();
        assert_eq!(everything(&client).await, before, "{url}");
        assert_eq!(keyed(&client).await.header("idempotency-replayed"), "true");
        client.with_token(robot.clone()).get("/api/tasks").await.ok(200);
        let credentials = json!({"email": "ada@example.com", "password": PASSWORD});
        client.post("/api/auth/login", credentials).await.ok(200);
        client.post("/api/undo", json!({})).await.ok(200);
        assert_eq!(client.get("/api/tasks/1").await.ok(200)["priority"], "medium");
        assert_eq!(client.post("/api/tasks", json!({"title": "Next"})).await.ok(201)["id"], 4);
        let said = client.say(None, "done with once").await.ok(200);
        assert!(said["conversation_id"].as_i64() > Some(1), "{said}");
        server.stop();
    }
}
