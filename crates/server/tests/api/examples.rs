//! The examples of the OpenAPI document, run: each is what its schema says, is accepted by the real server, and gets an
//! answer that is what its own schema says.

use reqwest::Method;
use serde_json::Value;

use crate::{
    matrix::World,
    openapi::operations,
    schema::{Schemas, faults},
    support::Answer,
};

/// Operations after which the world is another: each gets a world of its own.
fn ends_something(route: &str) -> bool {
    let ends = ["undo", "pending", "DELETE ", "logout", "password"];
    ends.iter().any(|end| route.contains(end))
}

/// The example of an operation's body; nothing for one that takes none.
fn example(route: &str, operation: &Value, schemas: &Schemas<'_>) -> Value {
    let content = &operation["requestBody"]["content"];
    let schema = &content["application/json"]["schema"];
    if !schema.is_object() {
        // Nothing but recordings is sent as anything else.
        assert!(content.is_null() || route == "POST /api/voice/transcribe", "{route}: {content}");
        return Value::Null;
    }
    let optional = schema["oneOf"].as_array().and_then(|either| either.iter().find(|one| one["$ref"].is_string()));
    let schema = schemas.resolve(optional.unwrap_or(schema));
    let example = schema.get("example").unwrap_or_else(|| panic!("{route} has no example"));
    assert_eq!(faults(schemas, schema, example), Vec::<String>::new(), "the example of {route}");
    example.clone()
}

/// What the document says of the answer that came.
fn check_answer(route: &str, operation: &Value, schemas: &Schemas<'_>, answer: &Answer) {
    let said = &operation["responses"][answer.status.to_string()];
    assert!(said.is_object(), "{route} answered {}, which it does not speak of: {}", answer.status, answer.text);
    let content = &said["content"];
    let kind = answer.header("content-type").split(';').next().unwrap_or_default();
    if answer.text.is_empty() {
        assert!(content.is_null(), "{route} answered nothing");
        return;
    }
    let schema = &content[kind]["schema"];
    assert!(schema.is_object(), "{route} answered {kind}, which it does not speak of");
    if kind.ends_with("json") {
        assert_eq!(faults(schemas, schema, &answer.json()), Vec::<String>::new(), "{route}: {}", answer.text);
    }
}

#[tokio::test]
async fn each_is_what_it_says_and_works() {
    let shared = World::new().await;
    let document = shared.app.anonymous().get("/openapi.json").await.ok(200);
    let schemas = Schemas::of(&document);
    for (method, path, operation) in operations(&document) {
        let route = format!("{method} {path}");
        let body = example(&route, &operation, &schemas);
        let own;
        let world = if ends_something(&route) {
            own = World::new().await;
            &own
        } else {
            &shared
        };
        let answer = world.call(&world.owner, &method, &path, &body).await;
        // Here are neither a speech server nor administrators; tests of their own have them.
        let absent = ["/api/voice/", "/api/admin/"].iter().any(|start| path.starts_with(start));
        let expected = if absent { 404..405 } else { 200..300 };
        assert!(expected.contains(&answer.status), "{route} {body}: {} {}", answer.status, answer.text);
        // A stream that is followed for ever is not read here.
        if path != "/api/events" {
            check_answer(&route, &operation, &schemas, &answer);
        }
    }
}

/// Refusals are what the document says, too.
#[tokio::test]
async fn refusals_are_what_it_says() {
    let world = World::new().await;
    let document = world.app.anonymous().get("/openapi.json").await.ok(200);
    let schemas = Schemas::of(&document);
    for (method, path, operation) in operations(&document) {
        let route = format!("{method} {path}");
        if !operation["requestBody"]["content"]["application/json"].is_object() || path == "/api/agui" {
            continue;
        }
        let request = world.owner.request(method.parse::<Method>().unwrap(), &world.address(&path));
        let answer = Answer::of(request.json(&serde_json::json!({"nonsense": 1}))).await;
        answer.problem(422);
        check_answer(&route, &operation, &schemas, &answer);
    }
}
