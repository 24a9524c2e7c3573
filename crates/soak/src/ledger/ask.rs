//! What a user asks a server for, and what it has to answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    entry::{Promise, Reply},
    marker,
    task::{Effect, Task, Tasks},
};
use crate::user::Answer;

/// A request by what it is meant to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    Create {
        title: String,
        description: Option<String>,
        priority: &'static str,
        labels: Vec<String>,
    },
    Update {
        number: i64,
        title: String,
        priority: &'static str,
    },
    /// Done or open, whichever it is not: doing it twice would show.
    Toggle {
        number: i64,
    },
    Delete {
        number: i64,
    },
    Restore {
        number: i64,
    },
    /// Puts a change back: the newest, or this one by its name.
    Undo {
        change: String,
        named: bool,
        effects: Vec<Effect>,
    },
    /// Several tasks in one breath; in a conversation that is there, or as a stream in a new one.
    Say {
        titles: Vec<String>,
        conversation: Option<i64>,
        stream: bool,
    },
    /// Completes a task in words.
    Tick {
        number: i64,
    },
    /// Something for a model, which takes two rounds for it.
    Wonder {
        subject: String,
    },
}

/// How it is sent.
pub(crate) struct Sent {
    pub(crate) method: reqwest::Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) stream: bool,
}

impl Ask {
    /// The word for it in a summary.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update { .. } => "update",
            Self::Toggle { .. } => "complete",
            Self::Delete { .. } => "delete",
            Self::Restore { .. } => "restore",
            Self::Undo { .. } => "undo",
            Self::Say { stream: false, .. } => "chat",
            Self::Say { stream: true, .. } => "chat as a stream",
            Self::Tick { .. } => "chat about a task",
            Self::Wonder { .. } => "turn of a model",
        }
    }

    /// Whether it is a tracked turn, which leaves its message behind when it is cut off.
    pub(crate) const fn is_tracked(&self) -> bool {
        matches!(self, Self::Say { stream: true, .. } | Self::Wonder { .. })
    }

    /// What is said, for a chat.
    pub(crate) fn message(&self) -> Option<String> {
        match self {
            Self::Say { titles, .. } => {
                Some(titles.iter().map(|title| format!("- {title}")).collect::<Vec<_>>().join("\n"))
            }
            Self::Tick { number } => Some(format!("complete task {number}")),
            Self::Wonder { subject } => Some(format!("{subject} what would you do?")),
            _ => None,
        }
    }

    pub(crate) fn sent(&self, user: &str) -> Sent {
        use reqwest::Method;
        let task = |number: &i64, rest: &str| format!("/api/tasks/{number}{rest}");
        let (method, path, body) = match self {
            Self::Create { title, description, priority, labels } => {
                let body = json!({"title": title, "description": description, "priority": priority, "labels": labels});
                (Method::POST, "/api/tasks".to_owned(), Some(body))
            }
            Self::Update { number, title, priority } => {
                (Method::PATCH, task(number, ""), Some(json!({"title": title, "priority": priority})))
            }
            Self::Toggle { number } => (Method::PATCH, task(number, "/complete"), None),
            Self::Delete { number } => (Method::DELETE, task(number, ""), None),
            Self::Restore { number } => (Method::POST, format!("/api/trash/{number}/restore"), None),
            Self::Undo { change, named: true, .. } => {
                (Method::POST, "/api/undo".to_owned(), Some(json!({ "change_id": change })))
            }
            Self::Undo { .. } => (Method::POST, "/api/undo".to_owned(), None),
            Self::Say { conversation, .. } => {
                let body = json!({"message": self.message(), "conversation_id": conversation});
                (Method::POST, format!("/api/{user}/chat"), Some(body))
            }
            Self::Tick { .. } | Self::Wonder { .. } => {
                (Method::POST, format!("/api/{user}/chat"), Some(json!({ "message": self.message() })))
            }
        };
        Sent { method, path, body, stream: self.is_tracked() }
    }

    /// What an answer promises; or what is wrong with it.
    pub(crate) fn read(&self, answer: &Answer, tasks: &Tasks) -> Result<Promise, String> {
        let expected = match self {
            Self::Create { .. } => 201,
            Self::Delete { .. } => 204,
            _ => 200,
        };
        if answer.status != expected {
            return Err(format!("{}: {} {}", self.word(), answer.status, answer.body));
        }
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        self.promised(answer, &body, tasks).ok_or_else(|| format!("{}: unexpected {}", self.word(), answer.body))
    }

    fn promised(&self, answer: &Answer, body: &Value, tasks: &Tasks) -> Option<Promise> {
        let done = |effects, change: Option<String>| Some(Promise::Done { effects, change, reply: None });
        let changed = |number: i64, after: Task| {
            let before = tasks.get(&number).cloned();
            let shown = if matches!(self, Self::Delete { .. }) { None } else { Task::of_wire(body) };
            let right = shown.is_none_or(|shown| shown == after) && answer.change.is_some();
            right.then_some(Effect { number, before, after: Some(after) })
        };
        match self {
            Self::Create { title, description, priority, labels } => {
                let after = Task {
                    title: title.clone(),
                    description: description.clone(),
                    completed: false,
                    priority: (*priority).to_owned(),
                    labels: labels.clone(),
                    in_trash: false,
                    version: 1,
                };
                done(vec![changed(body["id"].as_i64()?, after)?], answer.change.clone())
            }
            Self::Update { number, title, priority } => {
                let before = tasks.get(number)?.next();
                let after = Task { title: title.clone(), priority: (*priority).to_owned(), ..before };
                done(vec![changed(*number, after)?], answer.change.clone())
            }
            Self::Toggle { number } => {
                let before = tasks.get(number)?;
                let after = Task { completed: !before.completed, ..before.next() };
                done(vec![changed(*number, after)?], answer.change.clone())
            }
            Self::Delete { number } | Self::Restore { number } => {
                let in_trash = matches!(self, Self::Delete { .. });
                let after = Task { in_trash, ..tasks.get(number)?.next() };
                done(vec![changed(*number, after)?], answer.change.clone())
            }
            Self::Undo { change, effects, .. } => {
                let shown = body["tasks"].as_array()?;
                let effects = put_back(effects, tasks, shown)?;
                (body["undone"] == *change).then_some(())?;
                done(effects, Some(body["change_id"].as_str()?.to_owned()))
            }
            Self::Say { .. } | Self::Tick { .. } | Self::Wonder { .. } => self.promised_by_reply(body, tasks),
        }
    }

    /// What a reply of the chat promises. One without the calls that were to be made is of a turn that was cut off.
    fn promised_by_reply(&self, body: &Value, tasks: &Tasks) -> Option<Promise> {
        let (reply, change) = (replied(body)?, change_of(body));
        if let Self::Tick { number } = self {
            let before = tasks.get(number)?;
            let after = Task { completed: true, ..before.next() };
            (body["tool_calls"][0]["result"]["completed"] == true).then_some(())?;
            let effect = Effect { number: *number, before: Some(before.clone()), after: Some(after) };
            return Some(Promise::Done { effects: vec![effect], change, reply });
        }
        let (effects, titles) = (added(body)?, self.titles());
        effects.iter().zip(&titles).all(is_of).then_some(())?;
        let is_beginning = effects.is_empty() || matches!(self, Self::Wonder { .. }) && effects.len() < titles.len();
        if is_beginning {
            return Some(Promise::Broken { change });
        }
        (effects.len() == titles.len()).then_some(Promise::Done { effects, change, reply })
    }

    fn titles_of_model(&self, subject: &str) -> [String; 2] {
        [0, 1].map(|at| marker::of_title(subject, at))
    }

    /// The titles of the tasks it would make, in their order; for a model's only their markers.
    pub(crate) fn titles(&self) -> Vec<String> {
        match self {
            Self::Create { title, .. } => vec![title.clone()],
            Self::Say { titles, .. } => titles.clone(),
            Self::Wonder { subject } => self.titles_of_model(subject).to_vec(),
            _ => Vec::new(),
        }
    }
}

/// Whether an effect made the task of this title, whatever capital it begins with.
pub(crate) fn is_of((effect, title): (&Effect, &String)) -> bool {
    let made = effect.after.as_ref().map(|task| task.title.to_lowercase()).unwrap_or_default();
    made.contains(&title.to_lowercase())
}

fn change_of(body: &Value) -> Option<String> {
    body["change_id"].as_str().map(ToOwned::to_owned)
}

fn replied(body: &Value) -> Option<Option<Reply>> {
    let text = body["response"].as_str()?.to_owned();
    Some(Some(Reply { conversation: body["conversation_id"].as_i64()?, text }))
}

/// The tasks that a reply's calls have added.
fn added(body: &Value) -> Option<Vec<Effect>> {
    let calls = body["tool_calls"].as_array()?.iter().filter(|call| call["tool"] == "add_task");
    calls
        .map(|call| {
            let result = &call["result"];
            Some(Effect { number: result["task_id"].as_i64()?, before: None, after: Some(Task::of_wire(result)?) })
        })
        .collect()
}

/// The inverse of effects, as the answer shows it.
fn put_back(effects: &[Effect], tasks: &Tasks, shown: &[Value]) -> Option<Vec<Effect>> {
    let shown: BTreeMap<i64, Task> =
        shown.iter().map(|task| Some((task["id"].as_i64()?, Task::of_wire(task)?))).collect::<Option<_>>()?;
    let inverse = |effect: &Effect| {
        let current = tasks.get(&effect.number).cloned();
        let after = match (&effect.before, &current) {
            (None, _) => None,
            (Some(wanted), Some(current)) => Some(Task { version: current.version + 1, ..wanted.clone() }),
            (Some(wanted), None) => Some(wanted.next()),
        };
        let right = shown.get(&effect.number) == after.as_ref();
        right.then_some(Effect { number: effect.number, before: current, after })
    };
    effects.iter().map(inverse).collect()
}
