//! The end of a turn, whichever planner came to it: question, reply, memory, the stored answer, the last events.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use saydo_domain::{
    AnsweredBy, ChangeId, ConversationId, PendingAction, PendingId, PendingKind, PendingTask, Task, TaskNumber,
    ToolCallRecord, TurnStatus,
};
use saydo_lang::Moment;
use saydo_store::{ReplyFacts, Tx};
use uuid::Uuid;

use super::{
    memory::{LastAct, LastQuery, Memory},
    say,
    turn::ChatReply,
    turns::Recorder,
};
use crate::{
    AppError, Caller, Clock,
    idempotency::{self, Answer},
    planner::{PendingPlan, Plan, Question, TargetAction},
    tools::Done,
    view::PendingView,
};

/// How long a question can be answered.
const PENDING_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Where a turn ends.
pub(super) struct Ending {
    pub(super) caller: Caller,
    pub(super) clock: Clock,
    pub(super) moment: Moment,
    pub(super) conversation: ConversationId,
    /// Whether this very transaction makes the conversation.
    pub(super) fresh: bool,
    pub(super) memory: Memory,
    /// For a turn that is tracked.
    pub(super) recorder: Option<Arc<Recorder>>,
}

/// What a turn came to.
pub(super) struct Came {
    /// The plan without its calls and its question.
    pub(super) plan: Plan,
    pub(super) question: Option<Question>,
    /// The question of an earlier turn that is shown again.
    pub(super) waiting: Option<PendingAction>,
    pub(super) response: String,
    pub(super) records: Vec<ToolCallRecord>,
    pub(super) done: Vec<Done>,
    pub(super) focus: Vec<TaskNumber>,
    pub(super) change: Option<ChangeId>,
    pub(super) answered_by: AnsweredBy,
    pub(super) status: TurnStatus,
}

/// A turn that is over.
pub(super) struct Ended {
    pub(super) reply: ChatReply,
    /// The events that were stored and are now to be told, for a turn that is tracked.
    pub(super) events: Vec<String>,
}

impl Ending {
    pub(super) async fn run(mut self, tx: &mut Tx, came: Came) -> Result<Ended, AppError> {
        let Came { plan, question, waiting, response, records, done, focus, change, answered_by, status } = came;
        let now = self.clock.now();
        let conversation = self.conversation;
        let pending = self.ask(tx, question.as_ref(), now).await?.or(waiting);
        let facts = ReplyFacts { tool_calls: &records, change_id: change, answered_by: &answered_by };
        let said = tx.reply_insert(self.caller.id(), conversation, &response, facts, now).await?;
        self.remember(tx, plan, Did { done: &done, focus, change }, question.as_ref()).await?;
        tx.conversation_touch(self.caller.id(), conversation, now).await?;
        let reply = ChatReply {
            conversation_id: conversation.get(),
            response,
            tool_calls: records,
            change_id: change.map(|id| id.to_string()),
            pending: pending.as_ref().map(PendingView::from),
            answered_by,
        };
        match &self.recorder {
            // What it did is no answer yet: the same request goes on with it.
            Some(recorder) if status == TurnStatus::Interrupted => recorder.broke_off(tx, change, said).await?,
            _ => idempotency::keep(tx, &self.caller, now, Answer::json(200, Vec::new(), &reply)?).await?,
        }
        let events = match &self.recorder {
            None => Vec::new(),
            Some(recorder) => {
                let events = recorder.closing(&reply, status);
                recorder.append(tx, &events).await?;
                recorder.finish(tx, status, change, Some(&reply.answered_by)).await?;
                events
            }
        };
        Ok(Ended { reply, events })
    }

    async fn ask(
        &self,
        tx: &mut Tx,
        question: Option<&Question>,
        now: Timestamp,
    ) -> Result<Option<PendingAction>, AppError> {
        let Some(question) = question else { return Ok(None) };
        let shown =
            |task: &Task| PendingTask { number: task.number, title: task.title.to_string(), version: task.version };
        let action = serde_json::to_value::<&PendingPlan>(&question.then);
        let pending = PendingAction {
            id: PendingId::new(Uuid::now_v7()),
            user_id: self.caller.id().clone(),
            conversation_id: self.conversation,
            kind: question.kind,
            prompt: question.prompt.clone(),
            tasks: question.tasks.iter().map(shown).collect(),
            action: action.map_err(|error| AppError::Internal(error.to_string()))?,
            created_at: now,
            expires_at: now.checked_add(PENDING_FOR).unwrap_or(now),
        };
        tx.pending_put(&pending).await?;
        Ok(Some(pending))
    }

    async fn remember(
        &mut self,
        tx: &mut Tx,
        plan: Plan,
        did: Did<'_>,
        question: Option<&Question>,
    ) -> Result<(), AppError> {
        let before = self.memory.clone();
        let deed = say::deed_of(&plan, did.done, &self.moment.now);
        let memory = &mut self.memory;
        let idle = did.done.is_empty() && question.is_none() && plan.focus.is_none() && plan.shown.is_none();
        // A question about nothing in particular leaves what was shown before it what it was.
        let aside = did.done.is_empty() && plan.focus.is_none() && question.is_some_and(|asked| asked.tasks.is_empty());
        let asked = plan.asked;
        let changed = did.change.is_some();
        memory.last = last_act(memory.last.take().filter(|_| idle || plan.instead), &plan, &did);
        let Did { done, focus, .. } = did;
        if !idle {
            memory.changed = changed;
            memory.last_was_add = false;
            memory.last_was_rename = say::renamed(done);
        }
        if !idle && !aside {
            memory.query = say::asked_of_list(done).map(|args| LastQuery { args: args.clone(), asked });
            memory.since = memory.since.saturating_add(1);
        }
        let listed = say::listed(done);
        if !listed.is_empty() || memory.query.is_some() && !idle && !aside {
            memory.listing = listed;
        } else if let Some(shown) = plan.shown {
            memory.listing = shown;
        } else if let Some(question) =
            question.filter(|question| question.kind != PendingKind::Ask && !question.tasks.is_empty())
        {
            memory.listing = question.tasks.iter().map(|task| task.number).collect();
        }
        let asked_about = question.map(|question| &question.tasks).filter(|tasks| !tasks.is_empty());
        if let Some(focus) = plan.focus.or((!focus.is_empty()).then_some(focus)) {
            (memory.focus, memory.undecided, memory.since) = (focus, false, 0);
        } else if let Some(tasks) = asked_about {
            // “Actually, delete it instead.”
            let which = question.is_some_and(|question| question.kind == PendingKind::Choose);
            memory.focus = tasks.iter().map(|task| task.number).collect();
            (memory.undecided, memory.since) = (which, 0);
        }
        if let Some(deed) = deed {
            memory.deed = Some(deed);
            memory.last_was_add = say::only_added(done);
        }
        if !plan.reasons.is_empty() {
            memory.reasons = plan.reasons;
        }
        if *memory != before || self.fresh {
            let value = serde_json::to_value(&*memory).map_err(|error| AppError::Internal(error.to_string()))?;
            tx.conversation_set_memory(self.caller.id(), self.conversation, &value).await?;
        }
        Ok(())
    }
}

/// What a turn did.
struct Did<'a> {
    done: &'a [Done],
    focus: Vec<TaskNumber>,
    change: Option<ChangeId>,
}

/// What “no, I meant the other one” would take back and do to another.
fn last_act(before: Option<LastAct>, plan: &Plan, did: &Did<'_>) -> Option<LastAct> {
    let earlier = |last: LastAct| if plan.instead { last.changes } else { Vec::new() };
    match (did.change, plan.action.clone()) {
        (Some(change), Some(action)) => {
            let changes = std::iter::once(change).chain(before.map(earlier).unwrap_or_default()).collect();
            Some(LastAct { action, tasks: say::acted_on(did.done), changes })
        }
        (Some(_), None) => None,
        (None, None | Some(TargetAction::Show)) if plan.focus.is_some() => {
            let tasks = plan.focus.clone().unwrap_or_default();
            Some(LastAct { action: TargetAction::Show, tasks, changes: Vec::new() })
        }
        (None, _) => before,
    }
}
