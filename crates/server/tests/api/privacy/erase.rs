//! Erasing: nothing of the person is left in any table, and what was deleted is overwritten.

use std::{io::Read as _, path::Path, sync::Arc, time::Duration};

use reqwest::Method;
use saydo_store::{
    backup::{Backups, Watch},
    copy::Place,
};
use serde_json::json;

use super::{MARKS, live};
use crate::{
    database::Engine,
    support::{Answer, Client, PASSWORD, TestApp, now},
};

/// What must not be found of her any more.
fn traces(ada: &Client) -> Vec<String> {
    MARKS.iter().map(|mark| (*mark).to_owned()).chain([ada.id.clone(), ada.email.clone()]).collect()
}

/// Everything in the files of a SQLite database: each table, each free page, and the write-ahead log.
fn files(folder: &Path) -> Vec<u8> {
    let read = |name| std::fs::read(folder.join(name)).unwrap_or_default();
    [read("saydo.db"), read("saydo.db-wal"), read("saydo.db-shm")].concat()
}

fn found<'t>(traces: &'t [String], bytes: &[u8]) -> Vec<&'t str> {
    let finder =
        |trace: &&String| bytes.windows(trace.len()).any(|window| window.eq_ignore_ascii_case(trace.as_bytes()));
    traces.iter().filter(finder).map(String::as_str).collect()
}

fn count(traces: &[String], bytes: &[u8]) -> usize {
    let of = |trace: &String| bytes.windows(trace.len()).filter(|window| *window == trace.as_bytes()).count();
    traces.iter().map(of).sum()
}

/// A backup of a SQLite database, unpacked.
async fn copy(folder: &Path) -> Vec<u8> {
    let backups = Backups::new(folder.join("copies"));
    let watch: Watch = Arc::new(|_| ());
    let made = backups.create(&Place::Sqlite(folder.join("saydo.db")), "test", now(), &watch).await.unwrap();
    let packed = std::fs::File::open(folder.join("copies").join(made.name).join("saydo.db.gz")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    bytes
}

async fn erase(ada: &Client) {
    let request = ada.request(Method::DELETE, "/api/account").json(&json!({"password": PASSWORD}));
    Answer::of(request).await.ok(204);
}

#[tokio::test]
async fn nothing_is_left_in_the_files_of_sqlite() {
    let app = TestApp::on(Engine::Sqlite, &[]).await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    live(&app, &ada).await;
    // Rows among which hers stand, and pages that are split and freed on the way.
    for number in 0..100 {
        bob.post("/api/tasks", json!({"title": format!("Bob's {number}")})).await.ok(201);
        let title = format!("Call {} {number} {}", MARKS[1], "about it ".repeat(15));
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
        if number % 3 == 0 {
            ada.patch(&format!("/api/tasks/{}", 8 + number), json!({"title": MARKS[2].repeat(10)})).await;
        }
    }
    let (folder, traces) = (app.folder.path().to_owned(), traces(&ada));
    let before = files(&folder);
    assert_eq!(found(&traces, &before).len(), traces.len(), "all of it is there before");
    erase(&ada).await;
    // The log begins anew when nobody reads from it.
    let log = async || {
        while std::fs::metadata(folder.join("saydo.db-wal")).is_ok_and(|log| log.len() > 0) {
            tokio::time::sleep(Duration::from_millis(50)).await;
            app.app.store.forget_deleted().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_mins(1), log()).await.unwrap();
    // Pages that were split may keep the beginning of a row in what they do not use: of all that was there, next to
    // nothing.
    let (much, little) = (count(&traces, &before), count(&traces, &files(&folder)));
    assert!(much > 1000 && little * 100 < much, "{little} of {much}");
    // A copy of the database has what is in its tables, and no more.
    assert_eq!(found(&traces, &copy(&folder).await), Vec::<&str>::new());
    assert_eq!(bob.get("/api/tasks?limit=200").await.ok(200).as_array().unwrap().len(), 100);
    assert_eq!(found(&["Bob's".to_owned()], &copy(&folder).await).len(), 1);
}

#[tokio::test]
async fn nothing_is_left_in_any_table_of_postgresql() {
    let app = TestApp::on(Engine::Postgres, &[]).await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    live(&app, &ada).await;
    bob.post("/api/tasks", json!({"title": "Bob's"})).await.ok(201);
    let tables = app.folder.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    let all = || {
        let rows = tables.lines().map(|table| app.folder.sql(&format!("SELECT t::text FROM \"{table}\" t")));
        rows.collect::<Vec<_>>().join("\n")
    };
    let traces = traces(&ada);
    assert!(tables.lines().count() > 20);
    assert_eq!(found(&traces, all().as_bytes()).len(), traces.len(), "all of it is there before");
    erase(&ada).await;
    assert_eq!(found(&traces, all().as_bytes()), Vec::<&str>::new());
    assert!(all().contains("Bob's"));
}

#[tokio::test]
async fn the_audit_trail_stays_and_says_nothing_of_whom() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let made = ada.post("/api/tokens", json!({"name": MARKS[4], "scope": "read"})).await.ok(201);
    assert!(made["token"].is_string());
    erase(&ada).await;
    app.app.accounts.audit().settle().await;
    let mut conn = app.app.store.read().await.unwrap();
    let events = conn.audit_list(&saydo_store::AuditQuery::default(), 999).await.unwrap();
    assert!(events.iter().any(|event| event.kind == "account_erased"));
    let told = format!("{events:?}");
    assert!([&ada.id, &ada.email, MARKS[4]].iter().all(|trace| !told.contains(*trace)), "{told}");
}
