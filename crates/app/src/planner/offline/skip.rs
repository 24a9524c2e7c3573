//! Leaving out what is due next of a repeating task: it goes on to its next occurrence, and nothing counts as done.

use jiff::{Zoned, civil::Date, tz::TimeZone};
use saydo_domain::{Due, Field, PendingKind, Recurrence, Task};
use saydo_lang::{TaskRef, Window};

use super::{Planner, act};
use crate::{
    AppError,
    planner::{
        PendingPlan, Plan, Question, TargetAction,
        candidates::Scope,
        targets::{Found, covers},
    },
    reply::{due, list::end_of_week, receipt::quoted},
    tools::{DeleteTaskArgs, ToolCall, UpdateTaskArgs},
};

/// Nobody skips more occurrences than this at once.
const MOST_SKIPPED: usize = 400;
/// Nor more days than these.
const MOST_DAYS: i64 = 62;

impl Planner<'_> {
    /// Skips what is referred to if it repeats; `None` when it does not, or does not exist.
    pub(super) async fn skip(&mut self, targets: &[TaskRef], on: Option<Window>) -> Result<Option<Plan>, AppError> {
        let days = match on {
            None => None,
            Some(on) => match days(on, self.input.moment.now.date()) {
                Some(days) => Some(days),
                None => return Ok(None),
            },
        };
        let action = TargetAction::Skip { days };
        Ok(match self.finder.find(targets, Scope::Open).await? {
            Found::Tasks(tasks) if tasks.iter().all(|task| repeats(task) && !self.is_called_so(task)) => {
                Some(self.act_on(tasks, &action))
            }
            Found::Several(mut tasks) => {
                tasks.retain(|task| repeats(task) && !self.is_called_so(task) && is_named(task, targets));
                (!tasks.is_empty()).then(|| Plan::ask(act::choose_question(tasks, action)))
            }
            _ => None,
        })
    }

    /// `cancel the friday report` of a task of that name: the day is no occurrence.
    fn is_called_so(&self, task: &Task) -> bool {
        const DAYS: [&str; 9] =
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekend", "weekly"];
        let said = self.message.to_lowercase();
        let title = task.title.as_str().to_lowercase();
        DAYS.iter().any(|day| title.contains(day) && said.contains(day))
    }
}

/// What skipping one task takes.
pub(super) fn skipping(task: &Task, days: Option<(Date, Date)>, now: &Zoned) -> Plan {
    let name = quoted(task.title.as_str());
    // The wall clock that its repetition keeps.
    let zone = task.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
    let now = now.with_time_zone(zone.unwrap_or_else(|| now.time_zone().clone()));
    let Some((when, rule)) = task.due.zip(task.recurrence.as_ref()) else {
        return Plan::say(format!("{name} does not repeat, so there is nothing to skip."));
    };
    let current = current(when, rule, &now);
    let Some((due_now, _)) = current else { return over(task, when, &now) };
    let day = due_now.day_in(now.time_zone());
    if let Some((first, last)) = days
        && !(first..=last).contains(&day)
    {
        let next = due::full(due_now, &now);
        return Plan::say(format!(
            "{name} is due next on {next}, and I can only skip the next time: nothing was changed."
        ));
    }
    let last = days.map_or(day, |(_, last)| last);
    let mut from = Some((when, rule.clone()));
    for _ in 0..MOST_SKIPPED {
        from = from.and_then(|(due, rule)| following(due, &rule, &now));
        match &from {
            Some((due, _)) if due.day_in(now.time_zone()) <= last && days.is_some() => {}
            _ => break,
        }
    }
    let Some((next, rest)) = from else { return over(task, when, &now) };
    let recurrence = if rest == *rule { Field::Keep } else { Field::Set(rest.into()) };
    let due_date = Field::Set(next.to_string());
    let args = UpdateTaskArgs { task_id: task.number.get(), due_date, recurrence, ..UpdateTaskArgs::default() };
    Plan { calls: vec![ToolCall::UpdateTask(Box::new(args))], ..Plan::default() }
}

/// What is due now: of days that are over, the first occurrence from today on.
fn current(when: Due, rule: &Recurrence, now: &Zoned) -> Option<(Due, Recurrence)> {
    if when.day_in(now.time_zone()) >= now.date() {
        return Some((when, rule.clone()));
    }
    following(when, rule, now)
}

/// The occurrence after this one that is still to come.
fn following(when: Due, rule: &Recurrence, now: &Zoned) -> Option<(Due, Recurrence)> {
    let zone = now.time_zone();
    let due = when
        .instant()
        .map_or_else(|| when.day_in(zone).to_zoned(zone.clone()).ok(), |at| Some(at.to_zoned(zone.clone())))?;
    // Counted from completion, it goes on as if it were done when it is due.
    rule.next(Some(when), zone, if due > *now { &due } else { now })
}

/// The last occurrence: skipping it would be deleting it.
fn over(task: &Task, when: Due, now: &Zoned) -> Plan {
    let name = quoted(task.title.as_str());
    let prompt = format!("{name} does not come again after {}. Should I delete it?", due::full(when, now));
    let calls = vec![ToolCall::DeleteTask(DeleteTaskArgs { task_id: task.number.get() })];
    Plan::ask(Question {
        kind: PendingKind::Confirm,
        prompt,
        tasks: vec![task.clone()],
        then: PendingPlan::Run { calls },
    })
}

/// Whether the title has all the words that were said.
fn is_named(task: &Task, targets: &[TaskRef]) -> bool {
    let named = |target: &TaskRef| match target {
        TaskRef::Words(words) => covers(task.title.as_str(), words),
        _ => true,
    };
    targets.iter().any(named)
}

const fn repeats(task: &Task) -> bool {
    task.recurrence.is_some() && task.due.is_some() && !task.completed()
}

/// The days meant; none when they are no days to come.
fn days(on: Window, today: Date) -> Option<(Date, Date)> {
    match on {
        Window::Today => Some((today, today)),
        Window::Week => Some((today, end_of_week(today))),
        // “After friday” has no end.
        Window::Days(first, last) => (first.duration_until(last).as_hours() / 24 <= MOST_DAYS).then_some((first, last)),
        Window::Overdue | Window::None => None,
    }
}
