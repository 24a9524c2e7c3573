//! The answer to “what would you like to change?”, and to “which priority?”.

use saydo_domain::{PendingKind, Task, TaskNumber};
use saydo_lang::{Context, Draft, Intent};

use super::{Planner, act, add};
use crate::{
    AppError,
    planner::{Part, PendingPlan, Plan, Question, TargetAction, edit::EditSpec},
    reply::receipt::quoted,
    tools::{AddTaskArgs, ToolCall},
};

/// The words for the parts of a task when nothing else is said.
const PARTS: [(Part, &[&str]); 5] = [
    (Part::Title, &["title", "name", "wording", "text"]),
    (Part::Due, &["due date", "date", "deadline", "day", "time", "due", "due time", "when"]),
    (Part::Priority, &["priority", "prio", "importance", "urgency"]),
    (Part::Labels, &["label", "labels", "tag", "tags"]),
    (Part::Description, &["description", "note", "notes", "details", "comment"]),
];

impl Planner<'_> {
    pub(super) async fn edit(&mut self, number: TaskNumber, part: Option<Part>) -> Result<Plan, AppError> {
        let Some(task) = self.load(&[number]).await?.into_iter().next() else { return Ok(act::no_such_task()) };
        if let Some(part) = named(self.message) {
            return Ok(part_question(task, part));
        }
        let said = self.message;
        let commands = match part {
            Some(Part::Description) => {
                let edit = EditSpec::describing(said.trim());
                return Ok(self.act_on(vec![task], &TargetAction::Update { edit: Box::new(edit) }));
            }
            Some(Part::Title) => vec![format!("rename task {number} to {said}")],
            Some(Part::Due) => vec![format!("move task {number} to {said}"), said.to_owned()],
            Some(Part::Priority) => vec![format!("set the priority of task {number} to {said}"), said.to_owned()],
            Some(Part::Labels) => vec![format!("tag task {number} {said}"), said.to_owned()],
            None => {
                vec![said.to_owned(), format!("move task {number} to {said}"), format!("set task {number} to {said}")]
            }
        };
        let mut context = Context::new(self.input.moment.clone());
        context.focus = vec![number];
        for command in commands {
            for intent in saydo_lang::understand(&command, &context).readings.into_iter().flat_map(|r| r.intents) {
                if let Intent::Update { edit, .. } = intent {
                    let edit = EditSpec::from(*edit);
                    // In words of ours everything that is no attribute would be a title.
                    let guessed = part.is_none() && command != self.message && edit.renames();
                    if !edit.is_empty() && !guessed {
                        return Ok(self.act_on(vec![task], &TargetAction::Update { edit: Box::new(edit) }));
                    }
                }
            }
        }
        Ok(match part {
            Some(part) => part_question(task, part),
            None => self.rename_question(task),
        })
    }

    /// Words that are no date, priority or label are perhaps a new name.
    fn rename_question(&self, task: Task) -> Plan {
        let said = self.message.trim().trim_matches(['"', '“', '”', '\'', '‘', '’']);
        if said.is_empty() || said.contains('\n') {
            return self.act_on(vec![task], &TargetAction::Update { edit: Box::default() });
        }
        let title = add::capitalised(said);
        let prompt = format!("Should I rename {} to {}?", quoted(task.title.as_str()), quoted(&title));
        let edit = Box::new(EditSpec::renaming(&title));
        let Plan { calls, .. } = self.act_on(vec![task], &TargetAction::Update { edit });
        let then = PendingPlan::Run { calls };
        Plan::ask(Question { kind: PendingKind::Confirm, prompt, tasks: Vec::new(), then })
    }

    /// The task with the priority that was said; `None` when none was.
    pub(super) fn priority(&self, task: &AddTaskArgs, draft: &Draft) -> Option<Plan> {
        let words = self.message.to_lowercase();
        let denied = |word: &str| words.contains(&format!("not {word}"));
        let said = |word: &&str| words.split(|c: char| !c.is_alphanumeric()).any(|other| other == *word);
        let mut spoken = ["high", "medium", "low"].into_iter().filter(|word| said(word) && !denied(word));
        let priority = match (spoken.next(), spoken.next()) {
            (Some(only), None) => Some(only.to_owned()),
            (Some(_), Some(_)) => None,
            _ => draft.priority.map(|priority| priority.to_string()),
        }?;
        let args = AddTaskArgs { priority: Some(priority), ..task.clone() };
        Some(Plan { calls: vec![ToolCall::AddTask(Box::new(args))], ..Plan::default() })
    }
}

/// The part that a message names and nothing else: `the title`.
fn named(message: &str) -> Option<Part> {
    let lower = message.trim().trim_end_matches(['.', '!', '?']).to_lowercase();
    let bare = ["the ", "its ", "my ", "a "].iter().find_map(|word| lower.strip_prefix(word)).unwrap_or(&lower);
    PARTS.iter().find(|(_, words)| words.contains(&bare)).map(|(part, _)| *part)
}

fn part_question(task: Task, part: Part) -> Plan {
    let name = quoted(task.title.as_str());
    let prompt = match part {
        Part::Title => format!("What should {name} be called?"),
        Part::Due => format!("When should {name} be due?"),
        Part::Priority => format!("Which priority should {name} have: high, medium or low?"),
        Part::Labels => format!("Which label should {name} get?"),
        Part::Description => format!("What should the description of {name} say?"),
    };
    let then = PendingPlan::Edit { number: task.number, part: Some(part) };
    Plan::ask(Question { kind: PendingKind::Ask, prompt, tasks: vec![task], then })
}
