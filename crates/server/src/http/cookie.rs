//! The web app's session cookie: HttpOnly, same-site, host-only.

use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};

const PLAIN: &str = "saydo_session";
const SECURE: &str = "__Host-saydo_session";

/// Whether the client asked for a cookie.
pub(super) fn wanted(headers: &HeaderMap) -> bool {
    headers.get("x-saydo-client").is_some_and(|client| client.as_bytes() == b"web")
}

/// The token in the cookie. Where cookies are secure only the `__Host-` one counts: nobody else can have set it.
pub(super) fn read(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let name = if secure { SECURE } else { PLAIN };
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name && !value.is_empty()).then_some(value)
        })
}

/// A `Set-Cookie` that keeps the token for so many seconds.
pub(super) fn set(token: &SecretString, seconds: i64, secure: bool) -> Option<HeaderValue> {
    let token = token.expose_secret();
    let mut value = HeaderValue::from_str(&line(token, seconds, secure)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A `Set-Cookie` that removes it.
pub(super) fn clear(secure: bool) -> Option<HeaderValue> {
    HeaderValue::from_str(&line("", 0, secure)).ok()
}

fn line(value: &str, seconds: i64, secure: bool) -> String {
    let (name, mark) = if secure { (SECURE, "; Secure") } else { (PLAIN, "") };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_cookie_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; saydo_session=one; __Host-saydo_session=two"));
        assert_eq!(read(&headers, false), Some("one"));
        assert_eq!(read(&headers, true), Some("two"));
        headers.insert(header::COOKIE, HeaderValue::from_static("saydo_session=; xsaydo_session=no"));
        assert_eq!(read(&headers, false), None);
    }

    #[test]
    fn the_line_has_every_guard() {
        let set = set(&SecretString::from("tok"), 60, true).unwrap();
        assert_eq!(
            set.to_str().unwrap(),
            "__Host-saydo_session=tok; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
        assert_eq!(clear(false).unwrap(), "saydo_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
