//! How a model's turn ends: the reply, composed of what may be said and of our receipts.

use std::sync::Arc;

use jiff::Timestamp;
use saydo_domain::{AnsweredBy, ChangeId, TaskNumber, ToolCallRecord, TurnStatus};
use saydo_lang::Moment;
use saydo_store::Tx;

use super::{End, ModelTurn};
use crate::{
    AppError, Caller, Clock, Missing,
    chat::{
        ending::{Came, Ended, Ending},
        memory::Memory,
        say,
        turn::Before,
        turns::{Recorder, live::Cut},
    },
    llm::ModelError,
    planner::{Plan, Question, offline::Proposal},
    reply::talk,
    tools::Done,
};

/// When nothing was done, though it may have sounded otherwise.
const NOTHING_CHANGED: &str = "Nothing was changed.";
const STOPPED: &str = "Stopped.";
const NOT_THE_REST: &str = "I couldn't finish the rest.";
const TOO_MUCH: &str = "I stopped there: that took more steps than I take for one message.";

/// The transaction in which a model's turn ends.
struct Final {
    caller: Caller,
    clock: Clock,
    began: Timestamp,
    moment: Moment,
    recorder: Arc<Recorder>,
    question: Option<Question>,
    response: String,
    records: Vec<ToolCallRecord>,
    done: Vec<Done>,
    change: Option<ChangeId>,
    answered_by: AnsweredBy,
    status: TurnStatus,
}

impl ModelTurn<'_> {
    pub(super) async fn finish(self, end: End, before: Before, proposal: Proposal) -> Result<(), AppError> {
        let recorder = &self.job.recorder;
        let told = recorder.text_so_far();
        let receipt = say::deed(&self.done, &self.moment.now);
        let changed = self.changed();
        let (mut parts, mut status, mut question) = (vec![told.clone()], TurnStatus::Finished, None);
        match end {
            End::Failed(error) if !changed => return self.without_model(&error, before, proposal).await,
            End::Answered if !changed && told.is_empty() && !self.claims.held() => {
                if self.done.iter().all(|done| matches!(done, Done::Refused(_))) {
                    return self.without_model(&ModelError::Malformed("no answer".to_owned()), before, proposal).await;
                }
                // It looked and said nothing: what it saw is the answer.
                parts.push(say::reply(&Plan::default(), &self.done, None, &self.moment.now));
            }
            End::Answered => parts.extend(receipt.or_else(|| self.nothing_changed())),
            End::Failed(_) => parts.extend(receipt.into_iter().chain([NOT_THE_REST.to_owned()])),
            End::Limit => {
                parts.extend(receipt.or_else(|| self.nothing_changed()));
                parts.push(TOO_MUCH.to_owned());
            }
            End::Card(card) => {
                parts.extend(receipt);
                parts.push(say::reply(&Plan::default(), &[], Some(&card), &self.moment.now));
                question = Some(card);
            }
            End::Cut(cut) => {
                status = if cut == Cut::Stopped { TurnStatus::Cancelled } else { TurnStatus::Interrupted };
                let word = if cut == Cut::Stopped { STOPPED } else { talk::SERVER_STOPPED };
                parts.push(format!("{word} {}", receipt.unwrap_or_else(|| NOTHING_CHANGED.to_owned())));
            }
        }
        parts.retain(|part| !part.is_empty());
        let answered_by = AnsweredBy::Model(self.model_name());
        self.end(parts.join("\n"), question, status, answered_by).await
    }

    fn nothing_changed(&self) -> Option<String> {
        self.claims.held().then(|| NOTHING_CHANGED.to_owned())
    }

    /// The model that answered; the first that is configured before any did.
    pub(super) fn model_name(&self) -> String {
        self.model.iter().chain(self.app.models.names()).next().map(ToString::to_string).unwrap_or_default()
    }

    /// The model gave no answer, and nothing was changed: the offline engine's, or the fixed sentence.
    async fn without_model(self, error: &ModelError, before: Before, proposal: Proposal) -> Result<(), AppError> {
        tracing::warn!(%error, turn = %self.job.recorder.turn.id, "no model answered");
        if !proposal.is_lost() {
            return self.app.turn_by_proposal(self.job, before, proposal, None).await;
        }
        self.end(talk::TROUBLE.to_owned(), None, TurnStatus::Finished, AnsweredBy::Offline).await
    }

    async fn end(
        self,
        response: String,
        question: Option<Question>,
        status: TurnStatus,
        answered_by: AnsweredBy,
    ) -> Result<(), AppError> {
        let Self { app, job, moment, records, done, change, .. } = self;
        let recorder = Arc::clone(&job.recorder);
        let last = Final {
            caller: job.caller.clone(),
            clock: app.clock,
            began: job.began,
            moment,
            recorder: Arc::clone(&recorder),
            question,
            response,
            records,
            done,
            change,
            answered_by,
            status,
        };
        let writing = recorder.lock().await;
        let Ended { events, .. } = app.store.write(move |tx| Box::pin(last.run(tx))).await?;
        recorder.stored(events);
        drop(writing);
        Ok(())
    }
}

impl Final {
    async fn run(self, tx: &mut Tx) -> Result<Ended, AppError> {
        let Self { caller, clock, began, moment, recorder, question, response, records, done, .. } = self;
        let conversation = recorder.turn.conversation;
        // Other turns may have gone on in this conversation since.
        let (_, memory) =
            tx.conversation_find(caller.id(), conversation).await?.ok_or(AppError::NotFound(Missing::Conversation))?;
        let memory: Memory = serde_json::from_value(memory).unwrap_or_default();
        let focus: Vec<TaskNumber> = say::acted_on(&done);
        // What was asked in the meantime is still to be answered. What was asked before is out of sight now, and a
        // “yes” must not be taken for it.
        let waiting = tx.pending_find(caller.id(), conversation).await?;
        let older = waiting.is_some_and(|waiting| waiting.created_at <= began);
        if question.is_some() || older {
            tx.pending_clear(caller.id(), conversation).await?;
        }
        let ending = Ending { caller, clock, moment, conversation, fresh: false, memory, recorder: Some(recorder) };
        let came = Came {
            plan: Plan::default(),
            question,
            waiting: None,
            response,
            records,
            done,
            focus,
            change: self.change,
            answered_by: self.answered_by,
            status: self.status,
        };
        ending.run(tx, came).await
    }
}
