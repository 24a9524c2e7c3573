//! What is no task: a clear 422 that names the field, and nothing is changed.

use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

#[tokio::test]
async fn what_a_task_cannot_be_is_refused_by_name() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let cases = [
        ("title", json!("")),
        ("title", json!(" \t\n\u{3000}\u{a0}")),
        ("title", json!("a\0b")),
        ("title", Value::Null),
        ("description", json!("a\0b")),
        ("priority", json!("urgent")),
        ("priority", json!("")),
        ("due_date", json!("2026-02-30")),
        ("due_date", json!("2027-02-29")),
        ("due_date", json!("2026-03-12T25:00:00Z")),
        ("due_date", json!("")),
        ("due_date", json!("colourless green ideas")),
        ("due_date", json!("9".repeat(5000))),
        ("recurrence", json!("colourless green ideas")),
        ("recurrence", json!("")),
        ("recurrence", json!({"rrule": "FREQ=NEVER"})),
        ("recurrence", json!({"rrule": "FREQ=DAILY;INTERVAL=0"})),
        ("recurrence", json!({"rrule": "FREQ=DAILY;INTERVAL=99999999999999999999"})),
        ("recurrence", json!({"rrule": "FREQ=DAILY;COUNT=2;UNTIL=20270101"})),
        // It would be kept as a text that nobody can read any more.
        ("recurrence", json!({"rrule": "FREQ=DAILY;UNTIL=-9990101"})),
        ("recurrence", json!({"rrule": "FREQ=DAILY", "text": "a\0b"})),
        ("recurrence", json!({"rrule": "FREQ=DAILY", "text": "x".repeat(201)})),
        ("recurrence", json!({"rrule": "FREQ=DAILY", "from": "never"})),
        ("recurrence", json!({"rrule": "FREQ=DAILY", "nope": 1})),
        ("labels", json!(["two words"])),
        ("labels", json!([""])),
        ("labels", json!(["a\0b"])),
        ("labels", json!(["<b>"])),
        ("labels", json!((0..51).map(|n| format!("l{n}")).collect::<Vec<_>>())),
    ];
    for (field, value) in &cases {
        let mut input = json!({"title": "x"});
        input[*field] = value.clone();
        let answer = ada.post("/api/tasks", input).await;
        assert_eq!(answer.refused(), [*field], "{value}");
    }
    ada.post("/api/tasks", json!({"title": "Kept"})).await.ok(201);
    let before = ada.get("/api/tasks").await.ok(200);
    assert_eq!(before[0]["id"], 1, "refusals take no number");
    for (field, value) in cases.iter().filter(|(_, value)| !value.is_null()) {
        assert_eq!(ada.patch("/api/tasks/1", json!({*field: value})).await.refused(), [*field], "{value}");
    }
    assert_eq!(ada.get("/api/tasks").await.ok(200), before);
}

#[tokio::test]
async fn wrong_types_and_unknown_fields_are_named() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for field in ["title", "description", "priority", "due_date", "recurrence", "labels"] {
        for wrong in [json!(5), json!(true), json!(1.5e300), json!([[1]]), json!({"x": {}})] {
            let mut input = json!({"title": "x"});
            input[field] = wrong.clone();
            let refused = ada.post("/api/tasks", input).await.refused();
            assert!(refused.len() == 1 && refused[0].starts_with(field), "{field} {wrong}: {refused:?}");
        }
    }
    for unknown in ["id", "user_id", "uid", "version", "completed", "created_at", "Title", "due", ""] {
        let mut input = json!({"title": "x"});
        input[unknown] = json!("1");
        assert_eq!(ada.post("/api/tasks", input).await.refused(), [unknown], "{unknown}");
    }
    for body in ["{\"title\":1e999}", "{\"title\":\"x\",\"title\":\"y\"}", "{\"title\":\"\u{1}\"}"] {
        let request = ada.request(reqwest::Method::POST, "/api/tasks").header("content-type", "application/json");
        assert_eq!(Answer::of(request.body(body)).await.status, 422, "{body}");
    }
    assert_eq!(ada.get("/api/tasks").await.ok(200), json!([]));
}

#[tokio::test]
async fn all_mistakes_are_told_together() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let input = json!({
        "title": " ", "description": "x".repeat(1001), "priority": "urgent", "due_date": "2026-02-30",
        "recurrence": "colourless green ideas", "labels": ["two words"],
    });
    let fields = ["title", "description", "priority", "due_date", "recurrence", "labels"];
    let answer = ada.post("/api/tasks", input.clone()).await;
    assert_eq!(answer.refused(), fields);
    let sentences = answer.json()["errors"].as_array().unwrap().clone();
    assert!(sentences.iter().all(|error| error["message"].as_str().unwrap().ends_with('.')), "{sentences:?}");
    ada.post("/api/tasks", json!({"title": "x"})).await.ok(201);
    let mut refused = ada.put("/api/tasks/1", input).await.refused();
    refused.sort();
    let mut all = fields.to_vec();
    all.sort_unstable();
    assert_eq!(refused, all);
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["version"], 1);
}
