//! What a model can do: one call, several, several rounds, mistakes, questions, limits and budgets.

use std::time::Duration;

use saydo_app::{chat::PlannerChoice, llm::TurnLimits, reply::talk};
use saydo_domain::AnsweredBy;
use scripted_model::{Fault, Reply};
use serde_json::json;

use crate::support::World;

fn model() -> AnsweredBy {
    AnsweredBy::Model("scripted".to_owned())
}

#[tokio::test]
async fn a_simple_change_needs_one_request_and_is_told_in_our_words() {
    let mut world = World::new().await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk", "due_date": "tomorrow" })));
    let reply = world.say("milk would be good to have by tomorrow").await;
    assert_eq!(reply.response, "Added “Buy milk”, due tomorrow (Thu 12 Mar).");
    assert_eq!(reply.answered_by, model());
    assert_eq!(reply.tool_calls[0].tool, "add_task");
    assert_eq!(world.list().await, ["1 Buy milk due 2026-03-12"]);
    assert_eq!(world.model.requests().len(), 1);
}

#[tokio::test]
async fn calls_of_one_round_run_together() {
    let mut world = World::new().await;
    let calls = Reply::call("add_task", json!({ "title": "Buy milk" }))
        .and_call("add_task", json!({ "title": "Buy bread" }))
        .and_call("add_task", json!({ "title": "Buy eggs" }));
    world.model.reply(calls);
    let reply = world.say("the usual for breakfast").await;
    assert_eq!(reply.response, "Added 3 tasks: “Buy milk”, “Buy bread” and “Buy eggs”.");
    assert_eq!(world.list().await.len(), 3);
}

#[tokio::test]
async fn all_rounds_are_one_change_that_undo_takes_back() {
    let mut world = World::new().await;
    world.tasks(&["Call mom", "Pay rent"]).await;
    let before = world.list().await;
    world.model.reply(
        Reply::call("complete_task", json!({ "task_id": 1 })).and_call("list_tasks", json!({ "status": "pending" })),
    );
    world.model.reply(
        Reply::call("update_task", json!({ "task_id": 1, "title": "Call dad" }))
            .and_call("list_tasks", json!({ "status": "pending" })),
    );
    world.model.reply(Reply::call("add_task", json!({ "title": "Write to mom" })));
    let reply = world.say("sort out the family things").await;
    assert_eq!(world.list().await, ["1 Call dad done", "2 Pay rent", "3 Write to mom"]);
    assert_eq!(reply.tool_calls.len(), 5);
    let undone = world.app.turn(
        &world.caller,
        saydo_app::chat::TurnRequest { planner: Some(PlannerChoice::Offline), ..world.request("undo") },
    );
    assert!(undone.await.unwrap().response.starts_with("Undone:"));
    assert_eq!(world.list().await, before);
}

#[tokio::test]
async fn mistakes_go_back_to_the_model_which_corrects_them() {
    let mut world = World::new().await;
    world.tasks(&["Call mom"]).await;
    world.model.reply(
        Reply::call("complete_task", json!({ "task_id": 99 }))
            .and_call("finish_task", json!({ "task_id": 1 }))
            .and_call("complete_task", json!("{\"task_id\": 1"))
            .and_call("add_task", json!({ "title": "x", "due_date": "the day of reckoning" })),
    );
    world.model.reply(Reply::call("complete_task", json!({ "task_id": 1 })));
    let reply = world.say("mom is called").await;
    assert_eq!(world.list().await, ["1 Call mom done"]);
    assert!(reply.response.contains("Marked “Call mom” as complete."), "{}", reply.response);
    let outputs = world.model.requests()[1].outputs();
    let said: Vec<&str> = outputs.iter().map(|(_, content)| content.as_str()).collect();
    assert!(said[0].contains("Task not found"), "{said:?}");
    assert!(said[1].contains("There is no tool of that name"), "{said:?}");
    assert!(said[2].contains("not valid JSON"), "{said:?}");
    assert!(said[3].contains("error"), "{said:?}");
}

#[tokio::test]
async fn a_question_is_answered_from_the_list() {
    let mut world = World::new().await;
    world.tasks(&["Call mom", "Pay rent"]).await;
    world.model.reply(Reply::call("list_tasks", json!({ "status": "pending" })));
    world.model.reply(Reply::text("You have two things to do. Start with the rent."));
    let reply = world.say("what would you begin with?").await;
    assert_eq!(reply.response, "You have two things to do. Start with the rent.");
    assert_eq!(reply.change_id, None);
    let requests = world.model.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].outputs()[0].1.contains("Pay rent"));
    assert!(!requests[1].outputs()[0].1.contains("created_at"));
}

#[tokio::test]
async fn the_model_gets_the_conversation_the_date_and_the_tasks_that_matter() {
    let mut world = World::new().await;
    world.tasks(&["Call mom", "Pay rent"]).await;
    world.model.reply(Reply::text("Which one do you mean?"));
    world.model.reply(Reply::text("All right."));
    world.say("the thing about the rent").await;
    world.say("the one for the flat").await;
    let [first, second] = &world.model.requests()[..] else { panic!("two requests") };
    assert_eq!(
        (first.last_user(), second.last_user()),
        ("the thing about the rent".into(), "the one for the flat".into())
    );
    assert_eq!(first.system(), second.system(), "the fixed part is fixed");
    for piece in ["Which one do you mean?", "the thing about the rent", "2026-03-11", "Europe/Berlin"] {
        assert!(second.text().contains(piece), "{piece}");
    }
    assert!(first.text().contains("Pay rent") && !first.text().contains("Call mom"));
}

#[tokio::test]
async fn auto_asks_the_model_only_for_what_the_engine_is_not_sure_of() {
    let mut world = World::with(PlannerChoice::Auto, TurnLimits::default()).await;
    let reply = world.say("buy milk tomorrow").await;
    assert_eq!(reply.answered_by, AnsweredBy::Offline);
    assert_eq!(world.model.requests().len(), 0);
    world.model.reply(Reply::text("I only keep your list."));
    let reply = world.say("colourless green ideas sleep furiously whereas yonder").await;
    assert_eq!((reply.answered_by, reply.response.as_str()), (model(), "I only keep your list."));
}

#[tokio::test]
async fn a_person_can_choose_and_the_operator_can_forbid() {
    let mut world = World::with(PlannerChoice::Auto, TurnLimits::default()).await;
    world.choose(PlannerChoice::Llm).await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })));
    assert_eq!(world.say("buy milk").await.answered_by, model());
    world.choose(PlannerChoice::Offline).await;
    let odd = "colourless green ideas sleep furiously whereas yonder";
    assert_eq!(world.say(odd).await.answered_by, AnsweredBy::Offline);
    world.choose(PlannerChoice::Llm).await;
    world.app.planner = PlannerChoice::Offline;
    assert_eq!(world.say("buy bread").await.answered_by, AnsweredBy::Offline);
    assert_eq!(world.model.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_to_a_question_is_read_by_the_engine_that_asked_it() {
    let mut world = World::new().await;
    world.tasks(&["Call mom", "Pay rent"]).await;
    world
        .model
        .reply(Reply::call("delete_task", json!({ "task_id": 1 })).and_call("delete_task", json!({ "task_id": 2 })));
    let reply = world.say("delete both").await;
    assert_eq!(reply.pending.unwrap().tasks.len(), 2);
    assert_eq!(world.list().await.len(), 2);
    let reply = world.say("yes").await;
    assert_eq!(reply.answered_by, AnsweredBy::Offline);
    assert_eq!(world.list().await, Vec::<String>::new());
    assert_eq!(world.model.requests().len(), 1);
}

#[tokio::test]
async fn a_model_that_is_away_is_replaced_by_the_engine_or_the_fixed_sentence() {
    let mut world = World::new().await;
    world.model.reply(Reply::status(500));
    let reply = world.say("buy milk tomorrow").await;
    assert_eq!((reply.answered_by, world.list().await.len()), (AnsweredBy::Offline, 1));
    world.model.reply(Reply::fault(Fault::CloseConnection));
    let reply = world.say("which of my tasks would a philosopher pick first?").await;
    assert_eq!(reply.response, talk::TROUBLE);
    world.model.reply(Reply::fault(Fault::BreakAfter(3)));
    let reply = world.say("which of my tasks would a philosopher pick first?").await;
    assert_eq!(reply.response, talk::TROUBLE, "half an answer is none");
}

#[tokio::test]
async fn what_was_done_before_a_model_failed_is_told() {
    let mut world = World::new().await;
    world.model.reply(Reply::call("add_task", json!({ "title": "Buy milk" })).and_call("list_tasks", json!({})));
    world.model.reply(Reply::status(500));
    let reply = world.say("breakfast things").await;
    assert_eq!(reply.response, "Added “Buy milk”.\nI couldn't finish the rest.");
    assert!(reply.change_id.is_some());
}

#[tokio::test]
async fn a_turn_that_takes_too_long_ends() {
    let limits = TurnLimits { timeout: Duration::from_millis(300), ..TurnLimits::default() };
    let mut world = World::with(PlannerChoice::Llm, limits).await;
    world.model.reply(Reply::fault(Fault::HangBeforeHeaders));
    let reply = world.say("which of my tasks would a philosopher pick first?").await;
    assert_eq!(reply.response, talk::TROUBLE);
}

#[tokio::test]
async fn use_is_counted_and_the_days_budget_holds() {
    let limits = TurnLimits { tokens_per_day: 1_000, ..TurnLimits::default() };
    let mut world = World::with(PlannerChoice::Llm, limits).await;
    world.tasks(&["Call mom"]).await;
    world.model.reply(Reply::call("list_tasks", json!({})).with_usage(400, 100, 50));
    world.model.reply(Reply::text("One task.").with_usage(500, 450, 50));
    world.say("how much is it?").await;
    let today = "2026-03-11".parse().unwrap();
    let rows = world.app.store.read().await.unwrap().usage_day(world.caller.id(), today).await.unwrap();
    let [row] = &rows[..] else { panic!("one model") };
    let used = &row.used;
    assert_eq!((row.model.as_str(), used.turns, used.calls), ("scripted", 1, 2));
    assert_eq!((used.input_tokens, used.cached_tokens, used.output_tokens), (900, 550, 100));
    assert_eq!(used.cost_micros, 350 + 275 + 1_000);
    let reply = world.say("buy milk").await;
    assert_eq!(reply.answered_by, AnsweredBy::Offline);
    assert!(
        reply.response.starts_with("Added “Buy milk”.\n") && reply.response.contains("budget"),
        "{}",
        reply.response
    );
    assert_eq!(world.model.requests().len(), 2);
}

#[tokio::test]
async fn a_turns_own_budget_ends_it_before_it_is_overdrawn() {
    let limits = TurnLimits { tokens_per_turn: 9_000, ..TurnLimits::default() };
    let mut world = World::with(PlannerChoice::Llm, limits).await;
    world.tasks(&["Call mom"]).await;
    world.model.always(Reply::call("list_tasks", json!({})).with_usage(4_000, 0, 100));
    let reply = world.say("think about it").await;
    assert!(reply.response.contains("I stopped there"), "{}", reply.response);
    assert_eq!(world.model.requests().len(), 2, "a third request would not fit");
}
