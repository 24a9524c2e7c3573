//! What programs did today, and `POST /api/tokens/{id}/undo-today`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    database::Engine,
    support::{Answer, Client, TestApp},
    tasks::every,
    tokens::program,
};

async fn undo_today(client: &Client, id: &str) -> Answer {
    client.post(&format!("/api/tokens/{id}/undo-today"), json!({})).await
}

async fn add(client: &Client, title: &str) -> i64 {
    client.post("/api/tasks", json!({ "title": title })).await.ok(201)["id"].as_i64().unwrap()
}

/// What the list of tokens says of each one's day, the newest token first.
async fn changes_today(client: &Client) -> Vec<Value> {
    let tokens = client.get("/api/tokens").await.ok(200)["tokens"].clone();
    tokens.as_array().unwrap().iter().map(|token| token["changes_today"].clone()).collect()
}

async fn a_day_is_undone_as_one_change(engine: Engine) {
    let app = TestApp::on(engine, &[]).await;
    let ada = app.user("ada").await;
    let (robot, id) = program(&ada, "write").await;
    let (other, _) = program(&ada, "write").await;
    let (hers, theirs) = (add(&ada, "Hers").await, add(&other, "Another program's").await);
    let its = add(&robot, "Its own").await;
    robot.patch(&format!("/api/tasks/{hers}"), json!({"title": "Mine now", "priority": "low"})).await.ok(200);
    robot.patch(&format!("/api/tasks/{its}"), json!({"title": "Better"})).await.ok(200);
    robot.patch(&format!("/api/tasks/{theirs}/complete"), json!({"completed": true})).await.ok(200);
    robot.say(None, "add tea").await.ok(200);
    // What it undid itself has no effect, and the undo is none that is to be undone.
    add(&robot, "Never mind").await;
    robot.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(changes_today(&ada).await, [1, 5]);

    let answer = undo_today(&ada, &id).await;
    let undone = answer.ok(200);
    assert_eq!(
        undone,
        json!({"undone": 5, "tasks": 4, "left": 0, "summary": "Undid what “Robot” did today: 5 changes.",
            "change_id": answer.header("x-change-id"), "stopped": null})
    );
    assert_eq!(every(&ada, "title").await, ["Hers", "Another program's"]);
    assert_eq!(
        (every(&ada, "priority").await, every(&ada, "completed").await),
        (vec![json!("medium"); 2], vec![json!(false); 2])
    );
    let history = ada.get(&format!("/api/tasks/{hers}/history")).await.ok(200);
    assert_eq!((&history[1]["undone_by"], &history[0]["agent"]), (&undone["change_id"], &Value::Null));
    let again = undo_today(&ada, &id).await.ok(200);
    assert_eq!((&again["undone"], &again["left"], &again["change_id"]), (&json!(0), &json!(0), &Value::Null));

    // It is a change like any other: undo brings all of it back, and then it can be undone again.
    ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(every(&ada, "title").await, ["Mine now", "Another program's", "Better", "Tea"]);
    assert_eq!(changes_today(&ada).await, [1, 5]);
    assert_eq!(undo_today(&ada, &id).await.ok(200)["undone"], 5);
    let audit = ada.get("/api/account/export").await.ok(200)["audit_events"].clone();
    let noted: Vec<&Value> = audit
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["kind"] == "agent_undone")
        .map(|e| &e["details"])
        .collect();
    assert_eq!(noted, [&json!({"token": id, "undone": 5, "left": 0}); 2]);
}

#[tokio::test]
async fn a_day_is_undone_as_one_change_on_sqlite() {
    Box::pin(a_day_is_undone_as_one_change(Engine::Sqlite)).await;
}

#[tokio::test]
async fn a_day_is_undone_as_one_change_on_postgres() {
    Box::pin(a_day_is_undone_as_one_change(Engine::Postgres)).await;
}

#[tokio::test]
async fn it_stops_at_what_is_in_the_way_and_says_what() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let (robot, id) = program(&ada, "write").await;
    for title in ["One", "Two", "Three"] {
        add(&robot, title).await;
    }
    let later = ada.patch("/api/tasks/2", json!({"priority": "high"})).await.header("x-change-id").to_owned();
    let undone = undo_today(&ada, &id).await.ok(200);
    assert_eq!((&undone["undone"], &undone["left"]), (&json!(1), &json!(2)));
    assert_eq!(undone["summary"], "Undid the newest of what “Robot” did today: 1 change.");
    let stopped = &undone["stopped"];
    assert_eq!(stopped["change"], "Added “Two”.");
    assert!(stopped["detail"].as_str().unwrap().starts_with("“Two” (#2) was changed again since"), "{stopped}");
    assert_eq!(
        (&stopped["in_the_way"][0]["task_id"], &stopped["in_the_way"][0]["changes"][0]["change_id"]),
        (&json!(2), &json!(later))
    );
    assert_eq!(every(&ada, "title").await, ["One", "Two"]);
    // At once in the way: nothing is changed.
    let stuck = undo_today(&ada, &id).await.ok(200);
    assert_eq!((&stuck["undone"], &stuck["change_id"]), (&json!(0), &Value::Null));
    assert_eq!(stuck["summary"], "Nothing of what “Robot” did today was undone.");
    ada.post("/api/undo", json!({ "change_id": later })).await.ok(200);
    assert_eq!(undo_today(&ada, &id).await.ok(200)["undone"], 2);
    assert_eq!(every(&ada, "title").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_day_is_the_persons_and_a_revoked_program_has_one_too() {
    let app = TestApp::with(&[("SAYDO_NOW", "2026-03-10T12:00:00Z")]).await;
    let ada = app.user("ada").await;
    let (robot, id) = program(&ada, "write").await;
    add(&robot, "On the tenth, or the eleventh").await;
    let today = app.replica().await;
    let ada = ada.at(&today);
    add(&robot.at(&today), "On the eleventh").await;
    ada.delete(&format!("/api/tokens/{id}")).await.ok(204);
    let path = format!("/api/tokens/{id}/undo-today");
    let in_zone = async |method: Method, path: &str, zone: &str| {
        Answer::of(ada.request(method, path).header("x-timezone", zone)).await.ok(200)
    };
    let listed = in_zone(Method::GET, "/api/tokens", "UTC").await;
    assert_eq!(listed["revoked"], json!([{"id": id, "name": "Robot", "changes_today": 1}]));
    let listed = in_zone(Method::GET, "/api/tokens", "Pacific/Kiritimati").await;
    assert_eq!(listed["revoked"][0]["changes_today"], 2);
    assert_eq!(in_zone(Method::POST, &path, "UTC").await["undone"], 1);
    assert_eq!(every(&ada, "title").await, ["On the tenth, or the eleventh"]);
    assert_eq!(in_zone(Method::POST, &path, "Pacific/Kiritimati").await["undone"], 1);
    assert_eq!(ada.get("/api/tokens").await.ok(200), json!({"tokens": [], "revoked": []}));
    undo_today(&ada, &id).await.problem(404);
}

#[tokio::test]
async fn a_full_day_is_undone_all_the_same_and_no_program_does_it() {
    let app = TestApp::with(&[("SAYDO_CHANGES_PER_DAY", "3"), ("SAYDO_RATE_LIMITS", "on")]).await;
    let ada = app.user("ada").await;
    let (robot, id) = program(&ada, "write").await;
    for title in ["One", "Two", "Three"] {
        add(&robot, title).await;
    }
    robot.post("/api/tasks", json!({"title": "Four"})).await.problem(429);
    assert_eq!(undo_today(&robot, &id).await.problem(403).1, "sign_in_needed");
    let keyed = || ada.request(Method::POST, &format!("/api/tokens/{id}/undo-today")).header("idempotency-key", "k");
    let undone = Answer::of(keyed()).await.ok(200);
    assert_eq!(undone["undone"], 3);
    assert_eq!(Answer::of(keyed()).await.ok(200), undone);
    // That it was lifted for this does not lift it for anything else.
    ada.post("/api/tasks", json!({"title": "Four"})).await.problem(429);
}
