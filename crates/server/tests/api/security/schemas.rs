//! Requests made from the schemas – of the OpenAPI document and of the MCP tools – whole but for one place, where
//! something else stands. Whatever it is: no 5xx, every refusal a problem, and nothing of ours is told.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::{
    mcp::Mcp,
    openapi::operations,
    support::{Answer, Client, TestApp},
};

/// Routes that are no part of the document, with something to send.
const OTHERS: [(&str, &str); 5] = [
    (
        "/mcp",
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_task","arguments":{"title":"x"}}}"#,
    ),
    (
        "/v1/chat/completions",
        r#"{"model":"saydo","messages":[{"role":"user","content":[{"type":"text","text":"hello"}]}],"stream":false,
            "temperature":1,"max_tokens":7,"stop":["x"],"metadata":{"a":"b"},"user":"u"}"#,
    ),
    ("/v1/models", "{}"),
    ("/v1/models/{name}", "{}"),
    ("/metrics", "{}"),
];

/// What no answer may hold: words from inside the program.
const INSIDE: [&str; 8] =
    ["panicked", "RUST_BACKTRACE", "sqlx", "SQLITE", "SELECT ", ".rs:", "stack backtrace", "saydo_domain"];

/// What stands at the one place. Each is taken in its turn.
fn odd(turn: usize) -> Value {
    match turn % 16 {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(i64::MIN),
        4 => json!(u64::MAX),
        5 => json!(1e308),
        6 => json!(0.1),
        7 => json!(""),
        8 => json!("x".repeat(20_000)),
        9 => json!("\u{0}\u{202e}' OR 1=1 -- <script>"),
        10 => json!([]),
        11 => json!({}),
        12 => (0..100).fold(json!(1), |inner, _| json!([inner])),
        13 => Value::from(vec![json!("x"); 2000]),
        14 => json!({"$ref": "#/", "__proto__": {"admin": true}, "constructor": null}),
        _ => json!([[null], {"": {}}, "NaN"]),
    }
}

/// A value that the schema allows, with everything that may be in it.
fn example(document: &Value, schema: &Value, depth: usize) -> Value {
    if let Some(given) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return given.clone();
    }
    if let Some(name) = schema["$ref"].as_str() {
        return example(document, document.pointer(name.trim_start_matches('#')).unwrap(), depth + 1);
    }
    if let Some(one) = ["oneOf", "anyOf", "allOf"].iter().find_map(|kind| schema[*kind].as_array()) {
        let real = one.iter().find(|schema| schema["type"] != "null").unwrap();
        return example(document, real, depth + 1);
    }
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    match kinds[0].as_str().unwrap_or_default() {
        "string" => json!("every friday"),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        "array" if depth < 9 => json!([example(document, &schema["items"], depth + 1)]),
        "object" => {
            let fields = schema["properties"].as_object().cloned().unwrap_or_default();
            let pairs = fields.iter().map(|(name, schema)| (name.clone(), example(document, schema, depth + 1)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

/// The address of every place in a value (RFC 6901).
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                places(inner, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(values) => {
            for (number, inner) in values.iter().enumerate() {
                places(inner, &format!("{at}/{number}"), all);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The value with something else in one place, for every place, so many times each; and without each place.
fn spoilt(whole: &Value, times: usize, turn: &mut usize) -> Vec<Value> {
    let mut all = Vec::new();
    places(whole, "", &mut all);
    let mut spoilt = vec![whole.clone()];
    for place in &all {
        for _ in 0..times {
            let mut value = whole.clone();
            *value.pointer_mut(place).unwrap() = odd(*turn);
            *turn += 1;
            spoilt.push(value);
        }
        let (parent, name) = place.rsplit_once('/').unwrap_or_default();
        let mut value = whole.clone();
        if value.pointer_mut(parent).and_then(|parent| parent.as_object_mut()?.remove(name)).is_some() {
            spoilt.push(value);
        }
    }
    spoilt
}

#[track_caller]
fn judge(answer: &Answer, case: &str) {
    assert!(answer.status < 500 || answer.status == 501, "{case}: {} {}", answer.status, answer.text);
    let said = INSIDE.iter().find(|word| answer.text.contains(**word));
    assert_eq!(said, None, "{case}: {}", answer.text);
}

/// The address with something for every name in it.
fn filled(path: &str, client: &Client, id: &str) -> String {
    let path = path.replace("{user_id}", &client.id);
    path.split('/').map(|part| if part.starts_with('{') { id } else { part }).collect::<Vec<_>>().join("/")
}

/// The query with each of the operation's parameters, one after the other, being something else.
fn queries(operation: &Value, turn: &mut usize) -> Vec<String> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let names = parameters.iter().filter(|parameter| parameter["in"] == "query").map(|one| one["name"].clone());
    let spoil = |name: Value| {
        *turn += 1;
        let text = match odd(*turn) {
            Value::String(text) => text.chars().take(2000).collect(),
            other => other.to_string().chars().take(2000).collect::<String>(),
        };
        let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let name = name.as_str().unwrap();
        [format!("{name}={escaped}"), format!("{name}=1&{name}=2"), name.to_owned()]
    };
    names.flat_map(spoil).collect()
}

#[tokio::test]
async fn no_operation_of_the_document_breaks() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/openapi.json").await.ok(200);
    let (mut turn, mut sent) = (0, BTreeSet::new());
    for (method, path, operation) in operations(&document) {
        sent.insert(format!("{method} {path}"));
        // Where a password is hashed for each.
        let slow = ["/login", "/signup", "/password", "/account"].iter().any(|end| path.ends_with(end));
        // The operation before may have ended the session, or the account.
        let client = app.user(&format!("user{}", sent.len())).await;
        client.post("/api/tasks", json!({"title": "A task"})).await.ok(201);
        client.say(None, "hello").await.ok(200);
        let call = |id: &str, query: &str| {
            let address = format!("{}?{query}", filled(&path, &client, id));
            client.request(method.parse().unwrap(), &address).timeout(std::time::Duration::from_secs(60))
        };
        for id in ["1", "0", "-1", "9223372036854775808", "%00", "..%2F..", "1'%20OR%201=1", "%F0%9F%8E%82", "%FF"] {
            if path == "/api/events" || !path.contains('{') {
                continue;
            }
            judge(&Answer::of(call(id, "")).await, &format!("{method} {path} {id}"));
        }
        for query in queries(&operation, &mut turn) {
            let response = call("1", &query).send().await.unwrap();
            let (status, endless) = (response.status().as_u16(), path == "/api/events" && response.status() == 200);
            assert!(status < 500, "{method} {path}?{query}: {status}");
            let text = if endless { String::new() } else { response.text().await.unwrap() };
            assert!(status < 400 || text.contains("\"code\""), "{method} {path}?{query}: {text}");
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            continue;
        }
        for body in spoilt(&example(&document, schema, 0), if slow { 1 } else { 5 }, &mut turn) {
            let answer = Answer::of(call("1", "").json(&body)).await;
            let case = format!("{method} {path} {body:.500}");
            judge(&answer, &case);
            if answer.status >= 400 {
                answer.problem(answer.status);
            }
        }
    }
    let all: BTreeSet<String> =
        operations(&document).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    assert_eq!(sent, all);
    app.anonymous().get("/health").await.ok(200);
}

#[tokio::test]
async fn nor_does_any_other_route() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let mut turn = 0;
    for (path, body) in OTHERS {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            for name in ["saydo", "%00", "..%2F..%2Fetc", "%FF", "x%0d%0aSet-Cookie:%20a=b"] {
                // A stream that is let in has no end.
                if (path, &method) == ("/mcp", &Method::GET) {
                    continue;
                }
                let request = ada.request(method.clone(), &filled(path, &ada, name));
                judge(&Answer::of(request.header("accept", "application/json")).await, &format!("{method} {path}"));
            }
        }
        for body in spoilt(&serde_json::from_str(body).unwrap(), 8, &mut turn) {
            let request = ada.request(Method::POST, &filled(path, &ada, "saydo")).json(&body);
            let request = request.header("accept", "application/json, text/event-stream");
            judge(&Answer::of(request).await, &format!("{path} {body:.500}"));
        }
    }
}

#[tokio::test]
async fn nor_does_any_tool() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "A task"})).await.ok(201);
    let mcp = Mcp::stateless(&ada);
    let tools = mcp.list().await;
    let mut turn = 0;
    for tool in tools.as_array().unwrap() {
        let (name, schema) = (tool["name"].as_str().unwrap(), &tool["inputSchema"]);
        for arguments in spoilt(&example(schema, schema, 0), 6, &mut turn) {
            let answer = mcp.try_call(name, arguments.clone()).await;
            judge(&answer, &format!("{name} {arguments:.500}"));
        }
    }
    ada.get("/api/tasks").await.ok(200);
}

/// The routes that the router names itself, beside those that come from the document.
#[test]
fn no_route_is_left_out() {
    let router = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/router.rs");
    let text = std::fs::read_to_string(router).unwrap();
    let product = text.split("#[cfg(test)]").next().unwrap();
    let named: BTreeSet<&str> =
        product.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(named, OTHERS.iter().map(|(path, _)| *path).collect());
}
