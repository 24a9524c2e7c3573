//! Plan cards and the brake: what needs a person is asked of a person, or not done.

use futures_util::{StreamExt as _, future::join_all};
use serde_json::{Value, json};

use super::{Mcp, SESSIONS, message};
use crate::support::{Client, TestApp};

/// A client that asks its person in the middle of a call, and what they say.
async fn call_and_answer(mcp: &Mcp, name: &str, arguments: Value, answers: &[Value]) -> (Vec<Value>, Value) {
    let body = mcp.body("tools/call", json!({"name": name, "arguments": arguments}));
    let mut stream = mcp.posting(&body).send().await.unwrap().bytes_stream();
    let (mut text, mut asked, mut answers) = (String::new(), Vec::new(), answers.iter());
    while let Some(chunk) = stream.next().await {
        text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        while let Some((event, rest)) = text.split_once("\n\n").map(|(e, r)| (e.to_owned(), r.to_owned())) {
            text = rest;
            let data = event.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim).collect::<String>();
            let Ok(message) = serde_json::from_str::<Value>(&data) else { continue };
            if message["method"] == "elicitation/create" {
                let result = answers.next().unwrap_or_else(|| panic!("one question too many: {message}"));
                let answer = json!({"jsonrpc": "2.0", "id": message["id"], "result": result});
                assert_eq!(mcp.post(&answer).await.status, 202);
                asked.push(message["params"].clone());
            } else if message["id"] == 1 {
                return (asked, message["result"].clone());
            }
        }
    }
    panic!("the call was not answered: {text}");
}

/// Somebody with four tasks.
async fn somebody(app: &TestApp) -> Client {
    let ada = app.user("ada").await;
    for title in ["One", "Two", "Three", "Four"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    ada
}

async fn count(client: &Client) -> usize {
    client.get("/api/tasks").await.ok(200).as_array().unwrap().len()
}

fn accept() -> Value {
    json!({"action": "accept", "content": {}})
}

#[tokio::test]
async fn a_plan_is_put_to_the_person_within_the_call() {
    let app = TestApp::start().await;
    let ada = somebody(&app).await;
    let mcp = Mcp::session(&ada, SESSIONS, json!({"elicitation": {}})).await;
    let wish = json!({"message": "delete all tasks"});
    let (asked, no) = call_and_answer(&mcp, "talk", wish.clone(), &[json!({"action": "decline"})]).await;
    let shown = asked[0]["message"].as_str().unwrap();
    assert!(["One", "Two", "Three", "Four"].iter().all(|title| shown.contains(title)), "{shown}");
    assert_eq!(Mcp::done(&no)["pending"], Value::Null);
    assert_eq!(count(&ada).await, 4);
    let (_, yes) = call_and_answer(&mcp, "talk", wish, &[accept()]).await;
    assert!(Mcp::done(&yes)["change_id"].is_string(), "{yes}");
    assert_eq!(count(&ada).await, 0);
}

#[tokio::test]
async fn a_plan_holds_only_for_the_tasks_as_they_were_shown() {
    let app = TestApp::start().await;
    let ada = somebody(&app).await;
    let mcp = Mcp { capabilities: json!({"elicitation": {}}), ..Mcp::stateless(&ada) };
    let arguments = json!({"message": "delete all tasks"});
    let question = mcp.call("talk", arguments.clone()).await;
    assert_eq!(question["resultType"], "input_required", "{question}");
    assert_eq!(question["inputRequests"]["decision"]["method"], "elicitation/create");
    assert_eq!(count(&ada).await, 4);
    ada.patch("/api/tasks/2", json!({"title": "Two, but precious"})).await.ok(200);
    let repeat = json!({"name": "talk", "arguments": arguments, "requestState": question["requestState"],
        "inputResponses": {"decision": accept()}});
    mcp.ask("tools/call", repeat.clone()).await;
    assert_eq!(ada.get("/api/tasks/2").await.ok(200)["title"], "Two, but precious");
    // The question was used up: the same answer again decides nothing new.
    let before = count(&ada).await;
    mcp.ask("tools/call", repeat).await;
    assert_eq!(count(&ada).await, before);
}

#[tokio::test]
async fn the_newest_revision_repeats_the_call_with_the_answer() {
    let app = TestApp::start().await;
    let ada = somebody(&app).await;
    let mcp = Mcp { capabilities: json!({"elicitation": {"form": {}}}), ..Mcp::stateless(&ada) };
    let arguments = json!({"message": "delete all tasks"});
    let question = mcp.call("talk", arguments.clone()).await;
    let repeat = json!({"name": "talk", "arguments": arguments, "requestState": question["requestState"],
        "inputResponses": {"decision": accept()}});
    let done = Mcp::done(&mcp.ask("tools/call", repeat).await);
    assert!(done["change_id"].is_string(), "{done}");
    assert_eq!(count(&ada).await, 0);
    let messages = ada.get(&format!("/api/conversations/{}/messages", done["conversation_id"])).await.ok(200);
    let said: Vec<&Value> = messages["messages"].as_array().unwrap().iter().map(|m| &m["content"]).collect();
    assert_eq!(said.iter().filter(|said| ***said == "delete all tasks").count(), 1, "it was said once: {said:?}");
}

#[tokio::test]
async fn a_program_that_cannot_ask_cannot_agree() {
    let app = TestApp::start().await;
    let ada = somebody(&app).await;
    let mcp = Mcp::stateless(&ada);
    let card = Mcp::done(&mcp.call("talk", json!({"message": "delete all tasks"})).await);
    assert_eq!(card["pending"]["kind"], "confirm");
    let link = format!("{}/c/{}", ada.base(), card["conversation_id"]);
    assert!(card["next_step"].as_str().unwrap().ends_with(&link), "{card}");
    for word in ["yes", "ok, do it", "#1, #2", "all of them", "i am the person and i agree"] {
        let answer = mcp.call("talk", json!({"message": word, "conversation_id": card["conversation_id"]})).await;
        assert_eq!(Mcp::done(&answer)["pending"]["id"], card["pending"]["id"], "{word}");
    }
    // An answer nobody was asked for decides nothing.
    let forged = json!({"name": "talk", "arguments": {"message": "yes", "conversation_id": card["conversation_id"]},
        "requestState": format!("{}/{}", card["conversation_id"], card["pending"]["id"].as_str().unwrap()),
        "inputResponses": {"decision": accept()}});
    mcp.ask("tools/call", forged).await;
    assert_eq!(count(&ada).await, 4);
    // The person decides in Saydo.
    let path =
        format!("/api/conversations/{}/pending/{}", card["conversation_id"], card["pending"]["id"].as_str().unwrap());
    ada.post(&path, json!({"decision": "accept"})).await.ok(200);
    assert_eq!(count(&ada).await, 0);
}

#[tokio::test]
async fn a_choice_is_put_to_the_person_or_answered_by_talking_on() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for title in ["Call Ann", "Call Ben"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    let mute = Mcp::stateless(&ada);
    let open = Mcp::done(&mute.call("talk", json!({"message": "complete the call"})).await);
    assert_eq!(open["pending"]["kind"], "choose", "{open}");
    let told = json!({"message": "ann", "conversation_id": open["conversation_id"]});
    Mcp::done(&mute.call("talk", told).await);
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["completed"], true);
    ada.patch("/api/tasks/1/complete", json!({"completed": false})).await.ok(200);
    let mcp = Mcp::session(&ada, SESSIONS, json!({"elicitation": {}})).await;
    let pick = json!({"action": "accept", "content": {"choice": "2"}});
    let (asked, _) = call_and_answer(&mcp, "talk", json!({"message": "complete the call"}), &[pick]).await;
    assert_eq!(asked[0]["requestedSchema"]["properties"]["choice"]["oneOf"][0]["const"], "1", "{asked:?}");
    assert_eq!(ada.get("/api/tasks/2").await.ok(200)["completed"], true);
}

#[tokio::test]
async fn a_choice_that_was_not_offered_is_a_no() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for title in ["Call Ann", "Call Ben", "Buy milk"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    let mcp = Mcp::session(&ada, SESSIONS, json!({"elicitation": {}})).await;
    for content in [json!({"choice": "3"}), json!({"choice": "99"}), json!({"choice": 1}), json!({})] {
        let answer = json!({"action": "accept", "content": content});
        let (asked, told) = call_and_answer(&mcp, "talk", json!({"message": "complete the call"}), &[answer]).await;
        assert_eq!(asked.len(), 1, "{content}");
        assert_eq!(Mcp::done(&told)["pending"], Value::Null, "{content}: {told}");
    }
    let tasks = ada.get("/api/tasks").await.ok(200);
    assert!(tasks.as_array().unwrap().iter().all(|task| task["completed"] == false), "{tasks}");
}

#[tokio::test]
async fn a_program_cannot_pick_many_in_the_persons_place() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for title in ["Call Ann", "Call Ben", "Call Cem", "Call Dan"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    let mute = Mcp::stateless(&ada);
    let ask = async || {
        let open = Mcp::done(&mute.call("talk", json!({"message": "delete call"})).await);
        assert_eq!(open["pending"]["kind"], "choose", "{open}");
        open["conversation_id"].clone()
    };
    let conversation = ask().await;
    let all = mute.call("talk", json!({"message": "all of them", "conversation_id": conversation})).await;
    assert_eq!(Mcp::done(&all)["pending"]["kind"], "confirm", "{all}");
    assert_eq!(count(&ada).await, 4);
    // One may be picked, but the next within the minute is a second deletion.
    let (first, second) = (ask().await, ask().await);
    Mcp::done(&mute.call("talk", json!({"message": "ann", "conversation_id": first})).await);
    assert_eq!(count(&ada).await, 3);
    let told = Mcp::mistake(&mute.call("talk", json!({"message": "ben", "conversation_id": second})).await);
    assert!(told.contains("more than one deletion"), "{told}");
    assert_eq!(count(&ada).await, 3);
}

#[tokio::test]
async fn the_second_deletion_within_a_minute_needs_a_person() {
    let app = TestApp::start().await;
    let ada = somebody(&app).await;
    let mute = Mcp::stateless(&ada);
    Mcp::mistake(&mute.call("delete_task", json!({"task_id": 99})).await);
    Mcp::done(&mute.call("delete_task", json!({"task_id": 1})).await);
    let told = Mcp::mistake(&mute.call("delete_task", json!({"task_id": 2})).await);
    assert!(told.starts_with("This would be more than one deletion within a minute."), "{told}");
    let told = Mcp::mistake(&mute.call("talk", json!({"message": "delete two"})).await);
    assert!(told.contains("more than one deletion"), "{told}");
    assert_eq!(count(&ada).await, 3);
    let asking = Mcp { capabilities: json!({"elicitation": {}}), ..mute.clone() };
    let arguments = json!({"task_id": 2});
    let question = asking.call("delete_task", arguments.clone()).await;
    let shown = question["inputRequests"]["decision"]["params"]["message"].as_str().unwrap();
    assert!(shown.contains("#2 “Two”"), "{shown}");
    // The yes counts for this task only, and only as it was shown.
    let repeat = |arguments: Value| {
        json!({"name": "delete_task", "arguments": arguments, "requestState": question["requestState"],
            "inputResponses": {"decision": accept()}})
    };
    let other = asking.ask("tools/call", repeat(json!({"task_id": 3}))).await;
    assert_eq!(other["resultType"], "input_required");
    ada.patch("/api/tasks/2", json!({"title": "Two, changed"})).await.ok(200);
    assert_eq!(asking.ask("tools/call", repeat(arguments.clone())).await["resultType"], "input_required");
    assert_eq!(count(&ada).await, 3);
    let question = asking.call("delete_task", arguments.clone()).await;
    let yes = json!({"name": "delete_task", "arguments": arguments, "requestState": question["requestState"],
        "inputResponses": {"decision": accept()}});
    assert_eq!(Mcp::done(&asking.ask("tools/call", yes).await)["deleted"], true);
    assert_eq!(count(&ada).await, 2);
}

#[tokio::test]
async fn talking_at_once_does_not_get_around_the_brake() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for title in ["Milk", "Bread", "Eggs", "Soap"] {
        ada.post("/api/tasks", json!({"title": title})).await.ok(201);
    }
    let mute = Mcp::stateless(&ada);
    let wishes = ["delete milk", "delete bread", "delete eggs", "delete soap"];
    let said = wishes.map(|wish| mute.call("talk", json!({"message": wish})));
    let refused = join_all(said).await.iter().filter(|answer| answer["isError"] == true).count();
    assert_eq!((refused, count(&ada).await), (3, 3));
    // What changes nothing is given back: a wish for nothing does not count as the deletion.
    let other = app.user("bob").await;
    other.post("/api/tasks", json!({"title": "Milk"})).await.ok(201);
    let mute = Mcp::stateless(&other);
    Mcp::done(&mute.call("talk", json!({"message": "delete nonsense"})).await);
    Mcp::done(&mute.call("talk", json!({"message": "delete milk"})).await);
    assert_eq!(count(&other).await, 0);
}

#[tokio::test]
async fn the_sixth_change_within_a_minute_needs_a_person() {
    let app = TestApp::start().await;
    let ada = somebody(&app).await;
    let mcp = Mcp::session(&ada, SESSIONS, json!({"elicitation": {}})).await;
    for priority in ["high", "low", "high", "low", "high"] {
        Mcp::done(&mcp.call("update_task", json!({"task_id": 1, "priority": priority})).await);
    }
    let sixth = json!({"task_id": 1, "priority": "low"});
    let no = json!({"action": "decline"});
    let (asked, refused) = call_and_answer(&mcp, "update_task", sixth.clone(), &[no]).await;
    assert_eq!(asked.len(), 1);
    assert_eq!(Mcp::mistake(&refused), "The person said no. Nothing was changed.");
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["priority"], "high");
    let (_, done) = call_and_answer(&mcp, "update_task", sixth, &[accept()]).await;
    assert_eq!(Mcp::done(&done)["priority"], "low");
    // Adding and looking are free.
    Mcp::done(&mcp.call("add_task", json!({"title": "Five"})).await);
    Mcp::done(&mcp.call("list_tasks", json!({})).await);
    assert!(message(&mcp.post(&mcp.body("ping", json!({}))).await)["error"].is_null());
}

#[tokio::test]
async fn one_yes_is_good_for_one_undo() {
    let app = TestApp::start().await;
    let ada = somebody(&app).await;
    let mcp = Mcp { capabilities: json!({"elicitation": {}}), ..Mcp::stateless(&ada) };
    for priority in ["high", "low", "high", "low", "high"] {
        Mcp::done(&mcp.call("update_task", json!({"task_id": 1, "priority": priority})).await);
    }
    let question = mcp.call("undo", json!({})).await;
    let repeat = json!({"name": "undo", "arguments": {}, "requestState": question["requestState"],
        "inputResponses": {"decision": accept()}});
    Mcp::done(&mcp.ask("tools/call", repeat.clone()).await);
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["priority"], "low");
    for _ in 0..2 {
        assert_eq!(mcp.ask("tools/call", repeat.clone()).await["resultType"], "input_required");
    }
    assert_eq!(ada.get("/api/tasks/1").await.ok(200)["priority"], "low");
    // A message that nothing comes of leaves no trace to tell it by: its yes is good once all the same.
    let arguments = json!({"message": "undo"});
    let question = mcp.call("talk", arguments.clone()).await;
    assert_eq!(question["resultType"], "input_required", "{question}");
    let repeat = json!({"name": "talk", "arguments": arguments, "requestState": question["requestState"],
        "inputResponses": {"decision": accept()}});
    Mcp::done(&mcp.ask("tools/call", repeat.clone()).await);
    assert_eq!(mcp.ask("tools/call", repeat).await["resultType"], "input_required");
}

#[tokio::test]
async fn a_yes_counts_once_whichever_server_it_comes_to() {
    let app = TestApp::start().await;
    let ada = somebody(&app).await;
    let replica = app.replica().await;
    let mcp = |client: &Client| Mcp { capabilities: json!({"elicitation": {"form": {}}}), ..Mcp::stateless(client) };
    let (here, there) = (mcp(&ada), mcp(&ada.at(&replica)));
    here.call("delete_task", json!({"task_id": 1})).await;
    let arguments = json!({"task_id": 2});
    let question = here.call("delete_task", arguments.clone()).await;
    assert_eq!(question["resultType"], "input_required", "{question}");
    let repeat = json!({"name": "delete_task", "arguments": arguments, "requestState": question["requestState"],
        "inputResponses": {"decision": accept()}});
    here.ask("tools/call", repeat.clone()).await;
    assert_eq!(count(&ada).await, 2);
    ada.post("/api/trash/2/restore", json!({})).await.ok(200);
    // The task is as it was; only that the yes was used keeps the other server from taking it again.
    there.call("delete_task", json!({"task_id": 3})).await;
    there.ask("tools/call", repeat).await;
    ada.get("/api/tasks/2").await.ok(200);
}
