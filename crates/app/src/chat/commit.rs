//! The transaction of a turn: effects, journal, messages, question, memory and stored answer, all or nothing.

use jiff::{SignedDuration, Timestamp};
use saydo_domain::{
    AnsweredBy, ChangeId, ConversationId, ConversationTitle, MessageText, PendingAction, PendingId, PendingTask, Role,
    Task, TaskNumber,
};
use saydo_lang::Moment;
use saydo_store::{ReplyFacts, Tx};
use uuid::Uuid;

use super::{
    memory::{LastAct, Memory},
    say,
    turn::ChatReply,
};
use crate::{
    AppError, Caller, Clock, Missing,
    execute::Journal,
    idempotency::{self, Answer},
    planner::{PendingPlan, Plan, Question, TargetAction, offline::Proposal},
    tools::{Done, ToolRun},
    view::PendingView,
};

/// How long a question can be answered.
const PENDING_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Everything a turn's transaction needs.
pub(super) struct TurnCommit {
    pub(super) caller: Caller,
    pub(super) clock: Clock,
    pub(super) moment: Moment,
    pub(super) conversation: Option<ConversationId>,
    pub(super) message: MessageText,
    pub(super) proposal: Proposal,
    pub(super) memory: Memory,
    pub(super) pending: Option<PendingAction>,
}

impl TurnCommit {
    pub(super) async fn run(mut self, tx: &mut Tx) -> Result<ChatReply, AppError> {
        let now = self.clock.now();
        let conversation = self.conversation(tx, now).await?;
        self.use_up_question(tx, conversation).await?;
        tx.message_insert(self.caller.id(), conversation, Role::User, self.message.as_str(), &[], now).await?;

        let mut plan = std::mem::take(&mut self.proposal.plan);
        if let Some(sentence) = self.changed_meanwhile(tx, &plan).await? {
            plan = Plan::say(sentence);
        }
        let mut run = ToolRun {
            caller: self.caller.clone(),
            clock: self.clock,
            moment: self.moment.clone(),
            journal: Journal::new(&self.caller, self.clock, Some(conversation)),
            one_change: plan.instead,
            records: Vec::new(),
            done: Vec::new(),
        };
        for call in std::mem::take(&mut plan.calls) {
            run.run(tx, call).await?;
            // What could not be taken back must not be done to another task as well.
            if plan.instead && matches!(run.done.last(), Some(Done::Refused(_))) {
                break;
            }
        }
        let question = plan.question.take().or_else(|| say::follow_up(&run.done));
        let response = say::reply(&plan, &run.done, question.as_ref(), &self.moment.now);
        let focus = run.focus();
        let ToolRun { records, done, journal, .. } = run;
        let change = self.journal(tx, journal, &done).await?;
        let pending = self.ask(tx, conversation, question.as_ref(), now).await?;
        let answered_by = AnsweredBy::Offline;
        let facts = ReplyFacts { tool_calls: &records, change_id: change, answered_by: &answered_by };
        tx.reply_insert(self.caller.id(), conversation, &response, facts, now).await?;
        self.remember(tx, conversation, plan, Did { done: &done, focus, change }, question.as_ref()).await?;
        tx.conversation_touch(self.caller.id(), conversation, now).await?;
        let reply = ChatReply {
            conversation_id: conversation.get(),
            response,
            tool_calls: records,
            change_id: change.map(|id| id.to_string()),
            pending: pending.as_ref().map(PendingView::from),
            answered_by,
        };
        idempotency::keep(tx, &self.caller, now, Answer::json(200, Vec::new(), &reply)?).await?;
        Ok(reply)
    }

    async fn conversation(&self, tx: &mut Tx, now: Timestamp) -> Result<ConversationId, AppError> {
        match self.conversation {
            None => {
                let title = ConversationTitle::from_message(&self.message);
                Ok(tx.conversation_insert(self.caller.id(), &title, now).await?)
            }
            Some(id) => match tx.conversation_find(self.caller.id(), id).await? {
                Some(_) => Ok(id),
                None => Err(AppError::NotFound(Missing::Conversation)),
            },
        }
    }

    /// A question is answered once: whoever takes it first wins. A new command does away with it; mere talk does not.
    async fn use_up_question(&self, tx: &mut Tx, conversation: ConversationId) -> Result<(), AppError> {
        if let Some(pending) = self.pending.as_ref().filter(|_| self.proposal.answers) {
            let taken = tx.pending_take(self.caller.id(), conversation, pending.id).await?;
            return taken.map(|_| ()).ok_or(AppError::NotFound(Missing::Pending));
        }
        let plan = &self.proposal.plan;
        if self.conversation.is_some() && (plan.question.is_some() || !plan.calls.is_empty()) {
            tx.pending_clear(self.caller.id(), conversation).await?;
        }
        Ok(())
    }

    /// An acceptance holds only for the versions that were shown.
    async fn changed_meanwhile(&self, tx: &mut Tx, plan: &Plan) -> Result<Option<String>, AppError> {
        for (number, version) in &plan.versions {
            let current = tx.task_find(self.caller.id(), *number).await?;
            if current.as_ref().map(|task| task.version) != Some(*version) {
                return Ok(Some(match current {
                    Some(task) => format!(
                        "“{}” (#{number}) was changed after I asked, so nothing was done. Please say it again.",
                        task.title
                    ),
                    None => format!("#{number} is gone since I asked, so nothing was done. Please say it again."),
                }));
            }
        }
        Ok(None)
    }

    /// The turn's change; a turn that only undid something is represented by the undo's own change.
    async fn journal(&self, tx: &mut Tx, journal: Journal, done: &[Done]) -> Result<Option<ChangeId>, AppError> {
        let undone = done.iter().rev().find_map(|done| match done {
            Done::Undone(undone) => Some(undone.id),
            _ => None,
        });
        let summary = say::deed(done, &self.moment.now).unwrap_or_default();
        Ok(journal.commit(tx, &summary).await?.or(undone))
    }

    async fn ask(
        &self,
        tx: &mut Tx,
        conversation: ConversationId,
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
            conversation_id: conversation,
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
        conversation: ConversationId,
        plan: Plan,
        did: Did<'_>,
        question: Option<&Question>,
    ) -> Result<(), AppError> {
        let before = self.memory.clone();
        let memory = &mut self.memory;
        memory.last = last_act(memory.last.take(), &plan, &did);
        let Did { done, focus, .. } = did;
        let listed = say::listed(done);
        if !listed.is_empty() {
            memory.listing = listed;
        } else if let Some(shown) = plan.shown {
            memory.listing = shown;
        } else if let Some(question) = question.filter(|question| !question.tasks.is_empty()) {
            memory.listing = question.tasks.iter().map(|task| task.number).collect();
        }
        let asked_about = question.map(|question| &question.tasks).filter(|tasks| !tasks.is_empty());
        if let Some(focus) = plan.focus.or((!focus.is_empty()).then_some(focus)) {
            memory.focus = focus;
        } else if let Some(tasks) = asked_about {
            // “Actually, delete it instead.”
            memory.focus = tasks.iter().map(|task| task.number).collect();
        }
        if let Some(deed) = say::deed(done, &self.moment.now) {
            memory.deed = Some(deed);
            memory.last_was_add = say::only_added(done);
        }
        if !plan.reasons.is_empty() {
            memory.reasons = plan.reasons;
        }
        if *memory != before || self.conversation.is_none() {
            let value = serde_json::to_value(&*memory).map_err(|error| AppError::Internal(error.to_string()))?;
            tx.conversation_set_memory(self.caller.id(), conversation, &value).await?;
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
        (None, Some(TargetAction::Show)) => {
            let tasks = plan.focus.clone().unwrap_or_default();
            Some(LastAct { action: TargetAction::Show, tasks, changes: Vec::new() })
        }
        (None, _) => before,
    }
}
