//! What needs asking first: one policy for every planner.

use std::collections::BTreeSet;

use jiff::Zoned;
use saydo_domain::{Due, Field, PendingKind, Task};

use crate::{
    planner::{PendingPlan, Plan, Question},
    reply::{
        due,
        receipt::{names, quoted},
    },
    tasks::RecurrenceInput,
    tools::{ToolCall, UpdateTaskArgs},
};

/// More changes of existing tasks than this by one message need a plan card.
pub(crate) const MOST_CHANGES: usize = 5;
/// More deletions than this by one message need a plan card.
pub(crate) const MOST_DELETIONS: usize = 1;

/// Puts a plan card before bulk changes, unless the person answers a card or a choice that showed the tasks already.
pub(super) fn apply(plan: Plan, answers: bool) -> Plan {
    let changed: BTreeSet<i64> = plan.calls.iter().filter_map(ToolCall::changes).collect();
    let deletions = plan.calls.iter().filter(|call| matches!(call, ToolCall::DeleteTask(_))).count();
    let shown_already = answers && !plan.versions.is_empty();
    if shown_already || (changed.len() <= MOST_CHANGES && deletions <= MOST_DELETIONS) {
        return plan;
    }
    let prompt = format!("This would {}. Go ahead?", summary(&plan.calls));
    card(plan, prompt)
}

/// Asks before doing what the engine is not sure of.
pub(super) fn ask_first(plan: Plan, now: Option<&Zoned>) -> Plan {
    if !plan.calls.iter().any(ToolCall::may_change) || plan.question.is_some() {
        return plan;
    }
    let titles: Vec<&str> = plan
        .calls
        .iter()
        .filter_map(|call| if let ToolCall::AddTask(args) = call { Some(args.title.as_str()) } else { None })
        .collect();
    let prompt = if titles.len() == plan.calls.len() {
        let noun = if titles.len() == 1 { "a task" } else { "tasks" };
        format!("Should I add {} as {noun}?", names(titles))
    } else if let ([only], Some(call)) = (plan.tasks.as_slice(), plan.calls.first()) {
        let (verb, rest) = deed(call);
        format!("Should I {verb} {}{rest}{}?", quoted(only.title.as_str()), change(call, now))
    } else {
        format!("Should I {}?", summary(&plan.calls))
    };
    card(plan, prompt)
}

/// A plan card for calls that are not to run before the person agrees, however few they are.
pub(crate) fn card_for(plan: Plan, now: Option<&Zoned>) -> Plan {
    match plan.calls.as_slice() {
        [_] => ask_first(plan, now),
        calls => {
            let prompt = format!("This would {}. Go ahead?", summary(calls));
            card(plan, prompt)
        }
    }
}

fn card(plan: Plan, prompt: String) -> Plan {
    let Plan { calls, tasks, says, reasons, .. } = plan;
    let tasks: Vec<Task> = tasks;
    let question = Question { kind: PendingKind::Confirm, prompt, tasks, then: PendingPlan::Run { calls } };
    Plan { question: Some(question), says, reasons, ..Plan::default() }
}

/// What becomes of a task that is changed: ` to Mon 16 Mar, 13:00 and high priority`.
fn change(call: &ToolCall, now: Option<&Zoned>) -> String {
    let ToolCall::UpdateTask(args) = call else { return String::new() };
    let UpdateTaskArgs { title, description, priority, due_date, recurrence, labels, .. } = &**args;
    let mut parts = Vec::new();
    match title {
        Field::Set(title) => parts.push(quoted(title)),
        Field::Keep | Field::Clear => {}
    }
    match due_date {
        Field::Set(said) => parts.push(match (said.parse::<Due>(), now) {
            (Ok(due), Some(now)) => due::full(due, now),
            _ => said.clone(),
        }),
        Field::Clear => parts.push("no date".to_owned()),
        Field::Keep => {}
    }
    match recurrence {
        Field::Set(RecurrenceInput::Words(words)) => parts.push(format!("repeat {words}")),
        Field::Set(RecurrenceInput::Rule(rule)) => {
            let words = if rule.text.is_empty() { &rule.rrule } else { &rule.text };
            parts.push(format!("repeat {words}"));
        }
        Field::Clear => parts.push("no longer repeat".to_owned()),
        Field::Keep => {}
    }
    if let Field::Set(priority) = priority {
        parts.push(format!("{priority} priority"));
    }
    if let Field::Set(labels) = labels {
        let labels: Vec<String> = labels.iter().map(|label| format!("#{label}")).collect();
        parts.push(if labels.is_empty() { "no label".to_owned() } else { labels.join(" ") });
    }
    if !matches!(description, Field::Keep) {
        parts.push("another note".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!(" to {}", parts.join(", ")) }
}

/// What a call does, in the words before and after what it does it to.
fn deed(call: &ToolCall) -> (&'static str, &'static str) {
    match call {
        ToolCall::DeleteTask(_) => ("delete", ""),
        ToolCall::CompleteTask(args) if args.completed => ("mark", " as complete"),
        ToolCall::CompleteTask(_) => ("open", " again"),
        ToolCall::AddTask(_) => ("add", ""),
        _ => ("change", ""),
    }
}

/// `delete 3 tasks and change 2 tasks`.
fn summary(calls: &[ToolCall]) -> String {
    let mut parts: Vec<((&'static str, &'static str), usize)> = Vec::new();
    for call in calls {
        let deed = deed(call);
        match parts.iter_mut().find(|(known, _)| *known == deed) {
            Some((_, count)) => *count += 1,
            None => parts.push((deed, 1)),
        }
    }
    let part = |((verb, rest), count): &((&str, &str), usize)| {
        let noun = if *count == 1 { "task" } else { "tasks" };
        format!("{verb} {count} {noun}{rest}")
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" and ")
}
