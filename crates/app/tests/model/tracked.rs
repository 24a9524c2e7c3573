//! Turns apart from their connections: stop, replay, several at once, shutdown, servers that vanish.

use std::{num::NonZeroU32, time::Duration};

use jiff::ToSpan;
use saydo_app::{
    AppError, IdempotencyKey, Missing,
    chat::{Decision, PendingDecision, PlannerChoice, TurnRequest},
    idempotency::{Answer, IdempotencyState},
    llm::TurnLimits,
    reply::talk,
};
use saydo_domain::{ConversationId, MessageText, TurnId, TurnStatus};
use scripted_model::{Fault, Reply};
use serde_json::json;

use crate::support::{World, events, now, open, open_bounded, types, user};

/// Reads until the text has begun to come.
async fn until_text(handle: &mut saydo_app::chat::turns::TurnHandle) {
    while let Some((_, event)) = handle.events.next().await.unwrap() {
        if event.contains("TEXT_MESSAGE_CONTENT") {
            return;
        }
    }
    panic!("no text came");
}

#[expect(clippy::unnecessary_wraps, reason = "what a caller holds")]
fn key(fingerprint: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey { key: "once".to_owned(), fingerprint: fingerprint.to_owned() })
}

async fn status(world: &World, id: TurnId) -> TurnStatus {
    world.app.store.read().await.unwrap().turn_find(world.caller.id(), id).await.unwrap().unwrap().status
}

fn endless() -> Reply {
    Reply::text("One thing.\nAnother thing.\n".repeat(20)).with_fault(Fault::HangAfter(6))
}

#[tokio::test]
async fn a_turn_goes_on_when_nobody_reads_it() {
    let world = World::new().await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).slowly(Duration::from_millis(20)));
    let handle = world.begin("milk please").await;
    let (id, conversation) = (handle.turn_id, handle.conversation_id);
    drop(handle);
    let reader = world.app.turn_reader(&world.caller, conversation, id, 0).await.unwrap();
    let all = events(saydo_app::chat::turns::TurnHandle { turn_id: id, conversation_id: conversation, events: reader });
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
    let there = saydo_app::chat::turns::TurnHandle { turn_id, conversation_id, events: reader };
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
    let other = saydo_app::chat::turns::TurnHandle { turn_id: id, conversation_id: conversation, events: reader };
    let all = events(other).await;
    assert!(all.len() > 500, "{}", all.len());
    assert_eq!(world.app.turns.running(), 0, "nothing of the turn is kept for the slow reader");
    let rest = events(slow).await;
    assert_eq!(rest, all[all.len() - rest.len()..], "and yet it misses nothing");
}

#[tokio::test]
async fn a_stopped_turn_says_what_was_done() {
    let mut world = World::new().await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).and_call("list_tasks", json!({})));
    world.model.reply(endless());
    let mut handle = world.begin("breakfast things").await;
    until_text(&mut handle).await;
    let (id, conversation) = (handle.turn_id, handle.conversation_id);
    world.app.turn_stop(&world.caller, conversation, id).await.unwrap();
    let rest = events(handle).await;
    let (_, last) = rest.last().unwrap();
    assert_eq!((&last["type"], &last["outcome"]), (&json!("RUN_FINISHED"), &json!({ "type": "cancelled" })));
    assert_eq!(status(&world, id).await, TurnStatus::Cancelled);
    world.conversation = Some(conversation);
    assert!(world.messages().await[1].ends_with("Stopped. Added “Buy milk”."));
    world.app.turn_stop(&world.caller, conversation, id).await.unwrap();
    while world.model.open_answers() > 0 {
        tokio::task::yield_now().await;
    }
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
async fn what_a_stopped_turn_used_is_counted() {
    let world = World::new().await;
    let used = async || {
        let rows = world.app.usage(&world.caller, None, None).await.unwrap().days;
        rows.first().map_or((0, 0, 0), |day| (day.calls, day.input_tokens, day.output_tokens))
    };
    world.model.reply(Reply::fault(Fault::HangBeforeHeaders));
    let handle = world.begin("tell me").await;
    while world.model.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    world.app.turn_stop(&world.caller, handle.conversation_id, handle.turn_id).await.unwrap();
    handle.reply().await.unwrap();
    let (calls, input, output) = used().await;
    assert!(calls == 1 && input > 0 && output == 0, "asked, and not answered: {:?}", (calls, input, output));
    world.model.reply(endless());
    let mut handle = world.begin("tell me").await;
    until_text(&mut handle).await;
    world.app.turn_stop(&world.caller, handle.conversation_id, handle.turn_id).await.unwrap();
    handle.reply().await.unwrap();
    let (calls, _, output) = used().await;
    assert!(calls == 2 && output > 0, "asked, and begun to be answered: {:?}", (calls, output));
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

#[tokio::test]
async fn at_shutdown_running_turns_get_a_last_event() {
    let mut world = World::new().await;
    world.model.reply(endless());
    let mut handle = world.begin("tell me").await;
    until_text(&mut handle).await;
    let id = handle.turn_id;
    world.conversation = Some(handle.conversation_id);
    world.app.turns.shut_down(Duration::ZERO).await;
    assert_eq!(world.app.turns.running(), 0);
    let all = events(handle).await;
    let (_, last) = all.last().unwrap();
    assert_eq!((&last["type"], &last["code"]), (&json!("RUN_ERROR"), &json!("server_stopping")));
    assert_eq!(status(&world, id).await, TurnStatus::Interrupted);
    assert!(world.messages().await[1].ends_with("The server stopped before I was done. Nothing was changed."));
    assert!(world.app.turn_begin(&world.caller, world.request("hello")).await.is_err());
}

#[tokio::test]
async fn a_turn_whose_server_vanished_is_declared_interrupted() {
    let mut world = World::new().await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).and_call("list_tasks", json!({})));
    world.model.reply(endless());
    let mut handle = world.begin("breakfast things").await;
    until_text(&mut handle).await;
    let (id, conversation) = (handle.turn_id, handle.conversation_id);
    let soon = open(world.folder.path(), now() + 30.seconds()).await;
    assert_eq!(soon.turns_clear_stale().await.unwrap(), 0, "it may still be alive");
    let later = open(world.folder.path(), now() + 2.minutes()).await;
    assert_eq!(later.turns_clear_stale().await.unwrap(), 1);
    assert_eq!(later.turns_clear_stale().await.unwrap(), 0);
    assert_eq!(status(&world, id).await, TurnStatus::Interrupted);
    world.conversation = Some(conversation);
    let said = world.messages().await;
    assert_eq!(said[1], format!("{} Added “Buy milk”.", talk::SERVER_STOPPED));
    let mut reader = later.turn_reader(&world.caller, conversation, id, 0).await.unwrap();
    let mut last = None;
    while let Some((_, event)) = reader.next().await.unwrap() {
        last = Some(event);
    }
    assert!(last.unwrap().contains("\"code\":\"interrupted\""));
    // The task that was thought dead may not do anything any more.
    world.app.turn_stop(&world.caller, conversation, id).await.unwrap();
    while handle.events.next().await.unwrap().is_some() {}
    assert_eq!(world.messages().await.len(), 2);
}

#[tokio::test]
async fn a_turn_whose_server_vanished_is_ended_also_when_the_day_has_no_room_left() {
    let mut world = World::new().await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).and_call("list_tasks", json!({})));
    world.model.reply(endless());
    let mut handle = world.begin("breakfast things").await;
    until_text(&mut handle).await;
    let later = open_bounded(world.folder.path(), now() + 2.minutes(), NonZeroU32::new(1)).await;
    assert_eq!(later.turns_clear_stale().await.unwrap(), 1);
    assert_eq!(status(&world, handle.turn_id).await, TurnStatus::Interrupted);
    world.conversation = Some(handle.conversation_id);
    assert_eq!(world.messages().await[1], format!("{} Added “Buy milk”.", talk::SERVER_STOPPED));
}

#[tokio::test]
async fn a_turn_that_fails_says_what_it_had_done() {
    let mut world = World::new().await;
    world.caller.idempotency = key("a");
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).and_call("list_tasks", json!({})));
    world.model.reply(endless());
    let mut handle = world.begin("breakfast things").await;
    until_text(&mut handle).await;
    let (id, conversation) = (handle.turn_id, handle.conversation_id);
    // Somebody else answers under the same key: the turn's own last transaction cannot be.
    world.app.idempotency_store(&world.caller, Answer::empty(Vec::new())).await.unwrap();
    world.app.turn_stop(&world.caller, conversation, id).await.unwrap();
    let reply = handle.reply().await.unwrap();
    assert_eq!(status(&world, id).await, TurnStatus::Failed);
    assert_eq!(reply.response, format!("{} Added “Buy milk”.", talk::TROUBLE));
    assert!(reply.change_id.is_some());
    world.conversation = Some(conversation);
    assert_eq!(world.messages().await[1..], [reply.response]);
}

#[tokio::test]
async fn a_turn_cut_off_before_it_did_anything_can_be_asked_for_again() {
    let mut world = World::new().await;
    world.caller.idempotency = key("a");
    world.model.reply(endless());
    let mut handle = world.begin("breakfast things").await;
    until_text(&mut handle).await;
    let later = open(world.folder.path(), now() + 2.minutes()).await;
    assert_eq!(later.turns_clear_stale().await.unwrap(), 1);
    world.app.turn_stop(&world.caller, handle.conversation_id, handle.turn_id).await.unwrap();
    world.model.reply(Reply::text("Good morning."));
    let again = world.begin("breakfast things").await;
    assert_ne!(again.turn_id, handle.turn_id);
    assert_eq!(again.reply().await.unwrap().response, "Good morning.");
}

#[tokio::test]
async fn a_turn_cut_off_at_shutdown_before_it_did_anything_keeps_no_answer() {
    let mut world = World::new().await;
    world.caller.idempotency = key("a");
    world.model.reply(endless());
    let mut handle = world.begin("breakfast things").await;
    until_text(&mut handle).await;
    world.app.turns.shut_down(Duration::ZERO).await;
    let state = world.app.idempotency_find(world.caller.id(), "once", "a").await.unwrap();
    assert_eq!(state, IdempotencyState::Fresh);
    assert_eq!(world.app.turn_of_key(&world.caller).await.unwrap(), None);
    let reply = handle.reply().await.unwrap();
    assert!(reply.response.ends_with("The server stopped before I was done. Nothing was changed."), "{reply:?}");
}

#[tokio::test]
async fn a_conversation_deleted_meanwhile_ends_its_turn() {
    let world = World::new().await;
    world.model.reply(endless());
    let mut handle = world.begin("tell me").await;
    until_text(&mut handle).await;
    world.app.conversation_delete(&world.caller, handle.conversation_id).await.unwrap();
    world.app.turns.shut_down(Duration::ZERO).await;
    let gone = handle.reply().await;
    assert!(matches!(gone, Err(AppError::NotFound(Missing::Conversation))), "{gone:?}");
}
