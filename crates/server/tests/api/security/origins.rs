//! Other sites: what they may read (CORS), and what they can make a browser do (CSRF). Every origin × method × proof.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::support::{Answer, Client, TestApp};

const FRIEND: &str = "https://app.example.org";

/// How the caller proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Nothing,
    Bearer,
    Cookie,
    Both,
}

/// Where the request says it comes from.
fn origins(app: &TestApp) -> Vec<Option<String>> {
    let host = app.base.strip_prefix("http://").unwrap();
    let strange = [
        "null",
        "",
        "https://evil.example",
        "https://app.example.org.evil.example",
        "https://app.example.orgevil.example",
        "https://app.example.org:8443",
        "https://app.example.org/",
        "https://APP.example.org.evil.example",
        "http://app.example.org",
        "https://evil.example/?https://app.example.org",
        "file://",
        "http://127.0.0.1:1",
        "http://localhost",
    ];
    let bent = [
        format!("http://{host}.evil.example"),
        format!("http://evil.example/{host}"),
        format!("http://user@{host}"),
        format!("ftp://{host}"),
        host.to_owned(),
        format!("{}, https://evil.example", app.base),
    ];
    let strange = strange.into_iter().map(str::to_owned).chain(bent);
    strange.chain([FRIEND.to_owned(), app.base.clone()]).map(Some).chain([None]).collect()
}

fn prove(request: RequestBuilder, proof: Proof, token: &str) -> RequestBuilder {
    let request = match proof {
        Proof::Bearer | Proof::Both => request.bearer_auth(token),
        Proof::Nothing | Proof::Cookie => request,
    };
    match proof {
        Proof::Cookie | Proof::Both => request.header("cookie", format!("saydo_session={token}")),
        Proof::Nothing | Proof::Bearer => request,
    }
}

/// A call of each method, and what it answers when it is let in.
fn calls() -> [(Method, &'static str, u16); 6] {
    [
        (Method::GET, "/api/tasks", 200),
        (Method::HEAD, "/api/tasks", 200),
        (Method::POST, "/api/tasks", 201),
        (Method::PUT, "/api/tasks/1", 200),
        (Method::PATCH, "/api/tasks/1", 200),
        (Method::DELETE, "/api/tasks/987654", 404),
    ]
}

async fn tasks(ada: &Client) -> usize {
    ada.get("/api/tasks?limit=1").await.header("x-total-count").parse().unwrap()
}

#[tokio::test]
async fn only_our_own_pages_write_with_a_cookie_and_only_friends_read() {
    let app = TestApp::with(&[("CORS_ORIGINS", FRIEND)]).await;
    let ada = app.user("ada").await;
    let (nobody, token) = (app.anonymous(), ada.token.clone().unwrap());
    ada.post("/api/tasks", json!({"title": "First"})).await.ok(201);
    let mut there = 1;
    for origin in origins(&app) {
        for (method, path, good) in calls() {
            let reads = method == Method::GET || method == Method::HEAD;
            for proof in [Proof::Nothing, Proof::Bearer, Proof::Cookie, Proof::Both] {
                let request = prove(nobody.request(method.clone(), path), proof, &token);
                let request = if reads { request } else { request.json(&json!({"title": "New"})) };
                let request = origin.iter().fold(request, |request, origin| request.header("origin", origin));
                let answer = Answer::of(request).await;
                let case = format!("{origin:?} {method} {proof:?}");
                let own = origin.as_deref() == Some(app.base.as_str());
                let expected = match proof {
                    Proof::Nothing => 401,
                    Proof::Cookie if !reads && !own => 403,
                    Proof::Bearer | Proof::Cookie | Proof::Both => good,
                };
                assert_eq!(answer.status, expected, "{case}: {}", answer.text);
                let friend = origin.as_deref().filter(|origin| *origin == FRIEND).unwrap_or_default();
                assert_eq!(answer.header("access-control-allow-origin"), friend, "{case}");
                assert_eq!(answer.header("access-control-allow-credentials"), "", "{case}");
                there += usize::from(expected == 201);
            }
        }
        assert_eq!(tasks(&ada).await, there, "{origin:?}");
    }
}

#[tokio::test]
async fn a_preflight_is_good_for_friends_alone() {
    let app = TestApp::with(&[("CORS_ORIGINS", FRIEND)]).await;
    let nobody = app.anonymous();
    for origin in origins(&app).into_iter().flatten() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            for path in ["/api/tasks", "/api/auth/login", "/mcp", "/v1/chat/completions", "/nothing"] {
                let request = nobody.request(Method::OPTIONS, path).header("origin", &origin);
                let asked = request.header("access-control-request-method", method);
                let asked = asked.header("access-control-request-headers", "authorization, x-saydo-client, cookie");
                let answer = Answer::of(asked).await;
                let friend = origin == FRIEND;
                let case = format!("{origin} {method} {path}");
                let allowed = answer.header("access-control-allow-origin");
                assert_eq!(allowed, if friend { FRIEND } else { "" }, "{case}");
                assert_eq!(answer.header("access-control-allow-credentials"), "", "{case}");
                let headers = answer.header("access-control-allow-headers").to_lowercase();
                // The header by which our pages ask for a cookie is for our pages alone.
                assert!(!headers.contains("x-saydo-client") && !headers.contains("cookie") && headers != "*", "{case}");
            }
        }
    }
}

#[tokio::test]
async fn behind_tls_a_page_without_it_is_another_site() {
    let app = TestApp::with(&[("SAYDO_TRUST_PROXY", "on")]).await;
    let ada = app.user("ada").await;
    let cookie = format!("__Host-saydo_session={}", ada.token.clone().unwrap());
    let write = async |origin: &str| {
        let request = app.anonymous().request(Method::POST, "/api/tasks").header("cookie", &cookie);
        let request = request.header("x-forwarded-proto", "https").header("host", "saydo.example");
        Answer::of(request.header("origin", origin).json(&json!({"title": "Mine"}))).await.status
    };
    assert_eq!(write("http://saydo.example").await, 403);
    assert_eq!(write("https://saydo.example.evil.example").await, 403);
    assert_eq!(write("https://saydo.example").await, 201);
}

/// A link elsewhere makes the browser send the cookie along.
#[tokio::test]
async fn a_link_of_another_site_fetches_nothing() {
    let app = TestApp::start().await;
    let (ada, nobody) = (app.user("ada").await, app.anonymous());
    let token = ada.token.clone().unwrap();
    for (site, status) in [("cross-site", 403), ("same-origin", 200), ("same-site", 200), ("none", 200)] {
        for path in ["/api/account/export", "/api/tasks"] {
            let request =
                prove(nobody.request(Method::GET, path), Proof::Cookie, &token).header("sec-fetch-site", site);
            let answer = Answer::of(request).await;
            assert_eq!(answer.status, status, "{site} {path}: {}", answer.text);
        }
    }
    // Nobody's browser adds this proof by itself.
    let friend = prove(nobody.request(Method::GET, "/api/tasks"), Proof::Bearer, &token);
    Answer::of(friend.header("sec-fetch-site", "cross-site")).await.ok(200);
}

/// RFC 9112 §3.2: what stands in front may have gone by another host than we would.
#[tokio::test]
async fn a_request_names_one_host() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let app = TestApp::start().await;
    for (head, status) in [
        ("GET /livez HTTP/1.1\r\nhost: saydo\r\n", "HTTP/1.1 200"),
        ("GET /livez HTTP/1.1\r\n", "HTTP/1.1 400"),
        ("GET /livez HTTP/1.1\r\nhost: saydo\r\nhost: elsewhere\r\n", "HTTP/1.1 400"),
        ("GET /livez HTTP/1.0\r\n", "HTTP/1.0 200"),
    ] {
        let mut stream = tokio::net::TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap();
        stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(status), "{head} {answer}");
        assert!(status.ends_with("200") || answer.contains("Send exactly one Host header."), "{answer}");
    }
}
