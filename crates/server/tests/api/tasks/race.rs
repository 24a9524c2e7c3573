//! Two clients and one task: one wins and the other is told, or nothing is lost.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{if_match, make};
use crate::support::TestApp;

#[tokio::test]
async fn of_twenty_with_the_same_version_one_wins() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "Old"})).await;
    let titles: Vec<String> = (0..20).map(|n| format!("Title {n}")).collect();
    let calls =
        titles.iter().map(|title| if_match(&ada, Method::PATCH, "/api/tasks/1", "\"1\"", json!({"title": title})));
    let answers = join_all(calls).await;
    let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(winners.len(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(loser.problem(412).1, "stale");
    }
    let task = ada.get("/api/tasks/1").await.ok(200);
    assert_eq!((&task, &task["version"]), (&winners[0].json(), &json!(2)));
    // The journal has one change too: undoing it brings the first title back.
    ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["title"], "Old");
}

#[tokio::test]
async fn different_fields_do_not_overwrite_each_other() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "Old"})).await;
    let patches = [
        json!({"title": "New"}),
        json!({"description": "d"}),
        json!({"priority": "high"}),
        json!({"due_date": "2026-03-12"}),
        json!({"labels": ["a"]}),
        json!({"completed": true}),
    ];
    let answers = join_all(patches.iter().map(|patch| ada.patch("/api/tasks/1", patch.clone()))).await;
    for answer in answers {
        answer.ok(200);
    }
    let task = ada.get("/api/tasks/1").await.ok(200);
    for (field, value) in patches.iter().flat_map(|patch| patch.as_object().unwrap()) {
        assert_eq!(&task[field], value, "{field}");
    }
    assert_eq!(task["version"], 7);
}

#[tokio::test]
async fn every_toggle_counts() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "x"})).await;
    let answers = join_all((0..21).map(|_| ada.patch("/api/tasks/1/complete", json!({})))).await;
    let completed = answers.iter().filter(|answer| answer.ok(200)["completed"] == true).count();
    assert_eq!(completed, 11);
    let task = ada.get("/api/tasks/1").await.ok(200);
    assert_eq!((&task["completed"], &task["version"]), (&json!(true), &json!(22)));
}

#[tokio::test]
async fn a_repeating_task_has_one_follower() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make(&ada, json!({"title": "x", "due_date": "2026-03-11", "recurrence": "daily"})).await;
    let done = || ada.patch("/api/tasks/1/complete", json!({"completed": true}));
    for answer in join_all((0..10).map(|_| done())).await {
        assert_eq!(answer.ok(200)["version"], 2);
    }
    assert_eq!(super::every(&ada, "id").await, [1, 2]);
}
