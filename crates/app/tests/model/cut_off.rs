//! Turns that end before they are done: stopped, at shutdown, with their server or their conversation gone.

use std::{num::NonZeroU32, time::Duration};

use jiff::ToSpan;
use saydo_app::{
    AppError, Missing,
    chat::turns::TurnHandle,
    idempotency::{Answer, IdempotencyState},
    reply::talk,
};
use saydo_domain::TurnStatus;
use scripted_model::{Fault, Reply};
use serde_json::json;

use crate::support::{World, endless, events, key, now, open, open_bounded, status, until_text};

/// A turn that talks without end, once its first words have come.
async fn talking(world: &World, message: &str) -> TurnHandle {
    world.model.reply(endless());
    let mut handle = world.begin(message).await;
    until_text(&mut handle).await;
    handle
}

/// The same, after it has added “Buy milk”.
async fn halfway(world: &World) -> TurnHandle {
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).and_call("list_tasks", json!({})));
    talking(world, "breakfast things").await
}

#[tokio::test]
async fn a_stopped_turn_says_what_was_done() {
    let mut world = World::new().await;
    let handle = halfway(&world).await;
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
    let handle = talking(&world, "tell me").await;
    world.app.turn_stop(&world.caller, handle.conversation_id, handle.turn_id).await.unwrap();
    handle.reply().await.unwrap();
    let (calls, _, output) = used().await;
    assert!(calls == 2 && output > 0, "asked, and begun to be answered: {:?}", (calls, output));
}

#[tokio::test]
async fn at_shutdown_running_turns_get_a_last_event() {
    let mut world = World::new().await;
    let handle = talking(&world, "tell me").await;
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
    let mut handle = halfway(&world).await;
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
    let handle = halfway(&world).await;
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
    let handle = halfway(&world).await;
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
    let handle = talking(&world, "breakfast things").await;
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
    let handle = talking(&world, "breakfast things").await;
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
    let handle = talking(&world, "tell me").await;
    world.app.conversation_delete(&world.caller, handle.conversation_id).await.unwrap();
    world.app.turns.shut_down(Duration::ZERO).await;
    let gone = handle.reply().await;
    assert!(matches!(gone, Err(AppError::NotFound(Missing::Conversation))), "{gone:?}");
}
