//! “No, I meant the other one”: what was just done is taken back and done to another task, as one change.

use saydo_lang::TaskRef;

use super::{Planner, act};
use crate::{
    AppError,
    chat::memory::LastAct,
    planner::{Plan, TargetAction, edit::EditSpec, targets::Found},
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
