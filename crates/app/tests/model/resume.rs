//! Turns that broke off and go on under their key: nothing twice, nothing lost, one reply.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use saydo_app::{
    App, Caller, IdempotencyKey,
    chat::{PlannerChoice, TurnRequest, turns::TurnHandle},
    llm::TurnLimits,
    reply::talk,
};
use saydo_domain::{TurnId, TurnStatus};
use scripted_model::{Fault, Reply};
use serde_json::{Value, json};

use crate::support::{World, add, events, list, models, now, open, types};

fn endless() -> Reply {
    Reply::text("One thing.\nAnother thing.\n".repeat(20)).with_fault(Fault::HangAfter(6))
}

/// A turn whose server hangs in the second round: the first has added “Buy milk”.
async fn broken(limits: TurnLimits) -> (World, TurnHandle) {
    let mut world = World::with(PlannerChoice::Llm, limits).await;
    world.caller.idempotency = Some(IdempotencyKey { key: "once".to_owned(), fingerprint: "a".to_owned() });
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).and_call("list_tasks", json!({})));
    world.model.reply(endless());
    let mut handle = world.begin("breakfast things").await;
    while let Some((_, event)) = handle.events.next().await.unwrap() {
        if event.contains("TEXT_MESSAGE_CONTENT") {
            world.conversation = Some(handle.conversation_id);
            return (world, handle);
        }
    }
    panic!("no text came");
}

/// Another server on the same data.
async fn server(world: &World, at: Timestamp) -> App {
    with_limits(world, at, TurnLimits::default()).await
}

async fn with_limits(world: &World, at: Timestamp, limits: TurnLimits) -> App {
    open(world.folder.path(), at).await.with_models(models(&world.model.base_url(), limits), PlannerChoice::Llm)
}

async fn status(app: &App, world: &World, id: TurnId) -> TurnStatus {
    app.store.read().await.unwrap().turn_find(world.caller.id(), id).await.unwrap().unwrap().status
}

async fn go_on(app: &App, world: &World) -> saydo_app::chat::ChatReply {
    let mut request = world.request("breakfast things");
    // The request is the one that began the conversation.
    request.conversation = None;
    app.turn(&world.caller, request).await.unwrap()
}

#[tokio::test]
async fn the_same_key_goes_on_where_the_turn_broke_off() {
    for declared in [false, true] {
        let (world, handle) = broken(TurnLimits::default()).await;
        let (at, stale) = if declared { (now() + 2.minutes(), 1) } else { (now() + 20.seconds(), 0) };
        let later = server(&world, at).await;
        assert_eq!(later.turns_clear_stale().await.unwrap(), stale);
        assert_eq!(world.messages().await.len(), 1 + usize::try_from(stale).unwrap());
        world.model.reply(Reply::text("Now bread.\n").and_call("add_task", json!({ "title": "Bread" })));
        let reply = go_on(&later, &world).await;
        assert!(reply.response.ends_with("Added 2 tasks: “Buy milk” and “Bread”."), "{}", reply.response);
        assert_eq!(reply.conversation_id, handle.conversation_id.get());
        assert_eq!(list(&later, &world.caller).await, ["1 Buy milk", "2 Bread"]);
        assert_eq!(world.messages().await, ["breakfast things", &reply.response]);
        assert_eq!(status(&later, &world, handle.turn_id).await, TurnStatus::Finished);

        // The model was told what it had asked for and got.
        let asked = world.model.requests();
        assert_eq!(asked.len(), 3);
        let messages = asked[2].body["messages"].as_array().unwrap();
        let roles: Vec<&str> = messages.iter().filter_map(|message| message["role"].as_str()).collect();
        assert_eq!(roles[roles.len() - 3..], ["assistant", "tool", "tool"]);
        assert!(messages[roles.len() - 2]["content"].as_str().unwrap().contains("Buy milk"));

        // The run that was thought dead can do nothing any more.
        world.app.turn_stop(&world.caller, handle.conversation_id, handle.turn_id).await.unwrap();
        world.app.turns.shut_down(Duration::ZERO).await;
        drop(handle);
        assert_eq!(world.messages().await.len(), 2);
        // All of it is one change, and the answer is kept.
        let again = go_on(&later, &world).await;
        assert_eq!(again, reply);
        let plain = Caller { idempotency: None, ..world.caller.clone() };
        later.undo(&plain, reply.change_id.map(|id| id.parse().unwrap())).await.unwrap();
        assert_eq!(list(&later, &world.caller).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_events_go_on_with_the_next_number() {
    let (world, handle) = broken(TurnLimits::default()).await;
    let later = server(&world, now() + 2.minutes()).await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Bread" })));
    go_on(&later, &world).await;
    let (turn_id, conversation_id) = (handle.turn_id, handle.conversation_id);
    let reader = later.turn_reader(&world.caller, conversation_id, turn_id, 0).await.unwrap();
    let all = events(TurnHandle { turn_id, conversation_id, events: reader }).await;
    let numbers: Vec<i64> = all.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=i64::try_from(all.len()).unwrap()).collect::<Vec<_>>());
    let types = types(&all);
    let count = |kind: &str| types.iter().filter(|known| **known == kind).count();
    assert_eq!((count("RUN_STARTED"), count("RUN_FINISHED"), count("RUN_ERROR")), (1, 1, 0));
    assert_eq!(count("TOOL_CALL_START"), 3, "each call is told once");
    assert_eq!(count("TEXT_MESSAGE_START"), count("TEXT_MESSAGE_END"));
    let ids: Vec<&Value> = all.iter().map(|(_, event)| &event["messageId"]).filter(|id| !id.is_null()).collect();
    assert!(ids.iter().any(|id| id.as_str().unwrap().ends_with("text_1")), "{ids:?}");
}

#[tokio::test]
async fn of_two_servers_one_goes_on() {
    let (world, _handle) = broken(TurnLimits::default()).await;
    let (one, two) = (server(&world, now() + 2.minutes()).await, server(&world, now() + 2.minutes()).await);
    world.model.reply(Reply::call("add_task", json!({ "title": "Bread" })));
    let (first, second) = tokio::join!(go_on(&one, &world), go_on(&two, &world));
    assert_eq!(first, second);
    assert_eq!(list(&one, &world.caller).await, ["1 Buy milk", "2 Bread"]);
    assert_eq!((world.model.requests().len(), world.messages().await.len()), (3, 2));
}

#[tokio::test]
async fn a_turn_ended_by_its_own_server_goes_on_too() {
    let (world, handle) = broken(TurnLimits::default()).await;
    world.app.turns.shut_down(Duration::ZERO).await;
    let interim = handle.reply().await.unwrap();
    assert!(interim.response.ends_with("The server stopped before I was done. Added “Buy milk”."), "{interim:?}");
    let next = server(&world, now()).await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Bread" })));
    let reply = go_on(&next, &world).await;
    assert!(reply.response.ends_with("Added 2 tasks: “Buy milk” and “Bread”."), "{}", reply.response);
    assert_eq!(world.messages().await, ["breakfast things", &reply.response]);
}

#[tokio::test]
async fn what_was_undone_since_is_not_gone_on_with() {
    let (world, handle) = broken(TurnLimits::default()).await;
    let later = server(&world, now() + 2.minutes()).await;
    later.turns_clear_stale().await.unwrap();
    later.undo(&Caller { idempotency: None, ..world.caller.clone() }, None).await.unwrap();
    let reply = go_on(&later, &world).await;
    assert_eq!(reply.response, format!("{} Added “Buy milk”.", talk::SERVER_STOPPED));
    assert_eq!(world.messages().await, ["breakfast things", &reply.response]);
    assert_eq!(go_on(&later, &world).await, reply);
    assert_eq!((status(&later, &world, handle.turn_id).await, world.model.requests().len()), (TurnStatus::Failed, 2));
    assert_eq!(list(&later, &world.caller).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_budgets_are_those_of_the_whole_turn() {
    let limits = TurnLimits { max_rounds: 2, ..TurnLimits::default() };
    let (world, _handle) = broken(limits).await;
    let later = with_limits(&world, now() + 2.minutes(), limits).await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Bread" })).and_call("list_tasks", json!({})));
    let reply = go_on(&later, &world).await;
    assert!(reply.response.contains("I stopped there"), "{}", reply.response);
    assert_eq!(world.model.requests().len(), 3);
    let days = later.usage(&world.caller, None, None).await.unwrap().days;
    assert_eq!((days[0].turns, days[0].calls), (1, 2), "the round that was lost could not be counted");
}

/// A day after the turn broke off: another server, where two tasks are named alike and one of them is to be deleted.
async fn a_question_since(world: &World) -> App {
    let later = server(world, now() + 24.hours()).await;
    let plain = Caller { idempotency: None, ..world.caller.clone() };
    add(&later, &plain, "Return milk bottles").await;
    let said = TurnRequest { planner: Some(PlannerChoice::Offline), ..world.request("delete milk") };
    let reply = later.turn(&plain, said).await.unwrap();
    assert_eq!(reply.pending.map(|pending| pending.tasks.len()), Some(2), "{}", reply.response);
    later
}

#[tokio::test]
async fn it_means_what_was_meant_when_it_began() {
    let (world, _handle) = broken(TurnLimits::default()).await;
    let later = a_question_since(&world).await;
    let bread = json!({ "title": "Bread", "due_date": "tomorrow" });
    world.model.reply(Reply::call("add_task", bread).and_call("list_tasks", json!({})));
    world.model.reply(Reply::call("delete_task", json!({ "task_id": 1 })));
    let reply = go_on(&later, &world).await;
    // Tomorrow is the day after it was said; and the question about deleting is none of the message's.
    assert_eq!(
        list(&later, &world.caller).await,
        ["1 Buy milk", "2 Return milk bottles", "3 Bread due 2026-03-12"],
        "{}",
        reply.response
    );
    assert_eq!(reply.pending.unwrap().tasks[0].id, 1);
}

#[tokio::test]
async fn what_was_asked_since_still_waits() {
    let (world, _handle) = broken(TurnLimits::default()).await;
    let later = a_question_since(&world).await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Bread" })));
    go_on(&later, &world).await;
    let plain = Caller { idempotency: None, ..world.caller.clone() };
    let reply = later.turn(&plain, world.request("the second")).await.unwrap();
    assert_eq!(list(&later, &world.caller).await, ["1 Buy milk", "3 Bread"], "{}", reply.response);
}
