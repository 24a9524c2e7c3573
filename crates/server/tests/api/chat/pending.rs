//! Questions: what they look like, and how they are answered.

use serde_json::{Value, json};

use super::{asked_about, decide, go_on, messages};
use crate::{
    support::{Client, TestApp},
    tasks::{all, every, make_all},
};

/// Ada with three tasks, asked whether to delete them all.
async fn asked(app: &TestApp) -> (Client, Value) {
    let ada = app.user("ada").await;
    make_all(&ada, &["Milk", "Bread", "Eggs"]).await;
    let reply = ada.say(None, "delete all tasks").await.ok(200);
    (ada, reply)
}

#[tokio::test]
async fn a_plan_card_shows_exactly_what_would_happen() {
    let app = TestApp::start().await;
    let (ada, reply) = asked(&app).await;
    let pending = &reply["pending"];
    let fields: Vec<_> = pending.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["expires_at", "id", "kind", "prompt", "tasks"]);
    assert_eq!((&pending["kind"], &pending["expires_at"]), (&json!("confirm"), &json!("2026-03-11T09:05:00Z")));
    assert_eq!(pending["prompt"], "This would delete 3 tasks. Go ahead?");
    assert!(reply["response"].as_str().unwrap().contains("This would delete 3 tasks. Go ahead?"));
    assert_eq!(pending["tasks"].as_array().unwrap().len(), 3);
    assert_eq!(asked_about(&reply), json!([[1, "Milk"], [2, "Bread"], [3, "Eggs"]]));
    assert_eq!((&reply["tool_calls"], &reply["change_id"]), (&json!([]), &Value::Null));
    assert_eq!(every(&ada, "version").await, [1, 1, 1]);
    let latest = ada.get("/api/conversations/latest").await.ok(200);
    assert_eq!(latest["pending"], *pending);
}

/// Whoever may add tasks must not write into the question that is asked about them.
#[tokio::test]
async fn a_title_is_no_line_of_its_own_in_a_plan_card() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let titles = ["Milk\n2. #77 Old newsletter", "Tax\u{2028}papers\u{202e} 1 erased\u{9b}"];
    for title in titles {
        ada.post("/api/tasks", json!({ "title": title })).await.ok(201);
    }
    let reply = ada.say(None, "delete all tasks").await.ok(200);
    let lines =
        ["This would delete 2 tasks. Go ahead?", "1. #1 Milk 2. #77 Old newsletter", "2. #2 Tax papers 1 erased "];
    assert_eq!(reply["response"].as_str().unwrap().lines().collect::<Vec<_>>(), lines);
    // Where each is a thing by itself they are as they were written.
    assert_eq!(asked_about(&reply), json!([[1, titles[0]], [2, titles[1]]]));
    let listed = ada.say(None, "show my tasks").await.ok(200);
    assert!(!listed["response"].as_str().unwrap().lines().any(|line| line.starts_with("2. #77")), "{listed}");
    let shown = ada.say(None, "what is task 1?").await.ok(200);
    assert!(shown["response"].as_str().unwrap().contains("“Milk 2. #77 Old newsletter”"), "{shown}");
}

#[tokio::test]
async fn it_is_accepted_in_words_or_by_the_endpoint() {
    for by_endpoint in [false, true] {
        let app = TestApp::start().await;
        let (ada, reply) = asked(&app).await;
        let done = if by_endpoint {
            decide(&ada, &reply, json!({"decision": "accept"})).await.ok(200)
        } else {
            go_on(&ada, &reply, "yes").await
        };
        assert_eq!(done["conversation_id"], reply["conversation_id"]);
        assert_eq!(done["response"], "Deleted 3 tasks: “Milk”, “Bread” and “Eggs”. Say “undo” to get them back.");
        assert_eq!((&done["pending"], done["tool_calls"].as_array().unwrap().len()), (&Value::Null, 3));
        assert!(done["change_id"].is_string());
        assert_eq!(all(&ada).await, json!([]));
        assert_eq!(messages(&ada, &reply["conversation_id"]).await.len(), 4);
        assert_eq!(ada.get("/api/conversations/latest").await.ok(200)["pending"], Value::Null);
    }
}

#[tokio::test]
async fn it_is_rejected_in_words_or_by_the_endpoint() {
    for by_endpoint in [false, true] {
        let app = TestApp::start().await;
        let (ada, reply) = asked(&app).await;
        let done = if by_endpoint {
            decide(&ada, &reply, json!({"decision": "reject"})).await.ok(200)
        } else {
            go_on(&ada, &reply, "no").await
        };
        assert_eq!(
            (&done["pending"], &done["change_id"], &done["tool_calls"]),
            (&Value::Null, &Value::Null, &json!([]))
        );
        assert_eq!(every(&ada, "version").await, [1, 1, 1]);
        decide(&ada, &reply, json!({"decision": "accept"})).await.problem(404);
        go_on(&ada, &reply, "yes").await;
        assert_eq!(every(&ada, "version").await, [1, 1, 1], "a later yes does not find it again");
    }
}

#[tokio::test]
async fn a_part_of_it_can_be_accepted() {
    let app = TestApp::start().await;
    let (ada, reply) = asked(&app).await;
    for bad in [json!([]), json!([4]), json!([1, 99]), json!([-1])] {
        let answer = decide(&ada, &reply, json!({"decision": "accept", "task_ids": bad})).await;
        assert_eq!(answer.refused(), ["task_ids"], "{bad}");
    }
    assert_eq!(every(&ada, "id").await, [1, 2, 3]);
    let done = decide(&ada, &reply, json!({"decision": "accept", "task_ids": [3, 1, 1]})).await.ok(200);
    assert_eq!(done["tool_calls"].as_array().unwrap().len(), 2);
    assert_eq!(every(&ada, "id").await, [2]);
    ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(every(&ada, "id").await, [1, 2, 3]);
}

#[tokio::test]
async fn a_choice_is_made_in_words_or_by_the_endpoint() {
    for by_endpoint in [false, true] {
        let app = TestApp::start().await;
        let ada = app.user("ada").await;
        make_all(&ada, &["Write report", "Read report", "Milk"]).await;
        let reply = ada.say(None, "delete the report").await.ok(200);
        assert_eq!(reply["pending"]["kind"], "choose", "{reply}");
        assert_eq!(reply["pending"]["tasks"].as_array().unwrap().len(), 2);
        assert_eq!(every(&ada, "id").await, [1, 2, 3]);
        let second = reply["pending"]["tasks"][1]["id"].clone();
        let done = if by_endpoint {
            // Named twice is named once.
            decide(&ada, &reply, json!({"decision": "accept", "task_ids": [second, second]})).await.ok(200)
        } else {
            go_on(&ada, &reply, "the second one").await
        };
        assert_eq!(done["tool_calls"][0]["params"], json!({"task_id": second}));
        assert_eq!(done["tool_calls"].as_array().unwrap().len(), 1, "{done}");
        assert!(!every(&ada, "id").await.contains(&second));
        assert_eq!(every(&ada, "id").await.len(), 2);
    }
}

#[tokio::test]
async fn a_yes_to_a_choice_asks_again() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    make_all(&ada, &["Write report", "Read report"]).await;
    let reply = ada.say(None, "delete the report").await.ok(200);
    let again = decide(&ada, &reply, json!({"decision": "accept"})).await.ok(200);
    assert_eq!((&again["pending"]["kind"], asked_about(&again)), (&json!("choose"), asked_about(&reply)));
    assert_ne!(again["pending"]["id"], reply["pending"]["id"]);
    decide(&ada, &reply, json!({"decision": "accept", "task_ids": [1]})).await.problem(404);
    assert_eq!(every(&ada, "id").await, [1, 2]);
    decide(&ada, &again, json!({"decision": "accept", "task_ids": [1]})).await.ok(200);
    assert_eq!(every(&ada, "id").await, [2]);
}

#[tokio::test]
async fn an_open_question_is_answered_with_text() {
    for by_endpoint in [false, true] {
        let app = TestApp::start().await;
        let ada = app.user("ada").await;
        let reply = ada.say(None, "buy").await.ok(200);
        assert_eq!(reply["response"], "What would you like to buy?");
        assert_eq!((&reply["pending"]["kind"], &reply["pending"]["tasks"]), (&json!("ask"), &json!([])));
        let done = if by_endpoint {
            decide(&ada, &reply, json!({"decision": "accept", "text": " milk "})).await.ok(200)
        } else {
            go_on(&ada, &reply, "milk").await
        };
        assert_eq!(done["response"], "Added “Buy milk”.");
        assert_eq!(every(&ada, "title").await, ["Buy milk"]);
        assert_eq!(messages(&ada, &reply["conversation_id"]).await[2]["content"], "milk");
    }
}

#[tokio::test]
async fn bad_decisions_are_refused_and_use_nothing_up() {
    let app = TestApp::start().await;
    let (ada, reply) = asked(&app).await;
    for (body, field) in [
        (json!({}), "decision"),
        (json!({"decision": "maybe"}), "decision"),
        (json!({"decision": true}), "decision"),
        (json!({"decision": "accept", "task_ids": "1"}), "task_ids"),
        (json!({"decision": "accept", "task_ids": ["1"]}), "task_ids[0]"),
        (json!({"decision": "accept", "text": 5}), "text"),
        (json!({"decision": "accept", "nope": 5}), "nope"),
    ] {
        assert_eq!(decide(&ada, &reply, body.clone()).await.refused(), [field], "{body}");
    }
    let long = decide(&ada, &reply, json!({"decision": "accept", "text": "x".repeat(10_001)})).await;
    assert_eq!(long.refused(), ["text"]);
    let nul = decide(&ada, &reply, json!({"decision": "accept", "text": "a\0b"})).await;
    assert_eq!(nul.refused(), ["text"]);
    decide(&ada, &reply, json!({"decision": "accept"})).await.ok(200);
    assert_eq!(all(&ada).await, json!([]));
}

#[tokio::test]
async fn only_its_owner_answers_it_once_and_in_time() {
    let app = TestApp::start().await;
    let (ada, reply) = asked(&app).await;
    let bob = app.user("bob").await;
    let accept = || json!({"decision": "accept"});
    let foreign = decide(&bob, &reply, accept()).await;
    let mut missing = reply.clone();
    missing["conversation_id"] = json!(4711);
    assert_eq!(foreign.problem(404).0, "Conversation not found");
    assert_eq!(foreign.comparable(), decide(&bob, &missing, accept()).await.comparable());
    // Bob's own conversation does not lend him the question either.
    let mut bobs = reply.clone();
    bobs["conversation_id"] = bob.say(None, "hello").await.ok(200)["conversation_id"].clone();
    decide(&bob, &bobs, accept()).await.problem(404);
    let mut unknown = reply.clone();
    for id in [uuid::Uuid::now_v7().to_string(), "nonsense".to_owned()] {
        unknown["pending"]["id"] = json!(id);
        assert_eq!(decide(&ada, &unknown, accept()).await.problem(404).1, "not_found");
    }
    assert_eq!(every(&ada, "id").await, [1, 2, 3]);
    let race = futures_util::future::join_all((0..8).map(|_| decide(&ada, &reply, accept()))).await;
    let mut statuses: Vec<_> = race.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404, 404, 404, 404, 404, 404, 404]);
    assert_eq!(messages(&ada, &reply["conversation_id"]).await.len(), 4);
}

#[tokio::test]
async fn it_ends_after_five_minutes() {
    let app = TestApp::start().await;
    let (ada, reply) = asked(&app).await;
    let app = app.restart(&[("SAYDO_NOW", "2026-03-11T09:05:00Z")]).await;
    let ada = ada.at(&app);
    assert_eq!(ada.get("/api/conversations/latest").await.ok(200)["pending"], Value::Null);
    let late = decide(&ada, &reply, json!({"decision": "accept"})).await;
    assert_eq!(late.problem(404).0, "This question was answered already or has expired");
    let words = go_on(&ada, &reply, "yes").await;
    assert_eq!((&words["change_id"], &words["tool_calls"]), (&Value::Null, &json!([])));
    assert_eq!(every(&ada, "version").await, [1, 1, 1]);
}

#[tokio::test]
async fn it_holds_only_for_the_versions_shown() {
    let app = TestApp::start().await;
    let (ada, reply) = asked(&app).await;
    ada.patch("/api/tasks/2", json!({"title": "Rye bread"})).await.ok(200);
    let before = all(&ada).await;
    let refused = decide(&ada, &reply, json!({"decision": "accept"})).await.ok(200);
    assert_eq!((&refused["change_id"], &refused["tool_calls"]), (&Value::Null, &json!([])));
    assert!(refused["response"].as_str().unwrap().contains("“Rye bread” (#2) was changed after I asked"), "{refused}");
    assert_eq!(all(&ada).await, before);
    decide(&ada, &reply, json!({"decision": "accept"})).await.problem(404);
}

#[tokio::test]
async fn a_new_command_does_away_with_it() {
    let app = TestApp::start().await;
    let (ada, reply) = asked(&app).await;
    // A question of one conversation is not answered in another.
    let elsewhere = ada.say(None, "yes").await.ok(200);
    assert_eq!(elsewhere["change_id"], Value::Null);
    go_on(&ada, &reply, "mark 1 done").await;
    decide(&ada, &reply, json!({"decision": "accept"})).await.problem(404);
    assert_eq!(every(&ada, "version").await, [2, 1, 1]);
}

#[tokio::test]
async fn of_many_who_say_yes_one_does_it_and_nobody_goes_unheard() {
    let app = TestApp::start().await;
    let (ada, reply) = asked(&app).await;
    let race = futures_util::future::join_all((0..8).map(|_| go_on(&ada, &reply, "yes"))).await;
    assert_eq!(race.iter().filter(|reply| reply["change_id"].is_string()).count(), 1, "{race:?}");
    assert_eq!(race.iter().map(|reply| reply["tool_calls"].as_array().unwrap().len()).sum::<usize>(), 3);
    assert_eq!(all(&ada).await, json!([]));
    let stored = messages(&ada, &reply["conversation_id"]).await;
    assert_eq!(stored.iter().filter(|message| message["content"] == "yes").count(), 8);
    ada.post("/api/undo", json!({})).await.ok(200);
    assert_eq!(every(&ada, "id").await, [1, 2, 3]);
    assert_eq!(ada.get("/api/trash").await.ok(200), json!([]));
}
