//! Pages of lists: how many entries there are, and where the next page is (RFC 8288).

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

/// An answer with `X-Total-Count`, and a `Link` to the next page that keeps the other parameters of the query.
pub(super) fn linked(
    body: impl IntoResponse,
    path: &str,
    query: Option<&str>,
    total: i64,
    next_cursor: Option<&str>,
) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert("x-total-count", HeaderValue::from(total));
    if let Some(cursor) = next_cursor {
        let kept = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
        let next = kept.map(str::to_owned).chain([format!("cursor={}", escape(cursor))]).collect::<Vec<_>>().join("&");
        if let Ok(link) = HeaderValue::from_str(&format!("<{path}?{next}>; rel=\"next\"")) {
            headers.insert(header::LINK, link);
        }
    }
    response
}

fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_keeps_the_other_parameters() {
        let response = linked("", "/api/tasks", Some("limit=2&cursor=old&q=x"), 7, Some("a b/c"));
        assert_eq!(response.headers()["link"], "</api/tasks?limit=2&q=x&cursor=a%20b%2Fc>; rel=\"next\"");
        assert_eq!(response.headers()["x-total-count"], "7");
        assert!(linked("", "/", None, 0, None).headers().get("link").is_none());
    }
}
