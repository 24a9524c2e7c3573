//! Every refusal has the one form, and every odd body is a clear 4xx that changes nothing.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestApp};

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let app = TestApp::start().await;
    let nothing = app.anonymous().get("/api/nothing").await;
    assert_eq!(nothing.problem(404).1, "not_found");
    let wrong = app.anonymous().put("/health", json!({})).await;
    assert_eq!(wrong.problem(405).1, "method_not_allowed");
    assert_eq!(wrong.header("allow"), "GET,HEAD");
    assert_eq!(wrong.json()["type"], "about:blank");
    assert_eq!(wrong.json()["title"], "Method Not Allowed");
}

#[tokio::test]
async fn request_ids_are_taken_over_when_sane() {
    let app = TestApp::start().await;
    let with = async |id: &str| {
        let request = app.anonymous().request(Method::GET, "/api/auth/me").header("x-request-id", id);
        Answer::of(request).await.header("x-request-id").to_owned()
    };
    assert_eq!(with("client-7").await, "client-7");
    assert_ne!(with("<script>").await, "<script>");
    assert_eq!(with(&"x".repeat(200)).await.len(), 36);
}

#[tokio::test]
async fn odd_bodies_are_refused_and_named() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let send = async |body: &str| {
        let request = ada.request(Method::POST, "/api/tasks").header("content-type", "application/json");
        Answer::of(request.body(body.to_owned())).await
    };
    for body in ["", "{", "[]", "null", "7", "{\"title\":\"x\"}}"] {
        assert_eq!(send(body).await.refused(), ["body"], "{body}");
    }
    let deep = format!("{{\"title\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(send(&deep).await.status, 422);
    assert_eq!(send("{\"title\":7}").await.refused(), ["title"]);
    assert_eq!(send("{\"title\":\"x\",\"due\":\"2026-01-01\"}").await.refused(), ["due"]);
    assert_eq!(send("{\"title\":\"x\",\"labels\":[\"a\",{}]}").await.refused(), ["labels[1]"]);
    assert_eq!(send("{\"description\":\"x\"}").await.refused(), ["title"]);
    assert_eq!(send("{\"title\":\"\u{fffd}\\ud800\"}").await.status, 422);
    assert_eq!(ada.get("/api/tasks").await.ok(200), json!([]));
}

#[tokio::test]
async fn other_kinds_of_bodies_are_415() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let request = ada.request(Method::POST, "/api/tasks").header("content-type", kind).body("{\"title\":\"x\"}");
        assert_eq!(Answer::of(request).await.problem(415).1, "unsupported_media_type");
    }
    let request = ada.request(Method::POST, "/api/tasks").header("content-encoding", "zstd").body("{\"title\":\"x\"}");
    Answer::of(request).await.problem(415);
}

#[tokio::test]
async fn bodies_end_at_one_mebibyte_also_unpacked() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let send = async |body: Vec<u8>, packed: bool| {
        let request = ada.request(Method::POST, "/api/tasks").header("content-type", "application/json").body(body);
        Answer::of(if packed { request.header("content-encoding", "gzip") } else { request }).await
    };
    send(vec![b' '; 1024 * 1024 + 1], false).await.problem(413);
    assert_eq!(send(vec![b' '; 1024 * 1024], false).await.refused(), ["body"]);
    // Two mebibytes of blanks, packed into a few kilobytes (made with gzip -9).
    send(include_bytes!("blanks.gz").to_vec(), true).await.problem(413);
    assert_eq!(send(b"not gzip".to_vec(), true).await.problem(400).1, "bad_body");
}

#[tokio::test]
async fn odd_ids_and_parameters_are_refused_and_named() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for path in ["/api/tasks/x", "/api/tasks/99999999999999999999", "/api/tasks/1.5", "/api/conversations/x/messages"] {
        assert_eq!(ada.get(path).await.refused(), ["id"], "{path}");
    }
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("cursor=x", "cursor"),
        ("completed=maybe", "completed"),
        ("priority=urgent", "priority"),
        ("sort=colour", "sort"),
        ("due_before=%F0%9F%8E%82", "due_before"),
        ("nope=1", "nope"),
    ] {
        assert_eq!(ada.get(&format!("/api/tasks?{query}")).await.refused(), [field], "{query}");
    }
    for number in ["0", "-1", "7", "9223372036854775807"] {
        let answer = ada.get(&format!("/api/tasks/{number}")).await;
        assert_eq!(answer.problem(404), ("Task not found".to_owned(), "not_found".to_owned()));
    }
}
