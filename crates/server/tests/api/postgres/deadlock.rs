//! Two transactions that wait for each other: PostgreSQL ends one of them, and whoever is told so can come back.

use serde_json::json;

use super::away;
use crate::{
    database::Engine,
    support::{Answer, Client, TestApp},
};

/// Takes a row, waits until somebody waits for it, and then wants what they have.
fn deadly(user: &str) -> String {
    format!(
        "BEGIN;
         SET LOCAL deadlock_timeout = '60s';
         UPDATE tasks SET title = title WHERE user_id = '{user}' AND number = 1;
         DO $$ BEGIN FOR look IN 1..6000 LOOP
           EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'
             AND transactionid = pg_current_xact_id()::xid);
           PERFORM pg_sleep(0.01);
         END LOOP; END $$;
         SELECT pg_advisory_xact_lock(hashtextextended('{user}', 0));
         ROLLBACK"
    )
}

/// Changes the task while somebody else is in the way, until it is this request that has to give way: that is who
/// looks for a deadlock first.
async fn give_way(app: &TestApp, ada: &Client) -> Answer {
    for _ in 0..20 {
        let (home, statements) = (app.folder.clone(), deadly(&ada.id));
        let other = tokio::task::spawn_blocking(move || home.sql(&statements));
        let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' \
            AND relation = 'tasks'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while app.folder.sql(held) == "0" {
            tokio::task::yield_now().await;
        }
        let answer = ada.patch("/api/tasks/1", json!({"title": "Changed"})).await;
        if other.await.is_ok() && answer.status != 200 {
            return answer;
        }
    }
    panic!("it was never this request that gave way");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_way_is_told_to_come_back_and_can() {
    let app = TestApp::on(Engine::Postgres, &[]).await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "Buy milk"})).await.ok(201);
    let answer = give_way(&app, &ada).await;
    assert_eq!(away(&answer), ("Saydo is busy; try again in a moment.".to_owned(), "busy".to_owned()));
    let title = async || ada.get("/api/tasks/1").await.ok(200)["title"].clone();
    assert_eq!(title().await, "Buy milk", "nothing of it is stored");
    ada.patch("/api/tasks/1", json!({"title": "Changed"})).await.ok(200);
    assert_eq!(title().await, "Changed");
}
