//! The OpenAPI document is the router's, and complete.

use std::collections::HashSet;

use saydo_server::http::document;
use serde_json::Value;

use crate::support::TestApp;

/// Every operation of the document.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = |(path, item): (&String, &Value)| {
        let operations = item.as_object().unwrap().clone();
        let path = path.clone();
        operations.into_iter().map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    };
    paths.iter().flat_map(each).collect()
}

#[tokio::test]
async fn what_is_served_is_the_routers_document() {
    let app = TestApp::start().await;
    let served = app.anonymous().get("/openapi.json").await.ok(200);
    assert_eq!(served, serde_json::to_value(document(&app.state)).unwrap());
    assert_eq!(served["info"]["title"], "Saydo");
    let listed: Vec<String> =
        operations(&served).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    insta::assert_snapshot!(listed.join("\n"));
}

#[tokio::test]
async fn every_operation_answers_and_has_a_name_of_its_own() {
    let app = TestApp::start().await;
    let served = app.anonymous().get("/openapi.json").await.ok(200);
    let mut names = HashSet::new();
    for (method, path, operation) in operations(&served) {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name.clone()), "{name} twice");
        assert!(operation["summary"].is_string(), "{method} {path}");
        let concrete =
            path.replace("{id}", "1").replace("{user_id}", "u").replace("{pending_id}", "p").replace("{turn_id}", "t");
        let request = app.anonymous().request(method.parse().unwrap(), &concrete);
        let status = crate::support::Answer::of(request).await.status;
        assert!(![404, 405].contains(&status), "{method} {path} is not routed: {status}");
    }
}

#[tokio::test]
async fn errors_are_described_as_problems() {
    let app = TestApp::start().await;
    let served = app.anonymous().get("/openapi.json").await.ok(200);
    for (method, path, operation) in operations(&served) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let is_error = status.starts_with('4') || status == "500";
            let problem = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert!(!is_error || problem == "#/components/schemas/Problem", "{method} {path} {status}: {response}");
        }
    }
    assert!(served["components"]["schemas"]["Problem"]["properties"]["request_id"].is_object());
}
