//! Serving: HTTP/1.1 on a listener, one task a connection.

use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::formats::{Event, Format};
use crate::reply::{Fault, Quirk, Reply};
use crate::request::Recorded;
use crate::script::Script;

type Body = UnsyncBoxBody<Bytes, io::Error>;
type Chunks = BoxStream<'static, Result<Bytes, io::Error>>;

/// What the connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    script: Mutex<Script>,
    requests: Mutex<Vec<Recorded>>,
    mistakes: Mutex<Vec<String>>,
    calls: AtomicU64,
    open: Arc<AtomicUsize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(script: Script) -> Self {
        Self {
            script: Mutex::new(script),
            requests: Mutex::default(),
            mistakes: Mutex::default(),
            calls: AtomicU64::new(1),
            open: Arc::default(),
        }
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        lock(&self.requests).clone()
    }

    pub(crate) fn open_answers(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub(crate) fn take_mistakes(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.mistakes))
    }

    fn mistake(&self, what: String) -> Response<Body> {
        let error = json!({"error": {"type": "invalid_request_error", "code": "scripted_mistake", "message": what}});
        lock(&self.mistakes).push(what);
        json_response(StatusCode::BAD_REQUEST, &error)
    }
}

/// Counts an answer while it is being sent.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Takes connections until the task is aborted; they end with it.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((socket, _)) = accepted else { continue };
                let shared = Arc::clone(&shared);
                connections.spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&shared), request));
                    // An error here is a client that left, or a script that says to close.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(socket), service)
                        .await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// An error closes the connection without an answer.
async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let open = Open::new(&shared.open);
    let path = request.uri().to_string();
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    if path.ends_with("/models") {
        return Ok(json_response(StatusCode::OK, &json!({"object": "list", "data": [{"id": "scripted"}]})));
    }
    let Some(format) = Format::of_path(&path) else { return Ok(shared.mistake(format!("no such path: {path}"))) };
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return Ok(shared.mistake("a body that is no JSON".to_owned()));
    };
    let recorded = Recorded { format, path, headers, body };
    lock(&shared.requests).push(recorded.clone());
    if let Err(mistake) = recorded.check() {
        return Ok(shared.mistake(mistake));
    }
    let message = recorded.last_user();
    let reply = shared.script().next(&message, !recorded.outputs().is_empty());
    let Some(reply) = reply else { return Ok(shared.mistake(format!("the script has no reply to {message:?}"))) };
    let first_id = shared.calls.fetch_add(reply.calls.len() as u64, Ordering::SeqCst);
    respond(format, format.wants_stream(&recorded.body), &reply, first_id, open).await
}

async fn respond(
    format: Format,
    wants_stream: bool,
    reply: &Reply,
    first_id: u64,
    open: Open,
) -> io::Result<Response<Body>> {
    match &reply.fault {
        Some(Fault::HangBeforeHeaders) => return std::future::pending().await,
        Some(Fault::CloseConnection) => return Err(io::Error::other("the script says to close")),
        Some(Fault::Status { status, retry_after, code }) => {
            let error = json!({"error": {"message": "The script says so.", "type": "error", "code": code}});
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = json_response(status, &error);
            if let Some(value) = retry_after.as_ref().and_then(|text| text.parse().ok()) {
                response.headers_mut().insert("retry-after", value);
            }
            return Ok(response);
        }
        _ => {}
    }
    if reply.raw.is_none() && (!wants_stream || reply.has(Quirk::Whole)) {
        tokio::time::sleep(Duration::from_millis(reply.pause_ms)).await;
        return Ok(json_response(StatusCode::OK, &format.whole(reply, first_id)));
    }
    let pause = Duration::from_millis(reply.pause_ms);
    let chunks = chunks(format, reply, first_id).then(move |chunk| async move {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        chunk
    });
    let frames = chunks.map(move |chunk| {
        // Held until the stream is dropped: the answer counts as open so long.
        let _ = &open;
        chunk.map(Frame::data)
    });
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("text/event-stream"));
    Ok(response)
}

fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    let body = Full::new(Bytes::from(body.to_string())).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    response
}

/// The body of a streamed reply, with its fault.
fn chunks(format: Format, reply: &Reply, first_id: u64) -> Chunks {
    if let Some(raw) = &reply.raw {
        return stream::iter(cut(raw.as_bytes().to_vec(), reply)).boxed();
    }
    let mut events = format.events(reply, first_id);
    let pending = stream::pending().boxed();
    let ending: Chunks = match &reply.fault {
        Some(Fault::HangAfterHeaders) => return pending,
        Some(Fault::HangAfter(count)) => {
            events.truncate(*count);
            pending
        }
        Some(Fault::MalformedAfter(count)) => {
            events.truncate(*count);
            events.push(Event { name: "", data: "{\"choices\": [".to_owned() });
            stream::empty().boxed()
        }
        Some(Fault::EndAfter(count)) => {
            events.truncate(*count);
            stream::empty().boxed()
        }
        Some(Fault::BreakAfter(count)) => {
            events.truncate(*count);
            stream::once(async {
                // The server sends what it has when the body makes it wait; an error at once would throw that away.
                tokio::task::yield_now().await;
                Err(io::Error::other("the script says to break"))
            })
            .boxed()
        }
        Some(Fault::ErrorAfter(count)) => {
            events.truncate(*count);
            events.push(format.error());
            stream::empty().boxed()
        }
        Some(Fault::Endless) => {
            events.truncate(1);
            let more = Bytes::from(frame(&format.more_text(), reply));
            stream::repeat_with(move || Ok(more.clone())).boxed()
        }
        _ if reply.has(Quirk::StaysOpen) => pending,
        _ => stream::empty().boxed(),
    };
    let mut frames: Vec<Vec<u8>> = events.iter().map(|event| frame(event, reply)).collect();
    if reply.has(Quirk::ByteOrderMark)
        && let Some(first) = frames.first_mut()
    {
        first.splice(0..0, "\u{feff}".bytes());
    }
    if reply.has(Quirk::NoLastLine)
        && let Some(last) = frames.last_mut()
    {
        last.truncate(last.trim_ascii_end().len());
    }
    let body = if reply.chunk_bytes.is_some() {
        cut(frames.concat(), reply)
    } else {
        frames.into_iter().map(|frame| Ok(Bytes::from(frame))).collect()
    };
    stream::iter(body).chain(ending).boxed()
}

/// An event as bytes.
fn frame(event: &Event, reply: &Reply) -> Vec<u8> {
    let line = if reply.has(Quirk::Crlf) { "\r\n" } else { "\n" };
    let comment =
        if reply.has(Quirk::Comments) { format!(": still here{line}{line}: and{line}") } else { String::new() };
    let has_name = !event.name.is_empty() && !reply.has(Quirk::NoEventNames);
    let name = if has_name { format!("event: {}{line}", event.name) } else { String::new() };
    format!("{comment}{name}data: {}{line}{line}", event.data).into_bytes()
}

fn cut(bytes: Vec<u8>, reply: &Reply) -> Vec<io::Result<Bytes>> {
    let size = reply.chunk_bytes.unwrap_or(bytes.len()).max(1);
    bytes.chunks(size).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect()
}
