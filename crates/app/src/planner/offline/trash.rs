//! What was deleted: shown, and taken back one by one.

use saydo_domain::{Task, TaskNumber};
use saydo_lang::{Candidate, Match, TaskRef};

use super::{Planner, act};
use crate::{
    AppError,
    planner::{Plan, Question, TargetAction},
    reply::{list, receipt::quoted},
};

/// So many deleted tasks are looked through for a name.
const MOST_SEARCHED: u32 = 1000;
/// So many are shown.
const MOST_SHOWN: usize = 20;

impl Planner<'_> {
    /// Takes tasks out of the trash, or asks which. `None` when the reading depends on finding them there.
    pub(super) async fn restore(&mut self, targets: &[TaskRef]) -> Result<Option<Plan>, AppError> {
        let deleted = self.deleted().await?;
        let mut plan = Plan::default();
        let mut missing: Vec<String> = Vec::new();
        for target in targets {
            let found = self.among_deleted(target, &deleted);
            match found.as_slice() {
                [] => missing.push(named(target)),
                [only] => plan.restore.push(*only),
                several => {
                    let fitting = deleted.iter().filter(|task| several.contains(&task.number)).cloned().collect();
                    plan.question.get_or_insert_with(|| which(fitting));
                }
            }
        }
        if plan.restore.is_empty() && plan.question.is_none() {
            if self.only_if_found {
                return Ok(None);
            }
            let what = missing.first().map_or_else(|| "That".to_owned(), |name| quoted(name));
            return Ok(Some(Plan::say(format!("{what} is not among the deleted tasks."))));
        }
        if let Some(name) = missing.first() {
            plan.says.push(format!("{} is not among the deleted tasks.", quoted(name)));
        }
        Ok(Some(plan))
    }

    /// The trash, what was deleted last first.
    pub(super) async fn show_trash(&mut self) -> Result<Plan, AppError> {
        let mut deleted = self.deleted().await?;
        let total = self.finder.conn.trash_count(self.input.caller.id()).await?;
        deleted.truncate(MOST_SHOWN);
        if deleted.is_empty() {
            return Ok(Plan::say("The trash is empty."));
        }
        let text = list::deleted(&deleted, total, &self.input.moment.now);
        let shown = deleted.iter().map(|task| task.number).collect();
        Ok(Plan { says: vec![text], shown: Some(shown), ..Plan::default() })
    }

    async fn deleted(&mut self) -> Result<Vec<Task>, AppError> {
        let mut deleted = self.finder.conn.trash_list(self.input.caller.id(), MOST_SEARCHED, None).await?;
        deleted.sort_by_key(|task| std::cmp::Reverse((task.deleted_at, task.number)));
        Ok(deleted)
    }

    /// The deleted tasks that a reference means.
    fn among_deleted(&self, target: &TaskRef, deleted: &[Task]) -> Vec<TaskNumber> {
        let known = |number: &TaskNumber| deleted.iter().any(|task| task.number == *number);
        match target {
            TaskRef::Number(number) => Some(*number).filter(known).into_iter().collect(),
            TaskRef::Place(place) => {
                let shown = crate::planner::targets::at(*place, &self.input.memory.listing);
                shown.into_iter().filter(known).collect()
            }
            TaskRef::Words(words) => {
                let candidate = |task: &Task| (task.number, task.title.to_string());
                let titles: Vec<(TaskNumber, String)> = deleted.iter().map(candidate).collect();
                let candidates: Vec<Candidate<'_>> = titles
                    .iter()
                    .map(|(number, title)| Candidate { number: *number, title, completed: false })
                    .collect();
                match saydo_lang::resolve(words, &candidates) {
                    Match::One(one) => vec![one.number],
                    Match::Several(several) => several.iter().map(|scored| scored.number).collect(),
                    Match::None => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }
}

/// What a reference calls a task.
fn named(target: &TaskRef) -> String {
    match target {
        TaskRef::Words(words) => words.clone(),
        TaskRef::Number(number) => format!("#{number}"),
        _ => "that place in the list".to_owned(),
    }
}

/// Which of these should come back?
fn which(tasks: Vec<Task>) -> Question {
    act::choose_question(tasks, TargetAction::Restore)
}
