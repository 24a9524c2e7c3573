//! The web app: its session cookie, its files, and the headers that keep browsers strict.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Client, PASSWORD, SECRET, TestApp};

async fn sign_up(browser: &Client) -> Answer {
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    Answer::of(browser.request(Method::POST, "/api/auth/signup").header("x-saydo-client", "web").json(&body)).await
}

#[tokio::test]
async fn the_cookie_is_set_on_request_only() {
    let app = TestApp::start().await;
    let answer = sign_up(&app.anonymous()).await;
    answer.ok(201);
    let line = answer.header("set-cookie");
    assert!(
        line.starts_with("saydo_session=") && line.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"),
        "{line}"
    );
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let answer = app.anonymous().post("/api/auth/login", body).await;
    answer.ok(200);
    assert_eq!(answer.header("set-cookie"), "");
}

#[tokio::test]
async fn production_cookies_are_secure_and_host_only() {
    let app = TestApp::with(&[
        ("SAYDO_PROFILE", "production"),
        ("SAYDO_RATE_LIMITS", "on"),
        ("SAYDO_NOW", ""),
        ("BETTER_AUTH_SECRET", SECRET),
    ])
    .await;
    let answer = sign_up(&app.anonymous()).await;
    answer.ok(201);
    let line = answer.header("set-cookie");
    assert!(line.starts_with("__Host-saydo_session=") && line.ends_with("; Secure"), "{line}");
}

#[tokio::test]
async fn a_cookie_writes_only_from_our_own_pages() {
    let app = TestApp::start().await;
    let browser = app.anonymous().browser();
    sign_up(&browser).await.ok(201);
    browser.get("/api/auth/me").await.ok(200);
    let write = async |origin: Option<&str>| {
        let request = browser.request(Method::POST, "/api/tasks").json(&json!({"title": "Mine"}));
        Answer::of(origin.into_iter().fold(request, |request, origin| request.header("origin", origin))).await
    };
    for foreign in [None, Some("https://evil.example"), Some("null"), Some("http://127.0.0.1:1")] {
        assert_eq!(write(foreign).await.problem(403).1, "wrong_origin");
    }
    assert_eq!(browser.get("/api/tasks").await.ok(200), json!([]));
    write(Some(browser.base())).await.ok(201);
}

#[tokio::test]
async fn the_cookie_goes_with_the_session() {
    let app = TestApp::start().await;
    let browser = app.anonymous().browser();
    sign_up(&browser).await.ok(201);
    let own = |path: &str, body| browser.request(Method::POST, path).header("origin", browser.base()).json(&body);
    let change = json!({"current_password": PASSWORD, "new_password": "a new password"});
    Answer::of(own("/api/auth/password", change)).await.ok(204);
    browser.get("/api/auth/me").await.ok(200);
    let answer = Answer::of(own("/api/auth/logout", json!({}))).await;
    answer.ok(204);
    assert!(answer.header("set-cookie").starts_with("saydo_session=; "), "{}", answer.header("set-cookie"));
    browser.get("/api/auth/me").await.problem(401);
}

#[tokio::test]
async fn every_address_of_the_app_is_its_page_but_for_scripts_and_the_api() {
    let app = TestApp::start().await;
    let page = async |path: &str, accept: &str| {
        Answer::of(app.anonymous().request(Method::GET, path).header("accept", accept)).await
    };
    let home = page("/", "text/html").await;
    assert_eq!(home.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(home.header("cache-control"), "no-cache");
    assert_eq!(page("/", "*/*").await.text, home.text);
    assert_eq!(page("/c/7", "text/html,application/xhtml+xml").await.text, home.text);
    page("/c/7", "application/json").await.problem(404);
    page("/api/nothing", "text/html").await.problem(404);
    page("/assets/none.js", "*/*").await.problem(404);
    let tag = home.header("etag").to_owned();
    let request = app.anonymous().request(Method::GET, "/").header("accept", "text/html").header("if-none-match", tag);
    assert_eq!(Answer::of(request).await.status, 304);
}

#[tokio::test]
async fn the_worker_and_the_manifest_are_never_kept_for_long_and_are_what_they_are() {
    let app = TestApp::start().await;
    for (path, kind) in
        [("/sw.js", "text/javascript; charset=utf-8"), ("/manifest.webmanifest", "application/manifest+json")]
    {
        let answer = app.anonymous().get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
        let csp = answer.header("content-security-policy");
        assert!(csp.contains("worker-src 'self'") && csp.contains("manifest-src 'self'"), "{path}: {csp}");
    }
}

#[tokio::test]
async fn files_come_in_the_smallest_form_a_browser_takes() {
    let app = TestApp::start().await;
    let get = async |accept: &str, known: &str| {
        let request = app.anonymous().request(Method::GET, "/").header("if-none-match", known);
        request.header("accept-encoding", accept).send().await.unwrap()
    };
    let plain = get("identity", "").await;
    let header = |response: &reqwest::Response, name: &str| -> Vec<String> {
        response.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    };
    let tag = header(&plain, "etag");
    assert!(header(&plain, "content-encoding").is_empty());
    let page = plain.bytes().await.unwrap();
    for (accept, encoding) in [("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("br;q=0, gzip", "gzip")] {
        let response = get(accept, "").await;
        assert_eq!(
            (header(&response, "content-encoding"), header(&response, "etag")),
            (vec![encoding.to_owned()], tag.clone())
        );
        assert_eq!(header(&response, "vary"), ["accept-encoding"]);
        // A whole length: it was not compressed on the way out.
        let length: usize = header(&response, "content-length")[0].parse().unwrap();
        let bytes = response.bytes().await.unwrap();
        assert!(bytes.len() == length && length < page.len(), "{encoding}: {length} of {}", page.len());
    }
    let again = get("br", &format!("\"other\", {}", tag[0])).await;
    assert_eq!(
        (again.status().as_u16(), header(&again, "content-encoding"), header(&again, "etag")),
        (304, vec![], tag)
    );
    assert_eq!(again.bytes().await.unwrap().len(), 0);
}

#[tokio::test]
async fn every_answer_keeps_browsers_strict() {
    let app = TestApp::start().await;
    for path in ["/health", "/api/auth/me", "/nothing", "/docs/"] {
        let answer = app.anonymous().get(path).await;
        let csp = answer.header("content-security-policy");
        assert!(csp.contains("default-src 'self'") && csp.contains("frame-ancestors 'none'"), "{path}: {csp}");
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
    }
    assert_eq!(app.anonymous().get("/api/auth/me").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn behind_tls_browsers_are_told_to_stay_there() {
    let app = TestApp::with(&[("SAYDO_TRUST_PROXY", "on")]).await;
    let request = app.anonymous().request(Method::GET, "/health").header("x-forwarded-proto", "https");
    assert_eq!(Answer::of(request).await.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
}
