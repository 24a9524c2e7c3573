//! Deny by default: this layer stands before every protected route and proves who asks, before anything is read.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{FromRequestParts, RawPathParams, Request, State},
    http::{HeaderMap, Method, Response, StatusCode, header, request::Parts},
    middleware::Next,
    response::IntoResponse,
};
use jiff::tz::TimeZone;
use saydo_app::{
    AppError, Caller,
    accounts::{Access, Identity},
    audit::{self, AuditKind},
};
use saydo_domain::Door;
use saydo_lang::DateOrder;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    client,
    context::RequestContext,
    cookie,
    error::{ApiError, ApiResult},
    problem::Problem,
    state::AppState,
};

/// Proves the caller and leaves [`Caller`] and [`Identity`] for the handler.
pub(super) async fn layer(
    State(state): State<AppState>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let named = params.iter().find(|(name, _)| *name == "user_id").map(|(_, value)| value);
    match prove(&state, &parts).await {
        Ok((identity, token)) => {
            // A path that names a user must name the caller.
            if named.is_some_and(|named| named != identity.user.id.as_str()) {
                let refused = AuditKind::OtherUserRefused;
                state.app.accounts.audit().note(refused, Some(&identity.user.id), audit::nothing());
                let detail = "Cannot access chat for other users";
                return Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).into_response();
            }
            if !identity.access.may_write() && !looks_only(&parts) {
                return insufficient_scope().into_response();
            }
            if let Some(context) = parts.extensions.get::<RequestContext>() {
                context.set_user(state.app.accounts.audit().pseudonym(&identity.user.id));
            }
            parts.extensions.insert(caller(&identity, &parts.headers));
            parts.extensions.insert(identity);
            parts.extensions.insert(token);
            next.run(Request::from_parts(parts, body)).await
        }
        // The one route that names a user is the chat: there a database that is away has its own sentence.
        Err(error) if named.is_some() => error.in_chat().into_response(),
        Err(error) => error.into_response(),
    }
}

/// What a token that may only read can ask for. MCP sends everything by POST: its door looks at each call itself.
fn looks_only(parts: &Parts) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method) || parts.uri.path() == "/mcp"
}

/// A token that may only read was used to write (RFC 6750 §3.1).
pub(super) fn insufficient_scope() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "insufficient_scope", "This token may only read.")
}

/// Stands before what only a person who signed in may do: a program's token never opens the account itself.
pub(super) async fn person_only(request: Request, next: Next) -> Response<Body> {
    let person = request.extensions().get::<Identity>().is_some_and(|proof| proof.access == Access::Person);
    if person {
        return next.run(request).await;
    }
    sign_in_needed().into_response()
}

/// Stands before the doors of the conversation: what is changed there came in by the chat.
pub(super) async fn in_chat(mut request: Request, next: Next) -> Response<Body> {
    if let Some(caller) = request.extensions_mut().get_mut::<Caller>() {
        caller.door = Door::Chat;
    }
    next.run(request).await
}

/// A program's token was used for what only a person may do.
fn sign_in_needed() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "sign_in_needed", "Personal access tokens cannot do this; sign in.")
}

async fn prove(state: &AppState, parts: &Parts) -> ApiResult<(Identity, SentToken)> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(bearer).ok_or(AppError::Unauthorized)?;
        return Ok((authenticate(state, token).await?, SentToken::new(token)));
    }
    let secure = client::secure_cookies(&state.settings, &parts.headers);
    let token = cookie::read(&parts.headers, secure).ok_or(AppError::Unauthorized)?;
    let identity = authenticate(state, token).await?;
    // A browser sends the cookie along with whatever another site makes it send: writes must come from our own pages, and
    // even a link elsewhere must not make it fetch everything there is.
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
    if client::is_cross_site(&parts.headers) || !reads && !client::same_origin(&state.settings, parts) {
        state.app.accounts.audit().note(AuditKind::OriginRefused, Some(&identity.user.id), audit::nothing());
        let detail = "This request did not come from Saydo's own pages.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "wrong_origin", detail).into());
    }
    Ok((identity, SentToken::new(token)))
}

/// Whom it proves; what is not good is noted. (Streams prove theirs again later: one that has ended by then was good.)
async fn authenticate(state: &AppState, token: &str) -> Result<Identity, AppError> {
    let proven = state.app.accounts.authenticate(token).await;
    proven.inspect_err(|error| {
        if matches!(error, AppError::Unauthorized) {
            state.app.accounts.token_refused(token);
        }
    })
}

/// The token of an `Authorization` header (RFC 6750 §2.1; the scheme's case does not matter).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn caller(identity: &Identity, headers: &HeaderMap) -> Caller {
    let known = |name: &str| TimeZone::get(name).ok();
    let asked = headers.get("x-timezone").and_then(|value| value.to_str().ok()).and_then(known);
    let zone = asked.or_else(|| identity.user.timezone.as_deref().and_then(known)).unwrap_or(TimeZone::UTC);
    Caller {
        user: identity.user.clone(),
        token_id: identity.token_id.clone(),
        zone,
        order: DateOrder::default(),
        door: Door::Rest,
        client: identity.client.clone(),
        idempotency: None,
    }
}

/// The proven caller, as a handler asks for it. There is none on a route outside this layer: such a route answers 401.
#[derive(Debug)]
pub(super) struct Me(pub(super) Caller);

impl<S: Send + Sync> FromRequestParts<S> for Me {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Caller>().cloned().map(Self).ok_or_else(|| AppError::Unauthorized.into())
    }
}

/// A token as it was sent, for streams: they prove it again while they last.
#[derive(Debug, Clone)]
pub(super) struct SentToken(Arc<SecretString>);

impl SentToken {
    fn new(token: &str) -> Self {
        Self(Arc::new(SecretString::from(token)))
    }

    /// The token's text.
    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SentToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| AppError::Unauthorized.into())
    }
}

/// The proven token, for routes that end or renew it, or that a person must have come in by.
#[derive(Debug)]
pub(super) struct Proof(pub(super) Identity);

impl Proof {
    /// Lets only a person go on who signed in: no program agrees to a plan in their place.
    pub(super) fn person(&self) -> ApiResult<()> {
        if self.0.access == Access::Person { Ok(()) } else { Err(sign_in_needed().into()) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Proof {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Identity>().cloned().map(Self).ok_or_else(|| AppError::Unauthorized.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_tokens_are_found() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc"), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("abc"), None);
    }
}
