//! Completing, changing and deleting tasks that are referred to.

use jiff::Zoned;
use saydo_domain::{PendingKind, Task};
use saydo_lang::TaskRef;

use super::{Planner, skip};
use crate::{
    AppError,
    planner::{
        PendingPlan, Plan, Question, TargetAction,
        candidates::Scope,
        targets::{Found, MOST, Mixed, covers, list_args},
    },
    reply::{
        about, list,
        receipt::{names, quoted},
        talk,
    },
    tools::{CompleteTaskArgs, DeleteTaskArgs, ListTasksArgs, Status, ToolCall, UpdateTaskArgs},
};

impl Planner<'_> {
    /// Does something with the tasks referred to, or asks which. `None` when the reading depends on finding them.
    pub(super) async fn act(&mut self, targets: &[TaskRef], action: TargetAction) -> Result<Option<Plan>, AppError> {
        if targets.is_empty() {
            return Ok(Some(Plan::ask(self.which_question(action))));
        }
        if let Some(pending) = self.input.pending
            && let Some(PendingPlan::Pick { .. }) = super::stored(pending)
            && targets == [TaskRef::Focus]
        {
            // “Actually, delete it instead”: still one of these, but which?
            let numbers: Vec<_> = pending.tasks.iter().map(|task| task.number).collect();
            let tasks = self.finder.conn.tasks_find(self.input.caller.id(), &numbers).await?;
            return Ok(Some(Plan::ask(choose_question(tasks, action))));
        }
        let found = self.finder.find(targets, scope(&action)).await?;
        Ok(match found {
            // “Put the gym back on the list”: not done, but deleted.
            Found::Missing(_) if action == (TargetAction::Complete { completed: false }) && self.says("back") => {
                match self.restore(targets).await? {
                    Some(plan) if !plan.restore.is_empty() || plan.question.is_some() => Some(plan),
                    _ if self.only_if_found => None,
                    _ => Some(no_such_task()),
                }
            }
            Found::Missing(_) | Found::Nothing | Found::NoFocus if self.only_if_found => None,
            // One task that has only some of the words: a new task is as likely.
            Found::Several(tasks) if self.only_if_found && tasks.len() == 1 && !has_all_words(&tasks, targets) => None,
            Found::Tasks(tasks) => Some(self.act_on(tasks, &action)),
            Found::Partly(tasks, missing) => {
                let mut plan = self.act_on(tasks, &action);
                plan.says.insert(0, format!("I couldn't find {}.", missing.join(", ")));
                Some(plan)
            }
            Found::Several(tasks) => Some(Plan::ask(choose_question(tasks, action))),
            Found::Mixed(mixed) => Some(self.act_on_clear(*mixed, action)),
            Found::Missing(_) => Some(no_such_task()),
            Found::Nothing => Some(Plan::say(self.nothing_fits(targets))),
            Found::NoFocus => Some(Plan::ask(self.which_question(action))),
            Found::TooManyNames => {
                Some(Plan::say("Those are more names than I can look up at once. Please tell me in several messages."))
            }
            Found::TooMany(count) => Some(Plan::say(format!(
                "That would be {count} tasks, and I change at most {MOST} at once. Please narrow it down."
            ))),
        })
    }

    /// Does it with the tasks that are clear, and asks about the one that is not.
    fn act_on_clear(&self, mixed: Mixed, action: TargetAction) -> Plan {
        let Mixed { clear, several, missing } = mixed;
        let mut plan = self.act_on(clear, &action);
        if !missing.is_empty() {
            plan.says.insert(0, format!("I couldn't find {}.", missing.join(", ")));
        }
        if plan.question.is_none() {
            plan.question = Some(choose_question(several, action));
        }
        plan
    }

    fn says(&self, word: &str) -> bool {
        self.message.split(|c: char| !c.is_alphanumeric()).any(|said| said.eq_ignore_ascii_case(word))
    }

    fn nothing_fits(&self, targets: &[TaskRef]) -> String {
        let nothing = match targets {
            [TaskRef::Filter(filter)] => {
                about::none(&list_args(filter, self.input.moment.now.date()), &self.input.moment.now)
            }
            _ => "No task fits that".to_owned(),
        };
        format!("{nothing}, so I changed nothing.")
    }

    /// The calls for tasks that are known.
    pub(super) fn act_on(&self, tasks: Vec<Task>, action: &TargetAction) -> Plan {
        let now = &self.input.moment.now;
        if let TargetAction::Update { edit } = action
            && edit.is_empty()
        {
            if tasks.len() > 1 {
                return Plan::ask(choose_question(tasks, action.clone()));
            }
            return tasks.into_iter().next().map_or_else(no_such_task, edit_question);
        }
        if matches!(action, TargetAction::Show) {
            let text: Vec<String> = tasks.iter().map(|task| list::details(task, now)).collect();
            let numbers = tasks.iter().map(|task| task.number).collect();
            return Plan {
                says: vec![text.join("\n")],
                focus: Some(numbers),
                action: Some(TargetAction::Show),
                ..Plan::default()
            };
        }
        if let TargetAction::Skip { days } = action {
            let mut plan = Plan::default();
            for task in &tasks {
                plan.extend(skip::skipping(task, *days, now));
            }
            return Plan { tasks, action: Some(action.clone()), ..plan };
        }
        if matches!(action, TargetAction::Restore) {
            let restore = tasks.iter().map(|task| task.number).collect();
            return Plan { restore, ..Plan::default() };
        }
        let (tasks, timeless): (Vec<Task>, Vec<Task>) = tasks.into_iter().partition(|task| changes(task, action, now));
        let titles = timeless.iter().map(|task| task.title.as_str());
        let has = if timeless.len() == 1 { "has" } else { "have" };
        let says = (!timeless.is_empty())
            .then(|| format!("{} {has} no time of day that could be moved.", names(titles)))
            .into_iter()
            .collect();
        let call = |task: &Task| {
            let task_id = task.number.get();
            match action {
                TargetAction::Complete { completed } => {
                    ToolCall::CompleteTask(CompleteTaskArgs { task_id, completed: *completed })
                }
                TargetAction::Update { edit } => ToolCall::UpdateTask(Box::new(edit.for_task(task, now))),
                TargetAction::Delete | TargetAction::Show | TargetAction::Skip { .. } | TargetAction::Restore => {
                    ToolCall::DeleteTask(DeleteTaskArgs { task_id })
                }
            }
        };
        Plan { calls: tasks.iter().map(call).collect(), tasks, says, action: Some(action.clone()), ..Plan::default() }
    }

    pub(super) fn which_question(&self, action: TargetAction) -> Question {
        let prompt = match action {
            TargetAction::Show => "Which task would you like to see?".to_owned(),
            _ => format!("Which task would you like to {}?", verb(&action)),
        };
        Question { kind: PendingKind::Ask, prompt, tasks: Vec::new(), then: PendingPlan::Which { action } }
    }
}

/// Whether there is anything to change: a whole day that is still to come is no hour later than it was.
fn changes(task: &Task, action: &TargetAction, now: &Zoned) -> bool {
    let TargetAction::Update { edit } = action else { return true };
    let task_id = task.number.get();
    edit.for_task(task, now) != UpdateTaskArgs { task_id, ..UpdateTaskArgs::default() }
}

const fn verb(action: &TargetAction) -> &'static str {
    match action {
        TargetAction::Complete { completed: true } => "mark as complete",
        TargetAction::Complete { completed: false } => "open again",
        TargetAction::Update { .. } => "change",
        TargetAction::Delete => "delete",
        TargetAction::Skip { .. } => "skip",
        TargetAction::Restore => "restore",
        TargetAction::Show => "show",
    }
}

pub(super) const fn scope(action: &TargetAction) -> Scope {
    match action {
        TargetAction::Complete { completed: true } | TargetAction::Skip { .. } => Scope::Open,
        TargetAction::Complete { completed: false } => Scope::Completed,
        TargetAction::Update { .. } | TargetAction::Delete | TargetAction::Show | TargetAction::Restore => Scope::Any,
    }
}

pub(super) fn choose_question(tasks: Vec<Task>, action: TargetAction) -> Question {
    let prompt = match tasks.as_slice() {
        [only] => format!("Do you mean {}?", quoted(only.title.as_str())),
        _ => format!("Which one should I {}?", verb(&action)),
    };
    Question { kind: PendingKind::Choose, prompt, tasks, then: PendingPlan::Pick { action } }
}

fn edit_question(task: Task) -> Plan {
    let prompt = format!("What would you like to change on {}?", quoted(task.title.as_str()));
    let then = PendingPlan::Edit { number: task.number, part: None };
    Plan::ask(Question { kind: PendingKind::Ask, prompt, tasks: vec![task], then })
}

/// The fixed sentence, with the offer in it kept as a question that “yes” answers.
pub(super) fn no_such_task() -> Plan {
    let args = ListTasksArgs { status: Some(Status::Pending), ..ListTasksArgs::default() };
    let then = PendingPlan::Run { calls: vec![ToolCall::ListTasks(args)] };
    let prompt = talk::NO_SUCH_TASK.to_owned();
    Plan::ask(Question { kind: PendingKind::Confirm, prompt, tasks: Vec::new(), then })
}

/// Whether the titles have all the words that were said.
fn has_all_words(tasks: &[Task], targets: &[TaskRef]) -> bool {
    targets.iter().all(|target| match target {
        TaskRef::Words(words) => tasks.iter().all(|task| covers(task.title.as_str(), words)),
        _ => true,
    })
}
