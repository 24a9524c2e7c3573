//! The offline planner: our own grammar proposes the tool calls. No key, no network.

mod act;
mod add;
mod answer;
mod edit;
mod instead;
mod list;
pub(crate) mod policy;
mod skip;
mod trash;

use saydo_domain::{ChangeId, Door, PendingAction, PendingKind};
use saydo_lang::{Answer, Context, Intent, Moment, PendingContext, Reading, TaskRef, Topic, Understanding};
use saydo_store::Conn;

use crate::{
    AppError, Caller,
    chat::memory::{LastQuery, Memory},
    fair::Desk,
    planner::{
        PendingPlan, Plan, Question, TargetAction, candidates::Names, edit::EditSpec, plan::Reason, targets::Finder,
    },
    reply::{talk, why},
    tools::{AddTaskArgs, ToolCall, UndoArgs},
};

/// More changes than this are never undone by one message.
const MOST_UNDOS: u32 = 20;

/// What a turn starts from.
#[derive(Debug)]
pub struct Input<'a> {
    /// Whose turn.
    pub caller: &'a Caller,
    /// When and where.
    pub moment: &'a Moment,
    /// What was shown and talked about.
    pub memory: &'a Memory,
    /// The waiting question, unexpired.
    pub pending: Option<&'a PendingAction>,
    /// A question that waited too long.
    pub expired: Option<&'a PendingAction>,
    /// Where it is worked out which task words mean.
    pub(crate) desk: &'a Desk,
}

/// What the offline engine proposes.
#[derive(Debug)]
pub struct Proposal {
    /// The plan.
    pub plan: Plan,
    /// Whether the engine is sure; if not, a model may be asked instead.
    pub sure: bool,
    /// Whether this answers the waiting question (which is thereby used up).
    pub answers: bool,
}

impl Proposal {
    /// Whether the engine has nothing to offer.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        let Plan { calls, restore, says, question, .. } = &self.plan;
        calls.is_empty() && restore.is_empty() && question.is_none() && says.iter().all(|said| said == talk::LOST)
    }
}

impl Input<'_> {
    fn context(&self, pending: Option<&PendingAction>) -> Context {
        Context {
            moment: self.moment.clone(),
            pending: pending.map(|pending| PendingContext {
                kind: pending.kind,
                tasks: pending.tasks.iter().map(|task| (task.number, task.title.clone())).collect(),
                deletes: deletes(pending),
            }),
            listing: self.memory.listing.clone(),
            focus: self.memory.focus.clone(),
            last_was_add: self.memory.last_was_add || new_task(pending).is_some(),
            last_was_rename: self.memory.last_was_rename,
            last_query: self.memory.query.as_ref().map(LastQuery::as_said),
        }
    }
}

/// Understands a message and proposes what to do.
///
/// # Errors
/// When the store refuses.
pub async fn propose(input: &Input<'_>, conn: &mut Conn, message: &str) -> Result<Proposal, AppError> {
    if let Some(plan) = too_late(input, message) {
        return Ok(Proposal { plan, sure: true, answers: true });
    }
    let understanding = saydo_lang::understand(message, &input.context(input.pending));
    if takes_back_a_question(input, &understanding) {
        return Ok(Proposal { plan: Plan::say(talk::NOTHING_DONE_YET), sure: true, answers: true });
    }
    let mut names = Names::new(input.desk, input.caller.id());
    for (at, reading) in understanding.readings.iter().enumerate() {
        if reading.confidence < Reading::CLOSE {
            break;
        }
        let Some((plan, answers)) = try_reading(input, (conn, &mut names), message, reading).await? else { continue };
        let fits_none = plan.says.first().is_some_and(|said| said == answer::NONE_FITS);
        if fits_none && understanding.readings[at + 1..].iter().any(is_clear_command) {
            continue;
        }
        let plan =
            if reading.confidence < Reading::SURE { policy::ask_first(plan, Some(&input.moment.now)) } else { plan };
        let sure = reading.confidence >= Reading::SURE;
        // A program that talks on was shown the tasks, but the person was not.
        let shown = answers && input.caller.door != Door::Mcp;
        return Ok(Proposal { plan: policy::apply(plan, shown), sure, answers });
    }
    Ok(Proposal { plan: Plan::say(talk::LOST), sure: false, answers: false })
}

/// An answer to a question that waited too long does nothing, and says so.
fn too_late(input: &Input<'_>, message: &str) -> Option<Plan> {
    let expired = input.expired?;
    let readings = saydo_lang::understand(message, &input.context(Some(expired))).readings;
    let Reading { intents, confidence, .. } = readings.first()?;
    let [Intent::Answer(answer)] = intents.as_slice() else { return None };
    let sentence = match answer {
        Answer::Text(_) => return None,
        Answer::Reject => talk::TOO_LATE_FOR_NO,
        _ => talk::TOO_LATE,
    };
    (*confidence >= Reading::SURE).then(|| Plan::say(sentence))
}

/// Whether `undo` comes while a question about changes waits: they were not made yet. What was done in the same turn as
/// the question can be undone.
fn takes_back_a_question(input: &Input<'_>, understanding: &Understanding) -> bool {
    let first = understanding.readings.first();
    let undoes = first
        .is_some_and(|reading| reading.confidence >= Reading::SURE && reading.intents == [Intent::Undo { count: 1 }]);
    let asks = input.pending.is_some_and(|pending| {
        let changes = match stored(pending) {
            Some(PendingPlan::Run { calls }) => calls.iter().any(ToolCall::may_change),
            Some(PendingPlan::Pick { action }) => action != TargetAction::Show,
            _ => false,
        };
        pending.kind != PendingKind::Ask && changes
    });
    undoes && asks && !input.memory.changed
}

/// So surely a message that is no answer is something of its own.
const CLEAR: f32 = 0.85;

/// Whether a reading is a new task rather than an answer that fits nothing (“the overdue one” names one, and asks for no
/// list).
fn is_clear_command(reading: &Reading) -> bool {
    reading.confidence >= CLEAR && !reading.only_if_found && matches!(reading.intents.as_slice(), [Intent::Add(_)])
}

/// The plan of one reading; `None` when it depends on a task that does not exist.
async fn try_reading(
    input: &Input<'_>,
    (conn, names): (&mut Conn, &mut Names),
    message: &str,
    reading: &Reading,
) -> Result<Option<(Plan, bool)>, AppError> {
    let mut planner = Planner {
        finder: Finder::new(conn, input.caller, input.moment, input.memory, names),
        input,
        message,
        only_if_found: reading.only_if_found,
    };
    let mut plan = Plan::default();
    let mut answers = false;
    for intent in &reading.intents {
        answers |= matches!(intent, Intent::Answer(_));
        match planner.intent(intent).await? {
            Some(part) => plan.extend(part),
            None => return Ok(None),
        }
    }
    Ok(Some((plan, answers)))
}

/// Turns intents into plans.
pub(super) struct Planner<'p> {
    finder: Finder<'p>,
    input: &'p Input<'p>,
    message: &'p str,
    only_if_found: bool,
}

impl Planner<'_> {
    async fn intent(&mut self, intent: &Intent) -> Result<Option<Plan>, AppError> {
        Ok(Some(match intent {
            Intent::Add(drafts) => self.add(drafts),
            Intent::AskTitle { verb } => Plan::ask(add::title_question(verb)),
            Intent::List(query) => return self.list(query).await,
            Intent::Complete { targets, completed } => {
                return self.act(targets, TargetAction::Complete { completed: *completed }).await;
            }
            Intent::Update { targets, edit } => {
                let mut reasons = self.reasons(&edit.spans);
                if edit.due_time_only {
                    // The day is the task's own: only the time was read.
                    reasons.iter_mut().for_each(Reason::keep_time);
                }
                let edit = Box::new(EditSpec::from((**edit).clone()));
                if let ([TaskRef::Focus], Some(new)) = (targets.as_slice(), new_task(self.input.pending)) {
                    // “Should I add it with that date anyway?” “No, tomorrow.”
                    let calls = vec![ToolCall::AddTask(Box::new(edit.onto(new)))];
                    return Ok(Some(Plan { calls, reasons, ..Plan::default() }));
                }
                let plan = self.act(targets, TargetAction::Update { edit }).await?;
                return Ok(plan.map(|plan| Plan { reasons, ..plan }));
            }
            Intent::Delete { targets } => return self.act(targets, TargetAction::Delete).await,
            Intent::Skip { targets, on } => return self.skip(targets, *on).await,
            Intent::Restore { targets } => return self.restore(targets).await,
            Intent::ShowTrash => self.show_trash().await?,
            Intent::Instead { targets } => return self.instead(targets).await,
            Intent::Undo { count } => undo((*count).clamp(1, MOST_UNDOS)),
            Intent::UndoAll => self.undo_all().await?,
            Intent::Redo => self.redo().await?,
            Intent::Answer(answer) => self.answer(answer).await?,
            Intent::WhatDidYouDo => Plan::say(self.input.memory.last_deed()),
            Intent::WhyThatDate => Plan::say(why::sentences(&self.input.memory.reasons, &self.input.moment.now)),
            Intent::NotThese { targets } => return self.not_these(targets).await,
            Intent::Talk(Topic::Refusal) if self.input.memory.changed && self.input.pending.is_none() => {
                Plan::say(talk::NOTHING_TAKEN_BACK)
            }
            Intent::Talk(topic) => Plan::say(talk::about(*topic)),
            Intent::Unknown => Plan::say(talk::LOST),
        }))
    }

    /// Everything that was done in this conversation, newest first, once the person agrees.
    async fn undo_all(&mut self) -> Result<Plan, AppError> {
        let Some(conversation) = self.input.memory.conversation else { return Ok(Plan::say(talk::NOTHING_TO_UNDO)) };
        let changes = self.finder.conn.changes_undoable(self.input.caller.id(), MOST_UNDOS, Some(conversation)).await?;
        let calls: Vec<ToolCall> = changes.iter().map(|change| undo_of(change.id)).collect();
        let count = match calls.len() {
            0 => return Ok(Plan::say(talk::NOTHING_TO_UNDO)),
            1 => return Ok(Plan { calls, ..Plan::default() }),
            count if count < MOST_UNDOS as usize => format!("{count} changes"),
            count => format!("the last {count} changes"),
        };
        let deeds: Vec<String> = changes.iter().map(|change| format!("\n– {}", change.summary)).collect();
        let prompt = format!("This would undo {count} of this conversation, newest first. Go ahead?{}", deeds.concat());
        let then = PendingPlan::Run { calls };
        Ok(Plan::ask(Question { kind: PendingKind::Confirm, prompt, tasks: Vec::new(), then }))
    }

    async fn redo(&mut self) -> Result<Plan, AppError> {
        let newest = self.finder.conn.change_newest_undo(self.input.caller.id()).await?;
        Ok(newest.map_or_else(
            || Plan::say("There is nothing to redo."),
            |change| Plan { calls: vec![undo_of(change.id)], ..Plan::default() },
        ))
    }
}

fn undo_of(change: ChangeId) -> ToolCall {
    ToolCall::Undo(UndoArgs { change_id: Some(change.to_string()) })
}

fn undo(count: u32) -> Plan {
    let call = || ToolCall::Undo(UndoArgs::default());
    Plan { calls: (0..count).map(|_| call()).collect(), ..Plan::default() }
}

/// Proposes what a decision about the waiting question leads to, when it was made by the endpoint instead of words.
///
/// # Errors
/// When the store refuses.
pub async fn propose_answer(
    input: &Input<'_>,
    conn: &mut Conn,
    message: &str,
    answer: &saydo_lang::Answer,
) -> Result<Proposal, AppError> {
    let mut names = Names::new(input.desk, input.caller.id());
    let finder = Finder::new(conn, input.caller, input.moment, input.memory, &mut names);
    let mut planner = Planner { finder, input, message, only_if_found: false };
    let plan = planner.answer(answer).await?;
    Ok(Proposal { plan: policy::apply(plan, true), sure: true, answers: true })
}

/// The one new task that a question is about.
fn new_task(pending: Option<&PendingAction>) -> Option<AddTaskArgs> {
    match stored(pending?)? {
        PendingPlan::Run { calls } => match calls.as_slice() {
            [ToolCall::AddTask(args)] => Some((**args).clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the answer may delete something.
fn deletes(pending: &PendingAction) -> bool {
    match stored(pending) {
        Some(PendingPlan::Run { calls }) => calls.iter().any(|call| matches!(call, ToolCall::DeleteTask(_))),
        Some(PendingPlan::Pick { action } | PendingPlan::Which { action }) => action == TargetAction::Delete,
        _ => false,
    }
}

/// The stored form of what the answer leads to.
pub(super) fn stored(pending: &PendingAction) -> Option<PendingPlan> {
    serde_json::from_value(pending.action.clone()).ok()
}
