//! Turns apart from their connections: who reads them and when, requests that are repeated, several at once.

use std::time::Duration;

use saydo_app::{
    AppError, Missing,
    chat::{Decision, PendingDecision, PlannerChoice, TurnRequest, turns::TurnHandle},
    llm::TurnLimits,
};
use saydo_domain::{ConversationId, MessageText, TurnStatus};
use scripted_model::Reply;
use serde_json::json;

use crate::support::{World, endless, events, key, now, open, status, types, until_text, user};

#[tokio::test]
async fn a_turn_goes_on_when_nobody_reads_it() {
    let world = World::new().await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).slowly(Duration::from_millis(20)));
    let handle = world.begin("milk please").await;
    let (id, conversation) = (handle.turn_id, handle.conversation_id);
    drop(handle);
    let reader = world.app.turn_reader(&world.caller, conversation, id, 0).await.unwrap();
    let all = events(TurnHandle { turn_id: id, conversation_id: conversation, events: reader });
    assert_eq!(types(&all.await).last(), Some(&"RUN_FINISHED"));
    assert_eq!(world.list().await, ["1 Buy milk"]);
    assert_eq!(status(&world, id).await, TurnStatus::Finished);
}

#[tokio::test]
async fn a_late_reader_gets_everything_in_order_also_after_a_restart() {
    let mut world = World::new().await;
    world.tasks(&["Call mom"]).await;
    world.model.reply(Reply::call("list_tasks", json!({})));
    world.model.reply(Reply::text("First line.\nSecond line.\n".repeat(400)).in_chunks(50));
    let handle = world.begin("tell me").await;
    let (id, conversation) = (handle.turn_id, handle.conversation_id);
    let live = events(handle).await;
    let numbers: Vec<i64> = live.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=i64::try_from(live.len()).unwrap()).collect::<Vec<_>>());
    world.app.store.close().await;
    world.app = open(world.folder.path(), now()).await;
    for after in [0, 1, 17, i64::try_from(live.len()).unwrap() - 1] {
        let mut reader = world.app.turn_reader(&world.caller, conversation, id, after).await.unwrap();
        let mut replayed = Vec::new();
        while let Some((number, event)) = reader.next().await.unwrap() {
            replayed.push((number, serde_json::from_str(&event).unwrap()));
        }
        assert_eq!(replayed, live[usize::try_from(after).unwrap()..], "after {after}");
    }
}

#[tokio::test]
async fn a_reader_on_another_replica_follows() {
    let world = World::new().await;
    world.model.reply(Reply::text("One thing.\nAnother thing.\n".repeat(10)).slowly(Duration::from_millis(5)));
    let handle = world.begin("tell me").await;
    let other = open(world.folder.path(), now()).await;
    let reader = other.turn_reader(&world.caller, handle.conversation_id, handle.turn_id, 0).await.unwrap();
    let (turn_id, conversation_id) = (handle.turn_id, handle.conversation_id);
    let there = TurnHandle { turn_id, conversation_id, events: reader };
    let (here, there) = tokio::join!(events(handle), events(there));
    assert_eq!(here, there);
}

#[tokio::test]
async fn a_reader_that_stops_reading_costs_no_memory() {
    let world = World::new().await;
    world.model.reply(Reply::text("A line of some length, to fill the log.\n".repeat(3_000)).in_chunks(400));
    let mut slow = world.begin("tell me a lot").await;
    until_text(&mut slow).await;
    let (id, conversation) = (slow.turn_id, slow.conversation_id);
    let reader = world.app.turn_reader(&world.caller, conversation, id, 0).await.unwrap();
    let other = TurnHandle { turn_id: id, conversation_id: conversation, events: reader };
    let all = events(other).await;
    assert!(all.len() > 500, "{}", all.len());
    assert_eq!(world.app.turns.running(), 0, "nothing of the turn is kept for the slow reader");
    let rest = events(slow).await;
    assert_eq!(rest, all[all.len() - rest.len()..], "and yet it misses nothing");
}

#[tokio::test]
async fn two_turns_at_once_in_one_conversation_both_come_to_their_ends() {
    let mut world = World::new().await;
    world.model.reply(Reply::text("Go ahead."));
    world.say("I have some things to say").await;
    world.model.rule(scripted_model::Rule::new("milk", Reply::call("add_task", json!({ "title": "Milk" })), None));
    world.model.rule(scripted_model::Rule::new("bread", Reply::call("add_task", json!({ "title": "Bread" })), None));
    let (milk, bread) = (world.begin("some milk").await, world.begin("some bread").await);
    let (milk, bread) = tokio::join!(milk.reply(), bread.reply());
    let mut said: Vec<String> = world.model.requests().iter().map(scripted_model::Recorded::last_user).collect();
    said.sort();
    assert_eq!(said[1..], ["some bread", "some milk"], "each turn has its own message only");
    assert_eq!(milk.unwrap().response, "Added “Milk”.");
    assert_eq!(bread.unwrap().response, "Added “Bread”.");
    assert_eq!((world.list().await.len(), world.messages().await.len()), (2, 6));
}

#[tokio::test]
async fn at_most_four_turns_of_a_person_are_with_a_model() {
    let world = World::new().await;
    world.model.always(endless());
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let mut handle = world.begin("tell me").await;
        until_text(&mut handle).await;
        waiting.push(handle);
    }
    let fifth = world.begin("buy bread").await.reply().await.unwrap();
    assert!(
        fifth.response.starts_with("Added “Bread”") || fifth.response.starts_with("Added “Buy bread”"),
        "{fifth:?}"
    );
    assert!(fifth.response.contains("busy with your other messages"), "{fifth:?}");
    assert_eq!(world.model.requests().len(), 4);
    for handle in waiting {
        world.app.turn_stop(&world.caller, handle.conversation_id, handle.turn_id).await.unwrap();
        handle.reply().await.unwrap();
    }
    world.model.always(Reply::text("Good morning."));
    assert_eq!(world.begin("tell me").await.reply().await.unwrap().response, "Good morning.");
}

#[tokio::test]
async fn a_repeated_request_finds_its_turn() {
    let mut world = World::new().await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).slowly(Duration::from_millis(20)));
    world.caller.idempotency = key("a");
    let first = world.begin("milk please").await;
    let second = world.begin("milk please").await;
    assert_eq!(first.turn_id, second.turn_id);
    let (first, second) = tokio::join!(first.reply(), second.reply());
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(world.list().await.len(), 1);
    world.caller.idempotency = key("b");
    let refused = world.app.turn_begin(&world.caller, world.request("bread please")).await;
    assert!(matches!(refused, Err(AppError::Conflict { code: "idempotency_key_reused", .. })));
}

#[tokio::test]
async fn a_request_repeated_without_a_stream_finds_the_turn_of_the_stream() {
    let mut world = World::with(PlannerChoice::Auto, TurnLimits::default()).await;
    world.caller.idempotency = key("a");
    let streamed = world.begin("buy milk tomorrow").await.reply().await.unwrap();
    let plain = world.app.turn(&world.caller, world.request("buy milk tomorrow")).await.unwrap();
    assert_eq!(plain, streamed);
    assert_eq!(world.list().await.len(), 1);
}

#[tokio::test]
async fn a_thread_name_leads_to_its_conversation() {
    let world = World::new().await;
    world.model.always(Reply::text("All right."));
    let request = |thread: &str| TurnRequest {
        thread: Some(thread.to_owned()),
        ..TurnRequest::new(MessageText::new("tell me").unwrap())
    };
    let first = world.app.turn(&world.caller, request("agui:a")).await.unwrap();
    let again = world.app.turn(&world.caller, request("agui:a")).await.unwrap();
    let other = world.app.turn(&world.caller, request("agui:b")).await.unwrap();
    assert_eq!(first.conversation_id, again.conversation_id);
    assert_ne!(first.conversation_id, other.conversation_id);
}

#[tokio::test]
async fn a_question_is_an_interrupt_and_a_decision_resumes_it() {
    let mut world = World::new().await;
    world.tasks(&["One", "Two"]).await;
    let both = Reply::call("delete_task", json!({ "task_id": 1 })).and_call("delete_task", json!({ "task_id": 2 }));
    world.model.reply(both);
    let handle = world.begin("delete both").await;
    world.conversation = Some(handle.conversation_id);
    let all = events(handle).await;
    let outcome = &all.last().unwrap().1["outcome"];
    assert_eq!(outcome["type"], "interrupt");
    let id = outcome["interrupts"][0]["id"].as_str().unwrap().parse().unwrap();
    let decision = PendingDecision { decision: Decision::Accept, task_ids: None, text: None };
    let resumed = TurnRequest { decision: Some((id, decision)), ..world.request("yes") };
    let handle = world.app.turn_begin(&world.caller, resumed.clone()).await.unwrap();
    assert!(handle.reply().await.unwrap().response.starts_with("Deleted 2 tasks"));
    let again = world.app.turn_begin(&world.caller, resumed).await;
    assert!(matches!(again, Err(AppError::NotFound(Missing::Pending))));
}

#[tokio::test]
async fn nobody_elses_turn_can_be_read_or_stopped() {
    let world = World::new().await;
    world.model.reply(Reply::text("All right."));
    let handle = world.begin("tell me").await;
    let (id, conversation) = (handle.turn_id, handle.conversation_id);
    handle.reply().await.unwrap();
    let eve = user(&world.app, "eve", None).await;
    let missing = |result: Result<(), AppError>| matches!(result, Err(AppError::NotFound(Missing::Turn)));
    assert!(missing(world.app.turn_reader(&eve, conversation, id, 0).await.map(drop)));
    assert!(missing(world.app.turn_stop(&eve, conversation, id).await));
    let elsewhere = ConversationId::new(conversation.get() + 1);
    assert!(missing(world.app.turn_reader(&world.caller, elsewhere, id, 0).await.map(drop)));
}
