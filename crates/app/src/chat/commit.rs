//! The transaction of a turn: effects, journal, messages, question, memory and stored answer, all or nothing.

use std::sync::Arc;

use jiff::Timestamp;
use saydo_domain::{
    AnsweredBy, ChangeId, ConversationId, ConversationTitle, MessageText, PendingAction, Role, TurnStatus,
};
use saydo_lang::Moment;
use saydo_store::Tx;

use super::{
    ending::{Came, Ended, Ending},
    memory::Memory,
    say,
    turns::Recorder,
    waiting::Waiting,
};
use crate::{
    AppError, Caller, Clock, Missing,
    execute::Journal,
    planner::{Plan, Question, offline::Proposal},
    tools::{Done, ToolRun},
};

/// Everything the transaction of a turn of the offline engine needs.
pub(super) struct TurnCommit {
    pub(super) caller: Caller,
    pub(super) clock: Clock,
    pub(super) moment: Moment,
    pub(super) conversation: Option<ConversationId>,
    pub(super) message: MessageText,
    pub(super) proposal: Proposal,
    pub(super) memory: Memory,
    pub(super) pending: Option<PendingAction>,
    /// A sentence that goes after the reply.
    pub(super) note: Option<&'static str>,
    /// For a turn that is tracked: its message is in the conversation already.
    pub(super) recorder: Option<Arc<Recorder>>,
}

impl TurnCommit {
    pub(super) async fn run(mut self, tx: &mut Tx) -> Result<Ended, AppError> {
        let now = self.clock.now();
        let conversation = self.conversation(tx, now).await?;
        self.use_up_question(tx, conversation).await?;
        if self.recorder.is_none() {
            let text = self.message.as_str();
            tx.message_insert(self.caller.id(), conversation, Role::User, text, &[], now).await?;
        }
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
            in_the_way: Vec::new(),
            records: Vec::new(),
            done: Vec::new(),
        };
        carry_out(&mut run, tx, &mut plan).await?;
        let undo_first = || say::undo_first(&run.in_the_way, &run.records);
        let question = plan.question.take().or_else(|| say::follow_up(&run.done)).or_else(undo_first);
        let waiting = match question.is_none() && self.pending.is_some() {
            true => Waiting::find(tx, &self.caller, conversation, &plan, &self.moment.now).await?,
            false => None,
        };
        let response = self.response(&mut plan, &run.done, question.as_ref(), waiting.as_ref());
        let focus = run.focus();
        let ToolRun { records, done, journal, .. } = run;
        let change = self.journal(tx, journal, &plan, &done).await?;
        let TurnCommit { caller, clock, moment, memory, recorder, .. } = self;
        let fresh = self.conversation.is_none();
        let ending = Ending { caller, clock, moment, conversation, fresh, memory, recorder };
        let answered_by = AnsweredBy::Offline;
        let status = TurnStatus::Finished;
        let waiting = waiting.map(|waiting| waiting.question);
        let came = Came { plan, question, waiting, response, records, done, focus, change, answered_by, status };
        ending.run(tx, came).await
    }

    /// What is answered, with the question that is left open shown again.
    fn response(
        &self,
        plan: &mut Plan,
        done: &[Done],
        question: Option<&Question>,
        waiting: Option<&Waiting>,
    ) -> String {
        let now = &self.moment.now;
        if let Some(waiting) = waiting {
            waiting.reword(plan);
        }
        let said = say::reply(plan, done, question, now);
        let asked = waiting.map(|waiting| waiting.prompt(now));
        let parts = std::iter::once(said).chain(asked).chain(self.note.map(str::to_owned));
        parts.collect::<Vec<_>>().join("\n")
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

    /// A question is answered once: whoever takes it first wins. A new command does away with it; after mere talk it
    /// is shown again.
    async fn use_up_question(&self, tx: &mut Tx, conversation: ConversationId) -> Result<(), AppError> {
        if let Some(pending) = self.pending.as_ref().filter(|_| self.proposal.answers) {
            let taken = tx.pending_take(self.caller.id(), conversation, pending.id).await?;
            return taken.map(|_| ()).ok_or(AppError::NotFound(Missing::Pending));
        }
        let plan = &self.proposal.plan;
        if self.conversation.is_some()
            && (plan.question.is_some() || !plan.calls.is_empty() || !plan.restore.is_empty())
        {
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
    async fn journal(
        &self,
        tx: &mut Tx,
        journal: Journal,
        plan: &Plan,
        done: &[Done],
    ) -> Result<Option<ChangeId>, AppError> {
        let undone = done.iter().rev().find_map(|done| match done {
            Done::Undone(undone) => Some(undone.id),
            _ => None,
        });
        let summary = say::deed_of(plan, done, &self.moment.now).unwrap_or_default();
        Ok(journal.commit(tx, &summary).await?.or(undone))
    }
}

/// Runs the calls of a plan, and takes out of the trash what it names.
async fn carry_out(run: &mut ToolRun, tx: &mut Tx, plan: &mut Plan) -> Result<(), AppError> {
    for call in std::mem::take(&mut plan.calls) {
        run.run(tx, call).await?;
        // What could not be taken back must not be done to another task as well.
        if plan.instead && matches!(run.done.last(), Some(Done::Refused(_))) {
            break;
        }
    }
    for number in std::mem::take(&mut plan.restore) {
        run.restore(tx, number).await?;
    }
    Ok(())
}
