//! What is wrong with settings, files, roles and backups is noticed.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _};

use serde_json::json;
use testbed::ROLE;

use super::{BAD, Installation, METRICS, dependencies, of_this_machine, report, row, titles, words};
use crate::{
    cli::{Server, run, saydo, succeed},
    database::{Engine, Home},
    support::Client,
};

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
    (&[("OPENAI_BASE_URL", "http://127.0.0.1:9")], &["Language model", "Prices of the models", "Models held back"]),
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
