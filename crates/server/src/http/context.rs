//! The outermost layer: a request id for every request, one log line, and the body of every error.

use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header},
    middleware::Next,
};
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use saydo_app::audit::{self, RequestFacts};
use tracing::{Instrument as _, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use uuid::Uuid;

use super::{
    client,
    metrics::{self as figures, InFlight},
    problem::Problem,
    state::AppState,
};

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
    user: OnceLock<String>,
    conversation: OnceLock<i64>,
}

impl RequestContext {
    fn of(headers: &HeaderMap) -> Self {
        let request_id = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_sane(id));
        let request_id = request_id.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
        Self { inner: Arc::new(Inner { request_id, ..Inner::default() }) }
    }

    /// Notes who asks: a pseudonym in the log, never the id itself.
    pub(super) fn set_user(&self, pseudonym: String) {
        let _ = self.inner.user.set(pseudonym);
    }

    /// Notes the conversation.
    pub(super) fn set_conversation(&self, id: i64) {
        let _ = self.inner.conversation.set(id);
    }
}

/// Request ids of clients are kept when they are short and plain: they end up in headers and logs.
fn is_sane(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// The caller's place in its trace, of a W3C `traceparent` (version 00 and later ones that begin alike).
fn parent(traceparent: &str) -> Option<SpanContext> {
    let mut parts = traceparent.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    if !(hex(version, 2) && version != "ff" && hex(trace, 32) && hex(parent, 16) && hex(flags, 2)) {
        return None;
    }
    let sampled = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let (trace, parent) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(parent).ok()?);
    // Ids of zeros are none: such a context is not valid.
    Some(SpanContext::new(trace, parent, sampled, true, TraceState::NONE)).filter(SpanContext::is_valid)
}

/// The span of a request: in the caller's trace, or in one that begins here.
fn span(headers: &HeaderMap, request_id: &str, method: &Method, route: &str) -> Span {
    let span = tracing::info_span!("request", request_id, trace_id = Empty);
    let parent = headers.get(TRACEPARENT).and_then(|value| parent(value.to_str().ok()?));
    if let Some(parent) = &parent {
        // Without a trace there is nothing to join.
        let _ = span.set_parent(Context::new().with_remote_span_context(parent.clone()));
    }
    span.set_attribute("http.request.method", method.to_string());
    span.set_attribute("http.route", route.to_owned());
    let context = span.context();
    let own = context.span().span_context().clone();
    if let Some(known) = Some(own).filter(SpanContext::is_valid).or(parent) {
        span.record("trace_id", known.trace_id().to_string());
    }
    span
}

/// The layer.
pub(super) async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response<Body> {
    let in_flight = InFlight::begin();
    let context = RequestContext::of(request.headers());
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(context.clone());
    let inner = &*context.inner;
    let route = path.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
    let span = span(request.headers(), &inner.request_id, &method, route);
    let address = client::address(&state.settings, request.headers(), request.extensions());
    let facts = RequestFacts { request_id: Some(inner.request_id.clone()), address };
    let started = std::time::Instant::now();
    let response = audit::within(facts, next.run(request)).instrument(span.clone()).await;
    drop(in_flight);
    let took = started.elapsed();
    figures::answered(&method, route, response.status(), took);
    span.set_attribute("http.response.status_code", i64::from(response.status().as_u16()));
    let (mut response, cause) = finish(response, &inner.request_id);
    if let Ok(id) = HeaderValue::from_str(&inner.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    span.in_scope(|| log(&format!("{method} {route}"), &response, inner, took, cause.as_deref()));
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

/// The route of what no route matches: the web app, and what does not exist.
pub(super) const UNMATCHED: &str = "(unmatched)";

fn log(operation: &str, response: &Response<Body>, inner: &Inner, took: std::time::Duration, cause: Option<&str>) {
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
        let read = parent(&format!("00-{id}-00f067aa0ba902b7-01")).unwrap();
        assert_eq!((read.trace_id().to_string().as_str(), read.is_sampled()), (id, true));
        assert_eq!(parent(&format!("cc-{id}-00f067aa0ba902b7-00-more")).map(|read| read.is_sampled()), Some(false));
        for bad in ["", "00-x-y-z", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "ff-", "00"] {
            assert_eq!(parent(bad), None, "{bad}");
        }
        assert_eq!(parent(&format!("00-{id}-0000000000000000-01")), None);
    }
}
