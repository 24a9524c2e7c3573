//! `GET /api/tasks`: filters and orders.

use serde_json::json;

use super::{ids, make};
use crate::support::{Client, TestApp};

/// Five tasks in the list and one in the trash.
async fn ada(app: &TestApp) -> Client {
    let ada = app.user("ada").await;
    for fields in [
        json!({"title": "Buy milk", "priority": "high", "due_date": "2026-03-11", "labels": ["home"]}),
        json!({"title": "Pay 100% of rent", "due_date": "2026-03-12T15:00:00+01:00", "labels": ["money", "home-2"]}),
        json!({"title": "Straße fegen ÄÖÜ", "priority": "low", "description": "with an under_score"}),
        json!({"title": "call mom", "due_date": "2026-03-10"}),
        json!({"title": "Ärger machen", "due_date": "2026-03-13"}),
        json!({"title": "Buy milk in the trash", "priority": "high", "due_date": "2026-03-11", "labels": ["home"]}),
    ] {
        make(&ada, fields).await;
    }
    ada.patch("/api/tasks/4/complete", json!({})).await.ok(200);
    ada.delete("/api/tasks/6").await.ok(204);
    ada
}

async fn expect(client: &Client, cases: &[(&str, &[i64])]) {
    for (query, expected) in cases {
        let answer = client.get(&format!("/api/tasks?{query}")).await;
        assert_eq!(ids(&answer.ok(200)), *expected, "{query}");
        assert_eq!(answer.header("x-total-count"), expected.len().to_string(), "{query}");
        assert_eq!(answer.header("link"), "", "{query}");
    }
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    let cases: [(&str, &[i64]); 12] = [
        ("", &[5, 4, 3, 2, 1]),
        ("completed=true", &[4]),
        ("completed=false", &[5, 3, 2, 1]),
        ("priority=high", &[1]),
        ("priority=medium", &[5, 4, 2]),
        ("label=home", &[1]),
        ("label=HOME", &[1]),
        ("label=%23money", &[2]),
        ("label=nobody", &[]),
        ("completed=false&priority=medium", &[5, 2]),
        ("completed=true&priority=high", &[]),
        ("completed=false&q=m&sort=id&due_after=2026-03-10&label=home", &[1]),
    ];
    expect(&ada, &cases).await;
    expect(&app.user("bob").await, &[("", &[]), ("q=milk", &[])]).await;
}

#[tokio::test]
async fn words_are_found_whatever_their_case_and_signs() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    let cases: [(&str, &[i64]); 13] = [
        ("q=milk", &[1]),
        ("q=MILK", &[1]),
        ("q=buy%20m", &[1]),
        ("q=", &[5, 4, 3, 2, 1]),
        ("q=%25", &[2]),
        ("q=100%25%20of", &[2]),
        ("q=_", &[3]),
        ("q=%5C", &[]),
        ("q=%C3%84RGER", &[5]),
        ("q=%C3%A4%C3%B6%C3%BC", &[3]),
        ("q=STRA%C3%9FE", &[3]),
        ("q=under_score", &[3]),
        ("q=%27%20OR%201%3D1%20--", &[]),
    ];
    expect(&ada, &cases).await;
    assert_eq!(ada.get("/api/tasks?q=a%00b").await.refused(), ["q"]);
    let long = format!("q={}", "x".repeat(5000));
    expect(&ada, &[(&long, &[])]).await;
}

#[tokio::test]
async fn dues_are_bounded_by_days_and_instants() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    let cases: [(&str, &[i64]); 13] = [
        ("due_before=2026-03-12", &[4, 1]),
        ("due_before=2026-03-13", &[4, 2, 1]),
        ("due_after=2026-03-11", &[5, 2]),
        ("due_after=2026-03-12", &[5]),
        ("due_after=2026-03-10&due_before=2026-03-13", &[2, 1]),
        ("due_after=2026-03-13&due_before=2026-03-10", &[]),
        ("due_before=2026-03-12T14:00:00Z", &[4, 1]),
        ("due_before=2026-03-12T14:00:01Z", &[4, 2, 1]),
        ("due_after=2026-03-12T14:00:00Z", &[5]),
        ("due_after=2026-03-12T13:59:59Z", &[5, 2]),
        ("due_before=2026-03-12T15:00:01%2B01:00", &[4, 2, 1]),
        ("due_before=tomorrow", &[4, 1]),
        ("due_after=0001-01-01&due_before=9999-12-31", &[5, 4, 2, 1]),
    ];
    expect(&ada, &cases).await;
}

#[tokio::test]
async fn every_order_goes_both_ways() {
    let app = TestApp::start().await;
    let ada = ada(&app).await;
    let cases: [(&str, &[i64]); 12] = [
        ("sort=created", &[5, 4, 3, 2, 1]),
        ("sort=-created", &[1, 2, 3, 4, 5]),
        ("sort=updated", &[5, 4, 3, 2, 1]),
        ("sort=-updated", &[1, 2, 3, 4, 5]),
        ("sort=due", &[4, 1, 2, 5, 3]),
        ("sort=-due", &[5, 2, 1, 4, 3]),
        ("sort=priority", &[1, 2, 4, 5, 3]),
        ("sort=-priority", &[3, 5, 4, 2, 1]),
        ("sort=title", &[1, 4, 2, 3, 5]),
        ("sort=-title", &[5, 3, 2, 4, 1]),
        ("sort=id", &[1, 2, 3, 4, 5]),
        ("sort=-id", &[5, 4, 3, 2, 1]),
    ];
    expect(&ada, &cases).await;
}
