//! `Idempotency-Key`: a repeated write gets the stored answer, the same key for something else is refused.
//!
//! Use cases store their answer together with their effects; this layer looks before, keeps two equal requests from
//! running at once, and stores the answers of writes that did not (profile, password, log-out, stopping a turn): done
//! twice, those are as done once.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts},
    middleware::Next,
    response::IntoResponse,
};
use saydo_app::{
    Caller, IdempotencyKey,
    idempotency::{Answer, IdempotencyState},
};
use saydo_store::StoredAnswer;

use super::{
    body::{self, MostBytes},
    error::{self, ApiError},
    problem::Problem,
    routes::agui,
    state::AppState,
    turn_stream,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Headers that belong to a stored answer; a cookie never does.
const KEPT: [&str; 3] = ["location", "etag", "x-change-id"];
/// Answers larger than this are not stored by this layer; none of ours is.
const LARGEST: u64 = 16 * 1024;

/// Keys that are being worked on by this process, with their owners.
#[derive(Debug, Clone, Default)]
pub(super) struct Flights(Arc<Mutex<HashSet<String>>>);

/// One of them; given back on drop, also when the client goes away.
struct Flight {
    flights: Flights,
    name: String,
}

impl Flights {
    fn begin(&self, caller: &Caller, key: &str) -> Option<Flight> {
        let name = format!("{}\n{key}", caller.id());
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        begun.then(|| Flight { flights: self.clone(), name })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

/// The layer; it stands behind the one that proves the caller.
pub(super) async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let Some(key) = request.headers().get(KEY).cloned().filter(|_| !reads) else { return next.run(request).await };
    match repeatable(&state, &key, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// The same for a door whose answers have a shape of their own: what is stored goes to its handler as [`Stored`], to be
/// shown in that shape.
pub(super) async fn own_shape(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let Some(key) = request.headers().get(KEY).cloned() else { return next.run(request).await };
    match Known::look(&state, &key, request).await {
        Ok(Looked::Known(known)) => known.in_own_shape(next).await.unwrap_or_else(IntoResponse::into_response),
        Ok(Looked::Nobody(request)) => next.run(*request).await,
        Err(error) => error.into_response(),
    }
}

/// The stored answer of a request that was made before.
#[derive(Debug, Clone)]
pub(super) struct Stored(pub(super) StoredAnswer);

/// A request with a key.
enum Looked {
    /// What is known about it.
    Known(Box<Known>),
    /// Its route has no caller.
    Nobody(Box<Request>),
}

/// What is known about a key, and the request it came with.
struct Known {
    caller: Caller,
    key: IdempotencyKey,
    found: IdempotencyState,
    parts: Parts,
    body: axum::body::Bytes,
    _flight: Flight,
}

impl Known {
    async fn look(state: &AppState, key: &HeaderValue, request: Request) -> Result<Looked, ApiError> {
        let key = key.to_str().ok().filter(|key| key.len() <= 255 && !key.trim().is_empty());
        let key = key
            .ok_or_else(|| Problem::field("Idempotency-Key", "An Idempotency-Key has 1 to 255 visible characters."))?;
        let (parts, body) = request.into_parts();
        let Some(caller) = parts.extensions.get::<Caller>().cloned() else {
            return Ok(Looked::Nobody(Box::new(Request::from_parts(parts, body))));
        };
        let most = parts.extensions.get::<MostBytes>().map_or(body::MAX_BYTES, |most| most.0);
        let body = body::read_most(body, most).await?;
        let fingerprint = fingerprint(state, &parts, &body);
        let flight = state.flights.begin(&caller, key).ok_or_else(error::in_flight)?;
        let found = state.app.idempotency_find(caller.id(), key, &fingerprint).await?;
        let key = IdempotencyKey { key: key.to_owned(), fingerprint };
        Ok(Looked::Known(Box::new(Self { caller, key, found, parts, body, _flight: flight })))
    }

    /// Hands the request on, with its key.
    async fn run(&mut self, next: Next) -> Response<Body> {
        self.caller.idempotency = Some(self.key.clone());
        self.parts.extensions.insert(self.caller.clone());
        next.run(Request::from_parts(self.parts.clone(), Body::from(self.body.clone()))).await
    }

    async fn in_own_shape(mut self: Box<Self>, next: Next) -> Result<Response<Body>, ApiError> {
        match self.found.clone() {
            IdempotencyState::Fresh => Ok(self.run(next).await),
            IdempotencyState::OtherRequest => Err(reused().into()),
            IdempotencyState::Replay(answer) => {
                self.parts.extensions.insert(Stored(answer));
                Ok(marked(self.run(next).await))
            }
        }
    }
}

/// A key that was used for something else.
fn reused() -> Problem {
    let detail = "This Idempotency-Key was used for another request.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail)
}

fn marked(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

async fn repeatable(
    state: &AppState,
    key: &HeaderValue,
    request: Request,
    next: Next,
) -> Result<Response<Body>, ApiError> {
    let mut known = match Known::look(state, key, request).await? {
        Looked::Known(known) => known,
        Looked::Nobody(request) => return Ok(next.run(*request).await),
    };
    let streams = turn_stream::is_wanted(&known.parts.headers) || known.parts.uri.path() == agui::PATH;
    match known.found.clone() {
        IdempotencyState::Fresh => {}
        IdempotencyState::Replay(answer) => {
            known.caller.idempotency = Some(known.key.clone());
            // Whoever asks for a stream again gets it again, if the answer came from a turn that can be told again.
            if !streams || state.app.turn_of_key(&known.caller).await?.is_none() {
                return Ok(replay(answer));
            }
            return Ok(marked(known.run(next).await));
        }
        IdempotencyState::OtherRequest => return Err(reused().into()),
    }
    let response = known.run(next).await;
    // Another server may have carried out the same request since its key was looked for: then it could not be done
    // again here (“Task not found”), and the answer is the other's.
    if response.status().is_client_error() && !streams {
        let Known { caller, key, .. } = &*known;
        if let IdempotencyState::Replay(answer) =
            state.app.idempotency_find(caller.id(), &key.key, &key.fingerprint).await?
        {
            return Ok(replay(answer));
        }
    }
    // A stream's answer is kept by its turn when that ends.
    let short = response.body().size_hint().upper().is_some_and(|bytes| bytes <= LARGEST);
    if !response.status().is_success() || is_stream(&response) || !short {
        return Ok(response);
    }
    keep(state, &known.caller, &known.key, response).await
}

fn is_stream(response: &Response<Body>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/event-stream"))
}

/// Stores the answer unless the use case did.
async fn keep(
    state: &AppState,
    caller: &Caller,
    key: &IdempotencyKey,
    response: Response<Body>,
) -> Result<Response<Body>, ApiError> {
    if state.app.idempotency_find(caller.id(), &key.key, &key.fingerprint).await? != IdempotencyState::Fresh {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.map_err(|error| Problem::internal(error.to_string()))?;
    let answer = Answer {
        status: parts.status.as_u16(),
        headers: kept_headers(&parts.headers),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    // The work is done: an answer that cannot be kept (the account was just deleted) is still the answer.
    if let Err(error) = state.app.idempotency_store(caller, answer).await {
        tracing::debug!(%error, "an answer was not kept for repetition");
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn kept_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |name: &str| Some((name.to_owned(), headers.get(name)?.to_str().ok()?.to_owned()));
    KEPT.into_iter().filter_map(text).collect()
}

fn replay(answer: StoredAnswer) -> Response<Body> {
    let json = !answer.body.is_empty();
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    if json {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// What a key stands for: method, path, query and body. It is stored, and a body may hold a password.
fn fingerprint(state: &AppState, parts: &Parts, body: &[u8]) -> String {
    let pieces = [
        parts.method.as_str().as_bytes(),
        parts.uri.path().as_bytes(),
        parts.uri.query().unwrap_or_default().as_bytes(),
        body,
    ];
    state.app.accounts.sealer().fingerprint("idempotency", &pieces)
}
