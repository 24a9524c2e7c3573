//! Which site a browser sent a request for.

use axum::http::{HeaderMap, HeaderName, Uri, header, request::Parts};

/// Names by which this machine calls itself.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Whether a request was sent on behalf of another site: its `Origin` is neither ours nor known, or, on a server only
/// this machine can reach, its `Host` is a foreign name that was bent to point here (DNS rebinding).
#[must_use]
pub fn is_foreign(parts: &Parts, known_origins: &[String], local_only: bool) -> bool {
    let host = host(&parts.headers, &parts.uri).unwrap_or_default();
    let origin = text(&parts.headers, header::ORIGIN);
    let bad_origin = parts.headers.contains_key(header::ORIGIN)
        && !origin.is_some_and(|origin| {
            let name = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            known_origins.iter().any(|known| known == origin)
                || name.is_some_and(|name| name.eq_ignore_ascii_case(host))
        });
    bad_origin || (local_only && !LOCAL.iter().any(|local| without_port(host).eq_ignore_ascii_case(local)))
}

/// The name and port a request was sent to.
#[must_use]
pub fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    text(headers, header::HOST).or_else(|| uri.authority().map(axum::http::uri::Authority::as_str))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}
