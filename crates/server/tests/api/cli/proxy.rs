//! A proxy before a server that fails in one way: what a deployment can get wrong, done on purpose.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, Response, StatusCode, header::AUTHORIZATION},
};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// How it fails.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// A message that begins with these words is answered politely, and nothing is done.
    Deaf(&'static str),
    /// A request is answered with this status and JSON, and not passed on.
    Instead(Method, &'static str, u16, Value),
    /// The page at / is this one.
    Page(&'static str),
    /// Whoever asks for this is taken for the first person that came.
    Confused(Method, &'static str),
    /// This header is lost.
    Loses(&'static str),
    /// A request is never answered.
    Hangs(Method, &'static str),
    /// The first request of this kind is passed on this much later.
    Stalls(Method, &'static str, std::time::Duration),
}

/// A running proxy; it ends with the test.
pub(crate) struct Proxy {
    pub(crate) base: String,
    /// Told when a request hangs.
    pub(crate) hanging: Arc<Notify>,
}

#[derive(Clone)]
struct Shared {
    http: reqwest::Client,
    target: Arc<str>,
    fault: Fault,
    first: Arc<Mutex<Option<HeaderValue>>>,
    stalled: Arc<Mutex<bool>>,
    hanging: Arc<Notify>,
}

impl Proxy {
    pub(crate) async fn start(target: &str, fault: Fault) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let hanging = Arc::new(Notify::new());
        let shared = Shared {
            http: reqwest::Client::new(),
            target: target.into(),
            fault,
            first: Arc::default(),
            stalled: Arc::default(),
            hanging: Arc::clone(&hanging),
        };
        let router = Router::new().fallback(pass).with_state(shared);
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { base, hanging }
    }
}

async fn pass(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.path().to_owned();
    let is = |method: &Method, end: &str| parts.method == method && path.ends_with(end);
    match &shared.fault {
        Fault::Deaf(words) if is(&Method::POST, "/chat") => {
            let said: Value = serde_json::from_slice(&body).unwrap();
            if said["message"].as_str().is_some_and(|message| message.starts_with(words)) {
                let streams = parts.headers.get("accept").is_some_and(|accept| accept == "text/event-stream");
                return politely(&said, streams);
            }
        }
        Fault::Instead(method, end, status, answer) if is(method, end) => return json_answer(*status, answer),
        Fault::Page(text) if path == "/" => {
            let page = Response::builder().header("content-type", "text/html; charset=utf-8");
            return page.body(Body::from(*text)).unwrap();
        }
        Fault::Hangs(method, end) if is(method, end) => {
            shared.hanging.notify_one();
            std::future::pending::<()>().await;
        }
        Fault::Stalls(method, end, length) if is(method, end) => {
            let is_first = !std::mem::replace(&mut *shared.stalled.lock().unwrap(), true);
            tokio::time::sleep(if is_first { *length } else { std::time::Duration::ZERO }).await;
        }
        Fault::Loses(name) => drop(parts.headers.remove(*name)),
        _ => {}
    }
    if let (Fault::Confused(method, begin), Some(token)) = (&shared.fault, parts.headers.get(AUTHORIZATION).cloned()) {
        let first = shared.first.lock().unwrap().get_or_insert(token).clone();
        if parts.method == method && path.starts_with(begin) {
            parts.headers.insert(AUTHORIZATION, first);
        }
    }
    parts.headers.remove("host");
    let url = format!("{}{}", shared.target, parts.uri.path_and_query().unwrap());
    let sent = shared.http.request(parts.method, url).headers(parts.headers).body(body).send().await.unwrap();
    let mut response = Response::builder().status(sent.status());
    *response.headers_mut().unwrap() = sent.headers().clone();
    response.body(Body::from_stream(sent.bytes_stream())).unwrap()
}

/// A reply as good as any other, but for its effect.
fn politely(said: &Value, streams: bool) -> Response<Body> {
    if streams {
        let events = ["RUN_STARTED", "RUN_FINISHED"].map(|kind| format!("data: {}\n\n", json!({"type": kind})));
        let response = Response::builder().header("content-type", "text/event-stream");
        return response.body(Body::from(events.concat())).unwrap();
    }
    let conversation = said["conversation_id"].as_i64().unwrap_or(1);
    let reply = json!({"conversation_id": conversation, "response": "It is done.", "tool_calls": [],
        "change_id": null, "pending": null, "answered_by": "offline"});
    json_answer(200, &reply)
}

fn json_answer(status: u16, body: &Value) -> Response<Body> {
    let response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    response.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
}
