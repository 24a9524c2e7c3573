//! “No, I meant the other one”: what was just done is taken back and done to another task, as one change.

use saydo_domain::TaskNumber;
use saydo_lang::TaskRef;

use super::{Planner, act};
use crate::{
    AppError,
    chat::memory::{LastAct, Memory},
    planner::{Plan, TargetAction, candidates::Scope, edit::EditSpec, targets::Found},
    reply::receipt::names,
    tools::{ToolCall, UndoArgs},
};

impl Planner<'_> {
    pub(super) async fn instead(&mut self, targets: &[TaskRef]) -> Result<Option<Plan>, AppError> {
        let Some(LastAct { action, tasks: wrong, .. }) = self.input.memory.last.clone() else {
            return self.nothing_to_correct(targets).await;
        };
        if targets.is_empty() {
            let ask = Plan::ask(self.which_question(action));
            return Ok(Some(self.taking_back(ask).await?));
        }
        self.finder.without.clone_from(&wrong);
        let found = self.finder.find(targets, act::scope(&action)).await?;
        self.finder.without.clear();
        let plan = match found {
            Found::Tasks(tasks) if tasks.iter().all(|task| wrong.contains(&task.number)) => {
                return Ok(Some(Plan::say("That is the one I took. Which one do you mean instead?")));
            }
            Found::Tasks(tasks) => self.act_on(tasks, &action),
            Found::Several(tasks) => Plan::ask(act::choose_question(tasks, action)),
            _ if self.only_if_found => return Ok(None),
            Found::NoFocus => Plan::ask(self.which_question(action)),
            _ => return Ok(Some(Plan::say("I couldn't find another task like that, so I left everything as it is."))),
        };
        Ok(Some(self.taking_back(plan).await?))
    }

    /// “Oh wait, not the eggs”: of what was just done or added, this was not meant.
    pub(super) async fn not_these(&mut self, targets: &[TaskRef]) -> Result<Option<Plan>, AppError> {
        let Memory { last, last_was_add, focus, .. } = self.input.memory;
        let about: &[TaskNumber] = match last {
            Some(last) => &last.tasks,
            None if *last_was_add => focus,
            None => &[],
        };
        let tasks = match self.finder.find(targets, Scope::Any).await? {
            Found::Tasks(tasks) => tasks,
            _ if self.only_if_found => return Ok(None),
            _ => return Ok(Some(act::no_such_task())),
        };
        if tasks.iter().any(|task| !about.contains(&task.number)) {
            let titles = names(tasks.iter().map(|task| task.title.as_str()));
            return Ok(Some(Plan::say(format!(
                "I haven't done anything with {titles} just now. Nothing was changed."
            ))));
        }
        let Some(LastAct { action, tasks: all, .. }) = last else {
            return Ok(Some(self.act_on(tasks, &TargetAction::Delete)));
        };
        let spared: Vec<TaskNumber> = tasks.iter().map(|task| task.number).collect();
        let rest: Vec<TaskNumber> = all.iter().copied().filter(|number| !spared.contains(number)).collect();
        if matches!(action, TargetAction::Update { .. }) && !rest.is_empty() {
            let sentence = "Say “undo” to take back the last change, and then which ones you mean.";
            return Ok(Some(Plan::say(sentence)));
        }
        let rest = self.load(&rest).await?;
        let again = self.act_on(rest, action);
        Ok(Some(self.taking_back(again).await?))
    }

    /// The plan, after what was done wrongly is put back.
    async fn taking_back(&mut self, mut plan: Plan) -> Result<Plan, AppError> {
        let changes = self.input.memory.last.iter().flat_map(|last| &last.changes);
        let mut calls = Vec::new();
        for id in changes {
            let change = self.finder.conn.change_find(self.input.caller.id(), *id).await?;
            if change.is_some_and(|change| change.undone_by.is_none()) {
                calls.push(ToolCall::Undo(UndoArgs { change_id: Some(id.to_string()) }));
            }
        }
        plan.instead = !calls.is_empty();
        calls.append(&mut plan.calls);
        Ok(Plan { calls, ..plan })
    }

    /// Nothing was done that could be meant: the words only say what to talk about.
    async fn nothing_to_correct(&mut self, targets: &[TaskRef]) -> Result<Option<Plan>, AppError> {
        if targets.is_empty() {
            return Ok(Some(Plan::say(
                "I haven't changed anything just now. Which task do you mean, and what about it?",
            )));
        }
        self.act(targets, TargetAction::Update { edit: Box::<EditSpec>::default() }).await
    }
}
