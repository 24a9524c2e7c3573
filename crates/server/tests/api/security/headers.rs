//! Every kind of answer – page, file, API, error, stream, refusal – keeps browsers as strict as every other.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::support::{Answer, Client, PASSWORD, TestApp};

const STRICT: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(self), payment=(), usb=(), interest-cohort=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// What would tell an attacker what runs here.
const TELLTALE: [&str; 4] = ["server", "x-powered-by", "via", "x-aspnet-version"];

/// The first file that a page asks for.
async fn a_file(app: &TestApp) -> String {
    let page = app.anonymous().get("/").await.text;
    let at = page.find("/assets/").unwrap_or_else(|| panic!("{page}"));
    page[at..].split('"').next().unwrap().to_owned()
}

/// The first message of an MCP client.
fn mcp(client: &Client) -> RequestBuilder {
    let request = client.request(Method::POST, "/mcp").header("accept", "application/json, text/event-stream");
    request.json(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {},
        "protocolVersion": "2025-11-25", "clientInfo": {"name": "test", "version": "1"}}}))
}

/// One request for every kind of answer, with its status.
async fn kinds(app: &TestApp, ada: &Client) -> Vec<(u16, RequestBuilder)> {
    let nobody = app.anonymous();
    let get = |client: &Client, path: &str| client.request(Method::GET, path);
    let post = |path: &str| ada.request(Method::POST, path);
    let chat = format!("/api/{}/chat", ada.id);
    let hello = json!({"message": "hello"});
    let completion = json!({"model": "saydo", "messages": [{"role": "user", "content": "hello"}], "stream": true});
    let run = json!({"threadId": "t", "runId": "r", "messages": [{"role": "user", "content": "hello"}]});
    let tag = ada.get("/api/tasks/1").await.header("etag").to_owned();
    let file = a_file(app).await;
    vec![
        (200, get(&nobody, "/")),
        (200, get(&nobody, "/c/7").header("accept", "text/html")),
        (200, get(&nobody, &file)),
        (200, get(&nobody, &file).header("accept-encoding", "br, gzip")),
        (404, get(&nobody, "/assets/none.js")),
        (404, get(&nobody, "/nothing").header("accept", "application/json")),
        (404, get(&nobody, "/../../etc/passwd")),
        (200, get(&nobody, "/docs/")),
        (200, get(&nobody, "/docs/swagger-ui.css")),
        (200, get(&nobody, "/openapi.json")),
        (200, get(&nobody, "/health")),
        (200, get(&nobody, "/livez")),
        (200, get(&nobody, "/readyz")),
        (404, get(&nobody, "/metrics")),
        (405, nobody.request(Method::PUT, "/health")),
        (401, get(&nobody, "/api/tasks")),
        (404, get(&nobody, "/api/nothing")),
        (200, get(ada, "/api/tasks")),
        (200, ada.request(Method::HEAD, "/api/tasks")),
        (304, get(ada, "/api/tasks/1").header("if-none-match", &tag)),
        (404, get(ada, "/api/tasks/987654")),
        (422, get(ada, "/api/tasks?limit=x")),
        (201, post("/api/tasks").json(&json!({"title": "Milk"}))),
        (412, ada.request(Method::PATCH, "/api/tasks/1").header("if-match", "\"99\"").json(&json!({"title": "x"}))),
        (204, ada.request(Method::DELETE, "/api/tasks/2")),
        (413, post("/api/tasks").header("content-type", "application/json").body(vec![b' '; 1024 * 1024 + 1])),
        (415, post("/api/tasks").header("content-type", "text/plain").body("x")),
        (415, post("/api/tasks").header("content-encoding", "br").body("x")),
        (400, post("/api/tasks").header("content-encoding", "gzip").body("x")),
        (200, get(ada, "/api/account/export")),
        (403, ada.request(Method::POST, "/api/somebody-else/chat").json(&hello)),
        (200, post(&chat).json(&hello)),
        (200, post(&chat).header("accept", "text/event-stream").json(&hello)),
        (200, post("/api/agui").json(&run)),
        (200, get(ada, "/api/events")),
        (200, get(ada, "/v1/models")),
        (401, get(&nobody, "/v1/models")),
        (200, post("/v1/chat/completions").json(&completion)),
        (404, post("/v1/chat/completions").json(&json!({"model": "none", "messages": []}))),
        (200, mcp(ada)),
        (401, mcp(&nobody)),
        (403, mcp(ada).header("origin", "https://evil.example")),
        (404, post("/api/voice/speak").json(&json!({"text": "hello"}))),
        (401, nobody.request(Method::POST, "/api/auth/login").json(&json!({"email": "a@b.c", "password": PASSWORD}))),
    ]
}

#[tokio::test]
async fn they_are_on_every_kind_of_answer() {
    let app = TestApp::with(&[("SAYDO_TRUST_PROXY", "on")]).await;
    let ada = app.user("ada").await;
    for title in ["Read", "Binned"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    for (status, request) in kinds(&app, &ada).await {
        let request = request.header("x-forwarded-proto", "https").build().unwrap();
        let case = format!("{} {}", request.method(), request.url().path());
        let response = ada.http.execute(request).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{case}");
        let headers = response.headers();
        for (name, value) in STRICT {
            let values: Vec<_> = headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
            assert_eq!(values, [value], "{case} {name}");
        }
        assert_eq!(headers["strict-transport-security"], "max-age=31536000; includeSubDomains", "{case}");
        assert_eq!(headers.get_all("x-request-id").iter().count(), 1, "{case}");
        for name in TELLTALE {
            assert!(!headers.contains_key(name), "{case} {name}");
        }
        // What belongs to a person is kept by nobody in between.
        let api = ["/api/", "/v1/", "/mcp"].iter().any(|start| response.url().path().starts_with(start));
        let rule = headers.get("cache-control").map_or("", |value| value.to_str().unwrap());
        let private = rule.starts_with("no-store") || rule == "private, no-cache";
        assert!(!api || private, "{case}: {rule}");
        if response.status().is_client_error() && !case.contains("/v1/") && !case.contains("HEAD") {
            assert_eq!(headers["content-type"], "application/problem+json", "{case}");
        }
    }
}

#[tokio::test]
async fn also_for_other_sites_and_without_the_database() {
    let friend = "https://app.example.org";
    let app = TestApp::with(&[("CORS_ORIGINS", friend)]).await;
    let ada = app.user("ada").await;
    let preflight = app.anonymous().request(Method::OPTIONS, "/api/tasks").header("origin", friend);
    let mut answers = vec![
        Answer::of(preflight.header("access-control-request-method", "GET")).await,
        Answer::of(ada.request(Method::GET, "/api/tasks").header("origin", friend)).await,
    ];
    app.app.store.close().await;
    answers.extend([ada.get("/api/tasks").await, app.anonymous().get("/health").await, ada.say(None, "hello").await]);
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 503, 503, 503]);
    for answer in answers {
        for (name, value) in STRICT {
            assert_eq!(answer.header(name), value, "{}", answer.text);
        }
        assert_eq!(answer.header("strict-transport-security"), "");
    }
}
