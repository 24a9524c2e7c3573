//! Tokens that nobody here made, or not like this: none opens any door, and none learns why.

use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign};
use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};

use crate::support::{Answer, Client, SECRET, TestApp, now};

/// Somebody else's secret.
const OTHER: &str = "another-secret-that-is-just-as-long-as-it";
const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Base64 for addresses, without padding (RFC 4648 §5).
fn base64(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letters = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        (0..=chunk.len()).map(move |at| char::from(alphabet[(bits >> (18 - 6 * at)) as usize & 63])).collect::<String>()
    };
    bytes.chunks(3).map(letters).collect()
}

fn signed_with(secret: &str, algorithm: Algorithm, header: &str, payload: &str) -> String {
    let message = format!("{}.{}", base64(header.as_bytes()), base64(payload.as_bytes()));
    let signature = sign(message.as_bytes(), &EncodingKey::from_secret(secret.as_bytes()), algorithm).unwrap();
    format!("{message}.{signature}")
}

/// A token with this head and these claims and a good signature.
fn signed(header: &str, payload: &str) -> String {
    signed_with(SECRET, Algorithm::HS256, header, payload)
}

/// Good claims with these over them.
fn claims(user: &str, changes: &Value) -> String {
    let now = now().as_second();
    let mut claims = json!({"sub": user, "iss": "todo-api", "iat": now, "exp": now + 600, "jti": "one"});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.to_string()
}

/// Heads that are not ours, under a signature that would be.
fn heads(user: &str) -> Vec<String> {
    let algorithms = [
        "\"none\"",
        "\"None\"",
        "\"NONE\"",
        "\"nOnE\"",
        "\"none \"",
        "\"\"",
        "null",
        "0",
        "[\"HS256\"]",
        "{}",
        "\"hs256\"",
        "\"HS256 \"",
        "\"HS384\"",
        "\"HS512\"",
        "\"RS256\"",
        "\"PS256\"",
        "\"ES256\"",
        "\"EdDSA\"",
        "\"dir\"",
        "\"HS256\\u0000\"",
    ];
    let payload = claims(user, &json!({}));
    let mut heads: Vec<String> = algorithms.iter().map(|name| format!("{{\"alg\":{name},\"typ\":\"JWT\"}}")).collect();
    heads.extend(
        [r#"{"typ":"JWT"}"#, "{}", "null", "[]", "", "{", r#"{"alg":"none","alg":"HS256"}"#].map(str::to_owned),
    );
    heads.extend(
        [r#"{"alg":"HS256","crit":["exp"]}"#, r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#].map(str::to_owned),
    );
    let mut tokens = Vec::new();
    for head in &heads {
        let token = signed(head, &payload);
        let (message, signature) = token.rsplit_once('.').unwrap();
        tokens.extend([format!("{message}."), message.to_owned(), format!("{message}.{}", &signature[1..])]);
        tokens.push(token);
    }
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        tokens.push(signed_with(SECRET, algorithm, &format!("{{\"alg\":\"{algorithm:?}\"}}"), &payload));
        tokens.push(signed_with(SECRET, algorithm, HS256, &payload));
    }
    // Keys that the token brings along or points to, each signed by whom that key would be.
    let key = base64(OTHER.as_bytes());
    for (head, secret) in [
        (r#"{"alg":"HS256","kid":"../../../../dev/null"}"#.to_owned(), ""),
        (r#"{"alg":"HS256","kid":"' UNION SELECT 'x"}"#.to_owned(), "x"),
        (r#"{"alg":"HS256","kid":"/proc/sys/kernel/ostype"}"#.to_owned(), "Linux\n"),
        (r#"{"alg":"HS256","jku":"http://127.0.0.1:1/keys"}"#.to_owned(), OTHER),
        (r#"{"alg":"HS256","x5u":"http://127.0.0.1:1/chain"}"#.to_owned(), OTHER),
        (format!("{{\"alg\":\"HS256\",\"jwk\":{{\"kty\":\"oct\",\"k\":\"{key}\"}}}}"), OTHER),
        (HS256.to_owned(), OTHER),
        (HS256.to_owned(), ""),
        (HS256.to_owned(), &SECRET[1..]),
    ] {
        tokens.push(signed_with(secret, Algorithm::HS256, &head, &payload));
    }
    tokens
}

/// Claims that are not ours, rightly signed.
fn payloads(user: &str) -> Vec<String> {
    let second = now().as_second();
    let changes = [
        json!({"exp": null}),
        json!({"exp": second}),
        json!({"exp": second - 1}),
        json!({"exp": 0}),
        json!({"exp": -second}),
        json!({"exp": (second + 600).to_string()}),
        json!({"exp": [second + 600]}),
        json!({"exp": true}),
        json!({"iss": null}),
        json!({"iss": ""}),
        json!({"iss": "TODO-API"}),
        json!({"iss": "todo-api/"}),
        json!({"iss": " todo-api"}),
        json!({"iss": "https://login.example"}),
        json!({"iss": ["todo-api"]}),
        json!({"iat": second + 61}),
        json!({"iat": "now"}),
        json!({"nbf": second + 61}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"sub": 7}),
        json!({"sub": [user]}),
        json!({"sub": "nobody"}),
        json!({"sub": format!(" {user}")}),
        json!({"sub": format!("{user}\u{0}")}),
        json!({"sub": "*"}),
        json!({"sub": "' OR 1=1 --"}),
        json!({"gen": -1}),
        json!({"gen": 1}),
        json!({"gen": "0"}),
        json!({"jti": 7}),
    ];
    let mut payloads: Vec<String> = changes.iter().map(|change| claims(user, change)).collect();
    let whole = claims(user, &json!({}));
    for gone in ["exp", "iss", "sub"] {
        let mut claims: Value = serde_json::from_str(&whole).unwrap();
        claims.as_object_mut().unwrap().remove(gone);
        payloads.push(claims.to_string());
    }
    let end = whole.strip_suffix('}').unwrap();
    payloads.push(format!("{end},\"sub\":\"{user}\"}}"));
    payloads.push(format!("{end},\"exp\":9e999}}"));
    payloads.push(format!("{end},\"email\":{}1{}}}", "[".repeat(2000), "]".repeat(2000)));
    payloads.extend(["", "{}", "[]", "null", "7"].map(str::to_owned));
    payloads.into_iter().map(|payload| signed(HS256, &payload)).collect()
}

/// Good tokens, badly written.
fn shapes(user: &str) -> Vec<String> {
    let good = signed(HS256, &claims(user, &json!({})));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (head, payload) = message.split_once('.').unwrap();
    let other = base64(claims(user, &json!({"jti": "two"})).as_bytes());
    let mut tokens = vec![
        format!("{head}.{other}.{signature}"),
        format!("{message}.{signature}.{signature}"),
        format!("{message}.{signature}=="),
        format!("{message}.{signature}."),
        format!(".{good}"),
        format!("{head}..{signature}"),
        format!("{head}.{payload}.{payload}"),
        format!("{head} .{payload}.{signature}"),
        format!("\"{good}\""),
        format!("{good}, {good}"),
        good.replace('.', "%2E"),
        good.to_uppercase(),
        "..".to_owned(),
        ".".repeat(5),
        "saydo_pat_".to_owned(),
        format!("saydo_pat_{good}"),
        // Large, but not too large to be looked at.
        "x".repeat(50_000),
        format!("{head}.{}.{signature}", "A".repeat(50_000)),
        signed(&format!("{{\"alg\":\"HS256\",\"kid\":\"{}\"}}", "k".repeat(20_000)), "{}"),
    ];
    // Of the four last letters that hold the same bytes only one is the signature.
    let (most, last) = good.split_at(good.len() - 1);
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    tokens.extend(letters.chars().filter(|&letter| !last.starts_with(letter)).map(|letter| format!("{most}{letter}")));
    tokens
}

/// The answers of every door, which are many protocols behind one lock.
async fn knock(client: &Client) -> Vec<Answer> {
    let chat = format!("/api/{}/chat", client.id);
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let mcp = client.request(Method::POST, "/mcp").header("accept", "application/json, text/event-stream");
    vec![
        client.get("/api/tasks").await,
        client.post("/api/tasks", json!({"title": "Mine"})).await,
        client.post(&chat, json!({"message": "add mine"})).await,
        client.get("/v1/models").await,
        Answer::of(mcp.json(&hello)).await,
        Answer::of(client.request(Method::GET, "/api/events").timeout(std::time::Duration::from_secs(60))).await,
    ]
}

#[tokio::test]
async fn no_door_opens_for_any_of_them() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let nobody = Client { token: None, ..ada.clone() };
    let expected: Vec<Value> = knock(&nobody).await.iter().map(Answer::comparable).collect();
    let all = [heads(&ada.id), payloads(&ada.id), shapes(&ada.id)].concat();
    assert!(all.len() > 200, "{}", all.len());
    for (number, token) in all.iter().enumerate() {
        let bad = ada.with_token(token.as_str());
        // All doors ask the same lock: one after the other is enough, and all for some.
        let answers = if number % 16 == 0 { knock(&bad).await } else { vec![bad.get("/api/tasks").await] };
        for (answer, expected) in answers.iter().zip(&expected) {
            assert_eq!(answer.status, 401, "{token}: {}", answer.text);
            assert_eq!(&answer.comparable(), expected, "{token}");
        }
        let cookie = nobody.request(Method::GET, "/api/tasks");
        let Ok(value) = HeaderValue::from_str(&format!("saydo_session={token}")) else { continue };
        Answer::of(cookie.header("cookie", value)).await.problem(401);
    }
    assert_eq!(ada.get("/api/tasks").await.ok(200), json!([]));
}

#[tokio::test]
async fn what_a_head_says_beside_its_algorithm_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let payload = claims(&ada.id, &json!({"aud": "whoever", "scope": "admin", "role": "admin", "admin": true}));
    for head in [HS256, r#"{"alg":"HS256"}"#, r#"{"alg":"HS256","kid":"../../dev/null","jku":"http://127.0.0.1:1"}"#] {
        ada.with_token(signed(head, &payload)).get("/api/auth/me").await.ok(200);
    }
}

#[tokio::test]
async fn a_token_that_is_too_large_is_not_looked_at() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    assert_eq!(ada.with_token("x".repeat(200_000)).get("/api/tasks").await.status, 431);
    ada.get("/api/tasks").await.ok(200);
}

#[tokio::test]
async fn a_bad_token_is_not_made_good_by_a_cookie() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let cookie = format!("saydo_session={}", ada.token.clone().unwrap());
    let with = async |client: &Client| {
        let request = client.request(Method::GET, "/api/auth/me").header("cookie", &cookie);
        Answer::of(request).await.status
    };
    assert_eq!(with(&app.anonymous()).await, 200);
    assert_eq!(with(&ada.with_token("a.b.c")).await, 401);
}
