//! The answer to a waiting question, whatever its shape.

use saydo_domain::{PendingAction, Task, TaskNumber};
use saydo_lang::{Answer, Candidate, Context, Draft, Intent, Match, TaskFilter, TaskRef};

use super::{Planner, act, add, policy, stored};
use crate::{
    AppError,
    planner::{PendingPlan, Plan, Question, TargetAction, candidates::Scope, targets::Found},
    tools::ToolCall,
};

/// Said of an answer that is none of the choices.
pub(super) const NONE_FITS: &str = "None of these fits that.";
const LEFT_ALONE: &str = "All right, nothing was changed.";

impl Planner<'_> {
    pub(super) async fn answer(&mut self, answer: &Answer) -> Result<Plan, AppError> {
        let Some((pending, then)) = self.input.pending.and_then(|pending| Some((pending, stored(pending)?))) else {
            return Ok(Plan::say("There is no open question. What would you like to do?"));
        };
        Ok(match (then, answer) {
            (_, Answer::Reject) => Plan::say(LEFT_ALONE),
            (PendingPlan::Run { calls }, Answer::Accept) => accepted(pending, calls, None),
            (PendingPlan::Run { calls }, Answer::Pick(picked)) => {
                accepted(pending, calls, Some(&numbers(pending, picked)))
            }
            (PendingPlan::Pick { action } | PendingPlan::Which { action }, Answer::Pick(picked)) => {
                self.pick(pending, picked, &action).await?
            }
            (PendingPlan::Pick { action }, Answer::Accept) if pending.tasks.len() == 1 => {
                self.pick(pending, &[0], &action).await?
            }
            (PendingPlan::Run { calls }, Answer::Narrow(kept)) => self.narrow(pending, calls, kept).await?,
            (then, Answer::Again) => self.again(pending, then).await?,
            (PendingPlan::Run { calls }, Answer::Among { targets, .. }) => {
                let picked = self.among(pending, targets).await?;
                if picked.is_empty() {
                    return self.none_of_these(pending, PendingPlan::Run { calls }).await;
                }
                accepted(pending, calls, Some(&picked))
            }
            (PendingPlan::Pick { action } | PendingPlan::Which { action }, Answer::Others(targets)) => {
                self.others(pending, targets, action).await?
            }
            (PendingPlan::Pick { action }, Answer::Among { targets, several }) => {
                self.pick_among(pending, targets, *several, action).await?
            }
            (PendingPlan::Which { action }, Answer::Text(_)) => self.which(action).await?,
            (PendingPlan::Pick { action }, Answer::Text(_)) => self.which_of(pending, action).await?,
            (PendingPlan::Title { verb }, Answer::Text(draft)) => self.title(&verb, draft),
            (PendingPlan::Edit { number, part }, Answer::Text(_)) => self.edit(number, part).await?,
            (PendingPlan::Priority { task }, Answer::Text(draft)) => match self.priority(&task, draft) {
                Some(plan) => plan,
                None => self.again(pending, PendingPlan::Priority { task }).await?,
            },
            (then, _) => self.again(pending, then).await?,
        })
    }

    pub(super) async fn load(&mut self, numbers: &[TaskNumber]) -> Result<Vec<Task>, AppError> {
        Ok(self.finder.conn.tasks_find(self.input.caller.id(), numbers).await?)
    }

    async fn pick(
        &mut self,
        pending: &PendingAction,
        picked: &[usize],
        action: &TargetAction,
    ) -> Result<Plan, AppError> {
        let numbers = numbers(pending, picked);
        if numbers.is_empty() {
            return Ok(Plan::say(LEFT_ALONE));
        }
        if matches!(action, TargetAction::Restore) {
            return Ok(Plan { restore: numbers, ..Plan::default() });
        }
        let tasks = self.load(&numbers).await?;
        let mut plan = self.act_on(tasks, action);
        plan.versions = versions(pending, Some(&numbers));
        Ok(plan)
    }

    /// The tasks of the question that references mean which need looking up; of a word also those labelled so.
    async fn among(&mut self, pending: &PendingAction, targets: &[TaskRef]) -> Result<Vec<TaskNumber>, AppError> {
        let shown: Vec<TaskNumber> = pending.tasks.iter().map(|task| task.number).collect();
        let tasks = self.load(&shown).await?;
        let mut picked = Vec::new();
        for target in targets {
            let mut fitting: Vec<TaskNumber> = match target {
                TaskRef::Filter(filter) => {
                    let narrowed = TaskRef::Filter(TaskFilter { completed: None, ..filter.clone() });
                    match self.finder.find(std::slice::from_ref(&narrowed), Scope::Any).await? {
                        Found::Tasks(found) => found.iter().map(|task| task.number).collect(),
                        _ => Vec::new(),
                    }
                }
                TaskRef::Words(words) => {
                    let labelled = |task: &&Task| task.labels.iter().any(|label| is_called(label.as_str(), words));
                    tasks.iter().filter(labelled).map(|task| task.number).collect()
                }
                _ => Vec::new(),
            };
            fitting.retain(|number| shown.contains(number) && !picked.contains(number));
            picked.extend(fitting);
        }
        Ok(picked)
    }

    /// One of the choices by what it is, else a task that was not among them.
    async fn pick_among(
        &mut self,
        pending: &PendingAction,
        targets: &[TaskRef],
        several: bool,
        action: TargetAction,
    ) -> Result<Plan, AppError> {
        let picked = self.among(pending, targets).await?;
        if picked.len() > 1 && !several {
            return self.fewer(&picked, action).await;
        }
        if !picked.is_empty() {
            let shown = |number: &TaskNumber| pending.tasks.iter().position(|task| task.number == *number);
            let places: Vec<usize> = picked.iter().filter_map(shown).collect();
            return self.pick(pending, &places, &action).await;
        }
        if let [TaskRef::Words(words)] = targets
            && let Match::Several(several) = saydo_lang::resolve(words, &candidates(pending))
            && several.len() < pending.tasks.len()
        {
            let fewer: Vec<TaskNumber> = several.iter().map(|scored| scored.number).collect();
            return self.fewer(&fewer, action).await;
        }
        // A number that was not among the choices can only be another task's.
        let beyond = |target: &TaskRef| match target {
            TaskRef::Number(number) => number.get() > i64::try_from(pending.tasks.len()).unwrap_or(i64::MAX),
            _ => false,
        };
        if targets.iter().all(beyond) {
            return self.others(pending, targets, action).await;
        }
        self.none_of_these(pending, PendingPlan::Pick { action }).await
    }

    /// Asks again which of those that the answer left over.
    async fn fewer(&mut self, numbers: &[TaskNumber], action: TargetAction) -> Result<Plan, AppError> {
        let mut plan = Plan::ask(act::choose_question(self.load(numbers).await?, action));
        plan.says.push("More than one of these fits that.".to_owned());
        Ok(plan)
    }

    /// None of the choices was meant, but others.
    async fn others(
        &mut self,
        pending: &PendingAction,
        targets: &[TaskRef],
        action: TargetAction,
    ) -> Result<Plan, AppError> {
        self.finder.without = pending.tasks.iter().map(|task| task.number).collect();
        let plan = self.act(targets, action).await?;
        self.finder.without.clear();
        Ok(plan.unwrap_or_else(act::no_such_task))
    }

    /// Some of the tasks on the card are to be left alone: a card with the others, as nobody has said yes yet.
    async fn narrow(
        &mut self,
        pending: &PendingAction,
        calls: Vec<ToolCall>,
        kept: &[usize],
    ) -> Result<Plan, AppError> {
        let numbers = numbers(pending, kept);
        if numbers.len() >= pending.tasks.len() {
            return self.none_of_these(pending, PendingPlan::Run { calls }).await;
        }
        let left = |call: &ToolCall| call.changes().is_none_or(|id| numbers.contains(&TaskNumber::new(id)));
        let calls: Vec<ToolCall> = calls.into_iter().filter(left).collect();
        let tasks = self.load(&numbers).await?;
        Ok(policy::card_for(Plan { calls, tasks, ..Plan::default() }, Some(&self.input.moment.now)))
    }

    /// What was said fits none of the tasks shown: they are shown again.
    async fn none_of_these(&mut self, pending: &PendingAction, then: PendingPlan) -> Result<Plan, AppError> {
        let mut plan = self.again(pending, then).await?;
        plan.says.insert(0, NONE_FITS.to_owned());
        Ok(plan)
    }

    /// The answer names tasks: read it as the object of a command.
    async fn which(&mut self, action: TargetAction) -> Result<Plan, AppError> {
        let mut context = Context::new(self.input.moment.clone());
        context.listing.clone_from(&self.input.memory.listing);
        context.focus.clone_from(&self.input.memory.focus);
        let command = format!("delete {}", self.message);
        let readings = saydo_lang::understand(&command, &context).readings;
        for intent in readings.into_iter().flat_map(|reading| reading.intents) {
            if let Intent::Delete { targets } = intent
                && !targets.is_empty()
                && let Some(plan) = self.act(&targets, action.clone()).await?
            {
                return Ok(plan);
            }
        }
        Ok(act::no_such_task())
    }

    /// Words that fit none of the choices by position: look among the choices, then anywhere.
    async fn which_of(&mut self, pending: &PendingAction, action: TargetAction) -> Result<Plan, AppError> {
        match saydo_lang::resolve(self.message, &candidates(pending)) {
            Match::One(one) => {
                let position = pending.tasks.iter().position(|task| task.number == one.number);
                self.pick(pending, &position.into_iter().collect::<Vec<_>>(), &action).await
            }
            _ => self.which(action).await,
        }
    }

    fn title(&self, verb: &str, draft: &Draft) -> Plan {
        let said = draft.title.to_lowercase();
        let begins_with_verb = said.split_whitespace().next() == Some(verb);
        let title = if verb.is_empty() || begins_with_verb {
            draft.title.clone()
        } else {
            format!("{} {}", add::capitalised(verb), as_typed(&draft.title, self.message))
        };
        self.add(&[Draft { title, ..draft.clone() }])
    }

    /// The answer does not fit the question: ask it again (“yes” to “which one?”).
    async fn again(&mut self, pending: &PendingAction, then: PendingPlan) -> Result<Plan, AppError> {
        let numbers: Vec<TaskNumber> = pending.tasks.iter().map(|task| task.number).collect();
        let tasks = self.load(&numbers).await?;
        Ok(Plan::ask(Question { kind: pending.kind, prompt: pending.prompt.clone(), tasks, then }))
    }
}

/// The calls of an accepted plan card, bound to the versions shown.
fn accepted(pending: &PendingAction, calls: Vec<ToolCall>, only: Option<&[TaskNumber]>) -> Plan {
    let wanted = |call: &ToolCall| match (only, call.changes()) {
        (Some(only), Some(id)) => only.contains(&TaskNumber::new(id)),
        _ => true,
    };
    let calls: Vec<ToolCall> = calls.into_iter().filter(wanted).collect();
    if calls.is_empty() {
        return Plan::say(LEFT_ALONE);
    }
    Plan { calls, versions: versions(pending, only), ..Plan::default() }
}

fn versions(pending: &PendingAction, only: Option<&[TaskNumber]>) -> Vec<(TaskNumber, i64)> {
    let wanted = |number: TaskNumber| only.is_none_or(|only| only.contains(&number));
    pending.tasks.iter().filter(|task| wanted(task.number)).map(|task| (task.number, task.version)).collect()
}

fn numbers(pending: &PendingAction, picked: &[usize]) -> Vec<TaskNumber> {
    picked.iter().filter_map(|i| pending.tasks.get(*i)).map(|task| task.number).collect()
}

/// The title's first letter as the person typed it: the engine upper-cases the first letter of a title, but after
/// a verb it is in the middle.
fn as_typed(title: &str, message: &str) -> String {
    let lowered: String = {
        let mut chars = title.chars();
        chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
    };
    if message.contains(title) && !message.contains(&lowered) { title.to_owned() } else { lowered }
}

/// Whether a label is what the words say, in the singular or the plural.
fn is_called(label: &str, words: &str) -> bool {
    let words = words.trim().trim_start_matches('#').to_lowercase();
    let singular = |text: &str| text.strip_suffix('s').unwrap_or(text).to_owned();
    singular(label) == singular(&words)
}

fn candidates(pending: &PendingAction) -> Vec<Candidate<'_>> {
    let tasks = pending.tasks.iter();
    tasks.map(|task| Candidate { number: task.number, title: &task.title, completed: false }).collect()
}
