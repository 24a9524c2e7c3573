//! Questions about the list.

use saydo_domain::Task;
use saydo_lang::{ListQuery, ListQuestion, TaskRef, Window};

use super::{Planner, act};
use crate::{
    AppError,
    planner::{
        Plan, TargetAction,
        candidates::Scope,
        plan::Asked,
        targets::{Found, list_args},
    },
    reply::{due, receipt::quoted},
    tools::{DueWindow, ListTasksArgs, Status, ToolCall},
};

impl Planner<'_> {
    pub(super) async fn list(&mut self, query: &ListQuery) -> Result<Option<Plan>, AppError> {
        let asked = match &query.question {
            ListQuestion::Show => Asked::Show,
            ListQuestion::Count => Asked::Count,
            ListQuestion::Next => Asked::Next,
            ListQuestion::IsDone(target) => return self.about(target, is_done).await,
            ListQuestion::WhenDue(target) => return self.about(target, when_due).await,
            ListQuestion::Details(target) => {
                return self.act(std::slice::from_ref(target), TargetAction::Show).await;
            }
        };
        let mut args = list_args(&query.filter, self.input.moment.now.date());
        if asked == Asked::Next {
            args.status = Some(Status::Pending);
        }
        let mut calls = Vec::new();
        // What there is to do today includes what should have been done already.
        if asked == Asked::Show && query.filter.due == Some(Window::Today) && args.status == Some(Status::Pending) {
            calls.push(ToolCall::ListTasks(ListTasksArgs { due: Some(DueWindow::Overdue), ..args.clone() }));
        }
        calls.push(ToolCall::ListTasks(args));
        Ok(Some(Plan { calls, asked, ..Plan::default() }))
    }

    /// A sentence about one task.
    async fn about(
        &mut self,
        target: &TaskRef,
        sentence: fn(&Task, &jiff::Zoned) -> String,
    ) -> Result<Option<Plan>, AppError> {
        let found = self.finder.find(std::slice::from_ref(target), Scope::Any).await?;
        Ok(match found {
            Found::Tasks(tasks) | Found::Partly(tasks, _) | Found::Several(tasks) => {
                let says = tasks.iter().map(|task| sentence(task, &self.input.moment.now)).collect();
                let numbers: Vec<_> = tasks.iter().map(|task| task.number).collect();
                Some(Plan { says, focus: Some(numbers), ..Plan::default() })
            }
            _ if self.only_if_found => None,
            _ => Some(act::no_such_task()),
        })
    }
}

fn is_done(task: &Task, now: &jiff::Zoned) -> String {
    let name = quoted(task.title.as_str());
    match task.completed_at {
        Some(at) => {
            let day = at.to_zoned(now.time_zone().clone()).date();
            let when = due::relative_day(day, now).map_or_else(|| due::full_date(day, now), ToOwned::to_owned);
            format!("Yes, {name} was completed {when}.")
        }
        None => format!("Not yet: {name} is still open (#{}).", task.number),
    }
}

fn when_due(task: &Task, now: &jiff::Zoned) -> String {
    let name = quoted(task.title.as_str());
    match task.due {
        Some(when) => format!("{name} is due {}.", due::words(when, now)),
        None => format!("{name} has no due date."),
    }
}
