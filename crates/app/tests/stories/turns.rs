//! What a turn promises beyond its words.

use saydo_app::{AppError, IdempotencyKey, Missing, chat::Decision};
use serde_json::json;

use super::{ConversationId, Door, MessageText, PendingDecision, Talk};

fn decision(decision: Decision) -> PendingDecision {
    PendingDecision { decision, task_ids: None, text: None }
}

#[tokio::test]
async fn a_reply_carries_its_tool_calls_and_its_change() {
    let mut talk = Talk::start().await;
    talk.say("buy milk tomorrow").await;
    let reply = talk.last.clone().unwrap();
    assert_eq!(reply.tool_calls[0].tool, "add_task");
    assert_eq!(reply.tool_calls[0].params, json!({ "title": "Buy milk", "due_date": "2026-03-12" }));
    assert_eq!(reply.tool_calls[0].result["task_id"], 1);
    let change = reply.change_id.unwrap().parse().unwrap();
    let undone = talk.app.undo(&talk.caller, Some(change)).await.unwrap();
    assert_eq!(undone.undone, change.to_string());
    assert_eq!(talk.list().await, "");
    // Undoing the undo redoes, with the same number.
    talk.app.undo(&talk.caller, Some(undone.change_id.parse().unwrap())).await.unwrap();
    assert_eq!(talk.list().await, "#1 Buy milk | open | 2026-03-12 | medium\n");
    // Said in words it is the same, and the reply names the change that the undo is.
    talk.say("undo").await;
    let said = talk.last.clone().unwrap().change_id.unwrap().parse().unwrap();
    talk.app.undo(&talk.caller, Some(said)).await.unwrap();
    assert_eq!(talk.list().await, "#1 Buy milk | open | 2026-03-12 | medium\n");
}

#[tokio::test]
async fn a_question_is_answered_once() {
    let mut talk = Talk::start().await;
    for message in ["buy milk", "call mom", "delete all tasks"] {
        talk.say(message).await;
    }
    let pending = talk.last.clone().unwrap().pending.unwrap().id.parse().unwrap();
    let conversation = talk.conversation.unwrap();
    talk.app.pending_decide(&talk.caller, conversation, pending, decision(Decision::Accept)).await.unwrap();
    let again = talk.app.pending_decide(&talk.caller, conversation, pending, decision(Decision::Accept)).await;
    assert!(matches!(again, Err(AppError::NotFound(Missing::Pending))), "{again:?}");
}

#[tokio::test]
async fn an_acceptance_holds_only_for_what_was_shown() {
    let mut talk = Talk::start().await;
    for message in ["buy milk", "call mom", "delete all tasks"] {
        talk.say(message).await;
    }
    let patch = serde_json::from_value(json!({ "title": "Call mum" })).unwrap();
    talk.app.task_update(&talk.caller, saydo_domain::TaskNumber::new(2), patch, None).await.unwrap();
    let reply = talk.decide("accept").await;
    assert_eq!(reply, "“Call mum” (#2) was changed after I asked, so nothing was done. Please say it again.");
    assert_eq!(talk.list().await, "#1 Buy milk | open |  | medium\n#2 Call mum | open |  | medium\n");
}

#[tokio::test]
async fn undo_says_what_is_in_the_way() {
    let mut talk = Talk::start().await;
    talk.say("buy milk").await;
    let change = talk.last.clone().unwrap().change_id.unwrap().parse().unwrap();
    talk.say("rename 1 to \"Buy bread\"").await;
    let refused = talk.app.undo(&talk.caller, Some(change)).await;
    let Err(AppError::InTheWay { detail, obstacles }) = refused else { panic!("{refused:?}") };
    let later = "“Buy bread” (#1) was changed again since (Updated “Buy milk”: now called “Buy bread”); undo that change first.";
    assert_eq!(detail, later);
    assert_eq!(obstacles.len(), 1);
    assert_eq!(Some(obstacles[0].changes[0].id.to_string()), talk.last.clone().unwrap().change_id);
    assert_eq!(talk.list().await, "#1 Buy bread | open |  | medium\n");
}

#[tokio::test]
async fn the_answer_is_kept_with_its_effects() {
    let mut talk = Talk::start().await;
    let key = IdempotencyKey { key: "k1".to_owned(), fingerprint: "f1".to_owned() };
    talk.caller.idempotency = Some(key);
    talk.say("buy milk").await;
    let found = talk.app.idempotency_find(talk.caller.id(), "k1", "f1").await.unwrap();
    let saydo_app::idempotency::IdempotencyState::Replay(answer) = found else { panic!("{found:?}") };
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((answer.status, &body["response"]), (200, &json!("Added “Buy milk”.")));
    // The same key again in a second transaction (another replica): nothing is done twice.
    let message = MessageText::new("buy milk").unwrap();
    let twice = talk.app.chat_send(&talk.caller, talk.conversation, message).await;
    assert!(twice.is_err(), "{twice:?}");
    assert_eq!(talk.list().await, "#1 Buy milk | open |  | medium\n");
}

#[tokio::test]
async fn a_foreign_conversation_does_not_exist() {
    let talk = Talk::start().await;
    let message = MessageText::new("buy milk").unwrap();
    let refused = talk.app.chat_send(&talk.caller, Some(ConversationId::new(4711)), message).await;
    assert!(matches!(refused, Err(AppError::NotFound(Missing::Conversation))), "{refused:?}");
    assert_eq!(talk.list().await, "");
}

#[tokio::test]
async fn reopening_takes_the_next_occurrence_back() {
    let mut talk = Talk::start().await;
    let one = saydo_domain::TaskNumber::new(1);
    talk.say("water plants every friday").await;
    talk.say("mark 1 done").await;
    assert_eq!(talk.list().await.lines().nth(1), Some("#2 Water plants | open | 2026-03-20 | medium"));
    talk.app.task_set_completed(&talk.caller, one, None, None).await.unwrap();
    assert_eq!(talk.list().await, "#1 Water plants | open | 2026-03-13 | medium\n");
}

#[tokio::test]
async fn a_repeating_time_stays_on_the_wall_clock_across_summer_time() {
    let mut talk = Talk::start().await;
    // Clocks go forward on 29 March 2026 in Berlin.
    let input = serde_json::from_value(json!({
        "title": "Stand-up", "due_date": "2026-03-27T09:00:00+01:00", "recurrence": { "rrule": "FREQ=WEEKLY" },
    }));
    talk.app.task_create(&talk.caller, input.unwrap()).await.unwrap();
    talk.say("mark 1 done").await;
    assert_eq!(talk.list().await.lines().nth(1), Some("#2 Stand-up | open | 2026-04-03T09:00:00+02:00 | medium"));
}

#[tokio::test]
async fn a_program_that_picks_many_does_not_agree_in_the_persons_place() {
    let mut talk = Talk::start().await;
    for message in ["call ann", "call ben", "call cem"] {
        talk.say(message).await;
    }
    let all = "#1 Call ann | open |  | medium\n#2 Call ben | open |  | medium\n#3 Call cem | open |  | medium\n";
    talk.caller.door = Door::Mcp;
    talk.say("delete call").await;
    let reply = talk.say("all of them").await;
    assert!(reply.starts_with("This would delete 3 tasks. Go ahead?"), "{reply}");
    assert_eq!(talk.list().await, all);
    // A person was shown the tasks, and needs no second question.
    talk.caller.door = Door::Chat;
    talk.say("delete call").await;
    talk.say("all of them").await;
    assert_eq!(talk.list().await, "");
}

#[tokio::test]
async fn only_what_changes_something_is_asked_about() {
    let mut talk = Talk::start().await;
    let reply = talk.say("could you find out when the train leaves").await;
    assert!(!reply.starts_with("Should I"), "{reply}");
}
