//! `saydo ready`: both verdicts, each row when what it is about is broken, and the first hours.

mod certificates;
mod outside;
mod settings;
mod watch;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use testbed::HaProxy;

use super::{Server, run, saydo, succeed};
use crate::support::{Client, PASSWORD, SECRET};

const METRICS: &str = "a-token-for-the-metrics";

/// A file beside this one.
fn tls(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/cli/tls").join(name)
}

/// An installation as it should be, behind a proxy with TLS.
struct Installation {
    folder: tempfile::TempDir,
    server: Server,
    proxy: HaProxy,
}

/// A folder on a disk of which more than a tenth is free: on another one nothing is ready.
fn roomy() -> tempfile::TempDir {
    let disks = [std::env::temp_dir(), "/dev/shm".into(), "/var/tmp".into(), env!("CARGO_TARGET_TMPDIR").into()];
    let free = |disk: &PathBuf| {
        let output = Command::new("df").args(["--output=avail,size"]).arg(disk).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let room = told.lines().nth(1).and_then(|line| line.trim().split_once(' '));
        let [free, size] = [room.unwrap().0, room.unwrap().1].map(|number| number.trim().parse::<u64>().unwrap());
        free * 100 > size * 15
    };
    let disk = disks.iter().find(|disk| free(disk));
    let disk = disk.unwrap_or_else(|| panic!("none of {disks:?} has a tenth free: an installation there is not ready"));
    tempfile::tempdir_in(disk).unwrap()
}

/// What a production server is told.
const PRODUCTION: [(&str, &str); 5] = [
    ("SAYDO_PROFILE", "production"),
    ("SAYDO_TRUST_PROXY", "on"),
    ("SAYDO_METRICS_TOKEN", METRICS),
    ("SAYDO_CHAT_PER_MINUTE", "20"),
    ("SAYDO_LOG_FORMAT", "json"),
];

impl Installation {
    fn new() -> Self {
        let folder = roomy();
        let server = Server::start(folder.path(), &PRODUCTION);
        let proxy = HaProxy::with_tls(&[port(&server)], &tls("server.pem"));
        let this = Self { folder, server, proxy };
        for step in ["create", "verify"] {
            succeed(this.command(&["backup", step], &[]), "");
        }
        this.write("dependencies.json", &dependencies(0));
        this
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// A command with the settings of the server, and others.
    fn command(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
        let mut command = saydo(self.folder.path(), arguments);
        command.env("SAYDO_LISTEN", self.server.base.trim_start_matches("http://")).envs(PRODUCTION);
        command.env("BETTER_AUTH_SECRET", SECRET).env("SSL_CERT_FILE", tls("ca.pem"));
        // The server itself makes none: one at a time may be at it.
        command.env("SAYDO_BACKUP_EVERY", "24");
        command.env("SAYDO_PUBLIC_URL", self.proxy.base()).envs(settings.iter().copied());
        command
    }

    fn ready(&self, arguments: &[&str], settings: &[(&str, &str)]) -> (Option<i32>, Value) {
        report(&run(self.command(&[&["ready", "--json"], arguments].concat(), settings), ""))
    }
}

fn port(server: &Server) -> u16 {
    server.base.rsplit(':').next().unwrap().parse().unwrap()
}

fn dependencies(findings: u32) -> String {
    let made_at = saydo_app::Clock::System.now();
    let names = [
        "cargo-deny licences, bans, sources",
        "npm licences",
        "bill of materials",
        "cargo-deny advisories",
        "npm audit",
    ];
    let tools = names.map(|name| json!({"name": name, "ran": true, "database_age_days": 1, "findings": findings}));
    json!({"made_at": made_at, "tools": tools}).to_string()
}

#[track_caller]
fn report(output: &Output) -> (Option<i32>, Value) {
    let told = String::from_utf8_lossy(&output.stdout);
    let report = serde_json::from_str(&told);
    let report = report.unwrap_or_else(|error| panic!("{error}: {told}{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

/// The titles of rows in these states.
fn titles(report: &Value, states: &[&str]) -> BTreeSet<String> {
    let rows = report["rows"].as_array().unwrap().iter();
    rows.filter(|row| states.iter().any(|state| row["state"] == *state))
        .map(|row| row["title"].as_str().unwrap().to_owned())
        .collect()
}

const BAD: [&str; 3] = ["failed", "not_checked", "warning"];

fn words(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Without what may be wrong with any machine that tests run on: slow, full, and the backups beside the data.
fn of_this_machine(titles: &BTreeSet<String>) -> BTreeSet<String> {
    let known = words(&[
        "Backups on another disk",
        "Disk of the data",
        "Disk of the backups",
        "Memory",
        "Chat, just now",
        "Database",
        "Other requests",
    ]);
    titles.difference(&known).cloned().collect()
}

#[test]
fn an_installation_that_is_ready_is_go_and_says_by_what() {
    let installation = Installation::new();
    // A machine that tests run on may be slow at times.
    let mut seen = installation.ready(&[], &[]);
    for _ in 0..4 {
        if seen.0 == Some(0) || !of_this_machine(&titles(&seen.1, &["failed", "not_checked"])).is_empty() {
            break;
        }
        seen = installation.ready(&[], &[]);
    }
    let (status, report) = seen;
    assert_eq!((status, &report["verdict"]), (Some(0), &json!("go")), "{report:#}");
    // Too few people spoke for the metrics to tell.
    assert_eq!(of_this_machine(&titles(&report, &BAD)), words(&["Chat, by the metrics"]), "{report:#}");
    let yours = titles(&report, &["yours"]);
    assert!(yours.contains("Approval: product") && yours.contains("Legal review"), "{yours:?}");
    for row in report["rows"].as_array().unwrap() {
        let told = ["id", "group", "title", "evidence", "target", "by", "at"].map(|key| row[key].as_str().unwrap());
        assert!(told.iter().all(|text| !text.is_empty()), "{row:#}");
    }
    let evidence = |title: &str| {
        let rows = report["rows"].as_array().unwrap().iter();
        rows.filter(|row| row["title"] == title).map(|row| row["evidence"].as_str().unwrap()).collect::<String>()
    };
    assert!(evidence("Too much of one person").contains("20 a minute"), "{}", evidence("Too much of one person"));
    assert!(evidence("Another person").contains("7 attempts"), "{}", evidence("Another person"));
    assert!(evidence("Restored on trial").contains("restored on trial"), "{}", evidence("Restored on trial"));
    let guesses = evidence("Guessing a password");
    assert!(guesses.contains("were looked at, ") && guesses.contains("turned away for"), "{guesses}");
    let kinds = succeed(installation.command(&["audit", "--since", "1h", "--json"], &[]), "");
    assert!(kinds.contains("signed_up") && !kinds.contains("login_failed"), "no attack is seen in it: {kinds}");
    // Whoever signed up is gone.
    assert_eq!(succeed(installation.command(&["user", "list"], &[]), ""), "");
    // For people.
    let table = run(installation.command(&["ready", "--without-accounts"], &[("SAYDO_PROFILE", "development")]), "");
    let table = String::from_utf8(table.stdout).unwrap();
    for part in ["✓ S1   Token secret", "✗ D3   Profile", "→ set SAYDO_PROFILE=production", "NO-GO", "To do first: "]
    {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert_eq!(installation.server.stop().0, Some(0));
}

/// The row of a title.
fn row<'a>(report: &'a Value, title: &str) -> &'a Value {
    report["rows"].as_array().unwrap().iter().find(|row| row["title"] == title).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_see_it_in_the_web_app_and_nobody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_ADMINS", "Ada@example.com")]);
    let nobody = Client::of(&server.base, "").browser();
    let mut people = Vec::new();
    let kept = nobody.post("/api/auth/signup", json!({"email": "ada@example.com", "password": PASSWORD})).await;
    assert!(kept.problem(403).0.ends_with("saydo user create ada@example.com"), "{}", kept.text);
    succeed(saydo(folder.path(), &["user", "create", "ada@example.com"]), PASSWORD);
    nobody.post("/api/auth/signup", json!({"email": "bob@example.com", "password": PASSWORD})).await.ok(201);
    for email in ["ada@example.com", "bob@example.com"] {
        let login = nobody.post("/api/auth/login", json!({"email": email, "password": PASSWORD})).await.ok(200);
        people.push(Client::of(&server.base, login["access_token"].as_str().unwrap()));
    }
    let [ada, bob] = people.as_slice() else { panic!() };
    assert_eq!(ada.get("/api/auth/me").await.ok(200)["admin"], json!(true));
    assert_eq!(bob.get("/api/auth/me").await.ok(200)["admin"], Value::Null);
    let list = ada.get("/api/admin/ready").await.ok(200);
    assert_eq!(list["verdict"], "no_go");
    assert!(titles(&list, &["failed"]).contains("Profile"), "{list:#}");
    for well in ["Another person", "Audit events", "Metrics", "Schema", "Erased accounts", "Administrators"] {
        assert!(titles(&list, &["ok"]).contains(well), "{well}: {list:#}");
    }
    // The same list again: nobody signs up for it.
    assert_eq!(ada.get("/api/admin/ready").await.ok(200), list);
    let token = ada.post("/api/tokens", json!({"name": "Robot", "scope": "read"})).await.ok(201);
    let robot = ada.with_token(token["token"].as_str().unwrap());
    nobody.get("/api/admin/ready").await.problem(401);
    let missing = bob.get("/api/admin/nothing").await;
    for other in [bob, &robot] {
        let answer = other.get("/api/admin/ready").await;
        answer.problem(404);
        assert_eq!(answer.comparable(), missing.comparable());
    }
    let (status, log) = server.stop();
    assert_eq!(status, Some(0));
    assert!(log.contains("SAYDO_ADMINS names e-mails without an account: saydo user create EMAIL"), "{log}");
}
