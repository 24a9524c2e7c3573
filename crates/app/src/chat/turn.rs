//! A turn: read, propose, commit.

use std::{sync::Arc, time::Instant};

use saydo_domain::{
    AnsweredBy, ConversationId, Door, MessageText, PendingAction, PendingId, PendingKind, ToolCallRecord,
};
use saydo_lang::Answer;
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;

use super::{PendingDecision, choice::Way, commit::TurnCommit, ending::Ended, memory::Memory, turns::Recorder};
use crate::{
    App, AppError, Caller, Missing,
    chat::PlannerChoice,
    figures,
    planner::{
        PendingPlan, TargetAction,
        offline::{self, Input, Proposal},
    },
    view::PendingView,
};

/// The answer to a chat message, in the wire shape of API.md.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ChatReply {
    /// The conversation; a new one when none was named.
    pub conversation_id: i64,
    /// The reply's text.
    pub response: String,
    /// The tool calls behind it.
    #[schema(value_type = Vec<Object>)]
    pub tool_calls: Vec<ToolCallRecord>,
    /// What `undo` puts back, if anything changed.
    pub change_id: Option<String>,
    /// The question that now waits for an answer.
    pub pending: Option<PendingView>,
    /// `offline`, or the model's name.
    #[schema(value_type = String)]
    pub answered_by: AnsweredBy,
}

/// What a turn is asked for with.
#[derive(Debug, Clone)]
pub struct TurnRequest {
    /// The conversation to go on with; a new one without it, unless a thread names one.
    pub conversation: Option<ConversationId>,
    /// The name an outside client knows the conversation by (`agui:…`); it is made when there is none of that name.
    pub thread: Option<String>,
    /// What is said.
    pub message: MessageText,
    /// Which planner is wanted for this turn; the person's own choice without it.
    pub planner: Option<PlannerChoice>,
    /// A decision about a waiting question, instead of what is said.
    pub decision: Option<(PendingId, PendingDecision)>,
}

impl TurnRequest {
    /// A message in a new conversation.
    #[must_use]
    pub const fn new(message: MessageText) -> Self {
        Self { conversation: None, thread: None, message, planner: None, decision: None }
    }
}

/// A message on its way into a transaction.
pub(super) struct Said {
    pub(super) conversation: Option<ConversationId>,
    pub(super) message: MessageText,
    /// A sentence that goes after the reply.
    pub(super) note: Option<&'static str>,
    pub(super) recorder: Option<Arc<Recorder>>,
}

/// What a turn reads before it is planned.
pub(super) struct Before {
    pub(super) memory: Memory,
    pub(super) pending: Option<PendingAction>,
    /// The question whose time is over.
    pub(super) expired: Option<PendingAction>,
}

impl Before {
    /// Whether the waiting question is the engine's own about deleting. A plan card is not: a program can bring one
    /// about, and must not give itself leave to delete by it.
    pub(super) fn asked_about_deletion(&self) -> bool {
        let then = self.pending.as_ref().and_then(|pending| serde_json::from_value(pending.action.clone()).ok());
        match then {
            Some(PendingPlan::Pick { action } | PendingPlan::Which { action }) => action == TargetAction::Delete,
            _ => false,
        }
    }
}

impl App {
    /// Whether an answer to what waits in this conversation may delete one of its tasks.
    ///
    /// # Errors
    /// `NotFound` for a conversation that is missing or somebody else's; store errors.
    pub async fn asked_about_deletion(&self, caller: &Caller, conversation: ConversationId) -> Result<bool, AppError> {
        Ok(self.before(caller, Some(conversation)).await?.asked_about_deletion())
    }

    pub(super) async fn before(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
    ) -> Result<Before, AppError> {
        let Some(id) = conversation else {
            return Ok(Before { memory: Memory::default(), pending: None, expired: None });
        };
        let mut conn = self.store.read().await?;
        let (_, memory) =
            conn.conversation_find(caller.id(), id).await?.ok_or(AppError::NotFound(Missing::Conversation))?;
        let pending = conn.pending_find(caller.id(), id).await?;
        let memory = Memory { conversation: Some(id), ..serde_json::from_value(memory).unwrap_or_default() };
        let now = self.clock.now();
        let (pending, expired) = match pending {
            Some(pending) if pending.expires_at > now => (Some(pending), None),
            over => (None, over),
        };
        Ok(Before { memory, pending, expired })
    }

    /// One turn: the message is understood, carried out and answered. In one transaction when the offline engine
    /// answers; a turn that needs a model is tracked, and goes on when whoever waits here goes away.
    ///
    /// # Errors
    /// `NotFound` for a conversation that is missing or somebody else's; `TooMuchAtOnce`; store errors.
    pub async fn chat_send(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        message: MessageText,
    ) -> Result<ChatReply, AppError> {
        self.turn(caller, TurnRequest { conversation, ..TurnRequest::new(message) }).await
    }

    /// As [`Self::chat_send`], with everything that can be asked for.
    ///
    /// # Errors
    /// As there.
    pub async fn turn(&self, caller: &Caller, request: TurnRequest) -> Result<ChatReply, AppError> {
        // Both need a conversation before anything is planned; and what a turn was begun for is not done beside it.
        if request.thread.is_none() && request.decision.is_none() && self.turn_of_key(caller).await?.is_none() {
            let span = tracing::info_span!("turn", planner = "offline");
            match self.turn_offline(caller, &request).instrument(span).await {
                // Somebody else answered the question first: what is said now is read without it.
                Err(AppError::NotFound(Missing::Pending)) => {
                    if let Some(reply) = self.turn_offline(caller, &request).await? {
                        return Ok(reply);
                    }
                }
                done => {
                    if let Some(reply) = done? {
                        return Ok(reply);
                    }
                }
            }
        }
        self.turn_begin(caller, request).await?.reply().await
    }

    /// Refuses a turn before any work is put into it, when its day has no room even for what was said.
    pub(super) async fn must_fit_today(&self, caller: &Caller) -> Result<(), AppError> {
        Ok(self.store.day_must_have_room(caller.id(), self.clock.now()).await?)
    }

    /// The whole turn, when no model is needed for it.
    async fn turn_offline(&self, caller: &Caller, request: &TurnRequest) -> Result<Option<ChatReply>, AppError> {
        let began = Instant::now();
        let ticket = self.fair.turns.queue(caller.id())?;
        let _at_work = ticket.work().await?;
        self.must_fit_today(caller).await?;
        let Before { memory, pending, expired } = self.before(caller, request.conversation).await?;
        let message = request.message.clone();
        let proposal = self.propose(caller, &memory, pending.as_ref(), expired.as_ref(), &message, None).await?;
        let way = self.way(caller, request.planner, &proposal).await?;
        let Way::Offline { note } = way else { return Ok(None) };
        let said = Said { conversation: request.conversation, message, note, recorder: None };
        let ended = self.commit(caller, said, proposal, memory, pending.or(expired)).await;
        let ended = ended.inspect_err(figures::turn_failed)?;
        figures::turn("offline", "answered", began.elapsed());
        Ok(Some(ended.reply))
    }

    /// What the offline engine makes of a message, or of a decision that stands for it.
    pub(super) async fn propose(
        &self,
        caller: &Caller,
        memory: &Memory,
        pending: Option<&PendingAction>,
        expired: Option<&PendingAction>,
        message: &MessageText,
        answer: Option<&Answer>,
    ) -> Result<Proposal, AppError> {
        // A program that talks on must not agree to a plan in the person's place.
        let plan = pending.is_some_and(|pending| pending.kind == PendingKind::Confirm);
        if answer.is_none() && plan && caller.door == Door::Mcp {
            let detail = "A plan waits here for the person's own decision.".to_owned();
            return Err(AppError::Conflict { code: "person_needed", detail });
        }
        let moment = self.moment(caller);
        let input = Input { caller, moment: &moment, memory, pending, expired, desk: &self.fair.desk };
        let mut conn = self.store.read().await?;
        match answer {
            None => offline::propose(&input, &mut conn, message.as_str()).await,
            Some(answer) => offline::propose_answer(&input, &mut conn, message.as_str(), answer).await,
        }
    }

    pub(super) async fn commit(
        &self,
        caller: &Caller,
        said: Said,
        proposal: Proposal,
        memory: Memory,
        pending: Option<PendingAction>,
    ) -> Result<Ended, AppError> {
        let Said { conversation, message, note, recorder } = said;
        let turn = TurnCommit {
            moment: self.moment(caller),
            clock: self.clock,
            caller: caller.clone(),
            conversation,
            message,
            proposal,
            memory,
            pending,
            note,
            recorder,
        };
        self.store.write(move |tx| Box::pin(turn.run(tx))).await
    }
}
