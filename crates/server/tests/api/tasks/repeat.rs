//! Repeating tasks: completing one makes the next.

use reqwest::Method;
use serde_json::{Value, json};

use super::{all, every, in_zone, make};
use crate::support::{Client, TestApp};

async fn done(client: &Client, number: i64) {
    client.patch(&format!("/api/tasks/{number}/complete"), json!({"completed": true})).await.ok(200);
}

/// Makes a repeating task and completes it and its followers; the dues of all of them.
async fn dues(client: &Client, zone: &str, due: &str, rule: &str, from: &str, times: i64) -> Vec<String> {
    let body = json!({"title": "x", "due_date": due, "recurrence": {"rrule": rule, "from": from}});
    let made = in_zone(client, zone, Method::POST, "/api/tasks", body).await.ok(201);
    let first = made["id"].as_i64().unwrap();
    for number in first..first + times {
        done(client, number).await;
    }
    let tasks = all(client).await;
    let these = tasks.as_array().unwrap().iter().filter(|task| task["id"].as_i64().unwrap() >= first);
    these.map(|task| task["due_date"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_next_one_is_a_task_of_its_own() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let fields = json!({"title": "Plants", "description": "all", "priority": "high", "due_date": "2026-03-13",
        "labels": ["home"], "recurrence": "every friday"});
    let first = ada.post("/api/tasks", fields).await.ok(201);
    done(&ada, 1).await;
    let next = ada.get("/api/tasks/2").await.ok(200);
    for field in ["title", "description", "priority", "labels", "recurrence"] {
        assert_eq!(next[field], first[field], "{field}");
    }
    assert_ne!(next["uid"], first["uid"]);
    let facts = [&next["due_date"], &next["completed"], &next["completed_at"], &next["version"]];
    assert_eq!(facts, [&json!("2026-03-20"), &json!(false), &Value::Null, &json!(1)]);
    // Completing again changes nothing: there is still one follower.
    done(&ada, 1).await;
    assert_eq!(every(&ada, "id").await, [1, 2]);
}

#[tokio::test]
async fn it_is_counted_from_the_due_or_from_the_completion() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    // It is Wednesday, 11 March.
    assert_eq!(dues(&ada, "UTC", "2026-03-09", "FREQ=DAILY;INTERVAL=3", "due", 1).await[1], "2026-03-12");
    assert_eq!(dues(&ada, "UTC", "2026-03-09", "FREQ=DAILY;INTERVAL=3", "completion", 1).await[1], "2026-03-14");
    assert_eq!(dues(&ada, "UTC", "2026-03-20", "FREQ=DAILY;INTERVAL=3", "due", 1).await[1], "2026-03-23");
    assert_eq!(dues(&ada, "UTC", "2026-03-20", "FREQ=DAILY;INTERVAL=3", "completion", 1).await[1], "2026-03-14");
    let timed = dues(&ada, "UTC", "2026-03-09T18:00:00Z", "FREQ=DAILY;INTERVAL=3", "completion", 1).await;
    assert_eq!(timed[1], "2026-03-14T18:00:00Z");
    // Long overdue: the next is not in the past.
    assert_eq!(dues(&ada, "UTC", "2025-01-01", "FREQ=DAILY", "due", 1).await[1], "2026-03-11");
    assert_eq!(
        dues(&ada, "UTC", "2026-01-31", "FREQ=MONTHLY", "due", 2).await,
        ["2026-01-31", "2026-03-31", "2026-05-31"]
    );
}

#[tokio::test]
async fn count_and_until_end_it() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let counted = dues(&ada, "UTC", "2026-03-11", "FREQ=DAILY;COUNT=3", "due", 3).await;
    assert_eq!(counted, ["2026-03-11", "2026-03-12", "2026-03-13"]);
    let until = dues(&ada, "UTC", "2026-03-11", "FREQ=DAILY;UNTIL=20260313", "due", 3).await;
    assert_eq!(until, ["2026-03-11", "2026-03-12", "2026-03-13"]);
    let once = dues(&ada, "UTC", "2026-03-11", "FREQ=DAILY;COUNT=1", "due", 1).await;
    assert_eq!(once, ["2026-03-11"]);
    let at_the_end_of_time = dues(&ada, "UTC", "9999-12-31", "FREQ=DAILY", "due", 1).await;
    assert_eq!(at_the_end_of_time, ["9999-12-31"]);
}

#[tokio::test]
async fn the_wall_clock_keeps_its_time_across_summer_time() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let daily = async |zone: &'static str, due: &'static str| dues(&ada, zone, due, "FREQ=DAILY", "due", 2).await;
    assert_eq!(
        daily("Europe/Berlin", "2026-03-28T09:00:00+01:00").await,
        ["2026-03-28T09:00:00+01:00", "2026-03-29T09:00:00+02:00", "2026-03-30T09:00:00+02:00"]
    );
    assert_eq!(
        daily("Europe/Berlin", "2026-10-24T09:00:00+02:00").await,
        ["2026-10-24T09:00:00+02:00", "2026-10-25T09:00:00+01:00", "2026-10-26T09:00:00+01:00"]
    );
    assert_eq!(
        daily("America/New_York", "2026-10-31T09:00:00-04:00").await,
        ["2026-10-31T09:00:00-04:00", "2026-11-01T09:00:00-05:00", "2026-11-02T09:00:00-05:00"]
    );
    assert_eq!(
        daily("America/New_York", "2027-03-13T09:00:00-05:00").await,
        ["2027-03-13T09:00:00-05:00", "2027-03-14T09:00:00-04:00", "2027-03-15T09:00:00-04:00"]
    );
    // 02:30 exists twice that night: the first one is meant.
    assert_eq!(
        daily("Europe/Berlin", "2026-10-24T02:30:00+02:00").await,
        ["2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
    );
    // 02:30 does not exist that night: the moment is half past three, said by the old clock, and the next day is right.
    assert_eq!(
        daily("Europe/Berlin", "2026-03-28T02:30:00+01:00").await,
        ["2026-03-28T02:30:00+01:00", "2026-03-29T02:30:00+01:00", "2026-03-30T02:30:00+02:00"]
    );
}

#[tokio::test]
async fn the_place_where_it_was_said_keeps_the_time() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let body = json!({"title": "x", "due_date": "2026-03-28T09:00:00+01:00", "recurrence": "weekly"});
    in_zone(&ada, "Europe/Berlin", Method::POST, "/api/tasks", body).await.ok(201);
    // Completed while travelling.
    let body = json!({"completed": true});
    in_zone(&ada, "America/New_York", Method::PATCH, "/api/tasks/1/complete", body).await.ok(200);
    assert_eq!(ada.get("/api/tasks/2").await.ok(200)["due_date"], "2026-04-04T09:00:00+02:00");
}

#[tokio::test]
async fn reopening_takes_the_next_one_back() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "x", "due_date": "2026-03-11", "recurrence": "daily"})).await;
    done(&ada, 1).await;
    ada.patch("/api/tasks/1/complete", json!({})).await.ok(200);
    assert_eq!(every(&ada, "id").await, [1]);
    ada.get("/api/tasks/2").await.problem(404);
    assert_eq!(ada.get("/api/trash").await.ok(200), json!([]));
    // Again, with a number of its own.
    done(&ada, 1).await;
    assert_eq!(every(&ada, "id").await, [1, 3]);
    // What somebody has changed since stays.
    ada.patch("/api/tasks/3", json!({"title": "y"})).await.ok(200);
    ada.patch("/api/tasks/1", json!({"completed": false})).await.ok(200);
    assert_eq!(every(&ada, "title").await, ["x", "y"]);
}

#[tokio::test]
async fn undo_and_redo_take_both_along() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "x", "due_date": "2026-03-11", "recurrence": "daily"})).await;
    done(&ada, 1).await;
    let undone = ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(every(&ada, "completed").await, [false]);
    ada.post("/api/undo", json!({"change_id": undone["change_id"]})).await.ok(200);
    assert_eq!(every(&ada, "completed").await, [true, false]);
    assert_eq!(every(&ada, "due_date").await, ["2026-03-11", "2026-03-12"]);
    // The follower was put back, not touched: reopening still takes it away.
    ada.patch("/api/tasks/1/complete", json!({"completed": false})).await.ok(200);
    assert_eq!(every(&ada, "completed").await, [false]);
}

#[tokio::test]
async fn an_undo_does_not_take_away_what_was_changed_since() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "x", "due_date": "2026-03-11", "recurrence": "daily"})).await;
    let change = ada.patch("/api/tasks/1/complete", json!({})).await.header("x-change-id").to_owned();
    ada.patch("/api/tasks/2", json!({"title": "y"})).await.ok(200);
    let (detail, _) = ada.post("/api/undo", json!({"change_id": change})).await.problem(409);
    assert_eq!(detail, "“y” (#2) was changed again since (Updated “x”: now called “y”); undo that change first.");
    assert_eq!(every(&ada, "completed").await, [true, false]);
}
