//! Headers every answer carries so that browsers are strict with it.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header},
    middleware::Next,
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{
    client,
    state::{AppState, HttpSettings},
};
use crate::config::SignUp;

/// What the web app may load, and from where.
pub(crate) const CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

const FIXED: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(self), payment=(), usb=(), interest-cohort=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The layer.
pub(super) async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let https = client::is_https(&state.settings, request.headers());
    let path = request.uri().path();
    let api = ["/api/", "/v1/"].iter().any(|start| path.starts_with(start)) || ["/mcp", "/metrics"].contains(&path);
    let mut response = next.run(request).await;
    let unknown = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if api {
        keep_private(headers);
        // Whoever finds that nobody is signed in learns with it what can be done about that.
        if unknown && state.settings.sign_up == SignUp::Closed {
            headers.insert(HeaderName::from_static("saydo-signup"), HeaderValue::from_static("closed"));
        }
    }
    response
}

/// API answers belong to one person: no cache may keep them, but a client may revalidate what has an ETag.
fn keep_private(headers: &mut HeaderMap) {
    let rule = if headers.contains_key(header::ETAG) { "private, no-cache" } else { "no-store" };
    // Streams made by libraries say “no-cache”, which lets a cache keep them.
    if headers.get(header::CACHE_CONTROL).is_none_or(|there| there == "no-cache") {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(rule));
    }
    headers.append(header::VARY, HeaderValue::from_static("Authorization, Cookie, X-Timezone"));
}

/// Other sites that may call the API with a bearer token. The cookie is never for them.
pub(super) fn cors(settings: &HttpSettings) -> CorsLayer {
    let origins = settings.cors_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let names = |names: &[&'static str]| names.iter().copied().map(HeaderName::from_static).collect::<Vec<_>>();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(names(&[
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "last-event-id",
            "mcp-method",
            "mcp-name",
            "mcp-protocol-version",
            "mcp-session-id",
            "traceparent",
            "x-request-id",
            "x-timezone",
        ]))
        .expose_headers(names(&[
            "etag",
            "idempotency-replayed",
            "link",
            "location",
            "mcp-session-id",
            "ratelimit-limit",
            "ratelimit-remaining",
            "ratelimit-reset",
            "retry-after",
            "x-change-id",
            "x-request-id",
            "x-total-count",
        ]))
        .max_age(std::time::Duration::from_hours(1))
}
