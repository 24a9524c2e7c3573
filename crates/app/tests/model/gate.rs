//! Where exactly the line runs between what a model may do and what the person is asked first.

use std::ops::RangeInclusive;

use scripted_model::Reply;
use serde_json::json;

use crate::support::World;

const LETTERS: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];

fn complete(ids: RangeInclusive<i64>) -> Reply {
    ids.fold(Reply::default(), |reply, id| reply.and_call("complete_task", json!({ "task_id": id })))
}

fn undo(times: usize) -> Reply {
    (0..times).fold(Reply::default(), |reply, _| reply.and_call("undo", json!({})))
}

/// Looks besides, so that the model is asked once more.
fn and_look(reply: Reply) -> Reply {
    reply.and_call("list_tasks", json!({}))
}

async fn with_tasks(count: usize) -> World {
    let world = World::new().await;
    world.tasks(&LETTERS[..count]).await;
    world
}

async fn done(world: &World) -> usize {
    world.list().await.iter().filter(|line| line.ends_with("done")).count()
}

#[tokio::test]
async fn five_tasks_are_changed_and_for_the_sixth_the_person_is_asked() {
    let mut world = with_tasks(6).await;
    world.model.reply(complete(1..=6));
    assert_eq!(world.say("it went well").await.pending.unwrap().tasks.len(), 6);
    assert_eq!(done(&world).await, 0);

    let mut world = with_tasks(6).await;
    world.model.reply(and_look(complete(1..=5)));
    // A task counts once, and one that is new does not.
    let more = Reply::call("update_task", json!({ "task_id": 5, "priority": "high" }));
    world.model.reply(and_look(more.and_call("add_task", json!({ "title": "New" }))));
    world.model.reply(complete(6..=6));
    let card = world.say("it went well").await.pending.unwrap();
    assert_eq!((card.tasks[0].id, card.tasks.len()), (6, 1));
    assert_eq!((done(&world).await, world.list().await.len()), (5, 7));
}

#[tokio::test]
async fn one_deletion_runs_when_it_was_asked_for() {
    let mut world = with_tasks(2).await;
    world.model.reply(Reply::call("delete_task", json!({ "task_id": 1 })));
    let reply = world.say("delete the first one").await;
    assert!(reply.pending.is_none() && reply.change_id.is_some(), "{}", reply.response);
    assert_eq!(world.list().await, ["2 B"]);
}

#[tokio::test]
async fn a_task_that_is_not_there_does_not_count() {
    let mut world = with_tasks(5).await;
    world.model.reply(and_look(complete(1..=9)));
    world.model.reply(Reply::text("All right."));
    assert!(world.say("it went well").await.pending.is_none());
    assert_eq!(done(&world).await, 5);
}

#[tokio::test]
async fn who_just_talks_did_not_forbid_to_add() {
    let mut world = with_tasks(1).await;
    world.model.reply(Reply::call("add_task", json!({ "title": "New" })));
    assert!(world.say("thank you").await.pending.is_none());
    assert_eq!(world.list().await, ["1 A", "2 New"]);
}

#[tokio::test]
async fn at_most_five_changes_are_undone() {
    for (pieces, too_many) in [(&[7][..], 2), (&[3, 3], 1)] {
        let mut world = with_tasks(7).await;
        for times in pieces {
            world.model.reply(and_look(undo(*times)));
        }
        world.model.reply(Reply::text("All right."));
        world.say("please undo all of that").await;
        assert_eq!(world.list().await, ["1 A", "2 B"], "in pieces of {pieces:?}");
        let outputs = world.model.requests()[pieces.len()].outputs();
        let refused = outputs.iter().filter(|(_, output)| output.contains("At most 5 changes")).count();
        assert_eq!(refused, too_many, "{outputs:?}");
    }
}

#[tokio::test]
async fn looking_is_never_asked_about() {
    let mut world = with_tasks(1).await;
    world.model.reply(and_look(complete(1..=1)));
    let reply = world.say("show my tasks").await;
    assert_eq!(reply.pending.map(|card| card.prompt).as_deref(), Some("Should I mark “A” as complete?"));
    assert_eq!(reply.tool_calls.iter().map(|call| call.tool.as_str()).collect::<Vec<_>>(), ["list_tasks"]);
}

#[tokio::test]
async fn the_card_says_what_would_be_done() {
    let complete = |id: i64, completed: bool| ("complete_task", json!({ "task_id": id, "completed": completed }));
    let change = |id: i64| ("update_task", json!({ "task_id": id, "priority": "high" }));
    let delete = |id: i64| ("delete_task", json!({ "task_id": id }));
    let add = |title: &str| ("add_task", json!({ "title": title }));
    for (calls, asked) in [
        (vec![delete(1)], "Should I delete “A”?"),
        (vec![complete(1, true)], "Should I mark “A” as complete?"),
        (vec![complete(1, false)], "Should I open “A” again?"),
        (vec![change(2)], "Should I change “B” to high priority?"),
        (vec![add("New")], "Should I add “New” as a task?"),
        (vec![add("New"), add("Newer")], "This would add 2 tasks. Go ahead?"),
        (
            vec![delete(1), complete(2, true), complete(3, true), change(4)],
            "This would delete 1 task and mark 2 tasks as complete and change 1 task. Go ahead?",
        ),
        (vec![complete(1, false), complete(2, false)], "This would open 2 tasks again. Go ahead?"),
    ] {
        let mut world = with_tasks(4).await;
        let reply = calls.into_iter().fold(Reply::default(), |reply, (tool, given)| reply.and_call(tool, given));
        world.model.reply(reply);
        let reply = world.say("show my tasks").await;
        assert_eq!(reply.pending.map(|card| card.prompt).as_deref(), Some(asked));
        assert_eq!(world.list().await, ["1 A", "2 B", "3 C", "4 D"]);
    }
}

/// What a model is told whose undo comes together with other changes.
const NOT_TOGETHER: &str = "don't go together";

#[tokio::test]
async fn an_undo_goes_alone() {
    let add = || Reply::call("add_task", json!({ "title": "New" }));
    // Within one round the other change runs; over several the first one does.
    for (replies, left) in [
        (vec![and_look(add().and_call("undo", json!({})))], ["1 A", "2 B", "3 New"].as_slice()),
        (vec![and_look(add()), and_look(undo(1))], &["1 A", "2 B", "3 New"]),
        (vec![and_look(undo(1)), and_look(add())], &["1 A"]),
    ] {
        let mut world = with_tasks(2).await;
        let rounds = replies.len();
        for reply in replies {
            world.model.reply(reply);
        }
        world.model.reply(Reply::text("All right."));
        let reply = world.say("undo that, please, and put something new on it").await;
        assert_eq!(
            (world.list().await, reply.pending.is_none()),
            (left.iter().map(|line| (*line).to_owned()).collect(), true)
        );
        let outputs = world.model.requests()[rounds].outputs();
        assert_eq!(outputs.iter().filter(|(_, output)| output.contains(NOT_TOGETHER)).count(), 1, "{outputs:?}");
    }
}

#[tokio::test]
async fn an_undo_that_was_not_asked_for_keeps_nothing_else_from_running() {
    let mut world = with_tasks(1).await;
    world.model.reply(and_look(undo(1).and_call("add_task", json!({ "title": "New" }))));
    world.model.reply(Reply::text("All right."));
    world.say("let us think about the weekend together").await;
    assert_eq!(world.list().await, ["1 A", "2 New"]);
}
