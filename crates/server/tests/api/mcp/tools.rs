//! The tools: how they describe themselves, and the five stories.

use serde_json::{Value, json};

use super::{Mcp, SESSIONS};
use crate::{support::TestApp, tokens::program};

#[tokio::test]
async fn every_tool_says_what_it_is() {
    let app = TestApp::start().await;
    let tools = Mcp::stateless(&app.user("ada").await).ask("tools/list", json!({})).await["tools"].clone();
    let tools = tools.as_array().unwrap();
    for tool in tools {
        let text = |key: &str| tool[key].as_str().unwrap_or_default().len();
        assert!(text("title") > 3 && text("description") > 20, "{tool}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
        assert!(tool["inputSchema"]["properties"].get("user_id").is_none(), "{tool}");
        assert_eq!((&tool["inputSchema"]["type"], &tool["outputSchema"]["type"]), (&json!("object"), &json!("object")));
        assert_eq!(tool["annotations"]["openWorldHint"], false);
        assert!(!tool.to_string().contains("\"format\":\"uint"), "{tool}");
    }
    let hints = |hint: &str| -> Vec<&str> {
        let having = tools.iter().filter(|tool| tool["annotations"][hint] == true);
        having.map(|tool| tool["name"].as_str().unwrap()).collect()
    };
    assert_eq!(hints("readOnlyHint"), ["list_tasks", "find_task", "search", "fetch"]);
    assert_eq!(hints("destructiveHint"), ["delete_task", "undo", "talk"]);
    assert_eq!(
        hints("idempotentHint"),
        ["list_tasks", "find_task", "complete_task", "update_task", "delete_task", "search", "fetch"]
    );
}

#[tokio::test]
async fn the_five_stories() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let ((one, _), (two, _)) = (program(&ada, "write").await, program(&ada, "write").await);
    for mcp in [Mcp::stateless(&one), Mcp::session(&two, SESSIONS, json!({})).await] {
        let added = Mcp::done(&mcp.call("add_task", json!({"title": "Buy milk", "due_date": "tomorrow"})).await);
        assert_eq!((&added["due_date"], &added["completed"]), (&json!("2026-03-12"), &json!(false)));
        let id = added["task_id"].clone();
        let listed = Mcp::done(&mcp.call("list_tasks", json!({"status": "pending"})).await);
        assert_eq!((&listed["count"], &listed["tasks"][0]["title"]), (&json!(1), &json!("Buy milk")));
        let changed = mcp.call("update_task", json!({"task_id": id, "priority": "high", "due_date": null})).await;
        let changed = Mcp::done(&changed);
        assert_eq!((&changed["priority"], &changed["due_date"]), (&json!("high"), &Value::Null));
        let completed = Mcp::done(&mcp.call("complete_task", json!({"task_id": id})).await);
        assert_eq!(completed["completed"], true);
        let again = Mcp::done(&mcp.call("complete_task", json!({"task_id": id})).await);
        assert_eq!(again["completed"], true, "completing twice is no mistake");
        let found = Mcp::done(&mcp.call("find_task", json!({"query": "mlik"})).await);
        assert_eq!(found["matches"][0]["task_id"], id);
        let deleted = Mcp::done(&mcp.call("delete_task", json!({"task_id": id})).await);
        assert_eq!(deleted, json!({"task_id": id, "deleted": true, "title": "Buy milk"}));
        assert_eq!(ada.get("/api/trash").await.ok(200)[0]["title"], "Buy milk");
    }
    let journal = ada.get("/api/account/export").await.ok(200)["changes"].clone();
    assert!(journal.as_array().unwrap().iter().all(|change| change["door"] == "mcp"), "{journal}");
}

#[tokio::test]
async fn a_long_list_has_pages() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for number in 1..=5 {
        let due = format!("2026-03-{}", 20 - number);
        ada.post("/api/tasks", json!({"title": format!("T{number}"), "due_date": due})).await.ok(201);
    }
    let mcp = Mcp::stateless(&ada);
    let (mut seen, mut cursor) = (Vec::new(), None::<Value>);
    loop {
        let mut arguments = json!({"limit": 2});
        arguments["cursor"] = cursor.take().unwrap_or_default();
        let page = Mcp::done(&mcp.call("list_tasks", arguments).await);
        assert_eq!(page["total"], 5);
        seen.extend(page["tasks"].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()));
        match page.get("next_cursor") {
            Some(next) => cursor = Some(next.clone()),
            None => break,
        }
    }
    assert_eq!(seen, ["T5", "T4", "T3", "T2", "T1"]);
    let odd = Mcp::mistake(&mcp.call("list_tasks", json!({"cursor": "x"})).await);
    assert!(odd.starts_with("cursor is the next_cursor"), "{odd}");
}

#[tokio::test]
async fn mistakes_are_told_in_a_sentence() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    bob.post("/api/tasks", json!({"title": "Bob's"})).await.ok(201);
    let mcp = Mcp::stateless(&ada);
    let told = async |tool: &str, arguments| Mcp::mistake(&mcp.call(tool, arguments).await);
    for tool in ["complete_task", "delete_task"] {
        assert_eq!(told(tool, json!({"task_id": 1})).await, "Task not found");
    }
    assert_eq!(told("update_task", json!({"task_id": 1, "title": "Mine"})).await, "Task not found");
    assert_eq!(told("fetch", json!({"id": "1"})).await, "Task not found");
    assert!(told("add_task", json!({"title": "x", "user_id": bob.id})).await.contains("user_id"));
    assert!(told("add_task", json!({})).await.contains("title"));
    let vague = told("add_task", json!({"title": "x", "due_date": "someday"})).await;
    assert!(vague.contains("date"), "{vague}");
    ada.post("/api/tasks", json!({"title": "Mine"})).await.ok(201);
    assert!(told("update_task", json!({"task_id": 1})).await.contains("title, description, priority"));
    assert_eq!(bob.get("/api/tasks/1").await.ok(200)["title"], "Bob's");
}

#[tokio::test]
async fn search_and_fetch_are_as_connectors_expect_them() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "Call the plumber", "description": "about the tap"})).await.ok(201);
    let mcp = Mcp::stateless(&ada);
    let found = Mcp::done(&mcp.call("search", json!({"query": "plumber"})).await);
    let url = format!("{}/?task=1", ada.base());
    assert_eq!(found, json!({"results": [{"id": "1", "title": "Call the plumber", "url": url}]}));
    let fetched = Mcp::done(&mcp.call("fetch", json!({"id": "1"})).await);
    assert_eq!((&fetched["id"], &fetched["url"]), (&json!("1"), &json!(url)));
    assert!(fetched["text"].as_str().unwrap().contains("about the tap"), "{fetched}");
}

#[tokio::test]
async fn a_reader_sees_and_calls_only_what_reads() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    ada.post("/api/tasks", json!({"title": "Stay"})).await.ok(201);
    let (reader, _) = program(&ada, "read").await;
    for mcp in [Mcp::stateless(&reader), Mcp::session(&reader, SESSIONS, json!({})).await] {
        let tools = mcp.ask("tools/list", json!({})).await["tools"].clone();
        let names: Vec<&str> = tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["list_tasks", "find_task", "search", "fetch"]);
        assert_eq!(Mcp::done(&mcp.call("list_tasks", json!({})).await)["total"], 1);
        for tool in ["add_task", "delete_task", "undo", "talk"] {
            let refused = mcp.post(&mcp.body("tools/call", json!({"name": tool, "arguments": {}}))).await;
            assert_eq!(refused.problem(403).1, "insufficient_scope");
            assert!(refused.header("www-authenticate").contains("insufficient_scope"), "{:?}", refused.headers);
        }
    }
    assert_eq!(ada.get("/api/tasks").await.ok(200).as_array().unwrap().len(), 1);
}
