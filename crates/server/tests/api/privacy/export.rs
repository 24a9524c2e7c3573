//! Taking everything away.

use std::collections::BTreeSet;

use saydo_domain::UserId;
use saydo_store::copy::TABLES;
use serde_json::{Value, json};

use super::{MARKS, live};
use crate::{
    cli::{run, saydo, succeed},
    support::{PASSWORD, TestApp},
};

/// What the export need not have: hashes, and what is made of something else.
const WITHOUT: [(&str, &str); 6] = [
    ("users", "password_hash"),
    ("access_tokens", "hash"),
    ("idempotency_keys", "fingerprint"),
    ("turns", "fingerprint"),
    ("tasks", "title_key"),
    ("tasks", "search"),
];

/// All texts in a document.
fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(into.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, into)),
        _ => {}
    }
}

/// The texts of a cell: of its leaves, if it is JSON.
fn of_cell(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match serde_json::from_str(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => texts(&value, &mut found),
        _ => drop(found.insert(text.to_owned())),
    }
    found
}

#[tokio::test]
async fn every_cell_of_every_table_is_in_the_export_and_no_hash() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    live(&app, &ada).await;
    bob.post("/api/tasks", json!({"title": "Bob's only"})).await.ok(201);
    let export = ada.get("/api/account/export").await;
    let document = export.ok(200);
    let mut exported = BTreeSet::new();
    texts(&document, &mut exported);
    let (user, mut conn, mut cells) = (UserId::new(&*ada.id).unwrap(), app.app.store.read().await.unwrap(), 0);
    for table in TABLES {
        for row in conn.own_rows(&user, table, None, 999).await.unwrap() {
            for (column, value) in &row {
                let Value::String(text) = value else { continue };
                if WITHOUT.contains(&(table.name, column)) {
                    let secret = column.contains("hash") || column == "fingerprint";
                    assert!(!secret || !export.text.contains(text.as_str()), "{}.{column}", table.name);
                    continue;
                }
                let missing: Vec<String> = of_cell(text).difference(&exported).cloned().collect();
                assert!(missing.is_empty(), "{}.{column} lacks {missing:?}: {row:?}", table.name);
                cells += 1;
            }
        }
    }
    assert!(cells > 100, "only {cells} cells");
    for mark in MARKS {
        assert!(export.text.contains(mark), "{mark}");
    }
    assert!(
        !export.text.contains("Bob's only") && !export.text.contains("$2b$") && !export.text.contains("saydo_pat_")
    );
    // What the audit trail says about her is hers as well.
    let kinds: BTreeSet<&str> =
        document["audit_events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains("token_created") && kinds.contains("logged_out"), "{kinds:?}");
}

#[tokio::test]
async fn it_comes_packed_as_browsers_ask() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": MARKS[1], "description": MARKS[2].repeat(50)})).await.ok(201);
    let request = ada.request(reqwest::Method::GET, "/api/account/export").header("accept-encoding", "gzip");
    let response = request.send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["content-encoding"]), (200, &"gzip".parse().unwrap()));
    let packed = response.bytes().await.unwrap();
    let whole: Value = serde_json::from_reader(flate2::read::GzDecoder::new(&packed[..])).unwrap();
    assert_eq!(whole["tasks"][0]["title"], MARKS[1]);
}

#[tokio::test]
async fn a_long_list_comes_in_small_pieces() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let user = app.app.accounts.admin_find(&ada.email).await.unwrap();
    let long = "n".repeat(1000);
    for number in 0..450 {
        let body = json!({"title": format!("Task {number}"), "description": long});
        ada.post("/api/tasks", body).await.ok(201);
    }
    let (mut document, mut pieces) = (app.app.accounts.export(&user).await.unwrap(), Vec::new());
    while let Some(piece) = document.next().await {
        pieces.push(piece.unwrap());
    }
    assert!(pieces.len() > 10 && pieces.iter().all(|piece| piece.len() < 80_000), "{}", pieces.len());
    let whole: Value = serde_json::from_slice(&pieces.concat()).unwrap();
    let titles: BTreeSet<&str> =
        whole["tasks"].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap()).collect();
    assert_eq!((titles.len(), whole["changes"].as_array().unwrap().len()), (450, 450));
    assert_eq!(whole["records"]["change_effects"].as_array().unwrap().len(), 450);

    // One that is not taken holds a connection: nobody has two, and others have theirs.
    let held = app.app.accounts.export(&user).await.unwrap();
    let (_, code) = ada.get("/api/account/export").await.problem(409);
    assert_eq!(code, "export_running");
    app.user("bob").await.get("/api/account/export").await.ok(200);
    drop(held);
    let again = async {
        while ada.get("/api/account/export").await.status != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), again).await.unwrap();
    // Whoever has all of it may ask again at once.
    for _ in 0..3 {
        ada.get("/api/account/export").await.ok(200);
    }
}

#[test]
fn the_operator_exports_to_a_file_that_nobody_else_reads() {
    let folder = tempfile::tempdir().unwrap();
    let user = |arguments: &[&str]| saydo(folder.path(), arguments);
    succeed(user(&["user", "create", "ada@example.com", "--name", "Ada"]), PASSWORD);
    let file = folder.path().join("ada.json");
    let export = ["user", "export", "ada@example.com", "--out", file.to_str().unwrap()];
    assert!(succeed(user(&export), "").starts_with("Wrote "));
    let text = std::fs::read_to_string(&file).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["user"]["email"], "ada@example.com");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    // What is there stays.
    assert_eq!(run(user(&export), "").status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    let printed: Value = serde_json::from_str(&succeed(user(&["user", "export", "ada@example.com"]), "")).unwrap();
    assert_eq!(printed["user"], document["user"]);
    assert!(succeed(user(&["audit", "--kind", "account_exported"]), "").contains("account_exported"));
}
