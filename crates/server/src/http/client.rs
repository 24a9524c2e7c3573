//! Where a request came from.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::{Extensions, HeaderMap, StatusCode, Version, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{problem::Problem, state::HttpSettings};
use crate::config::{Profile, Proxy};

/// The client's address: the connection's, or what the trusted proxy says.
pub(super) fn address(settings: &HttpSettings, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
    let forwarded = || {
        // The last entry is the one the proxy wrote; earlier ones come from the client.
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
        named(last)
    };
    let direct = || extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    match settings.proxy {
        Proxy::Trusted => forwarded().or_else(direct),
        Proxy::None => direct(),
    }
}

/// The address in an entry of `X-Forwarded-For`. Some proxies write the port as well.
fn named(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    entry.parse().ok().or_else(with_port)
}

/// Whether the client's connection is encrypted, as far as this can be known.
pub(super) fn is_https(settings: &HttpSettings, headers: &HeaderMap) -> bool {
    settings.proxy == Proxy::Trusted
        && headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// Whether cookies are marked `Secure` (and named `__Host-…`).
pub(super) fn secure_cookies(settings: &HttpSettings, headers: &HeaderMap) -> bool {
    settings.profile == Profile::Production || is_https(settings, headers)
}

/// Whether a browser says that a page of another site makes it send this (Fetch Metadata, W3C): by a link, too.
pub(super) fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site.as_bytes().eq_ignore_ascii_case(b"cross-site"))
}

/// Refuses HTTP/1.1 without a host or with several (RFC 9112 §3.2): whoever stands in front may have gone by another one.
pub(super) async fn one_host(request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let enough = request.version() != Version::HTTP_11;
    if hosts == 1 || hosts == 0 && enough {
        return next.run(request).await;
    }
    Problem::new(StatusCode::BAD_REQUEST, "bad_request", "Send exactly one Host header.").into_response()
}

/// Whether the `Origin` header names the very host the request was sent to, and its encryption where this is known.
pub(super) fn same_origin(settings: &HttpSettings, parts: &Parts) -> bool {
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return false };
    let plain = || origin.strip_prefix("http://").filter(|_| !is_https(settings, &parts.headers));
    let origin_host = origin.strip_prefix("https://").or_else(plain);
    let host = text(header::HOST).or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str));
    matches!((origin_host, host), (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_name_addresses_with_and_without_ports() {
        let named = |entry: &str| named(entry).map(|address| address.to_string());
        for entry in ["203.0.113.9", "203.0.113.9:50123"] {
            assert_eq!(named(entry).as_deref(), Some("203.0.113.9"), "{entry}");
        }
        for entry in ["2001:db8::7", "[2001:db8::7]:443"] {
            assert_eq!(named(entry).as_deref(), Some("2001:db8::7"), "{entry}");
        }
        for entry in ["", "unknown", "203.0.113", "203.0.113.9:x"] {
            assert_eq!(named(entry), None, "{entry}");
        }
    }
}
