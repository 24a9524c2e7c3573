//! Conversations as scripts, on a real database: what is said, what is answered, and what is in the list afterwards.
//!
//! A script is a text file: `> message`, then `< ` lines (the whole reply), then `= ` lines (the whole list, one task
//! a line: number, title, state, due, priority, labels), both optional. `! ` names a direct decision on the question.
//! `~ reopen` closes the database and opens it again: nothing may be lost; `~ later 6` does so 6 minutes later. The
//! clock stands at 2026-03-11T10:00 in Berlin, a Wednesday.
//!
//! To read a conversation, or to write a script from what was said: `STORY=draft.txt cargo test -p saydo-app --test
//! stories -- --nocapture every` prints the script at that path as it plays.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]
#![expect(clippy::print_stdout, reason = "a conversation is read on the screen before it becomes a script")]

use std::{fmt::Write as _, path::Path};

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use saydo_app::{
    App, Caller, Clock,
    chat::{ChatReply, Decision, PendingDecision},
    tasks::TaskListInput,
};
use saydo_domain::{ConversationId, Door, MessageText, PersonName, User, UserId};
use saydo_store::{Store, StoreConfig};

mod support;

struct Talk {
    app: App,
    caller: Caller,
    conversation: Option<ConversationId>,
    last: Option<ChatReply>,
    folder: tempfile::TempDir,
}

impl Talk {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = support::open(folder.path(), support::now()).await;
        let user = User {
            id: UserId::new("ana").unwrap(),
            email: None,
            name: PersonName::new("Ana").unwrap(),
            timezone: None,
            created_at: app.now(),
        };
        let made = user.clone();
        app.store.write(move |tx| Box::pin(async move { tx.user_insert(&made, None).await })).await.unwrap();
        let caller = Caller {
            user,
            token_id: "test".to_owned(),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            order: saydo_lang::DateOrder::DayMonth,
            door: Door::Chat,
            client: None,
            idempotency: None,
        };
        Self { app, caller, conversation: None, last: None, folder }
    }

    async fn say(&mut self, message: &str) -> String {
        let message = MessageText::new(&message.replace("\\n", "\n")).unwrap();
        let reply = self.app.chat_send(&self.caller, self.conversation, message).await.unwrap();
        self.keep(reply)
    }

    async fn decide(&mut self, decision: &str) -> String {
        let pending = self.last.as_ref().and_then(|reply| reply.pending.clone()).expect("a question");
        let mut words = decision.split_whitespace();
        let kind = if words.next() == Some("accept") { Decision::Accept } else { Decision::Reject };
        let ids: Vec<i64> = words.filter_map(|word| word.trim_start_matches('#').parse().ok()).collect();
        let decision = PendingDecision { decision: kind, task_ids: (!ids.is_empty()).then_some(ids), text: None };
        let conversation = self.conversation.expect("a conversation");
        let reply = self.app.pending_decide(&self.caller, conversation, pending.id.parse().unwrap(), decision).await;
        self.keep(reply.unwrap())
    }

    fn keep(&mut self, reply: ChatReply) -> String {
        self.conversation = Some(ConversationId::new(reply.conversation_id));
        let text = reply.response.clone();
        self.last = Some(reply);
        text
    }

    async fn list(&self) -> String {
        let input = TaskListInput { sort: Some("id".to_owned()), ..TaskListInput::default() };
        let page = self.app.task_list(&self.caller, &input).await.unwrap();
        let mut text = String::new();
        for task in page.tasks {
            let state = if task.completed { "done" } else { "open" };
            let due = task.due_date.map(|due| due.to_string()).unwrap_or_default();
            let labels: Vec<String> = task.labels.iter().map(|label| format!("#{label}")).collect();
            let line =
                format!("#{} {} | {state} | {due} | {} | {}", task.id, task.title, task.priority, labels.join(" "));
            writeln!(text, "{}", line.trim_end_matches(['|', ' '])).unwrap();
        }
        text
    }
}

/// One step of a script.
enum Step {
    Say(String),
    Decide(String),
    Later(i64),
}

struct Exchange {
    line: usize,
    step: Step,
    reply: Option<String>,
    list: Option<String>,
}

fn read(script: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for (number, line) in script.lines().enumerate() {
        let step = match line.split_at_checked(2) {
            Some(("> ", text)) => Some(Step::Say(text.to_owned())),
            Some(("! ", text)) => Some(Step::Decide(text.to_owned())),
            Some(("~ ", text)) => {
                Some(Step::Later(text.split(' ').next_back().and_then(|n| n.parse().ok()).unwrap_or(0)))
            }
            _ => None,
        };
        if let Some(step) = step {
            exchanges.push(Exchange { line: number + 1, step, reply: None, list: None });
            continue;
        }
        let Some(exchange) = exchanges.last_mut() else { continue };
        let add = |to: &mut Option<String>, text: &str| {
            let all = to.get_or_insert_default();
            all.push_str(text);
            all.push('\n');
        };
        if let Some(text) = line.strip_prefix("< ").or_else(|| (line == "<").then_some("")) {
            add(&mut exchange.reply, text);
        } else if let Some(text) = line.strip_prefix("= ").or_else(|| (line == "=").then_some("")) {
            add(&mut exchange.list, text);
        }
    }
    exchanges
}

async fn play(path: &Path) -> Vec<String> {
    let script = std::fs::read_to_string(path).unwrap();
    let mut talk = Talk::start().await;
    let mut failures = Vec::new();
    let mut now = support::now();
    let telling = std::env::var_os("STORY").is_some();
    for exchange in read(&script) {
        let place = format!("{}:{}", path.file_name().unwrap_or_default().to_string_lossy(), exchange.line);
        if telling && let Step::Say(message) = &exchange.step {
            println!("> {message}");
        }
        let reply = match exchange.step {
            Step::Say(message) => talk.say(&message).await,
            Step::Decide(decision) => talk.decide(&decision).await,
            Step::Later(minutes) => {
                now += minutes.minutes();
                talk.app = support::open(talk.folder.path(), now).await;
                continue;
            }
        };
        if telling {
            let lines = |text: &str, mark: &str| -> String {
                text.lines().map(|line| format!("{mark} {line}\n").replace(" \n", "\n")).collect()
            };
            println!("{}{}", lines(&reply, "<"), lines(&talk.list().await, "="));
        }
        if let Some(expected) = exchange.reply
            && expected.trim_end() != reply.trim_end()
        {
            failures.push(format!("{place} reply\n  expected: {expected}  answered: {reply}\n"));
        }
        if let Some(expected) = exchange.list {
            let list = talk.list().await;
            if expected.trim_end() != list.trim_end() {
                failures.push(format!("{place} list\n  expected:\n{expected}  is:\n{list}"));
            }
        }
    }
    failures
}

#[tokio::test]
async fn every_script_plays_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/scripts");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 5, "the scripts are missing");
    if let Some(story) = std::env::var_os("STORY") {
        paths = vec![story.into()];
    }
    let mut failures = Vec::new();
    for path in paths {
        failures.extend(play(&path).await);
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

mod turns;
