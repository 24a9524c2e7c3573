//! `POST /api/parse`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    support::TestApp,
    tasks::{in_zone, text::NAUGHTY},
};

#[tokio::test]
async fn a_line_is_read_and_nothing_is_changed() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let body = json!({"text": "buy milk tomorrow #home !high"});
    let parsed = in_zone(&ada, "Europe/Berlin", Method::POST, "/api/parse", body).await.ok(200);
    assert_eq!(parsed["title"].as_str().map(str::to_lowercase).as_deref(), Some("buy milk"));
    assert_eq!((&parsed["due_date"], &parsed["recurrence"]), (&json!("2026-03-12"), &Value::Null));
    assert_eq!((&parsed["priority"], &parsed["labels"]), (&json!("high"), &json!(["home"])));
    assert_eq!(ada.get("/api/tasks").await.ok(200), json!([]));
    assert_eq!(ada.get("/api/conversations").await.ok(200)["conversations"], json!([]));
    assert_eq!(ada.post("/api/undo", json!({})).await.problem(409).1, "nothing_to_undo");
}

#[tokio::test]
async fn spans_count_utf16_code_units() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let text = "🥛 buy milk tomorrow #home";
    let parsed = ada.post("/api/parse", json!({"text": text})).await.ok(200);
    let units: Vec<u16> = text.encode_utf16().collect();
    let word = |kind: &str| {
        let spans = parsed["spans"].as_array().unwrap();
        let span = spans.iter().find(|span| span["kind"] == kind).unwrap();
        let at = |name: &str| usize::try_from(span[name].as_u64().unwrap()).unwrap();
        assert!(span["value"].is_string(), "{span}");
        String::from_utf16(&units[at("start")..at("end")]).unwrap()
    };
    assert_eq!((word("due").as_str(), word("label").as_str()), ("tomorrow", "#home"));
}

#[tokio::test]
async fn any_text_is_read_up_to_the_limit() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for text in NAUGHTY.into_iter().chain(["", " ", "a\0b"]) {
        let parsed = ada.post("/api/parse", json!({"text": text})).await.ok(200);
        let length = u64::try_from(text.encode_utf16().count()).unwrap();
        for span in parsed["spans"].as_array().unwrap() {
            let (start, end) = (span["start"].as_u64().unwrap(), span["end"].as_u64().unwrap());
            assert!(start < end && end <= length, "{text:?} {span}");
        }
    }
    ada.post("/api/parse", json!({"text": "👍".repeat(10_000)})).await.ok(200);
    assert_eq!(ada.post("/api/parse", json!({"text": "👍".repeat(10_001)})).await.refused(), ["text"]);
    assert_eq!(ada.post("/api/parse", json!({})).await.refused(), ["text"]);
    assert_eq!(ada.post("/api/parse", json!({"text": 5})).await.refused(), ["text"]);
    assert_eq!(ada.post("/api/parse", json!({"text": "x", "zone": "UTC"})).await.refused(), ["zone"]);
}
