//! Traces: a collector of our own gets them by OTLP, and a model server gets the context.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    routing::post,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{sign_up, with_model};
use crate::support::Answer;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
const KEY: &str = "canary-collector-key";

/// What the collector was sent: kind, key and body.
type Sent = Arc<Mutex<Vec<(String, String, Bytes)>>>;

/// A collector that keeps what it gets.
async fn collector() -> (String, Sent) {
    async fn take(State(sent): State<Sent>, headers: HeaderMap, body: Bytes) -> &'static str {
        let text = |name| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        sent.lock().unwrap().push((text(header::CONTENT_TYPE), text(header::AUTHORIZATION), body));
        "{}"
    }
    let sent = Sent::default();
    let doors = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&sent));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, doors).await.unwrap() });
    (base, sent)
}

/// Says something to a model within a trace (on more than one thread: the collector answers while the server stops); gives what the collector got, the context the model got, and the log.
async fn traced(protocol: &str) -> (Vec<(String, String, Bytes)>, String, String) {
    let (base, sent) = collector().await;
    let folder = tempfile::tempdir().unwrap();
    let headers = format!("authorization={KEY}");
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", base.as_str()),
        ("OTEL_EXPORTER_OTLP_HEADERS", &headers),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("SAYDO_PLANNER", "llm"),
    ];
    let (model, server) = with_model(folder.path(), &settings).await;
    model.reply(scripted_model::Reply::call("add_task", json!({"title": "canary-title"})));
    let person = sign_up(&server, "canary-email@example.com").await;
    let say = person.request(Method::POST, &format!("/api/{}/chat", person.id));
    let say = say.header("traceparent", format!("00-{TRACE}-{PARENT}-01"));
    Answer::of(say.json(&json!({"message": "canary-message please"}))).await.ok(200);
    let context = model.requests()[0].headers["traceparent"].clone();
    let (status, log) = server.stop();
    assert_eq!(status, Some(0));
    let sent = sent.lock().unwrap().clone();
    (sent, context, log)
}

/// All spans of the trace.
fn spans(sent: &[(String, String, Bytes)]) -> Vec<Value> {
    let bodies = sent.iter().map(|(_, _, body)| serde_json::from_slice::<Value>(body).unwrap());
    let mut spans = Vec::new();
    for body in bodies {
        for resource in body["resourceSpans"].as_array().unwrap() {
            for scope in resource["scopeSpans"].as_array().unwrap() {
                spans
                    .extend(scope["spans"].as_array().unwrap().iter().filter(|span| span["traceId"] == TRACE).cloned());
            }
        }
    }
    spans
}

/// The names from a span up to the request.
fn way_up(spans: &[Value], span: &Value) -> Vec<String> {
    let mut names = vec![span["name"].as_str().unwrap().to_owned()];
    let mut parent = &span["parentSpanId"];
    while parent != PARENT {
        let above = spans.iter().find(|span| span["spanId"] == *parent).unwrap_or_else(|| panic!("{span} hangs loose"));
        names.push(above["name"].as_str().unwrap().to_owned());
        parent = &above["parentSpanId"];
    }
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_is_one_trace_from_the_request_to_the_statements() {
    let (sent, context, log) = traced("http/json").await;
    assert!(sent.iter().all(|(kind, key, _)| kind == "application/json" && key == KEY), "{sent:?}");
    let spans = spans(&sent);
    let ways: std::collections::BTreeSet<String> = spans.iter().map(|span| way_up(&spans, span).join(" < ")).collect();
    for way in [
        "request",
        "query < request",
        "turn < request",
        "model_request < turn < request",
        "tool < turn < request",
        "query < tool < turn < request",
    ] {
        assert!(ways.contains(way), "{way} is not among {ways:#?}");
    }
    // The model's server is told the very request it belongs to.
    let asked = spans.iter().find(|span| span["name"] == "model_request").unwrap();
    assert_eq!(context, format!("00-{TRACE}-{}-01", asked["spanId"].as_str().unwrap()));
    let everything: String = sent.iter().map(|(_, _, body)| String::from_utf8_lossy(body).into_owned()).collect();
    for canary in ["canary-title", "canary-message", "canary-email", KEY] {
        assert!(!everything.contains(canary) && !log.contains(canary), "{canary}");
    }
    let line = log.lines().find(|line| line.contains("POST /api/{user_id}/chat")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["trace_id"], TRACE);
}

#[tokio::test(flavor = "multi_thread")]
async fn protobuf_is_what_collectors_get_unless_told_otherwise() {
    let (sent, ..) = traced("http/protobuf").await;
    assert!(!sent.is_empty());
    assert!(sent.iter().all(|(kind, key, body)| kind == "application/x-protobuf" && key == KEY && !body.is_empty()));
    let trace: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&TRACE[2 * at..2 * at + 2], 16).unwrap()).collect();
    assert!(sent.iter().any(|(_, _, body)| body.windows(16).any(|window| window == trace)));
}

#[tokio::test]
async fn without_a_collector_there_is_a_trace_id_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (model, server) = with_model(folder.path(), &[("SAYDO_PLANNER", "llm")]).await;
    let person = sign_up(&server, "alone@example.com").await;
    person.say(None, "what should I do?").await.ok(200);
    let context = model.requests()[0].headers["traceparent"].clone();
    let (_, log) = server.stop();
    let line = log.lines().find(|line| line.contains("POST /api/{user_id}/chat")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    let trace = line["trace_id"].as_str().unwrap();
    assert!(trace.len() == 32 && context.starts_with(&format!("00-{trace}-")) && context.ends_with("-00"), "{context}");
}
