//! Whatever is sent to whatever route: never a 5xx, and every refusal is a problem. The inputs come from the OpenAPI
//! document's own field names, so that they get past the first check.

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use crate::{
    openapi::operations,
    support::{Answer, TestApp},
};

/// Requests per route.
const CASES: usize = 40;

/// Texts that have broken programs before, and any others.
fn text() -> impl Strategy<Value = String> {
    let naughty = [
        "",
        " ",
        "\u{0}",
        "\u{202e}abc",
        "' OR 1=1 --",
        "%s%n",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "NaN",
        "1e400",
        "-1",
        "99999999999999999999",
        "2026-02-30",
        "2026-03-12T25:61:00Z",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=YEARLY;BYMONTH=13",
        "every blue moon",
        "tomorrow",
        "👩‍👩‍👧‍👦",
        "\u{feff}",
        "\r\nX-Evil: 1",
        "%00",
        "%",
    ];
    prop_oneof![
        prop::sample::select(naughty.to_vec()).prop_map(str::to_owned),
        any::<String>(),
        "[a-z ]{1,12}( [0-9]{1,4})?",
        Just("x".repeat(10_001)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..3).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// The fields a body of this operation may have.
fn fields(document: &Value, operation: &Value) -> Vec<String> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let named = schema["$ref"].as_str().or_else(|| schema["oneOf"][1]["$ref"].as_str()).unwrap_or_default();
    let name = named.rsplit('/').next().unwrap_or_default();
    let properties = document["components"]["schemas"][name]["properties"].as_object();
    properties.map(|all| all.keys().cloned().collect()).unwrap_or_default()
}

/// A body with some of the fields, now and then one that does not exist.
fn body(fields: Vec<String>) -> impl Strategy<Value = Value> {
    let count = fields.len();
    (prop::collection::vec(value(), count), prop::collection::vec(any::<bool>(), count), prop::bool::weighted(0.1))
        .prop_map(move |(values, present, extra)| {
            let pairs = fields.iter().cloned().zip(values).zip(&present).filter(|(_, present)| **present);
            let mut body: Map<String, Value> = pairs.map(|(pair, _)| pair).collect();
            if extra {
                body.insert("nope".to_owned(), json!(1));
            }
            Value::Object(body)
        })
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn nothing_that_is_sent_breaks_anything() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "A task"})).await.ok(201);
    ada.say(None, "hello").await.ok(200);
    let document = app.anonymous().get("/openapi.json").await.ok(200);
    let mut runner = TestRunner::deterministic();
    for (method, path, operation) in operations(&document) {
        // Signing up hashes real passwords; a few will do.
        let cases = if path.starts_with("/api/auth") || path == "/api/account" { 8 } else { CASES };
        // The route before may have ended the token.
        let session = app.app.accounts.admin_token(app.app.accounts.admin_find(&ada.id).await.unwrap()).await.unwrap();
        let ada = ada.with_token(session.token.expose_secret());
        let bodies = body(fields(&document, &operation));
        for _ in 0..cases {
            let (id, word) =
                (text().new_tree(&mut runner).unwrap().current(), text().new_tree(&mut runner).unwrap().current());
            let odd = any::<bool>().new_tree(&mut runner).unwrap().current();
            let id = if odd { escaped(&id.chars().take(200).collect::<String>()) } else { "1".to_owned() };
            let path = path
                .replace("{id}", &id)
                .replace("{user_id}", &ada.id)
                .replace("{pending_id}", &id)
                .replace("{turn_id}", &id);
            let word = escaped(&word.chars().take(500).collect::<String>());
            let query = ["q", "sort", "limit", "cursor", "label", "due_before", "completed", "nope"];
            let name = prop::sample::select(query.to_vec()).new_tree(&mut runner).unwrap().current();
            let body = bodies.new_tree(&mut runner).unwrap().current();
            let request = ada.request(method.parse().unwrap(), &format!("{path}?{name}={word}"));
            let answer = Answer::of(if body == json!({}) { request } else { request.json(&body) }).await;
            assert!(answer.status < 500, "{method} {path}?{name}={word} {body}: {}", answer.text);
            if answer.status >= 400 {
                answer.problem(answer.status);
            }
        }
    }
    app.anonymous().get("/health").await.ok(200);
}
