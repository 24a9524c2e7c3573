//! `/api/agui`: what AG-UI clients send. That an unchanged client gets on with it is shown in `tests/clients`.

use serde_json::{Value, json};

use crate::{
    support::{Answer, Client, TestApp, types},
    tasks::every,
};

/// A run in this thread with these last words, or none, and this resume.
async fn run(client: &Client, thread: &str, said: Option<&str>, resume: Option<Value>) -> Answer {
    let mut messages = vec![
        json!({"id": "m1", "role": "user", "content": "add nothing of this"}),
        json!({"id": "m2", "role": "assistant", "toolCalls": []}),
        json!({"id": "m3", "role": "activity", "activityType": "x", "content": {"any": "thing"}}),
    ];
    messages.extend(said.map(|said| json!({"id": "m4", "role": "user", "content": [{"type": "text", "text": said}]})));
    let mut input = json!({"threadId": thread, "runId": "run-1", "messages": messages, "tools": [], "context": [],
        "state": {"any": 1}, "forwardedProps": {}, "protocolVersion": "1.0"});
    if let Some(resume) = resume {
        input["resume"] = resume;
    }
    client.post("/api/agui", input).await
}

/// How a run ended.
fn last(answer: &Answer) -> Value {
    answer.events().pop().unwrap().1
}

/// Asks to delete all, and gives the interrupt.
async fn interrupt(client: &Client, thread: &str) -> Value {
    last(&run(client, thread, Some("delete all tasks"), None).await)["outcome"]["interrupts"][0].clone()
}

#[tokio::test]
async fn a_thread_is_a_conversation_by_the_clients_name() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let answer = run(&ada, "t1", Some("buy milk"), None).await;
    let events = answer.events();
    assert!(types(&events).contains(&"TOOL_CALL_RESULT"), "{events:?}");
    let ends = [&events[0].1, &events.last().unwrap().1];
    assert!(ends.iter().all(|event| event["threadId"] == "t1" && event["runId"] == "run-1"), "{ends:?}");
    run(&ada, "t1", Some("show my tasks"), None).await.events();
    run(&ada, "t2", Some("hello"), None).await.events();
    run(&bob, "t1", Some("hello"), None).await.events();
    let conversations = ada.get("/api/conversations").await.ok(200);
    let counts: Vec<_> =
        conversations["conversations"].as_array().unwrap().iter().map(|one| one["message_count"].clone()).collect();
    assert_eq!(counts, [2, 4]);
    assert_eq!(every(&ada, "title").await, ["Buy milk"]);
    assert_eq!(ada.get(answer.header("location")).await.events().len(), events.len());
    bob.get(answer.header("location")).await.problem(404);
}

#[tokio::test]
async fn an_interrupt_is_resumed_by_the_persons_decision() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for (payload, left) in [
        (json!({"decision": "reject"}), vec!["Milk", "Bread"]),
        (json!(false), vec!["Milk", "Bread"]),
        (json!({"decision": "accept", "task_ids": [1]}), vec!["Bread"]),
        (Value::Null, vec![]),
    ] {
        ada.say(None, "delete all tasks").await;
        for task in every(&ada, "id").await {
            ada.delete(&format!("/api/tasks/{task}")).await.ok(204);
        }
        let titles = ["Milk", "Bread"];
        let mut first = 0;
        for title in titles {
            let id = ada.post("/api/tasks", json!({"title": title})).await.ok(201)["id"].as_i64().unwrap();
            first = if first == 0 { id } else { first };
        }
        let interrupt = interrupt(&ada, "t").await;
        let payload: Value = serde_json::from_str(&payload.to_string().replace("[1]", &format!("[{first}]"))).unwrap();
        let mut entry = json!({"interruptId": interrupt["id"], "status": "resolved"});
        if !payload.is_null() {
            entry["payload"] = payload.clone();
        }
        let done = run(&ada, "t", None, Some(json!([entry]))).await;
        assert_eq!(last(&done)["outcome"]["type"], "success", "{payload}");
        assert_eq!(every(&ada, "title").await, left, "{payload}");
        // A question is answered once.
        run(&ada, "t", None, Some(json!([entry]))).await.problem(404);
    }
}

#[tokio::test]
async fn an_interrupt_nobody_answers_is_left() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for title in ["Milk", "Bread"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    let question = interrupt(&ada, "t").await;
    let cancelled = json!([{"interruptId": question["id"], "status": "cancelled"}]);
    for _ in 0..2 {
        // The second time the question is gone: the client may go on all the same.
        assert_eq!(last(&run(&ada, "t", None, Some(cancelled.clone())).await)["outcome"]["type"], "success");
    }
    let question = interrupt(&ada, "t").await;
    let cancelled = json!([{"interruptId": question["id"], "status": "cancelled"}]);
    run(&ada, "t", Some("yes"), Some(cancelled)).await.events();
    assert_eq!(every(&ada, "title").await, ["Milk", "Bread"]);
    run(&ada, "t", Some("buy eggs"), None).await.events();
    assert_eq!(every(&ada, "title").await, ["Milk", "Bread", "Buy eggs"]);
}

#[tokio::test]
async fn another_persons_question_cannot_be_answered() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    for title in ["Milk", "Bread"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    let question = interrupt(&ada, "t").await;
    for status in ["resolved", "cancelled"] {
        let answer = run(&bob, "t", None, Some(json!([{"interruptId": question["id"], "status": status}]))).await;
        if status == "resolved" {
            answer.problem(404);
        }
    }
    let mine = json!([{"interruptId": question["id"], "status": "resolved"}]);
    run(&ada, "other", None, Some(mine.clone())).await.problem(404);
    assert_eq!(every(&ada, "title").await.len(), 2);
    run(&ada, "t", None, Some(mine)).await.events();
    assert_eq!(every(&ada, "title").await.len(), 0);
}

#[tokio::test]
async fn what_is_no_run_is_refused() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    assert_eq!(run(&ada, "", Some("hello"), None).await.refused(), ["threadId"]);
    assert_eq!(run(&ada, "t", None, None).await.refused(), ["messages"]);
    assert_eq!(run(&ada, "t", Some(" "), None).await.problem(400).0, "Message cannot be empty");
    let id = uuid::Uuid::now_v7();
    let entry = |payload: Value| json!({"interruptId": id, "status": "resolved", "payload": payload});
    assert_eq!(run(&ada, "t", None, Some(json!([entry(json!({"user": 1}))]))).await.refused(), ["resume[0].payload"]);
    assert_eq!(run(&ada, "t", None, Some(json!([entry(json!(true)), entry(json!(true))]))).await.refused(), ["resume"]);
    let picture = json!({"threadId": "t", "runId": "r", "messages": [{"role": "user", "content":
        [{"type": "image", "source": {"type": "url", "value": "http://x"}}]}]});
    ada.post("/api/agui", picture).await.problem(400);
    assert_eq!(ada.get("/api/conversations").await.ok(200)["conversations"], json!([]));
}
