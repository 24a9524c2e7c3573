//! The catalogue of tools, and calls from outside a chat.

use saydo_app::tools::{ToolCall, catalogue};
use serde_json::json;

use crate::support::{World, add, user};

#[test]
fn every_tool_is_described_and_none_names_a_user() {
    let names: Vec<&str> = catalogue::all().iter().map(|spec| spec.name).collect();
    let want = [
        "add_task",
        "list_tasks",
        "find_task",
        "complete_task",
        "update_task",
        "delete_task",
        "undo",
        "search",
        "fetch",
    ];
    assert_eq!(names, want);
    for spec in catalogue::all() {
        let input = &spec.input_schema;
        assert_eq!(input["type"], "object", "{}", spec.name);
        assert_eq!(input["additionalProperties"], false, "{}", spec.name);
        assert_eq!(spec.output_schema["type"], "object", "{}", spec.name);
        let text = input.to_string();
        assert!(!text.contains("user") && !text.contains("$ref"), "{text}");
        assert!(!(spec.read_only && spec.destructive), "{}", spec.name);
    }
    let required = |name: &str| catalogue::find(name).unwrap().input_schema["required"].clone();
    assert_eq!(required("add_task"), json!(["title"]));
    assert_eq!(required("update_task"), json!(["task_id"]));
    assert_eq!(required("list_tasks"), json!(null));
}

#[test]
fn mistakes_in_calls_say_what_is_right() {
    let mistake = |name: &str, arguments| ToolCall::parse(name, &arguments).unwrap_err();
    assert!(mistake("rm_rf", json!({})).contains("add_task"), "the tools are named");
    assert!(mistake("add_task", json!({ "title": "x", "user_id": "eve" })).contains("unknown field `user_id`"));
    assert!(mistake("add_task", json!({})).contains("missing field `title`"));
    assert!(mistake("delete_task", json!([1])).contains("JSON object"));
    assert!(mistake("update_task", json!({ "title": "x" })).contains("missing field `task_id`"));
}

#[tokio::test]
async fn a_call_from_outside_is_a_change_of_its_own() {
    let world = World::new().await;
    let call = |name: &str, arguments| ToolCall::parse(name, &arguments).unwrap();
    let added = world.app.tool_call(&world.caller, call("add_task", json!({ "title": "Buy milk" }))).await.unwrap();
    assert_eq!((added.refused, added.receipt.as_str()), (false, "Added “Buy milk”."));
    assert_eq!(added.value["task_id"], 1);
    let id = added.change_id.unwrap().to_string();
    let undone = world.app.tool_call(&world.caller, call("undo", json!({ "change_id": id }))).await.unwrap();
    assert!(!undone.refused && undone.change_id.is_some());
    assert_eq!(world.list().await, Vec::<String>::new());
}

#[tokio::test]
async fn search_and_fetch_find_only_ones_own() {
    let world = World::new().await;
    let eve = user(&world.app, "eve", None).await;
    world.tasks(&["Buy milk", "Call the plumber"]).await;
    add(&world.app, &eve, "Steal the milk").await;
    let call = |name: &str, arguments| ToolCall::parse(name, &arguments).unwrap();
    let found = world.app.tool_call(&world.caller, call("search", json!({ "query": "milk" }))).await.unwrap();
    assert_eq!(found.value["results"], json!([{ "id": "1", "title": "Buy milk", "url": "/?task=1" }]));
    let fetched = world.app.tool_call(&world.caller, call("fetch", json!({ "id": "2" }))).await.unwrap();
    assert_eq!(fetched.value["title"], "Call the plumber");
    assert_eq!(fetched.value["metadata"]["task_id"], 2);
    for id in ["3", "x", "-1"] {
        let missing = world.app.tool_call(&world.caller, call("fetch", json!({ "id": id }))).await.unwrap();
        assert!(missing.refused);
        assert_eq!(missing.value, json!({ "error": "Task not found" }));
    }
}
