//! What a planner proposes.

use jiff::civil::Date;
use saydo_domain::{Due, PendingKind, Task, TaskNumber};
use serde::{Deserialize, Serialize};

use crate::{
    planner::edit::EditSpec,
    tools::{AddTaskArgs, ToolCall},
};

/// What should happen in a turn.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The calls, in order.
    pub calls: Vec<ToolCall>,
    /// The tasks to take out of the trash: no tool does that.
    pub restore: Vec<TaskNumber>,
    /// The existing tasks the calls are about, as they are now.
    pub tasks: Vec<Task>,
    /// The versions these tasks must still have (a plan card's promise); empty: whatever they have.
    pub versions: Vec<(TaskNumber, i64)>,
    /// Sentences that go before the receipts.
    pub says: Vec<String>,
    /// What is asked at the end.
    pub question: Option<Question>,
    /// Tasks shown with the answer: what “the second one” means next.
    pub shown: Option<Vec<TaskNumber>>,
    /// Tasks the answer was about: what “it” means next.
    pub focus: Option<Vec<TaskNumber>>,
    /// Why attributes were read as they were, for “why that date?”.
    pub reasons: Vec<Reason>,
    /// What the calls do with the tasks: what “no, I meant the other one” does with others.
    pub action: Option<TargetAction>,
    /// Whether the calls take back a change and do something else, all as one change.
    pub instead: bool,
    /// What the answer to a list call should say.
    pub asked: Asked,
}

/// Why a piece of text was read as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The words.
    pub words: String,
    /// What they were taken for.
    pub value: String,
    /// The rule's name.
    pub rule: String,
}

impl Reason {
    /// Of a moment only the time of day: `15:00`.
    pub(crate) fn keep_time(&mut self) {
        if let Ok(due) = self.value.parse::<Due>() {
            self.value = due.local().strftime("%H:%M").to_string();
        }
    }
}

/// What was asked about a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// To see it.
    #[default]
    Show,
    /// How many.
    Count,
    /// Only the first to do.
    Next,
}

impl Plan {
    /// A plan that only says something.
    #[must_use]
    pub fn say(sentence: impl Into<String>) -> Self {
        Self { says: vec![sentence.into()], ..Self::default() }
    }

    /// A plan that only asks.
    #[must_use]
    pub fn ask(question: Question) -> Self {
        Self { question: Some(question), ..Self::default() }
    }

    /// Adds what another plan of the same message proposes. The first question is kept: one at a time.
    pub fn extend(&mut self, other: Self) {
        self.tasks.extend(other.tasks);
        self.versions.extend(other.versions);
        self.says.extend(other.says);
        self.reasons.extend(other.reasons);
        self.shown = other.shown.or(self.shown.take());
        self.focus = other.focus.or(self.focus.take());
        self.instead |= other.instead;
        // Two different things done at once: “the other one” would not say which of them was wrong.
        self.action = if self.calls.is_empty() || self.action == other.action { other.action } else { None };
        self.calls.extend(other.calls);
        self.restore.extend(other.restore);
        if other.asked != Asked::Show {
            self.asked = other.asked;
        }
        if self.question.is_none() {
            self.question = other.question;
        }
    }
}

/// A question to the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What kind of answer is awaited.
    pub kind: PendingKind,
    /// The question in words.
    pub prompt: String,
    /// The tasks it is about, as they are now.
    pub tasks: Vec<Task>,
    /// What the answer leads to.
    pub then: PendingPlan,
}

/// What the answer to a waiting question leads to: stored with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "then", rename_all = "snake_case")]
pub enum PendingPlan {
    /// Acceptance runs these calls (those of the tasks picked).
    Run {
        /// The calls.
        calls: Vec<ToolCall>,
    },
    /// The picked tasks get this.
    Pick {
        /// What is done with them.
        action: TargetAction,
    },
    /// The answer names the tasks that get this.
    Which {
        /// What is done with them.
        action: TargetAction,
    },
    /// The answer is the title of a new task.
    Title {
        /// The verb it begins with, if one was said.
        verb: String,
    },
    /// The answer says what to change on this task.
    Edit {
        /// The task.
        number: TaskNumber,
        /// The only part of it that is still asked for, if one was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<Part>,
    },
    /// The answer says the priority of this new task.
    Priority {
        /// The task as far as it is known.
        task: Box<AddTaskArgs>,
    },
}

/// A part of a task that can be asked for on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What it is called.
    Title,
    /// When it is due.
    Due,
    /// How much it matters.
    Priority,
    /// Its labels.
    Labels,
    /// Its note.
    Description,
}

/// What is done with tasks once it is clear which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum TargetAction {
    /// Mark as done, or open again.
    Complete {
        /// Done, or open again.
        completed: bool,
    },
    /// Change.
    Update {
        /// In which way.
        edit: Box<EditSpec>,
    },
    /// Put into the trash.
    Delete,
    /// Leave out what is due next, and go on with what comes after it.
    Skip {
        /// The days that are left out, both included; none: only the next time.
        days: Option<(Date, Date)>,
    },
    /// Take out of the trash.
    Restore,
    /// Show one in full.
    Show,
}
