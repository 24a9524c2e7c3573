//! `POST /api/import`: files become tasks, all of one file as one change.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    database::Engine,
    events::Ear,
    support::{Answer, Client, TestApp},
    tasks::all,
    tokens::program,
};

const MARKDOWN: &str =
    "# Errands\n- [ ] buy stamps tomorrow\n- [x] post the parcel\n- water the ferns every monday #home\n";

async fn import(client: &Client, query: &str, file: impl Into<reqwest::Body>) -> Answer {
    let request = client.request(Method::POST, &format!("/api/import{query}"));
    Answer::of(request.header("content-type", "text/plain").body(file)).await
}

async fn titles(client: &Client) -> Vec<String> {
    let tasks = all(client).await;
    let mut titles: Vec<String> =
        tasks.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

/// What the answer counts: made, there already, ignored, wrong.
fn counts(answer: &Value) -> [i64; 4] {
    ["tasks", "already_there", "ignored", "problem_count"].map(|count| answer[count].as_i64().unwrap())
}

async fn a_file_is_one_change(engine: Engine) {
    let app = TestApp::on(engine, &[]).await;
    let ada = app.user("ada").await;
    let mut ear = Ear::open(&ada, None).await;
    let preview = import(&ada, "?dry_run=true", MARKDOWN).await.ok(200);
    assert_eq!((&preview["format"], &preview["dry_run"]), (&json!("text"), &json!(true)));
    assert_eq!((counts(&preview), &preview["change_id"]), ([3, 0, 1, 0], &Value::Null));
    assert_eq!(
        preview["first"][0],
        json!({"row": 2, "title": "buy stamps", "completed": false, "due_date": "2026-03-12", "priority": "medium",
            "labels": [], "repeats": false})
    );
    assert_eq!(titles(&ada).await, Vec::<String>::new());

    let answer = import(&ada, "", MARKDOWN).await;
    let made = answer.ok(200);
    assert_eq!(counts(&made), [3, 0, 1, 0]);
    assert_eq!(made["summary"], "Imported “buy stamps”, “post the parcel” and “water the ferns” from a text.");
    assert_eq!(answer.header("x-change-id"), made["change_id"]);
    assert_eq!(titles(&ada).await, ["buy stamps", "post the parcel", "water the ferns"]);
    let parcel = ada.get("/api/tasks/2").await.ok(200);
    assert_eq!((&parcel["completed"], &parcel["version"]), (&json!(true), &json!(1)));
    let history = ada.get("/api/tasks/1/history").await.ok(200);
    assert_eq!(
        (&history[0]["what"], &history[0]["door"], &history[0]["change_id"]),
        (&json!("created"), &json!("import"), &made["change_id"])
    );
    for number in 1..=3 {
        let (name, event) = ear.next().await.unwrap();
        assert_eq!(
            (name.as_str(), &event["task_id"], &event["door"]),
            ("task.created", &json!(number), &json!("import"))
        );
    }

    // The same file again finds everything there; and comes once more when it is told to.
    let again = import(&ada, "", MARKDOWN).await.ok(200);
    assert_eq!((counts(&again), &again["change_id"]), ([0, 3, 1, 0], &Value::Null));
    let kept = import(&ada, "?duplicates=keep", MARKDOWN).await.ok(200);
    assert_eq!(counts(&kept), [3, 0, 1, 0]);
    assert_eq!(titles(&ada).await.len(), 6);
    for change in [&kept["change_id"], &made["change_id"]] {
        ada.post("/api/undo", json!({ "change_id": change })).await.ok(200);
    }
    assert_eq!(titles(&ada).await, Vec::<String>::new());
    let redone = ada.post("/api/undo", json!({"change_id": newest(&ada).await})).await.ok(200);
    assert_eq!(redone["tasks"].as_array().unwrap().len(), 3);
}

/// The newest change of the first task.
async fn newest(client: &Client) -> Value {
    client.get("/api/tasks/1/history").await.ok(200)[0]["change_id"].clone()
}

#[tokio::test]
async fn a_file_is_one_change_on_sqlite() {
    Box::pin(a_file_is_one_change(Engine::Sqlite)).await;
}

#[tokio::test]
async fn a_file_is_one_change_on_postgres() {
    Box::pin(a_file_is_one_change(Engine::Postgres)).await;
}

#[tokio::test]
async fn an_export_comes_back_in_another_account() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let task = json!({"title": "Water", "description": "the tall ones", "priority": "high", "labels": ["home"],
        "due_date": "2026-03-12T15:00:00+01:00", "recurrence": "every other day"});
    ada.post("/api/tasks", task).await.ok(201);
    ada.post("/api/tasks", json!({"title": "Binned"})).await.ok(201);
    ada.delete("/api/tasks/2").await.ok(204);
    let export = ada.get("/api/account/export").await.text;
    let made = import(&bob, "", export.clone()).await.ok(200);
    assert_eq!((&made["format"], counts(&made)), (&json!("saydo"), [1, 0, 1, 0]));
    let without = |mut task: Value| {
        for field in ["uid", "user_id", "created_at", "updated_at"] {
            task[field].take();
        }
        task
    };
    let (hers, his) = (ada.get("/api/tasks/1").await.ok(200), bob.get("/api/tasks/1").await.ok(200));
    assert_eq!(without(his), without(hers));
    assert_eq!(counts(&import(&ada, "", export).await.ok(200)), [0, 1, 1, 0]);
}

#[tokio::test]
async fn a_file_with_a_wrong_row_is_not_imported_unless_it_is_left_out() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let file = "TYPE,CONTENT,DATE\ntask,Good,tomorrow\ntask,Odd,the day the music died\ntask,,\n";
    let preview = import(&ada, "?dry_run=true", file).await.ok(200);
    assert_eq!((&preview["format"], counts(&preview)), (&json!("todoist"), [1, 0, 0, 2]));
    let refused = import(&ada, "", file).await;
    assert_eq!(refused.refused(), ["row 3", "row 4"]);
    assert_eq!(refused.json()["errors"][0]["message"], "The date “the day the music died” is not understood.");
    assert_eq!(titles(&ada).await, Vec::<String>::new());
    assert_eq!(counts(&import(&ada, "?problems=skip", file).await.ok(200)), [1, 0, 0, 2]);
    assert_eq!(titles(&ada).await, ["Good"]);
    assert_eq!(import(&ada, "?format=ics", file).await.refused(), ["file"]);
    assert_eq!(import(&ada, "?format=doc", file).await.problem(422).1, "validation_failed");
    assert_eq!(import(&ada, "", "").await.refused(), ["file"]);
}

#[tokio::test]
async fn a_repeated_request_imports_once() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    // Larger than other bodies may be.
    let file = format!("- one\n- two\n{}", "\n".repeat(2 * 1024 * 1024));
    let keyed = async |query: &str| {
        let request = ada.request(Method::POST, &format!("/api/import{query}")).header("idempotency-key", "k");
        Answer::of(request.body(file.clone())).await
    };
    let first = keyed("?duplicates=keep").await;
    let again = keyed("?duplicates=keep").await;
    assert_eq!((first.ok(200), again.header("idempotency-replayed")), (again.ok(200), "true"));
    assert_eq!(first.header("x-change-id"), again.header("x-change-id"));
    assert_eq!(titles(&ada).await, ["one", "two"]);
    assert_eq!(keyed("").await.problem(422).1, "idempotency_key_reused");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_and_a_packed_one_is_unpacked_no_further() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let file = " ".repeat(10 * 1024 * 1024 + 1);
    import(&ada, "", file.clone()).await.problem(413);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, file.as_bytes()).unwrap();
    let request = ada.request(Method::POST, "/api/import").header("content-encoding", "gzip");
    Answer::of(request.body(packer.finish().unwrap())).await.problem(413);
}

#[tokio::test]
async fn programs_import_when_they_may_write() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let (reader, _) = program(&ada, "read").await;
    let (writer, _) = program(&ada, "write").await;
    assert_eq!(import(&reader, "?dry_run=true", "- x").await.problem(403).1, "insufficient_scope");
    import(&writer, "", "- x").await.ok(200);
    let history = ada.get("/api/tasks/1/history").await.ok(200);
    assert_eq!((&history[0]["door"], &history[0]["agent"]), (&json!("import"), &json!("Robot")));
}

#[tokio::test]
async fn each_task_counts_for_the_day() {
    let app = TestApp::with(&[("SAYDO_CHANGES_PER_DAY", "3"), ("SAYDO_RATE_LIMITS", "on")]).await;
    let ada = app.user("ada").await;
    assert_eq!(import(&ada, "", "- a\n- b\n- c\n- d\n").await.problem(429).1, "too_many_requests");
    assert_eq!(titles(&ada).await, Vec::<String>::new());
    import(&ada, "", "- a\n- b\n- c\n").await.ok(200);
    import(&ada, "", "- d\n").await.problem(429);
}

/// A large file comes and goes at once; and what came is found at once by its label, which takes PostgreSQL a minute as
/// long as it does not know how much there is.
async fn thousands(engine: Engine) {
    let app = TestApp::on(engine, &[]).await;
    let ada = app.user("ada").await;
    let tasks: Vec<Value> = (0..4000).map(|n| json!({"title": format!("Task {n}"), "labels": ["bulk"]})).collect();
    let made = import(&ada, "", json!({ "tasks": tasks }).to_string()).await.ok(200);
    assert_eq!(counts(&made), [4000, 0, 0, 0]);
    let list = ada.get("/api/tasks?label=bulk&limit=1").await;
    list.ok(200);
    assert_eq!(list.header("x-total-count"), "4000");
    let undone = ada.post("/api/undo", json!({ "change_id": made["change_id"] })).await.ok(200);
    assert_eq!(undone["tasks"], json!([]));
    assert_eq!(ada.get("/api/tasks?limit=1").await.header("x-total-count"), "0");
}

#[tokio::test]
async fn thousands_of_tasks_come_and_go_at_once_on_sqlite() {
    thousands(Engine::Sqlite).await;
}

#[tokio::test]
async fn thousands_of_tasks_come_and_go_at_once_on_postgres() {
    thousands(Engine::Postgres).await;
}
