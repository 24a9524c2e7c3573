//! `/mcp`: the Model Context Protocol over HTTP. Before the protocol begins it is known who asks, from which site, and
//! whether their token may do what the message wants.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, Response, header, request::Parts},
    middleware::Next,
    response::IntoResponse,
};
use futures_util::StreamExt as _;
use saydo_app::{
    AppError, Caller,
    accounts::Identity,
    audit::{self, AuditKind},
};
use saydo_domain::{Door as CameBy, UserId};
use serde::Deserialize;

use crate::{
    config::Proxy,
    http::{
        auth::{SentToken, insufficient_scope},
        body, client,
        problem::Problem,
        state::{AppState, HttpSettings},
    },
    mcp::{Door, Saydo, Who, may_read, site},
};

/// How long a stream may not notice that its token ran out.
const PROVE_EVERY: Duration = Duration::from_secs(15);

/// The door all requests share.
pub(in crate::http) type McpDoor = Arc<Door<Saydo>>;

/// Refuses what a browser sends on behalf of another site, also when that site's name was bent to point here (DNS
/// rebinding): on this machine only this machine's names are good.
pub(in crate::http) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let settings = &state.settings;
    // Behind a proxy the names are the proxy's.
    let local_only = settings.local_only && settings.proxy == Proxy::None;
    if site::is_foreign(&parts, &settings.cors_origins, local_only) {
        state.app.accounts.audit().note(AuditKind::OriginRefused, None, audit::nothing());
        let detail = "This request was sent on behalf of another site.";
        return Problem::new(axum::http::StatusCode::FORBIDDEN, "wrong_origin", detail).into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}

/// What decides whether a token that may only read can send a message.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    method: String,
    params: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

/// GET opens a stream, POST sends a message, DELETE ends a session.
pub(in crate::http) async fn serve(
    State(state): State<AppState>,
    Extension(door): Extension<McpDoor>,
    request: Request,
) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let proven = parts.extensions.get::<Identity>().cloned().zip(parts.extensions.get::<Caller>().cloned());
    let Some((identity, caller)) = proven else {
        return Problem::of_status(axum::http::StatusCode::UNAUTHORIZED).into_response();
    };
    let body = match parts.method {
        Method::POST => match body::read(body).await {
            Ok(body) => body,
            Err(problem) => return problem.into_response(),
        },
        _ => Bytes::new(),
    };
    if !identity.access.may_write() && !only_reads(&body) {
        let mut response = insufficient_scope().into_response();
        let challenge = HeaderValue::from_static("Bearer error=\"insufficient_scope\", scope=\"write\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        return response;
    }
    let (user, owner) = (caller.id().clone(), caller.id().to_string());
    let base = base(&state.settings, &parts);
    let caller = Caller { door: CameBy::Mcp, ..caller };
    parts.extensions.insert(Who { caller, access: identity.access, base });
    let token = parts.extensions.get::<SentToken>().cloned().filter(|_| parts.method == Method::GET);
    let response = door.handle(parts, body, &owner).await;
    match token {
        Some(token) => {
            response.map(|body| Body::from_stream(body.into_data_stream().take_until(signed_off(state, user, token))))
        }
        None => response,
    }
}

/// Ends when the token is no longer good: an open stream outlives the moment in which it was proven.
async fn signed_off(state: AppState, user: UserId, token: SentToken) {
    let mut access = state.app.watch_access(&user);
    // It may have ended before this began to listen.
    access.wake();
    loop {
        tokio::select! {
            () = access.changed() => {}
            () = tokio::time::sleep(PROVE_EVERY) => {}
        }
        // A database that is away says nothing about the token.
        if matches!(state.app.accounts.authenticate(token.expose()).await, Err(AppError::Unauthorized)) {
            return;
        }
    }
}

/// Everything but a call of a tool that changes something.
fn only_reads(body: &[u8]) -> bool {
    let Ok(message) = serde_json::from_slice::<Message>(body) else { return true };
    message.method != "tools/call" || message.params.is_none_or(|params| may_read(&params.name))
}

/// Where the client reached us, for links to the web app.
fn base(settings: &HttpSettings, parts: &Parts) -> String {
    let scheme = if client::is_https(settings, &parts.headers) { "https" } else { "http" };
    format!("{scheme}://{}", site::host(&parts.headers, &parts.uri).unwrap_or("localhost"))
}
