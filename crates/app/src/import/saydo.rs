//! Saydo's own export: the tasks of the document that `GET /api/account/export` gives. What else is in it stays there.

use std::fmt;

use jiff::Timestamp;
use saydo_domain::{NewTask, RepeatFrom, ValidationError};
use saydo_lang::Moment;
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};

use super::sheet::{MAX_TASKS, Sheet, of_file};
use crate::tasks::{RecurrenceInput, TaskInput, input::RuleInput};

/// A document with tasks: an export of Saydo, or just this much of one.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(example = json!({"tasks": [{"title": "Water the plants", "due_date": "2026-03-12", "labels": ["home"]}]}))]
pub struct SavedTasks {
    /// At most 10,000.
    #[serde(deserialize_with = "bounded")]
    pub tasks: Vec<SavedTask>,
}

/// A task of an export. What it has besides is not looked at.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct SavedTask {
    /// 1 to 200 characters.
    pub title: String,
    /// At most 1000 characters.
    pub description: Option<String>,
    /// Whether it is done.
    #[serde(default)]
    pub completed: bool,
    /// When it was done (RFC 3339).
    pub completed_at: Option<String>,
    /// `high`, `medium` or `low`.
    pub priority: Option<String>,
    /// A day, or an RFC 3339 date-time with offset.
    pub due_date: Option<String>,
    /// How it repeats.
    pub recurrence: Option<SavedRule>,
    /// Its labels.
    pub labels: Option<Vec<String>>,
    /// When it went to the trash: such a task is left there.
    pub deleted_at: Option<String>,
}

/// How a task of an export repeats.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct SavedRule {
    /// The RRULE (RFC 5545 §3.3.10).
    pub rrule: String,
    /// `due` or `completion`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub from: RepeatFrom,
    /// The rule in words.
    #[serde(default)]
    pub text: String,
}

/// Reads tasks, and stops at the first too many: a file of nothing but empty ones must not fill the memory.
fn bounded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SavedTask>, D::Error> {
    struct Tasks;
    impl<'de> Visitor<'de> for Tasks {
        type Value = Vec<SavedTask>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of tasks")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut tasks = Vec::new();
            while let Some(task) = list.next_element()? {
                tasks.push(task);
                if tasks.len() > MAX_TASKS {
                    return Err(serde::de::Error::custom("at most 10,000 tasks"));
                }
            }
            Ok(tasks)
        }
    }
    deserializer.deserialize_seq(Tasks)
}

pub(super) fn read(text: &str, moment: &Moment, sheet: &mut Sheet) -> Result<(), ValidationError> {
    let saved: SavedTasks = serde_json::from_str(text).map_err(|error| {
        of_file(format!(
            "This is no export of Saydo: line {}, column {}: {}.",
            error.line(),
            error.column(),
            what(&error)
        ))
    })?;
    for (row, task) in (1..).zip(saved.tasks) {
        if task.deleted_at.is_some() {
            sheet.ignored += 1;
        } else {
            sheet.take(row, draft(task, moment))?;
        }
    }
    Ok(())
}

/// What is wrong with the JSON, without names of our own types.
fn what(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    text.replace("struct SavedTasks", "an object")
        .replace("struct SavedTask", "a task")
        .replace("struct SavedRule", "a rule")
}

fn draft(saved: SavedTask, moment: &Moment) -> Result<(NewTask, Option<Timestamp>), ValidationError> {
    let at = saved.completed_at.as_deref().map(str::parse::<Timestamp>).transpose();
    let at = at.map_err(|_| ValidationError::new("completed_at", "completed_at is no RFC 3339 instant."))?;
    let rule = |SavedRule { rrule, from, text }| RecurrenceInput::Rule(RuleInput { rrule, from, text });
    let input = TaskInput {
        title: saved.title,
        description: saved.description,
        priority: saved.priority,
        due_date: saved.due_date,
        recurrence: saved.recurrence.map(rule),
        labels: saved.labels,
    };
    let done = saved.completed || at.is_some();
    Ok((input.validate(moment)?, done.then(|| at.unwrap_or(moment.now.timestamp()))))
}
