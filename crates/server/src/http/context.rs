//! The outermost layer: a request id for every request, one log line, and the body of every error.

use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header},
    middleware::Next,
};
use saydo_domain::UserId;
use sha2::{Digest, Sha256};
use tracing::Instrument as _;
use uuid::Uuid;

use super::problem::Problem;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What is known about a request while it runs, for the log line.
#[derive(Debug, Clone, Default)]
pub(super) struct RequestContext {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    request_id: String,
    trace_id: Option<String>,
    user: OnceLock<String>,
    conversation: OnceLock<i64>,
}

impl RequestContext {
    fn of(headers: &HeaderMap) -> Self {
        let request_id = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_sane(id));
        let request_id = request_id.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
        let trace_id = headers.get(TRACEPARENT).and_then(|value| trace_id(value.to_str().ok()?));
        Self { inner: Arc::new(Inner { request_id, trace_id, ..Inner::default() }) }
    }

    /// Notes who asks: an opaque word in the log, never the id itself.
    pub(super) fn set_user(&self, user: &UserId) {
        let _ = self.inner.user.set(opaque(user));
    }

    /// Notes the conversation.
    pub(super) fn set_conversation(&self, id: i64) {
        let _ = self.inner.conversation.set(id);
    }
}

/// A word that is always the same for a user and does not say who it is.
fn opaque(user: &UserId) -> String {
    let mut hash = Sha256::new();
    hash.update(b"saydo log user\0");
    hash.update(user.as_str().as_bytes());
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Request ids of clients are kept when they are short and plain: they end up in headers and logs.
fn is_sane(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// The trace id of a W3C `traceparent` (version 00 and later ones that begin alike).
fn trace_id(traceparent: &str) -> Option<String> {
    let mut parts = traceparent.split('-');
    let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    (hex(version, 2) && version != "ff" && hex(trace, 32) && !zero(trace) && hex(parent, 16) && !zero(parent))
        .then(|| trace.to_owned())
}

/// The layer.
pub(super) async fn layer(mut request: Request, next: Next) -> Response<Body> {
    let context = RequestContext::of(request.headers());
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(context.clone());
    let inner = &*context.inner;
    let span = tracing::info_span!("request", request_id = %inner.request_id, trace_id = inner.trace_id.as_deref());
    let started = std::time::Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let (mut response, cause) = finish(response, &inner.request_id);
    if let Ok(id) = HeaderValue::from_str(&inner.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    span.in_scope(|| log(&method, path.as_ref(), &response, inner, started.elapsed(), cause.as_deref()));
    response
}

/// Writes the body of an error, whoever made it. Returns what the log should know.
fn finish(mut response: Response<Body>, request_id: &str) -> (Response<Body>, Option<String>) {
    let status = response.status();
    let problem = response.extensions_mut().remove::<Problem>();
    let problem = match problem {
        Some(problem) => problem,
        None if (status.is_client_error() || status.is_server_error()) && !has_own_body(&response) => {
            Problem::of_status(status)
        }
        None => return (response, None),
    };
    let mut written = problem.write(request_id);
    // Headers of inner layers stay (Allow, RateLimit-*, Set-Cookie), but for those that described the old body.
    for (name, value) in response.headers() {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) && !written.headers().contains_key(name) {
            written.headers_mut().append(name, value.clone());
        }
    }
    (written, problem.cause)
}

/// An error answer that brings its own JSON (an unhealthy `/health`).
fn has_own_body(response: &Response<Body>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"application/json") || kind.starts_with(b"application/problem+json"))
}

fn log(
    method: &Method,
    path: Option<&MatchedPath>,
    response: &Response<Body>,
    inner: &Inner,
    took: std::time::Duration,
    cause: Option<&str>,
) {
    let operation = format!("{method} {}", path.map_or("(unmatched)", MatchedPath::as_str));
    let status = response.status();
    let (user, conversation_id) = (inner.user.get(), inner.conversation.get());
    #[expect(clippy::cast_precision_loss, reason = "a duration in a log line")]
    let duration_ms = (took.as_micros() as f64) / 1000.0;
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(operation, status = status.as_u16(), duration_ms, user, conversation_id, cause, "request")
        };
    }
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        line!(error);
    } else if status.is_server_error() || cause.is_some() {
        line!(warn);
    } else {
        line!(info);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sane_request_ids_are_kept() {
        assert!(is_sane("req-1.a:b_c"));
        for odd in ["", "with space", "a\"b", &"x".repeat(129), "ümlaut"] {
            assert!(!is_sane(odd), "{odd}");
        }
    }

    #[test]
    fn traceparent_is_read_as_the_standard_says() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_id(&format!("00-{id}-00f067aa0ba902b7-01")).as_deref(), Some(id));
        for bad in ["", "00-x-y-z", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"] {
            assert_eq!(trace_id(bad), None, "{bad}");
        }
    }

    #[test]
    fn users_are_opaque() {
        let user = UserId::new("ada@example.com").unwrap();
        assert_eq!(opaque(&user).len(), 16);
        assert_eq!(opaque(&user), opaque(&user));
        assert!(!opaque(&user).contains("ada"));
    }
}
