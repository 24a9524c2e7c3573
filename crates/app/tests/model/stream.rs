//! The events of a turn: the AG-UI sequence, and that what is streamed is what is stored.

use scripted_model::Reply;
use serde_json::{Value, json};

use crate::support::{World, events, types};

/// The text as a client puts it together: that of the last message.
fn text(events: &[(i64, Value)]) -> String {
    let mut text = String::new();
    for (_, event) in events {
        match event["type"].as_str() {
            Some("TEXT_MESSAGE_START") => text.clear(),
            Some("TEXT_MESSAGE_CONTENT") => text.push_str(event["delta"].as_str().unwrap()),
            _ => {}
        }
    }
    text
}

fn reply(events: &[(i64, Value)]) -> &Value {
    let custom = events.iter().find(|(_, event)| event["type"] == "CUSTOM").unwrap();
    assert_eq!(custom.1["name"], "saydo.reply");
    &custom.1["value"]
}

#[tokio::test]
async fn the_engine_streams_the_same_sequence() {
    let mut world = World::new().await;
    world.app.planner = saydo_app::chat::PlannerChoice::Offline;
    let handle = world.begin("buy milk").await;
    let (turn, conversation) = (handle.turn_id.to_string(), handle.conversation_id.to_string());
    let all = events(handle).await;
    let want = [
        "RUN_STARTED",
        "TOOL_CALL_START",
        "TOOL_CALL_ARGS",
        "TOOL_CALL_END",
        "TOOL_CALL_RESULT",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "CUSTOM",
        "RUN_FINISHED",
    ];
    assert_eq!(types(&all), want);
    assert_eq!(all[0].1, json!({ "type": "RUN_STARTED", "threadId": conversation, "runId": turn }));
    assert_eq!(text(&all), "Added “Buy milk”.");
    assert_eq!(reply(&all)["answered_by"], "offline");
    let last = &all.last().unwrap().1;
    assert_eq!(last["outcome"], json!({ "type": "success" }));
    let call = &all[1].1;
    assert_eq!(
        (call["toolCallName"].as_str(), call["toolCallId"].as_str()),
        (Some("add_task"), Some(format!("{turn}.call_1").as_str()))
    );
}

#[tokio::test]
async fn what_is_streamed_is_what_is_stored() {
    let mut world = World::new().await;
    world.tasks(&["Call mom"]).await;
    let scripts: Vec<Vec<Reply>> = vec![
        vec![
            Reply::text("Let me look.").and_call("list_tasks", json!({})),
            Reply::text("One task. I've deleted it. Fine?"),
        ],
        vec![
            Reply::text("Sure. ").and_call("add_task", json!({ "title": "Bread" })).and_call("list_tasks", json!({})),
            Reply::text("  That makes two.\n\n"),
        ],
        vec![Reply::text("I've done it.")],
        vec![Reply::text("Half an ans").with_fault(scripted_model::Fault::BreakAfter(2))],
        vec![Reply::call("list_tasks", json!({})), Reply::default()],
    ];
    for script in scripts {
        for reply in script {
            world.model.reply(reply);
        }
        let handle = world.begin("colourless green ideas sleep furiously whereas yonder").await;
        world.conversation = Some(handle.conversation_id);
        let all = events(handle).await;
        let stored = world.messages().await.pop().unwrap();
        assert_eq!(text(&all), stored);
        assert_eq!(reply(&all)["response"], json!(stored));
    }
}

#[tokio::test]
async fn claims_are_held_back_from_the_stream_too() {
    let world = World::new().await;
    world.model.reply(Reply::text("Well. I've deleted everything. Bye.").in_chunks(3));
    let all = events(world.begin("hello there, what a day").await).await;
    let told: String = all.iter().map(|(_, event)| event.to_string()).collect();
    assert!(!told.contains("deleted"), "{told}");
    assert_eq!(text(&all), "Well. Bye.\nNothing was changed.");
}
