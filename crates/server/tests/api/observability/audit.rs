//! The audit trail: what is in it, that it only grows, and that it says nothing of anybody.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use saydo_app::audit::AuditKind;
use saydo_store::{AuditEvent, AuditQuery};
use serde_json::{Value, json};

use testbed::{Durability, Postgres, ROLE};

use super::{TOKEN, live, page, sign_up};
use crate::{
    cli::{Server, saydo, succeed},
    support::{Answer, Client, PASSWORD, TestApp, now},
};

/// Events of a kind, once there are so many.
async fn events(app: &TestApp, kind: AuditKind, count: usize) -> Vec<AuditEvent> {
    let query = AuditQuery { kind: Some(kind.as_str().to_owned()), ..AuditQuery::default() };
    let began = std::time::Instant::now();
    loop {
        let found = app.app.store.read().await.unwrap().audit_list(&query, 1000).await.unwrap();
        if found.len() >= count {
            assert_eq!(found.len(), count, "{found:?}");
            return found;
        }
        assert!(began.elapsed().as_secs() < 60, "{kind:?}: {found:?}");
        tokio::task::yield_now().await;
    }
}

async fn one(app: &TestApp, kind: AuditKind) -> AuditEvent {
    events(app, kind, 1).await.remove(0)
}

#[tokio::test]
async fn every_step_of_an_account_is_noted_with_its_request() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let account = json!({"email": "ada@example.com", "password": PASSWORD, "name": "Ada"});
    let signed_up = nobody.post("/api/auth/signup", account).await;
    let id = signed_up.ok(201)["id"].as_str().unwrap().to_owned();
    let made = one(&app, AuditKind::SignedUp).await;
    assert_eq!(made.request_id.as_deref(), Some(signed_up.header("x-request-id")));
    assert_eq!((made.at, made.origin.as_ref().map(String::len)), (now(), Some(16)));
    let actor = made.actor.unwrap();

    let login = json!({"email": "ada@example.com", "password": PASSWORD});
    let token = nobody.post("/api/auth/login", login).await.ok(200)["access_token"].as_str().unwrap().to_owned();
    let ada = Client { id, ..nobody.with_token(token) };
    assert_eq!(one(&app, AuditKind::LoggedIn).await.actor.as_ref(), Some(&actor));
    let wrong = json!({"email": "ada@example.com", "password": "not this one"});
    nobody.post("/api/auth/login", wrong).await.problem(401);
    let failed = one(&app, AuditKind::LoginFailed).await;
    assert_eq!((failed.actor, failed.origin), (None, made.origin));

    let robot = ada.post("/api/tokens", json!({"name": "canary-name", "scope": "read"})).await.ok(201);
    let details = json!({"token": robot["id"], "scope": "read"});
    assert_eq!(one(&app, AuditKind::TokenCreated).await.details, details);
    let program = ada.with_token(robot["token"].as_str().unwrap());
    for _ in 0..3 {
        program.get("/api/tasks").await.ok(200);
    }
    assert_eq!(one(&app, AuditKind::TokenFirstUsed).await.details, json!({"token": robot["id"]}));
    ada.delete(&format!("/api/tokens/{}", robot["id"].as_str().unwrap())).await.ok(204);
    one(&app, AuditKind::TokenRevoked).await;
    ada.delete(&format!("/api/tokens/{}", robot["id"].as_str().unwrap())).await.problem(404);
    one(&app, AuditKind::TokenRevoked).await;

    ada.post("/api/somebody-else/chat", json!({"message": "hi"})).await.problem(403);
    assert_eq!(one(&app, AuditKind::OtherUserRefused).await.actor.as_ref(), Some(&actor));
    ada.say(None, "add milk").await.ok(200);
    ada.delete("/api/conversations").await.ok(200);
    assert_eq!(one(&app, AuditKind::ConversationsDeleted).await.details, json!({"deleted": 1}));
    ada.get("/api/account/export").await.ok(200);
    one(&app, AuditKind::AccountExported).await;
    ada.post("/api/auth/logout", Value::Null).await.ok(204);
    one(&app, AuditKind::LoggedOut).await;

    let bob = app.user("bob").await;
    bob.post("/api/auth/password", json!({"current_password": PASSWORD, "new_password": "another good one"}))
        .await
        .ok(204);
    one(&app, AuditKind::PasswordChanged).await;
    let cleo = app.user("cleo").await;
    cleo.post("/api/auth/logout-all", Value::Null).await.ok(204);
    one(&app, AuditKind::LoggedOutEverywhere).await;
    one(&app, AuditKind::Migrated).await;
}

#[tokio::test]
async fn an_erased_account_leaves_only_a_pseudonym() {
    let app = TestApp::start().await;
    let ada = app.user("canary-ada").await;
    let delete = ada.request(Method::DELETE, "/api/account").json(&json!({"password": PASSWORD}));
    Answer::of(delete).await.ok(204);
    let erased = one(&app, AuditKind::AccountErased).await;
    assert_eq!(erased.actor, one(&app, AuditKind::AdminCommand).await.actor);
    let all = app.app.store.read().await.unwrap().audit_list(&AuditQuery::default(), 1000).await.unwrap();
    let text = format!("{all:?}");
    assert!(!text.contains(&ada.id) && !text.contains("canary"), "{text}");
}

#[tokio::test]
async fn what_is_old_goes_and_nothing_else_can() {
    let app = TestApp::start().await;
    app.user("ada").await;
    one(&app, AuditKind::AdminCommand).await;
    let (before, after) = (now() - jiff::SignedDuration::from_hours(1), now() + jiff::SignedDuration::from_hours(1));
    let purge = async |until| {
        let removed: Result<u64, saydo_store::StoreError> =
            app.app.store.write(move |tx| Box::pin(async move { tx.audit_purge(until, 1000).await })).await;
        removed.unwrap()
    };
    assert_eq!(purge(before).await, 0);
    assert!(purge(after).await >= 2);
    let left = app.app.store.read().await.unwrap().audit_list(&AuditQuery::default(), 9).await.unwrap();
    assert_eq!(left, Vec::new());
}

/// Anybody can be refused as often as they like: that neither fills the table nor hides what else happens.
#[tokio::test]
async fn a_flood_of_refusals_is_counted() {
    const REFUSED: usize = 1000;
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    for _ in 0..REFUSED {
        let foreign =
            nobody.request(Method::POST, "/mcp").header("Origin", "https://elsewhere.example").json(&json!({}));
        Answer::of(foreign).await.problem(403);
    }
    let wrong = json!({"email": "ada@example.com", "password": "not this one"});
    nobody.post("/api/auth/login", wrong).await.problem(401);
    one(&app, AuditKind::LoginFailed).await;
    // A minute may have ended meanwhile: what was counted before is noted already.
    app.app.accounts.audit().settle().await;
    let query = AuditQuery { kind: Some(AuditKind::OriginRefused.as_str().to_owned()), ..AuditQuery::default() };
    let noted = app.app.store.read().await.unwrap().audit_list(&query, 1000).await.unwrap();
    assert!((2..20).contains(&noted.len()), "{noted:?}");
    let more = |event: &AuditEvent| event.details["more"].as_u64().unwrap_or(1);
    assert_eq!(noted.iter().map(more).sum::<u64>(), REFUSED as u64, "{noted:?}");
    assert!(noted.iter().all(|event| event.origin == noted[0].origin), "{noted:?}");
}

/// Tokens that are not good: each is counted, and none of them is told.
#[tokio::test]
async fn a_flood_of_bad_tokens_is_counted() {
    const EACH: usize = 100;
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/auth/logout", Value::Null).await.ok(204);
    ada.get("/api/tasks").await.problem(401);
    let first = one(&app, AuditKind::TokenRefused).await;
    assert_eq!((first.actor, first.details), (None, json!({"token": "ended"})));
    let guessed = app.anonymous().with_token("saydo_pat_canary");
    let forged = app.anonymous().with_token("canary.canary.canary");
    for _ in 0..EACH {
        guessed.get("/api/tasks").await.problem(401);
        forged.post("/mcp", json!({})).await.problem(401);
        let cookie = app.anonymous().request(Method::GET, "/api/tasks").header("cookie", "saydo_session=canary");
        Answer::of(cookie).await.problem(401);
    }
    // Who has none is no attack.
    app.anonymous().get("/api/tasks").await.problem(401);
    app.app.accounts.audit().settle().await;
    let query = AuditQuery { kind: Some(AuditKind::TokenRefused.as_str().to_owned()), ..AuditQuery::default() };
    let noted = app.app.store.read().await.unwrap().audit_list(&query, 1000).await.unwrap();
    assert!((2..20).contains(&noted.len()), "{noted:?}");
    let more = |event: &AuditEvent| event.details["more"].as_u64().unwrap_or(1);
    assert_eq!(noted.iter().map(more).sum::<u64>(), 1 + 3 * EACH as u64, "{noted:?}");
    assert!(!format!("{noted:?}").contains("canary"), "{noted:?}");
}

/// Somebody has a session and guesses at its password: the trail says whose, the alert's figure counts it.
#[tokio::test]
async fn guesses_at_the_password_of_a_session_are_seen() {
    const GUESSES: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_METRICS_TOKEN", TOKEN)]);
    let ada = sign_up(&server, "ada@example.com").await;
    let wrong = json!({"current_password": "not this one", "new_password": "another good one"});
    let guesses = join_all((0..GUESSES).map(|_| ada.post("/api/auth/password", wrong.clone()))).await;
    let delete = ada.request(Method::DELETE, "/api/account").json(&json!({"password": "not this one"}));
    let statuses: Vec<u16> = guesses.iter().chain([&Answer::of(delete).await]).map(|answer| answer.status).collect();
    let count = |wanted| statuses.iter().filter(|status| **status == wanted).count() as u64;
    assert!(count(422) >= 5 && count(429) > 0 && count(422) + count(429) == 9, "{statuses:?}");
    Client::of(&server.base, "saydo_pat_guess").get("/api/tasks").await.problem(401);
    let page = page(&server).await.text;
    for (series, number) in [
        (r#"saydo_logins_total{outcome="ok"}"#, 1),
        (r#"saydo_logins_total{outcome="failed"}"#, count(422)),
        (r#"saydo_logins_total{outcome="throttled"}"#, count(429)),
        (r#"saydo_audit_events_total{kind="password_refused"}"#, count(422)),
        (r#"saydo_tokens_refused_total{kind="personal"}"#, 1),
        (r#"saydo_tokens_refused_total{kind="forged"}"#, 0),
    ] {
        assert!(page.lines().any(|line| line == format!("{series} {number}")), "{series} {number}:\n{page}");
    }
    assert_eq!(server.stop().0, Some(0));
    let events = |kind: &str| -> Vec<Value> {
        let lines = succeed(saydo(folder.path(), &["audit", "--json", "--kind", kind]), "");
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let more =
        |events: &[Value]| events.iter().map(|event| event["details"]["more"].as_u64().unwrap_or(1)).sum::<u64>();
    let (refused, throttled) = (events("password_refused"), events("login_throttled"));
    assert_eq!((more(&refused), more(&throttled)), (count(422), count(429)));
    let actor = events("signed_up").remove(0)["actor"].clone();
    assert!(actor.is_string() && refused.iter().chain(&throttled).all(|event| event["actor"] == actor), "{refused:?}");
}

/// Who comes in over and over fills no table.
#[tokio::test]
async fn what_one_person_repeats_is_counted() {
    const TIMES: u64 = 50;
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    for _ in 0..TIMES {
        ada.get("/api/account/export").await.ok(200);
    }
    bob.get("/api/account/export").await.ok(200);
    app.app.accounts.audit().settle().await;
    let query = AuditQuery { kind: Some(AuditKind::AccountExported.as_str().to_owned()), ..AuditQuery::default() };
    let noted = app.app.store.read().await.unwrap().audit_list(&query, 1000).await.unwrap();
    let bobs = app.app.accounts.audit().pseudonym(&saydo_domain::UserId::new(bob.id).unwrap());
    let (bobs, adas): (Vec<_>, Vec<_>) = noted.iter().partition(|event| event.actor.as_ref() == Some(&bobs));
    assert_eq!((bobs.len(), &bobs[0].details), (1, &json!({})));
    assert!((2..20).contains(&adas.len()), "{adas:?}");
    assert_eq!(adas.iter().map(|event| event.details["more"].as_u64().unwrap_or(1)).sum::<u64>(), TIMES, "{adas:?}");
}

#[tokio::test]
async fn an_event_that_the_database_cannot_take_is_counted() {
    let cluster = Postgres::start(Durability::OfProcess);
    cluster.create_database("app");
    let url = cluster.url("app", ROLE);
    let folder = tempfile::tempdir().unwrap();
    let settings = [("DATABASE_URL", url.as_str()), ("DB_POOL_TIMEOUT", "1"), ("SAYDO_METRICS_TOKEN", TOKEN)];
    let server = Server::start(folder.path(), &settings);
    let dropped = async || {
        let page = page(&server).await.text;
        page.lines().find_map(|line| line.strip_prefix("saydo_audit_dropped_total ")).map(str::to_owned)
    };
    assert_eq!(dropped().await.as_deref(), Some("0"));
    cluster.stop_immediate();
    let foreign = Client::of(&server.base, "").request(Method::POST, "/mcp");
    Answer::of(foreign.header("Origin", "https://elsewhere.example").json(&json!({}))).await.problem(403);
    let began = std::time::Instant::now();
    while dropped().await.as_deref() != Some("1") {
        assert!(began.elapsed().as_secs() < 60, "it is not counted");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test]
async fn the_operator_reads_it_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let person = sign_up(&server, "canary-email@example.com").await;
    live(&server, &person).await;
    assert_eq!(server.stop().0, Some(0));
    succeed(saydo(folder.path(), &["user", "password", &person.id]), "another good one\n");
    let lines = succeed(saydo(folder.path(), &["audit", "--json"]), "");
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: BTreeSet<&str> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    for kind in [
        "migrated",
        "server_started",
        "signed_up",
        "logged_in",
        "login_failed",
        "other_user_refused",
        "password_changed",
        "admin_command",
    ] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
    assert!(!lines.contains("canary") && !lines.contains(&person.id) && !lines.contains("nobody@"), "{lines}");
    let failed = succeed(saydo(folder.path(), &["audit", "--since", "1h", "--kind", "login_failed"]), "");
    assert_eq!(failed.lines().count(), 1, "{failed}");
    assert_eq!(succeed(saydo(folder.path(), &["audit", "--since", "2999-01-01T00:00:00Z"]), ""), "");
    let odd = crate::cli::run(saydo(folder.path(), &["audit", "--kind", "nonsense"]), "");
    assert_eq!(odd.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&odd.stderr).contains("login_failed"));
}
