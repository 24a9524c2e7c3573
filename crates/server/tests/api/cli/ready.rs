//! `saydo ready`: both verdicts, each row when what it is about is broken, and the first hours.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Router, routing::get};
use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};
use testbed::{HaProxy, ROLE};

use super::{
    Server,
    proxy::{Fault, Proxy},
    run, saydo,
    smoke::end,
    succeed,
};
use crate::{
    database::{Engine, Home},
    support::{Client, PASSWORD, SECRET},
};

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

/// A fault in the settings or on the disk: its settings, and the rows that notice it besides those that were bad.
type Break<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

const DEVELOPMENT: (&str, &str) = ("SAYDO_PROFILE", "development");

const SETTINGS: [Break<'_>; 15] = [
    (&[DEVELOPMENT], &["Profile"]),
    (&[DEVELOPMENT, ("DEBUG", "on")], &["Profile", "Debugging"]),
    (&[DEVELOPMENT, ("SAYDO_NOW", "2026-03-11T09:00:00Z")], &["Profile", "Clock of the server"]),
    (&[DEVELOPMENT, ("BETTER_AUTH_SECRET", "")], &["Profile", "Token secret"]),
    (&[DEVELOPMENT, ("SAYDO_RATE_LIMITS", "off")], &["Profile", "Limits"]),
    (&[("CORS_ORIGINS", "http://app.example.com")], &["Other sites"]),
    (&[("SAYDO_TRUST_PROXY", "off")], &["Proxy"]),
    (&[("SAYDO_ADMINS", "nobody@example.com")], &["Administrators"]),
    (&[("REDIS_URL", "redis://127.0.0.1:9")], &["Redis"]),
    (&[("SAYDO_LOG", "debug")], &["Log"]),
    (&[("SAYDO_BACKUP_KEEP_DAYS", "5"), ("SAYDO_BACKUP_EVERY", "")], &["Backups are kept", "Backups by themselves"]),
    (&[("SAYDO_BACKUP_DIR", "elsewhere")], &["Newest backup", "Restored on trial"]),
    (&[("OPENAI_BASE_URL", "http://127.0.0.1:9")], &["Language model", "Models held back"]),
    (&[("DATABASE_URL", "sqlite:nowhere.db")], &["Schema", "Row security"]),
    (&[("SAYDO_METRICS_TOKEN", "another-token-than-it")], &["Metrics", "Health, how quick", "Connections"]),
];

#[test]
fn what_is_wrong_with_settings_and_files_is_noticed() {
    let installation = Installation::new();
    let look = |settings: &[(&str, &str)]| {
        let (status, report) = installation.ready(&["--without-accounts"], settings);
        assert_eq!((status, &report["verdict"]), (Some(1), &json!("no_go")), "{report:#}");
        titles(&report, &BAD)
    };
    let good = look(&[]);
    let fresh = |settings: &[(&str, &str)]| look(settings).difference(&good).cloned().collect::<BTreeSet<_>>();
    for (settings, noticed) in SETTINGS {
        assert_eq!(of_this_machine(&fresh(settings)), words(noticed), "{settings:?}");
    }
    installation.write(".env", "");
    let file = installation.folder.path().join(".env");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(fresh(&[]), words(&["Secrets on disk"]));
    fs::remove_file(file).unwrap();
    // Also one that is named somewhere, and what is in a folder that others can enter.
    let named = installation.folder.path().join("named");
    fs::write(&named, METRICS).unwrap();
    let by_file = [("SAYDO_METRICS_TOKEN", ""), ("SAYDO_METRICS_TOKEN_FILE", "named")];
    for (mode, noticed) in [(0o644, &["Secrets on disk"][..]), (0o640, &[])] {
        fs::set_permissions(&named, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(fresh(&by_file), words(noticed), "{mode:o}");
    }
    let folder = installation.folder.path().join("backups");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(fresh(&[]), words(&[]));
    fs::write(folder.join("all"), "").unwrap();
    fs::set_permissions(folder.join("all"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(fresh(&[]), words(&["Secrets on disk"]));
    fs::remove_file(folder.join("all")).unwrap();
    installation.write("dependencies.json", &dependencies(1));
    installation.write("ready.toml", "product = {by = \"Ada\", on = \"2026-03-11\", refused = true}");
    assert_eq!(fresh(&[]), words(&["Dependencies", "Approval: product"]));
    installation.write("dependencies.json", &dependencies(0));
    installation.write("ready.toml", &succeed(installation.command(&["ready", "--example"], &[]), ""));
    // A schema that is behind, in a database of its own.
    let behind = [("DATABASE_URL", "sqlite:behind.db")];
    succeed(installation.command(&["migrate", "up"], &behind), "");
    succeed(installation.command(&["migrate", "down"], &behind), "");
    assert_eq!(fresh(&behind), words(&["Schema"]));
    let backups = installation.folder.path().join("backups");
    for backup in fs::read_dir(&backups).unwrap().map(|entry| entry.unwrap().path()) {
        let _ = fs::remove_file(backup.join("tried.json"));
    }
    assert_eq!(fresh(&[]), words(&["Restored on trial"]));
    assert_eq!(installation.server.stop().0, Some(0));
}

/// The row of a title.
fn row<'a>(report: &'a Value, title: &str) -> &'a Value {
    report["rows"].as_array().unwrap().iter().find(|row| row["title"] == title).unwrap()
}

#[test]
fn backups_that_are_made_elsewhere_are_yours() {
    let folder = tempfile::tempdir().unwrap();
    let look = |settings: &[(&str, &str)]| {
        let mut command = saydo(folder.path(), &["ready", "--json", "--without-accounts"]);
        command.env("SAYDO_LISTEN", "127.0.0.1:9").envs(settings.iter().copied());
        run(command, "")
    };
    let states = |settings: &[(&str, &str)]| {
        let (_, report) = report(&look(settings));
        let titles = ["Newest backup", "Restored on trial", "Backups are kept", "Backups by themselves"];
        titles.map(|title| row(&report, title)["state"].as_str().unwrap().to_owned())
    };
    assert_eq!(states(&[]), ["failed", "failed", "ok", "warning"]);
    assert_eq!(states(&[("SAYDO_BACKUPS", "elsewhere")]), ["yours"; 4]);
    let both = look(&[("SAYDO_BACKUPS", "elsewhere"), ("SAYDO_BACKUP_EVERY", "24")]);
    assert_eq!(both.status.code(), Some(2), "{both:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_that_are_made_elsewhere_have_no_figures() {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let token = ("SAYDO_METRICS_TOKEN", METRICS);
    // The second one says when the first one had time enough.
    let elsewhere = Server::start(folders[0].path(), &[token, ("SAYDO_BACKUPS", "elsewhere")]);
    let here = Server::start(folders[1].path(), &[token]);
    let has_figures = async |server: &Server| {
        let page = Client::of(&server.base, METRICS).get("/metrics").await;
        assert_eq!(page.status, 200, "{}", page.text);
        page.text.lines().any(|line| line.starts_with("saydo_backup_last_success_timestamp_seconds "))
    };
    let begun = std::time::Instant::now();
    while !has_figures(&here).await {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "it has figures of its backups");
        tokio::task::yield_now().await;
    }
    assert!(!has_figures(&elsewhere).await);
    for server in [elsewhere, here] {
        assert_eq!(server.stop().0, Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_list_itself_is_noticed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answer =
        async |axum::extract::Path(status): axum::extract::Path<u16>| axum::http::StatusCode::from_u16(status).unwrap();
    let router = Router::new().route("/{status}/models", get(answer));
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
    let folder = tempfile::tempdir().unwrap();
    for (status, state) in [(200, "ok"), (400, "failed"), (401, "failed"), (404, "failed"), (429, "failed")] {
        let mut command = saydo(folder.path(), &["ready", "--json", "--without-accounts"]);
        command.env("OPENAI_BASE_URL", format!("{base}/{status}")).env("SAYDO_PLANNER", "llm");
        command.env("SAYDO_LISTEN", "127.0.0.1:9");
        let output = tokio::task::spawn_blocking(move || run(command, "")).await.unwrap();
        let (_, report) = report(&output);
        let row = row(&report, "Language model");
        assert_eq!(row["state"], state, "{row:#}");
        assert!(row["evidence"].as_str().unwrap().contains(&status.to_string()), "{row:#}");
    }
}

fn instead(path: &'static str, status: u16, body: Value) -> Fault {
    Fault::Instead(Method::GET, path, status, body)
}

/// `saydo ready` over a proxy that fails in this way; without accounts or with them.
async fn over(folder: &Path, server: &str, fault: Fault, arguments: &[&str]) -> BTreeSet<String> {
    let proxy = Proxy::start(server, fault).await;
    let arguments = [&["ready", "--json", "--base-url", &proxy.base], arguments].concat();
    let mut command = saydo(folder, &arguments);
    command.env("SAYDO_LISTEN", server.trim_start_matches("http://")).env("SAYDO_METRICS_TOKEN", METRICS);
    command.env("BETTER_AUTH_SECRET", SECRET);
    let output = tokio::task::spawn_blocking(move || run(command, "")).await.unwrap();
    titles(&report(&output).1, &BAD)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_outside_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let stranger = ("CORS_ORIGINS", "https://saydo-ready.invalid");
    let server = Server::start(folder.path(), &[("SAYDO_METRICS_TOKEN", METRICS)]);
    let look = async |fault| over(folder.path(), &server.base, fault, &["--without-accounts"]).await;
    let good = look(Fault::Loses("x-nothing")).await;
    assert!(["Encryption", "Only ever https", "Profile"].iter().all(|title| good.contains(*title)), "{good:?}");
    let well =
        json!({"status": "healthy", "database": "connected", "version": "0.0.1", "timestamp": "2020-01-01T00:00:00Z"});
    for (fault, noticed) in [
        (
            instead("/health", 503, json!({"status": "unhealthy"})),
            &["Health", "Health, how quick", "Version", "Clock", "Security headers"][..],
        ),
        (instead("/health", 200, well), &["Health, how quick", "Version", "Clock", "Security headers"]),
        (instead("/metrics", 200, json!({})), &["Metrics from outside"]),
        (instead("/api/tasks", 200, json!([])), &["Without a token", "Errors"]),
        (instead("/openapi.json", 404, json!({})), &["API documents"]),
        (instead("/", 200, json!({})), &["Security headers", "Web app"]),
        (Fault::Page("<p>The web app is not built yet"), &["Security headers", "Web app"]),
    ] {
        let found: BTreeSet<_> = look(fault.clone()).await.difference(&good).cloned().collect();
        assert_eq!(of_this_machine(&found), words(noticed), "{fault:?}");
    }
    assert_eq!(server.stop().0, Some(0));
    let server = Server::start(folder.path(), &[("SAYDO_METRICS_TOKEN", METRICS), stranger]);
    let found = over(folder.path(), &server.base, Fault::Loses("x-nothing"), &["--without-accounts"]).await;
    assert!(found.contains("A foreign site"), "{found:?}");
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_would_meet_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_METRICS_TOKEN", METRICS), ("SAYDO_RATE_LIMITS", "off")]);
    let look = async |fault| over(folder.path(), &server.base, fault, &[]).await;
    let gone = Fault::Instead(Method::DELETE, "/api/account", 204, Value::Null);
    let table = [
        // Of a server for development on its own machine: no limits, and a cookie without TLS.
        (Fault::Loses("x-nothing"), &["Session cookie", "Too much of one person"][..]),
        (Fault::Confused(Method::GET, "/api/tasks/"), &["Another person", "What is another's"]),
        (Fault::Confused(Method::POST, "/api/"), &["Speaking as another"]),
        (Fault::Deaf("add polish"), &["What is said is done"]),
        (gone, &["Erased accounts", "Audit events"]),
        (instead("/api/auth/me", 200, json!({"id": "somebody"})), &["Forged tokens", "A log-out"]),
    ];
    let missed: Vec<String> = stream::iter(table)
        .map(async |(fault, noticed)| {
            let found = look(fault.clone()).await;
            let missing: Vec<_> = words(noticed).difference(&found).cloned().collect();
            (!missing.is_empty()).then(|| format!("{fault:?}: {missing:?} are missing in {found:?}"))
        })
        .buffer_unordered(2)
        .filter_map(|missed| async { missed })
        .collect()
        .await;
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    let left = succeed(saydo(folder.path(), &["user", "list"]), "");
    // Those whose erasure was prevented, and of whom the proxy said that they are there still.
    assert_eq!(left.lines().filter(|line| line.contains("saydo-ready-")).count(), left.lines().count(), "{left}");
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_role_above_row_security_is_a_no_go() {
    let home = Home::new(Engine::Postgres);
    let security = |url: &str| {
        let mut command = saydo(home.path(), &["ready", "--json", "--without-accounts"]);
        command.env("DATABASE_URL", url).env("SAYDO_LISTEN", "127.0.0.1:9");
        let (_, report) = report(&run(command, ""));
        let row = report["rows"].as_array().unwrap().iter().find(|row| row["title"] == "Row security").unwrap();
        (row["state"].as_str().unwrap().to_owned(), titles(&report, &["ok"]).contains("Clock of the database"))
    };
    let url = home.url().unwrap();
    assert_eq!(security(&url), ("ok".to_owned(), true));
    assert_eq!(security(&url.replace(&format!("{ROLE}@"), "postgres@")), ("failed".to_owned(), true));
    home.sql("ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY");
    assert_eq!(security(&url), ("failed".to_owned(), true));
}

/// Metrics of a server on which ever more requests fail.
async fn failing() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let looks = Arc::new(AtomicU64::new(0));
    let page = move || {
        let looks = looks.fetch_add(1, Ordering::Relaxed);
        async move {
            let series = |status: &str, count: u64| {
                format!(
                    "saydo_http_requests_total{{method=\"GET\",route=\"/api/tasks\",status=\"{status}\"}} {count}\n"
                )
            };
            series("2xx", 100 * looks) + &series("5xx", 20 * looks)
        }
    };
    tokio::spawn(async { axum::serve(listener, Router::new().route("/metrics", get(page))).await.unwrap() });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_hours_are_watched_and_a_reason_to_roll_back_ends_them() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_METRICS_TOKEN", METRICS)]);
    let watch = async |metrics: Option<String>, base: &str, length: &str| {
        let arguments = ["ready", "--without-accounts", "--base-url", base, "--watch", length, "--every", "100ms"];
        let mut command = saydo(folder.path(), &arguments);
        command.env("SAYDO_LISTEN", server.base.trim_start_matches("http://")).env("SAYDO_METRICS_TOKEN", METRICS);
        command.envs(metrics.map(|address| ("SAYDO_METRICS_LISTEN", address)));
        let output = tokio::task::spawn_blocking(move || run(command, "")).await.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    // It goes on to its end, and the verdict is that of the list.
    let (status, told) = watch(None, &server.base, "1s").await;
    let after = told.split("until (UTC)").nth(1).unwrap_or_else(|| panic!("{told}"));
    assert_eq!((status, told.matches("NO-GO").count()), (Some(1), 2), "{told}");
    assert!(after.contains(" MB ") && after.contains("turns p95 ") && !after.contains("ROLL BACK"), "{told}");
    let proxy = Proxy::start(&server.base, instead("/health", 503, json!({}))).await;
    let (status, told) = watch(None, &proxy.base, "1h").await;
    assert_eq!(status, Some(1));
    assert!(told.contains("ROLL BACK  no health or no metrics, 3 times in a row"), "{told}");
    let (status, told) = watch(Some(failing().await), &server.base, "1h").await;
    assert_eq!(status, Some(1));
    assert!(told.contains("ROLL BACK  20 of 120 requests failed"), "{told}");
    assert!(told.contains("deploy.sh production rollback"), "{told}");
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_it_leaves_nobody_behind() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let proxy = Proxy::start(&server.base, Fault::Hangs(Method::POST, "/chat")).await;
    let child = saydo(folder.path(), &["ready", "--json", "--base-url", &proxy.base])
        .stdout(std::process::Stdio::piped())
        .spawn();
    let child = child.unwrap();
    proxy.hanging.notified().await;
    end(child.id());
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    let (status, report) = report(&output);
    assert_eq!(status, Some(1));
    assert!(titles(&report, &["not_checked"]).contains("Another person"), "{report:#}");
    assert!(titles(&report, &["ok"]).contains("Erased accounts"), "{report:#}");
    assert_eq!(succeed(saydo(folder.path(), &["user", "list"]), ""), "");
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_ended_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    // Before anybody signs up, and after they are erased.
    for (fault, arguments) in [
        (Fault::Hangs(Method::GET, "/openapi.json"), &["--without-accounts"][..]),
        (Fault::Hangs(Method::GET, "/models"), &["--watch", "1h"]),
    ] {
        let proxy = Proxy::start(&server.base, fault).await;
        let arguments = [&["ready", "--json", "--base-url", proxy.base.as_str()], arguments].concat();
        let child = saydo(folder.path(), &arguments)
            .env("OPENAI_BASE_URL", &proxy.base)
            .stdout(std::process::Stdio::piped())
            .spawn();
        let child = child.unwrap();
        proxy.hanging.notified().await;
        end(child.id());
        let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let report = told.get("report").unwrap_or(&told);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(row(report, "The whole list")["state"], "not_checked", "{report:#}");
        assert_eq!(row(report, "The whole list")["evidence"], "not checked: somebody ended it");
    }
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_see_it_in_the_web_app_and_nobody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_ADMINS", "Ada@example.com")]);
    let nobody = Client::of(&server.base, "").browser();
    let mut people = Vec::new();
    for email in ["ada@example.com", "bob@example.com"] {
        nobody.post("/api/auth/signup", json!({"email": email, "password": PASSWORD})).await.ok(201);
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
    assert_eq!(server.stop().0, Some(0));
}
