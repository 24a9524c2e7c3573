//! Making tasks from drafts.

use saydo_domain::{PendingKind, Priority};
use saydo_lang::{Draft, Problem, Span, SpanKind};

use super::Planner;
use crate::{
    planner::{PendingPlan, Plan, Question, plan::Reason},
    reply::{due, receipt::quoted},
    tools::{AddTaskArgs, ToolCall},
};

impl Planner<'_> {
    pub(super) fn add(&self, drafts: &[Draft]) -> Plan {
        let mut plan = Plan::default();
        for draft in drafts {
            plan.extend(self.add_one(draft));
        }
        plan
    }

    fn add_one(&self, draft: &Draft) -> Plan {
        if draft.title.trim().is_empty() {
            return Plan::ask(title_question(""));
        }
        let args = arguments(draft);
        let reasons = self.reasons(&draft.spans);
        let call = ToolCall::AddTask(Box::new(args.clone()));
        let Some(problem) = draft.problems.first() else {
            return Plan { calls: vec![call], reasons, ..Plan::default() };
        };
        let name = quoted(&draft.title);
        let question = match problem {
            Problem::PastDate(date) => {
                let when = due::words(*date, &self.input.moment.now);
                let prompt = format!("{when} is already past. Should I add {name} with that date anyway?");
                let then = PendingPlan::Run { calls: vec![call] };
                Question { kind: PendingKind::Confirm, prompt: capitalised(&prompt), tasks: Vec::new(), then }
            }
            Problem::PriorityContradiction => {
                let prompt = format!("Which priority should {name} have: high, medium or low?");
                let then = PendingPlan::Priority { task: Box::new(args) };
                Question { kind: PendingKind::Ask, prompt, tasks: Vec::new(), then }
            }
            Problem::DateContradiction => {
                return Plan::say(format!(
                    "There are two different dates for {name}, so I added nothing. Please say it again with one date."
                ));
            }
        };
        Plan { question: Some(question), reasons, ..Plan::default() }
    }

    /// Why the draft's attributes were read as they were.
    pub(super) fn reasons(&self, spans: &[Span]) -> Vec<Reason> {
        let units: Vec<u16> = self.message.encode_utf16().collect();
        let reason = |span: &Span| {
            let words = String::from_utf16_lossy(units.get(span.start..span.end)?);
            Some(Reason { words, value: span.value.clone(), rule: span.rule.to_owned() })
        };
        let dated = |span: &&Span| matches!(span.kind, SpanKind::Due | SpanKind::Recurrence);
        spans.iter().filter(dated).filter_map(reason).collect()
    }
}

/// A draft as the arguments of `add_task`.
pub(super) fn arguments(draft: &Draft) -> AddTaskArgs {
    AddTaskArgs {
        title: draft.title.clone(),
        description: draft.description.clone(),
        priority: draft.priority.map(|priority: Priority| priority.to_string()),
        due_date: draft.due.map(|due| due.to_string()),
        recurrence: draft.recurrence.clone().map(Into::into),
        labels: (!draft.labels.is_empty()).then(|| draft.labels.iter().map(ToString::to_string).collect()),
    }
}

/// Asks for the object of a bare verb.
pub(super) fn title_question(verb: &str) -> Question {
    let prompt = match verb {
        "" => "What would you like to add?".to_owned(),
        verb => format!("What would you like to {verb}?"),
    };
    let then = PendingPlan::Title { verb: verb.to_owned() };
    Question { kind: PendingKind::Ask, prompt, tasks: Vec::new(), then }
}

/// The text with its first letter in upper case.
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
