//! Undo over random changes that came in by every door: it puts back exactly what was, or names what is in the way.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use jiff::Timestamp;
use saydo_app::{
    AppError, Caller,
    chat::{PlannerChoice, TurnRequest},
    tasks::{TaskInput, TaskPatchInput},
    tools::ToolCall,
};
use saydo_domain::{ChangeId, Client, ConversationId, Door, MessageText, Task, TaskNumber};
use scripted_model::Reply;
use serde_json::{Value, json};

use crate::support::World;

/// Numbers that are the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What a person sees of all tasks, the trash included.
type Content = BTreeMap<i64, Task>;

struct Story {
    world: World,
    random: Random,
    /// Undos that found something in their way.
    refused: AtomicUsize,
}

fn plain(task: Task) -> Task {
    Task { version: 0, updated_at: Timestamp::UNIX_EPOCH, zone: None, ..task }
}

impl Story {
    async fn new(seed: u64) -> Self {
        Self { world: World::new().await, random: Random(seed), refused: AtomicUsize::new(0) }
    }

    async fn content(&self) -> Content {
        let mut conn = self.world.app.store.read().await.unwrap();
        let tasks = conn.tasks_all(self.world.caller.id()).await.unwrap();
        tasks.into_iter().map(|task| (task.number.get(), plain(task))).collect()
    }

    fn by(&self, door: Door) -> Caller {
        let client = (door == Door::Mcp).then(|| Client { id: "robot".to_owned(), name: "Robot".to_owned() });
        Caller { door, client, ..self.world.caller.clone() }
    }

    /// One change, of a random kind, by a random door.
    async fn change(&mut self) {
        let tasks: Vec<Task> = self.content().await.into_values().collect();
        let Some(task) = tasks.get(self.random.below(tasks.len() + 2)).cloned() else { return self.add().await };
        if task.in_trash() {
            self.world.app.trash_restore(&self.by(Door::Rest), task.number).await.unwrap();
            return;
        }
        let number = task.number;
        match self.random.below(8) {
            0 => {
                let door = *self.random.pick(&[Door::Rest, Door::Cli]);
                let caller = self.by(door);
                self.world.app.task_set_completed(&caller, number, None, None).await.unwrap();
            }
            1 => {
                let patch = self.patch();
                let input: TaskPatchInput = serde_json::from_value(patch).unwrap();
                self.world.app.task_update(&self.by(Door::Rest), number, input, None).await.unwrap();
            }
            2 => self.tool("delete_task", &json!({ "task_id": number.get() })).await,
            3 => self.tool("complete_task", &json!({ "task_id": number.get(), "completed": !task.completed() })).await,
            4 => {
                let mut arguments = self.patch();
                arguments["task_id"] = json!(number.get());
                self.tool("update_task", &arguments).await;
            }
            5 => {
                let said =
                    *self.random.pick(&["mark # done", "make # high priority", "delete task #", "rename # to Other"]);
                self.say(&said.replace('#', &number.get().to_string())).await;
            }
            6 => self.by_model(number).await,
            _ => self.many().await,
        }
    }

    fn patch(&mut self) -> Value {
        let title = *self.random.pick(&["Bread", "Milk", "Call mom"]);
        let all = [
            json!({ "title": title }),
            json!({ "due_date": "2026-04-01", "priority": "high" }),
            json!({ "due_date": null, "labels": ["home"] }),
            json!({ "labels": [], "description": "note" }),
            json!({ "recurrence": "daily" }),
        ];
        self.random.pick(&all).clone()
    }

    async fn add(&mut self) {
        let mut input = self.patch();
        input["title"] = json!(*self.random.pick(&["Bread", "Milk", "Water plants"]));
        input.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        if self.random.below(2) == 0 {
            return self.tool("add_task", &input).await;
        }
        let input: TaskInput = serde_json::from_value(input).unwrap();
        self.world.app.task_create(&self.by(Door::Rest), input).await.unwrap();
    }

    async fn tool(&self, name: &str, arguments: &Value) {
        let call = ToolCall::parse(name, arguments).unwrap();
        let answer = self.world.app.tool_call(&self.by(Door::Mcp), call).await.unwrap();
        assert!(!answer.refused, "{name} {arguments}: {answer:?}");
    }

    /// Says something to the offline engine in a conversation of its own.
    async fn say(&self, message: &str) {
        let said = |conversation, message: &str| TurnRequest {
            conversation,
            planner: Some(PlannerChoice::Offline),
            ..TurnRequest::new(MessageText::new(message).unwrap())
        };
        let reply = self.world.app.turn(&self.world.caller, said(None, message)).await.unwrap();
        if reply.pending.is_some() {
            let conversation = Some(ConversationId::new(reply.conversation_id));
            self.world.app.turn(&self.world.caller, said(conversation, "yes")).await.unwrap();
        }
    }

    /// A plan card about many tasks, accepted.
    async fn many(&mut self) {
        let said = *self.random.pick(&["delete all tasks", "mark everything done", "make everything low priority"]);
        self.say(said).await;
    }

    /// A turn of two rounds with the model.
    async fn by_model(&mut self, number: TaskNumber) {
        let mut arguments = self.patch();
        arguments["task_id"] = json!(number.get());
        self.world.model.reply(Reply::call("update_task", arguments).and_call("list_tasks", json!({})));
        self.world.model.reply(Reply::call("add_task", json!({ "title": "From the model" })));
        let request = TurnRequest {
            planner: Some(PlannerChoice::Llm),
            ..TurnRequest::new(MessageText::new("see to it and add what is missing").unwrap())
        };
        self.world.app.turn(&self.world.caller, request).await.unwrap();
    }

    /// All changes so far, oldest first.
    async fn changes(&self) -> Vec<ChangeId> {
        let mut conn = self.world.app.store.read().await.unwrap();
        let newest = conn.changes_newest(self.world.caller.id(), u32::MAX).await.unwrap();
        newest.iter().rev().map(|change| change.id).collect()
    }

    /// Undoes a change and checks the answer: exactly what was, or what is in the way, which it then undoes first.
    async fn undo(&self, id: ChangeId) {
        let user = self.world.caller.id();
        let mut conn = self.world.app.store.read().await.unwrap();
        let change = conn.change_find(user, id).await.unwrap().unwrap();
        if change.undone_by.is_some() {
            return;
        }
        let before = self.content().await;
        match self.world.app.undo(&self.by(Door::Rest), Some(id)).await {
            Ok(_) => {
                let mut wanted = before;
                for effect in conn.change_effects(user, change.seq).await.unwrap() {
                    wanted.remove(&effect.number.get());
                    wanted.extend(effect.before.map(|task| (task.number.get(), plain(task))));
                }
                assert_eq!(self.content().await, wanted, "{}", change.summary);
            }
            Err(AppError::InTheWay { detail, obstacles }) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                assert_eq!(self.content().await, before);
                let mut later = BTreeMap::new();
                for obstacle in &obstacles {
                    assert!(!obstacle.changes.is_empty(), "{}: {detail}", change.summary);
                    for named in &obstacle.changes {
                        assert!(named.seq > change.seq && named.undone_by.is_none(), "{}: {detail}", change.summary);
                        let effects = conn.change_effects(user, named.seq).await.unwrap();
                        assert!(effects.iter().any(|effect| effect.number == obstacle.number), "{detail}");
                        later.insert(named.seq, named.id);
                    }
                }
                for (_, first) in later.into_iter().rev() {
                    Box::pin(self.undo(first)).await;
                }
                let now = self.world.app.undo(&self.by(Door::Rest), Some(id)).await;
                assert!(now.is_ok(), "{}: {detail} {now:?}", change.summary);
            }
            Err(other) => panic!("{}: {other}", change.summary),
        }
    }
}

/// Enough for every kind of change to meet every other.
const STORIES: u64 = 12;
const CHANGES: usize = 14;

#[tokio::test]
async fn undo_gives_back_exactly_what_was_or_names_what_is_in_the_way() {
    let mut refused = 0;
    for seed in 1..=STORIES {
        let mut story = Story::new(seed).await;
        for _ in 0..CHANGES {
            story.change().await;
        }
        for _ in 0..CHANGES / 2 {
            let changes = story.changes().await;
            let change = *story.random.pick(&changes);
            story.undo(change).await;
        }
        refused += story.refused.into_inner();
    }
    assert!(refused > 20, "only {refused} undos found something in their way");
}

#[tokio::test]
async fn undone_newest_first_everything_is_as_at_the_start() {
    for seed in 1..=STORIES {
        let mut story = Story::new(1_000 + seed).await;
        for _ in 0..3 {
            story.add().await;
        }
        let (start, begun) = (story.content().await, story.changes().await.len());
        for _ in 0..CHANGES {
            story.change().await;
        }
        let changes = story.changes().await.split_off(begun);
        for _ in &changes {
            story.world.app.undo(&story.by(Door::Rest), None).await.unwrap();
        }
        assert_eq!(story.content().await, start, "seed {seed}");
        // And done again, oldest first, as often as one likes.
        let undos = story.changes().await.split_off(begun + changes.len());
        for undo in undos.iter().rev() {
            story.world.app.undo(&story.by(Door::Rest), Some(*undo)).await.unwrap();
        }
        for change in changes.iter().rev() {
            story.world.app.undo(&story.by(Door::Rest), Some(*change)).await.unwrap();
        }
        assert_eq!(story.content().await, start, "seed {seed}");
    }
}
