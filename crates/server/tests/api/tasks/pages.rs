//! `GET /api/tasks`: pages.

use serde_json::{Value, json};

use super::{ids, make};
use crate::support::{Answer, Client, TestApp};

const SORTS: [&str; 12] = [
    "created",
    "-created",
    "updated",
    "-updated",
    "due",
    "-due",
    "priority",
    "-priority",
    "title",
    "-title",
    "id",
    "-id",
];

async fn with_tasks(app: &TestApp, count: i64) -> Client {
    let ada = app.user("ada").await;
    for n in 1..=count {
        let due = match n % 5 {
            0 => Value::Null,
            1 => json!("2026-03-12T00:00:00Z"),
            _ => json!(format!("2026-03-{:02}", 10 + n % 4)),
        };
        let priority = ["high", "medium", "low"][usize::try_from(n % 3).unwrap()];
        let title = ["Ärger", "ärger", "Zoo", "apple. 7", "👍"][usize::try_from(n % 5).unwrap()];
        make(&ada, json!({"title": title, "due_date": due, "priority": priority})).await;
    }
    ada
}

/// The address of the next page.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link");
    (!link.is_empty()).then(|| link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

#[tokio::test]
async fn a_walk_has_no_gap_and_no_double() {
    let app = TestApp::start().await;
    let ada = with_tasks(&app, 120).await;
    for sort in SORTS {
        let whole = ids(&ada.get(&format!("/api/tasks?sort={sort}&limit=200")).await.ok(200));
        let mut sorted = whole.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (1..=120).collect::<Vec<_>>(), "{sort}");
        let mut walked = Vec::new();
        let mut path = Some(format!("/api/tasks?limit=17&sort={sort}"));
        while let Some(here) = path {
            let answer = ada.get(&here).await;
            walked.extend(ids(&answer.ok(200)));
            assert_eq!(answer.header("x-total-count"), "120", "{sort}");
            path = next(&answer);
            assert!(path.as_ref().is_none_or(|path| path.contains("limit=17") && path.contains(sort)), "{path:?}");
            assert!(walked.len() <= 120, "{sort} never ends");
        }
        assert_eq!(walked, whole, "{sort}");
    }
}

#[tokio::test]
async fn a_page_has_50_tasks_unless_asked_otherwise() {
    let app = TestApp::start().await;
    let ada = with_tasks(&app, 51).await;
    for (query, count, more) in
        [("", 50, true), ("?limit=1", 1, true), ("?limit=51", 51, false), ("?limit=200", 51, false)]
    {
        let answer = ada.get(&format!("/api/tasks{query}")).await;
        assert_eq!((ids(&answer.ok(200)).len(), next(&answer).is_some()), (count, more), "{query}");
        assert_eq!(answer.header("x-total-count"), "51");
    }
}

#[tokio::test]
async fn a_filter_holds_on_every_page() {
    let app = TestApp::start().await;
    let ada = with_tasks(&app, 30).await;
    let first = ada.get("/api/tasks?priority=high&limit=4&sort=due&q=%C3%84RGER").await;
    assert_eq!(first.header("x-total-count"), "4");
    assert_eq!(next(&first), None);
    let first = ada.get("/api/tasks?priority=high&limit=4&sort=due").await;
    let second = ada.get(&next(&first).unwrap()).await;
    assert_eq!(second.header("x-total-count"), "10");
    let mut seen = ids(&first.ok(200));
    seen.extend(ids(&second.ok(200)));
    assert!(seen.len() == 8 && seen.iter().all(|number| number % 3 == 0), "{seen:?}");
}

#[tokio::test]
async fn a_walk_goes_on_where_its_last_task_was() {
    let app = TestApp::start().await;
    let ada = with_tasks(&app, 10).await;
    let first = ada.get("/api/tasks?sort=id&limit=4").await;
    ada.delete("/api/tasks/4").await.ok(204);
    ada.delete("/api/tasks/1").await.ok(204);
    make(&ada, json!({"title": "New"})).await;
    let second = ada.get(&next(&first).unwrap()).await;
    assert_eq!(ids(&second.ok(200)), [5, 6, 7, 8]);
    assert_eq!(ids(&ada.get(&next(&second).unwrap()).await.ok(200)), [9, 10, 11]);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_order_only() {
    let app = TestApp::start().await;
    let ada = with_tasks(&app, 3).await;
    for sort in SORTS {
        let first = ada.get(&format!("/api/tasks?limit=1&sort={sort}")).await;
        let cursor = next(&first).unwrap().split("cursor=").nth(1).unwrap().to_owned();
        for other in SORTS.iter().filter(|other| **other != sort) {
            let answer = ada.get(&format!("/api/tasks?sort={other}&cursor={cursor}")).await;
            assert_eq!(answer.refused(), ["cursor"], "{sort} {other}");
        }
        ada.get(&format!("/api/tasks?sort={sort}&cursor={cursor}")).await.ok(200);
    }
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    for bad in ["", "0", "zz", "%00", "c1.", &hex("C1"), &hex("C1.x"), &hex("x1.1"), &hex("C99999999999999999999.1")] {
        assert_eq!(ada.get(&format!("/api/tasks?cursor={bad}")).await.refused(), ["cursor"], "{bad}");
    }
    // Whatever a made-up cursor says, it is only a place: no error of the server, nothing of anybody else.
    for odd in [hex("C-9223372036854775808.0"), hex("C9223372036854775807.0")] {
        ada.get(&format!("/api/tasks?cursor={odd}")).await.ok(200);
    }
    let odd = hex("t1.' OR 1=1 --\0");
    assert_eq!(ada.get(&format!("/api/tasks?sort=title&cursor={odd}")).await.refused(), ["cursor"]);
    let odd = hex("t1.' OR 1=1 --");
    ada.get(&format!("/api/tasks?sort=title&cursor={odd}")).await.ok(200);
}
