//! `POST /api/tasks`.

use reqwest::Method;
use serde_json::{Value, json};

use super::in_zone;
use crate::support::{NOW, TestApp};

#[tokio::test]
async fn a_task_with_everything_comes_back_as_it_is_stored() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let input = json!({
        "title": "  Write the report\n", "description": " as typed ", "priority": "high",
        "due_date": "2026-03-13T15:00:00+01:00", "labels": ["Work", "#home", "work"],
        "recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=FR", "from": "completion", "text": "every friday"},
    });
    let answer = ada.post("/api/tasks", input).await;
    let mut task = answer.ok(201);
    let uid = task["uid"].take();
    assert_eq!(uuid::Uuid::parse_str(uid.as_str().unwrap()).unwrap().get_version_num(), 7);
    let expected = json!({
        "id": 1, "uid": null, "user_id": ada.id, "title": "Write the report", "description": " as typed ",
        "completed": false, "completed_at": null, "priority": "high", "due_date": "2026-03-13T15:00:00+01:00",
        "recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=FR", "from": "completion", "text": "every friday"},
        "labels": ["home", "work"], "created_at": NOW, "updated_at": NOW, "version": 1,
    });
    assert_eq!(task, expected);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!((answer.header("location"), answer.header("etag")), ("/api/tasks/1", "\"1\""));
    assert!(uuid::Uuid::parse_str(answer.header("x-change-id")).is_ok());
    assert_eq!(ada.get(answer.header("location")).await.ok(200), answer.json());
    assert_eq!(ada.get("/api/tasks").await.ok(200), json!([answer.json()]));
}

#[tokio::test]
async fn a_title_is_enough_and_null_is_nothing() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let short = ada.post("/api/tasks", json!({"title": "Read"})).await.ok(201);
    let nulls = json!({"title": "Read", "description": null, "priority": null, "due_date": null, "recurrence": null,
        "labels": null});
    let long = ada.post("/api/tasks", nulls).await.ok(201);
    for task in [&short, &long] {
        for (field, value) in [
            ("description", Value::Null),
            ("priority", json!("medium")),
            ("due_date", Value::Null),
            ("recurrence", Value::Null),
            ("labels", json!([])),
            ("completed", json!(false)),
        ] {
            assert_eq!(task[field], value, "{field}");
        }
    }
}

#[tokio::test]
async fn limits_count_characters() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for letter in ["x", "é", "日", "👍", "e\u{301}"] {
        let text = |count: usize| letter.chars().cycle().take(count).collect::<String>();
        let (title, description) = (text(200), text(1000));
        let padded = format!(" \u{3000}{title}\n");
        let task = ada.post("/api/tasks", json!({"title": padded, "description": description})).await.ok(201);
        assert_eq!((task["title"].as_str(), task["description"].as_str()), (Some(&*title), Some(&*description)));
        let answer = ada.post("/api/tasks", json!({"title": text(201)})).await;
        assert_eq!(answer.refused(), ["title"], "{letter}");
        assert_eq!(answer.json()["errors"][0]["message"], "Title too long (max 200 characters).");
        let answer = ada.post("/api/tasks", json!({"title": "x", "description": text(1001)})).await;
        assert_eq!(answer.refused(), ["description"], "{letter}");
        assert_eq!(ada.patch("/api/tasks/1", json!({"title": text(201)})).await.refused(), ["title"]);
    }
    for letter in ["x", "日"] {
        let task = ada.post("/api/tasks", json!({"title": "x", "labels": [letter.repeat(50)]})).await.ok(201);
        assert_eq!(task["labels"], json!([letter.repeat(50)]));
        let answer = ada.post("/api/tasks", json!({"title": "x", "labels": [letter.repeat(51)]})).await;
        assert_eq!(answer.refused(), ["labels"]);
    }
}

#[tokio::test]
async fn dues_are_returned_in_the_form_given() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for due in [
        "2026-03-12",
        "2028-02-29",
        "0001-01-01",
        "9999-12-31",
        "2026-03-12T15:00:00+01:00",
        "2026-03-12T15:00:00Z",
        "2026-03-12T00:00:00-03:30",
        "2026-10-25T02:30:00+01:00",
    ] {
        let task = in_zone(&ada, "Asia/Tokyo", Method::POST, "/api/tasks", json!({"title": "x", "due_date": due}));
        let task = task.await.ok(201);
        assert_eq!(task["due_date"], due);
        let path = format!("/api/tasks/{}", task["id"]);
        assert_eq!(in_zone(&ada, "America/Lima", Method::GET, &path, json!({})).await.ok(200)["due_date"], due);
    }
}

#[tokio::test]
async fn words_are_read_where_the_person_is() {
    let app = TestApp::with(&[("SAYDO_NOW", "2026-03-11T12:00:00Z")]).await;
    let ada = app.user("ada").await;
    let due = async |zone: &str, words: &str| {
        let body = json!({"title": "x", "due_date": words});
        in_zone(&ada, zone, Method::POST, "/api/tasks", body).await.ok(201)["due_date"].clone()
    };
    // Noon in London is past midnight in Auckland.
    assert_eq!(due("Pacific/Auckland", "tomorrow").await, "2026-03-13");
    assert_eq!(due("America/New_York", "tomorrow").await, "2026-03-12");
    assert_eq!(due("Europe/Berlin", "friday 3pm").await, "2026-03-13T15:00:00+01:00");
    assert_eq!(due("America/New_York", "friday 3pm").await, "2026-03-13T15:00:00-04:00");
    assert_eq!(due("Mars/Olympus", "tomorrow").await, "2026-03-12");
    ada.patch("/api/auth/me", json!({"timezone": "Pacific/Auckland"})).await.ok(200);
    assert_eq!(due("Mars/Olympus", "tomorrow").await, "2026-03-13");
    assert_eq!(due("UTC", "tomorrow").await, "2026-03-12");
    let plain = ada.post("/api/tasks", json!({"title": "x", "due_date": "tomorrow"})).await.ok(201);
    assert_eq!(plain["due_date"], "2026-03-13");
}

#[tokio::test]
async fn a_recurrence_may_be_said_in_words() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let task = ada.post("/api/tasks", json!({"title": "x", "recurrence": "every friday"})).await.ok(201);
    let expected = json!({"rrule": "FREQ=WEEKLY;BYDAY=FR", "from": "due", "text": "every friday"});
    assert_eq!(task["recurrence"], expected);
    assert_eq!(task["due_date"], "2026-03-13", "the first friday");
    let task = ada.patch("/api/tasks/1", json!({"recurrence": "daily"})).await.ok(200);
    assert_eq!(task["recurrence"]["rrule"], "FREQ=DAILY");
    assert_eq!(task["due_date"], "2026-03-13");
    let rule = json!({"title": "x", "recurrence": {"rrule": "FREQ=DAILY"}});
    let task = ada.post("/api/tasks", rule).await.ok(201);
    assert_eq!((&task["recurrence"]["from"], &task["recurrence"]["text"]), (&json!("due"), &json!("")));
}
