//! `/api/tokens`: programs come in with tokens of their own.

use std::time::Duration;

use saydo_store::StoreError;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::support::{Client, PASSWORD, TestApp};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(4);

/// Makes a token and hands out the program that has it, with the token's id.
pub(crate) async fn program(owner: &Client, scope: &str) -> (Client, String) {
    let made = owner.post("/api/tokens", json!({"name": "Robot", "scope": scope})).await.ok(201);
    (owner.with_token(made["token"].as_str().unwrap()), made["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let input = json!({"name": "  Claude on my laptop ", "scope": "write", "expires_in_days": 30});
    let request = ada.request(reqwest::Method::POST, "/api/tokens").header("idempotency-key", "k1").json(&input);
    let made = crate::support::Answer::of(request).await.ok(201);
    let text = made["token"].as_str().unwrap().to_owned();
    assert_eq!((text.starts_with("saydo_pat_"), text.len()), (true, 53), "{text}");
    let expected = json!({"id": made["id"], "name": "Claude on my laptop", "scope": "write",
        "created_at": "2026-03-11T09:00:00Z", "expires_at": "2026-04-10T09:00:00Z", "last_used_at": null, "changes_today": 0});
    assert_eq!(ada.get("/api/tokens").await.ok(200), json!({"tokens": [expected], "revoked": []}));
    let secret = &text["saydo_pat_".len()..];
    assert!(!ada.get("/api/account/export").await.text.contains(secret));
    // Neither the table nor the answers kept for repetition nor the write-ahead log know it.
    let data = app.restart(&[]).await;
    for file in std::fs::read_dir(data.folder.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{}", path.display());
    }
}

#[tokio::test]
async fn it_opens_the_owners_things_and_its_use_is_noted() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let (robot, id) = program(&ada, "write").await;
    robot.post("/api/tasks", json!({"title": "Oil the joints"})).await.ok(201);
    assert_eq!(ada.get("/api/tasks").await.ok(200)[0]["title"], "Oil the joints");
    robot.say(None, "add sharpen the saw").await.ok(200);
    let noted = async {
        loop {
            let used = ada.get("/api/tokens").await.ok(200)["tokens"][0]["last_used_at"].clone();
            if !used.is_null() {
                break used;
            }
        }
    };
    let used = tokio::time::timeout(PATIENCE, noted).await.expect("the use is noted beside the requests");
    assert_eq!(used, "2026-03-11T09:00:00Z");
    let replica = app.replica().await;
    ada.delete(&format!("/api/tokens/{id}")).await.ok(204);
    robot.get("/api/tasks").await.problem(401);
    robot.at(&replica).get("/api/tasks").await.problem(401);
    ada.delete(&format!("/api/tokens/{id}")).await.problem(404);
    // What it did today can still be looked at, and undone.
    let gone = json!([{"id": id, "name": "Robot", "changes_today": 2}]);
    assert_eq!(ada.get("/api/tokens").await.ok(200), json!({"tokens": [], "revoked": gone}));
}

#[tokio::test]
async fn a_writer_that_is_stuck_keeps_no_reader_waiting() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let (robot, _) = program(&ada, "read").await;
    let (stuck, is_stuck) = oneshot::channel();
    let (free, freed) = oneshot::channel::<()>();
    let store = app.app.store.clone();
    let writer = tokio::spawn(async move {
        let held: Result<(), StoreError> = store
            .write(move |_| {
                Box::pin(async move {
                    stuck.send(()).unwrap();
                    freed.await.unwrap();
                    Ok(())
                })
            })
            .await;
        held
    });
    is_stuck.await.unwrap();
    for _ in 0..3 {
        let answer = tokio::time::timeout(PATIENCE, robot.get("/api/tasks")).await.expect("nobody waits");
        answer.ok(200);
    }
    free.send(()).unwrap();
    writer.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_reader_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "Stay"})).await.ok(201);
    let (reader, _) = program(&ada, "read").await;
    assert_eq!(reader.get("/api/tasks").await.ok(200).as_array().unwrap().len(), 1);
    let refused = [
        reader.post("/api/tasks", json!({"title": "No"})).await,
        reader.patch("/api/tasks/1", json!({"title": "No"})).await,
        reader.delete("/api/tasks/1").await,
        reader.say(None, "delete stay").await,
        reader.post("/api/undo", json!({})).await,
        reader.post("/mcp/", json!({})).await,
    ];
    for answer in &refused[..5] {
        assert_eq!(answer.problem(403).1, "insufficient_scope");
    }
    assert!(refused[5].status >= 400, "another spelling of /mcp is not /mcp");
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["title"], "Stay");
}

#[tokio::test]
async fn no_program_opens_the_account() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let (robot, id) = program(&ada, "write").await;
    let refused = [
        robot.get("/api/tokens").await,
        robot.post("/api/tokens", json!({"name": "Child", "scope": "write"})).await,
        robot.delete(&format!("/api/tokens/{id}")).await,
        robot.post("/api/auth/password", json!({"current_password": PASSWORD, "new_password": "another one"})).await,
        robot.post("/api/auth/logout", Value::Null).await,
        robot.post("/api/auth/logout-all", Value::Null).await,
        // The e-mail, all that was said, and the other programs; and who may read what is said from now on.
        robot.get("/api/account/export").await,
        robot.patch("/api/auth/me", json!({"planner": "llm"})).await,
        // What nobody can bring back.
        robot.delete("/api/conversations").await,
    ];
    for answer in refused {
        assert_eq!(answer.problem(403).1, "sign_in_needed");
    }
    let erase = robot.request(reqwest::Method::DELETE, "/api/account").json(&json!({"password": PASSWORD}));
    assert_eq!(crate::support::Answer::of(erase).await.problem(403).1, "sign_in_needed");
    ada.get("/api/auth/me").await.ok(200);
}

#[tokio::test]
async fn no_program_accepts_a_plan() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let (robot, _) = program(&ada, "write").await;
    for title in ["Milk", "Bread"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    let asked = robot.say(None, "delete all tasks").await.ok(200);
    let pending = asked["pending"]["id"].as_str().unwrap();
    let path = format!("/api/conversations/{}/pending/{pending}", asked["conversation_id"]);
    assert_eq!(robot.post(&path, json!({"decision": "accept"})).await.problem(403).1, "sign_in_needed");
    let input = |payload: Value| {
        json!({"threadId": "t", "runId": "r", "tools": [], "context": [], "state": {}, "forwardedProps": {},
            "messages": [{"id": "m", "role": "user", "content": "delete all tasks"}], "resume": payload})
    };
    let run = robot.post("/api/agui", input(Value::Null)).await.events();
    let question = run.last().unwrap().1["outcome"]["interrupts"][0]["id"].clone();
    for payload in [Value::Null, json!(true), json!("yes"), json!({"decision": "accept"})] {
        let entry = json!([{"interruptId": question, "status": "resolved", "payload": payload}]);
        assert_eq!(robot.post("/api/agui", input(entry)).await.problem(403).1, "sign_in_needed", "{payload}");
    }
    assert_eq!(ada.get("/api/tasks").await.ok(200).as_array().unwrap().len(), 2);
    // It may say no, and the person may say yes.
    let no = json!([{"interruptId": question, "status": "resolved", "payload": false}]);
    robot.post("/api/agui", input(no)).await.events();
    ada.post(&path, json!({"decision": "accept"})).await.ok(200);
    assert_eq!(ada.get("/api/tasks").await.ok(200), json!([]));
}

#[tokio::test]
async fn it_ends_when_it_was_said_it_would() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let made = ada.post("/api/tokens", json!({"name": "Short", "scope": "read", "expires_in_days": 1})).await.ok(201);
    let robot = ada.with_token(made["token"].as_str().unwrap());
    let app = app.restart(&[("SAYDO_NOW", "2026-03-12T08:59:59Z")]).await;
    robot.at(&app).get("/api/tasks").await.ok(200);
    let app = app.restart(&[("SAYDO_NOW", "2026-03-12T09:00:00Z")]).await;
    robot.at(&app).get("/api/tasks").await.problem(401);
}

#[tokio::test]
async fn what_cannot_be_is_named() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let refused = async |input| ada.post("/api/tokens", input).await.refused();
    assert_eq!(refused(json!({"name": " ", "scope": "read", "expires_in_days": 0})).await, ["name", "expires_in_days"]);
    assert_eq!(refused(json!({"name": "x", "scope": "admin"})).await, ["scope"]);
    assert_eq!(refused(json!({"name": "x", "scope": "read", "expires_in_days": 3651})).await, ["expires_in_days"]);
    for _ in 0..100 {
        ada.post("/api/tokens", json!({"name": "x", "scope": "read"})).await.ok(201);
    }
    let full = ada.post("/api/tokens", json!({"name": "x", "scope": "read"})).await;
    assert_eq!(full.problem(409).1, "too_many_tokens");
}

#[tokio::test]
async fn neither_others_nor_guesses_come_in() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let (robot, id) = program(&ada, "write").await;
    bob.delete(&format!("/api/tokens/{id}")).await.problem(404);
    robot.get("/api/tasks").await.ok(200);
    for guess in ["saydo_pat_", "saydo_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "saydo_pat_%"] {
        ada.with_token(guess).get("/api/tasks").await.problem(401);
    }
    let say = json!({"message": "hello"});
    robot.post(&format!("/api/{}/chat", bob.id), say).await.problem(403);
}
