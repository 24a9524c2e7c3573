//! The embedded web app: hashed files for ever, the page itself always fresh, and the page for every address of the
//! app's own.

mod packed;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
};

use self::packed::File;

/// Whatever no route answers.
pub(crate) async fn serve(request: Request) -> Response<Body> {
    let path = match request.uri().path().trim_start_matches('/') {
        // The front door opens to everybody, whatever they say they accept.
        "" => "index.html",
        path => path,
    };
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    if !reads || path == "api" || path.starts_with("api/") {
        return bare(StatusCode::NOT_FOUND);
    }
    if let Some(file) = packed::file(path) {
        return answer(path, file, request.headers());
    }
    match packed::file("index.html").filter(|_| wants_page(request.headers())) {
        Some(page) => answer("index.html", page, request.headers()),
        None => bare(StatusCode::NOT_FOUND),
    }
}

fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A browser that opens an address, not a script that looks for a file.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn answer(path: &str, file: &File, request: &HeaderMap) -> Response<Body> {
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let fresh = known.is_some_and(|known| known.split(',').map(str::trim).any(|tag| tag == file.tag || tag == "*"));
    let (encoding, bytes) = file.form(request);
    let mut response = if fresh { bare(StatusCode::NOT_MODIFIED) } else { Response::new(Body::from(bytes)) };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    if let Some(encoding) = encoding {
        // The layer that compresses other answers leaves this one alone then, and says nothing of what it depends on.
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if !fresh {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(tag) = HeaderValue::from_str(&file.tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
