//! MCP over HTTP (streamable HTTP). Sessions of the older revisions are sealed: the id a client carries holds, signed
//! and bound to its owner, what another replica needs to go on with it. The newest revision has no sessions.

use std::{pin::Pin, sync::Arc};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Method, Request, Response, StatusCode, request::Parts},
};
use http_body_util::Full;
use jiff::SignedDuration;
use rmcp::{
    ServerHandler,
    model::{ClientCapabilities, Implementation, InitializeRequestParams},
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService,
        session::{SessionId, SessionState, SessionStore, SessionStoreError, local::LocalSessionManager},
    },
};
use saydo_app::{
    Clock,
    accounts::Sealer,
    counters::{Counters, Once},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::awake::Awake;

const SESSION: &str = "mcp-session-id";
const VERSION: &str = "mcp-protocol-version";
/// The first revision without sessions.
const WITHOUT_SESSIONS: &[u8] = b"2026-07-28";
/// What session ids are sealed for.
const PURPOSE: &str = "mcp-session";
/// A session can be gone on with for this long.
const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// What is kept of the name a client gives itself.
const MOST_NAME_CHARS: usize = 60;

tokio::task_local! {
    /// How the session of the request that is being served began.
    static SESSION_NOW: Option<Session>;
}

/// What a session id holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Session {
    id: String,
    began: InitializeRequestParams,
}

/// The protocol around a handler.
pub struct Door<H: ServerHandler> {
    service: StreamableHttpService<H, LocalSessionManager>,
    sessions: Awake,
    sealer: Sealer,
    clock: Clock,
}

impl<H: ServerHandler + Send + 'static> Door<H> {
    /// A door to what `handler` makes; it closes with `stop`.
    pub fn new(
        handler: impl Fn() -> H + Send + Sync + 'static,
        sealer: Sealer,
        clock: Clock,
        counters: &Counters,
        stop: CancellationToken,
    ) -> Self {
        let mut config = StreamableHttpServerConfig::default()
            // Hosts and origins are checked by our own layer, which knows the settings.
            .disable_allowed_hosts()
            .with_json_response(true)
            .with_cancellation_token(stop);
        config.session_store =
            Some(Arc::new(Sealed { going_on: Once::new(counters, "mcp-session", SESSION_LIFE.unsigned_abs()) }));
        let manager = Arc::new(LocalSessionManager::default());
        let service = StreamableHttpService::new(move || Ok(handler()), Arc::clone(&manager), config);
        Self { service, sessions: Awake::new(manager), sealer, clock }
    }

    /// Serves one request of this owner, whose body was read.
    pub async fn handle(&self, mut parts: Parts, body: Bytes, owner: &str) -> Response<Body> {
        let sealed = parts.headers.remove(SESSION);
        let version = parts.headers.get(VERSION).map(HeaderValue::as_bytes);
        let has_session = version.is_none_or(|version| version < WITHOUT_SESSIONS);
        let session = match sealed.filter(|_| has_session) {
            None => None,
            Some(sealed) => match self.open(&sealed, owner) {
                // Somebody else's session is missing like one that never was.
                None => return bare(StatusCode::NOT_FOUND),
                found => found,
            },
        };
        if let Some(id) = session.as_ref().and_then(|session| HeaderValue::from_str(&session.id).ok()) {
            parts.headers.insert(SESSION, id);
        }
        let mut id: Option<SessionId> = session.as_ref().map(|session| session.id.as_str().into());
        let request = Request::from_parts(parts, Full::new(body.clone()));
        let ends = request.method() == Method::DELETE;
        let mut response = SESSION_NOW.scope(session, self.service.handle(request)).await.map(Body::new);
        // It has ended already: a client of the official Python SDK takes “accepted” for a failure.
        if ends && response.status() == StatusCode::ACCEPTED {
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        if let Some(new) = response.headers_mut().remove(SESSION) {
            id = new.to_str().ok().map(SessionId::from);
            let Some(sealed) = self.seal(&new, &body, owner) else { return bare(StatusCode::INTERNAL_SERVER_ERROR) };
            response.headers_mut().insert(SESSION, sealed);
        }
        if let Some(id) = id.filter(|_| !ends && response.status().is_success()) {
            self.sessions.used(owner, id).await;
        }
        response
    }

    fn open(&self, sealed: &HeaderValue, owner: &str) -> Option<Session> {
        self.sealer.open(PURPOSE, owner, sealed.to_str().ok()?, self.clock.now())
    }

    fn seal(&self, id: &HeaderValue, body: &[u8], owner: &str) -> Option<HeaderValue> {
        let session = Session { id: id.to_str().ok()?.to_owned(), began: beginnings(body)? };
        let sealed = self.sealer.seal(PURPOSE, owner, session, self.clock.now(), SESSION_LIFE).ok()?;
        HeaderValue::from_str(&sealed).ok()
    }
}

impl<H: ServerHandler> std::fmt::Debug for Door<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// What is worth keeping of an `initialize` request. It travels in a header: it must stay short.
fn beginnings(body: &[u8]) -> Option<InitializeRequestParams> {
    let message: Value = serde_json::from_slice(body).ok()?;
    let asked: InitializeRequestParams = serde_json::from_value(message.get("params")?.clone()).ok()?;
    let mut capabilities = ClientCapabilities::default();
    capabilities.elicitation = asked.capabilities.elicitation;
    let short = |text: &str| text.chars().take(MOST_NAME_CHARS).collect::<String>();
    let client = Implementation::new(short(&asked.client_info.name), short(&asked.client_info.version));
    Some(InitializeRequestParams::new(capabilities, client).with_protocol_version(asked.protocol_version))
}

/// Sessions as they come in sealed with the request; nothing is stored but which were ended.
#[derive(Debug)]
struct Sealed {
    going_on: Once,
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SessionStoreError>> + Send + 'a>>;

impl SessionStore for Sealed {
    fn load<'a, 'b, 'c>(&'a self, id: &'b str) -> Answer<'c, Option<SessionState>>
    where
        Self: 'c,
        'a: 'c,
        'b: 'c,
    {
        let session = SESSION_NOW.try_with(Clone::clone).ok().flatten().filter(|session| session.id == id);
        let going_on = self.going_on.clone();
        Box::pin(async move {
            let Some(session) = session else { return Ok(None) };
            Ok(going_on.is_good(&session.id).await.then(|| SessionState::new(session.began)))
        })
    }

    fn store<'a, 'b, 'd, 'c>(&'a self, _: &'b str, _: &'d SessionState) -> Answer<'c, ()>
    where
        Self: 'c,
        'a: 'c,
        'b: 'c,
        'd: 'c,
    {
        Box::pin(std::future::ready(Ok(())))
    }

    fn delete<'a, 'b, 'c>(&'a self, id: &'b str) -> Answer<'c, ()>
    where
        Self: 'c,
        'a: 'c,
        'b: 'c,
    {
        Box::pin(async move {
            self.going_on.use_up(id).await;
            Ok(())
        })
    }
}
