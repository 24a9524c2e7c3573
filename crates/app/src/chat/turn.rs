//! A turn: read, propose, commit.

use saydo_domain::{AnsweredBy, ConversationId, MessageText, PendingAction, PendingId, ToolCallRecord};
use saydo_lang::Answer;
use serde::{Deserialize, Serialize};

use crate::{
    App, AppError, Caller, Missing,
    chat::{commit::TurnCommit, memory::Memory},
    planner::offline::{self, Input, Proposal},
    view::PendingView,
};

/// The answer to a chat message, in the wire shape of API.md.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
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

/// Yes or no to a waiting question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Go ahead.
    Accept,
    /// Leave it.
    Reject,
}

/// The body of `POST /api/conversations/{id}/pending/{pending_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PendingDecision {
    /// Yes or no.
    pub decision: Decision,
    /// Only these of the tasks shown.
    #[serde(default)]
    pub task_ids: Option<Vec<i64>>,
    /// The answer in words, where text was asked for.
    #[serde(default)]
    pub text: Option<String>,
}

/// What a turn reads before it is planned.
struct Before {
    memory: Memory,
    pending: Option<PendingAction>,
    /// The question whose time is over.
    expired: Option<PendingAction>,
}

impl App {
    async fn before(&self, caller: &Caller, conversation: Option<ConversationId>) -> Result<Before, AppError> {
        let Some(id) = conversation else {
            return Ok(Before { memory: Memory::default(), pending: None, expired: None });
        };
        let mut conn = self.store.read().await?;
        let (_, memory) =
            conn.conversation_find(caller.id(), id).await?.ok_or(AppError::NotFound(Missing::Conversation))?;
        let pending = conn.pending_find(caller.id(), id).await?;
        let memory = serde_json::from_value(memory).unwrap_or_default();
        let now = self.clock.now();
        let (pending, expired) = match pending {
            Some(pending) if pending.expires_at > now => (Some(pending), None),
            over => (None, over),
        };
        Ok(Before { memory, pending, expired })
    }

    /// One turn: the message is understood, carried out and answered, in one transaction.
    ///
    /// # Errors
    /// `NotFound` for a conversation that is missing or somebody else's; store errors.
    pub async fn chat_send(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        message: MessageText,
    ) -> Result<ChatReply, AppError> {
        match self.turn(caller, conversation, message.clone()).await {
            // Somebody else answered the question first: what is said now is read without it.
            Err(AppError::NotFound(Missing::Pending)) => self.turn(caller, conversation, message).await,
            done => done,
        }
    }

    async fn turn(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        message: MessageText,
    ) -> Result<ChatReply, AppError> {
        let Before { memory, pending, expired } = self.before(caller, conversation).await?;
        let moment = self.moment(caller);
        let input =
            Input { caller, moment: &moment, memory: &memory, pending: pending.as_ref(), expired: expired.as_ref() };
        let mut conn = self.store.read().await?;
        let proposal = offline::propose(&input, &mut conn, message.as_str()).await?;
        drop(conn);
        self.commit(caller, conversation, message, proposal, memory, pending.or(expired)).await
    }

    /// A decision about a waiting question, as a turn of its own.
    ///
    /// # Errors
    /// `NotFound` when the conversation or the question is missing, answered or expired; `Invalid` for task ids
    /// that were not shown.
    pub async fn pending_decide(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        id: PendingId,
        decision: PendingDecision,
    ) -> Result<ChatReply, AppError> {
        let Before { memory, pending, .. } = self.before(caller, Some(conversation)).await?;
        let pending = pending.filter(|pending| pending.id == id).ok_or(AppError::NotFound(Missing::Pending))?;
        let moment = self.moment(caller);
        let (answer, message) = decision.answer(&pending, &moment)?;
        let input = Input { caller, moment: &moment, memory: &memory, pending: Some(&pending), expired: None };
        let mut conn = self.store.read().await?;
        let proposal = offline::propose_answer(&input, &mut conn, message.as_str(), &answer).await?;
        drop(conn);
        self.commit(caller, Some(conversation), message, proposal, memory, Some(pending)).await
    }

    async fn commit(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        message: MessageText,
        proposal: Proposal,
        memory: Memory,
        pending: Option<PendingAction>,
    ) -> Result<ChatReply, AppError> {
        let turn = TurnCommit {
            moment: self.moment(caller),
            clock: self.clock,
            caller: caller.clone(),
            conversation,
            message,
            proposal,
            memory,
            pending,
        };
        self.store.write(move |tx| Box::pin(turn.run(tx))).await
    }
}

impl PendingDecision {
    /// The decision as an answer, and as the message that stands for it in the conversation.
    fn answer(self, pending: &PendingAction, moment: &saydo_lang::Moment) -> Result<(Answer, MessageText), AppError> {
        if self.decision == Decision::Reject {
            return Ok((Answer::Reject, MessageText::new("No")?));
        }
        if let Some(ids) = self.task_ids {
            let place = |id: &i64| pending.tasks.iter().position(|task| task.number.get() == *id);
            let picked: Option<Vec<usize>> = ids.iter().map(place).collect();
            let refuse = || saydo_domain::ValidationError::new("task_ids", "Pick from the tasks of the question.");
            let picked = picked.filter(|picked| !picked.is_empty()).ok_or_else(refuse)?;
            let numbers: Vec<String> = ids.iter().map(|id| format!("#{id}")).collect();
            return Ok((Answer::Pick(picked), MessageText::new(&numbers.join(", "))?));
        }
        if let Some(text) = self.text.filter(|text| !text.trim().is_empty()) {
            let refuse =
                |error: saydo_domain::ValidationError| saydo_domain::ValidationError::new("text", error.to_string());
            let message = MessageText::new(&text).map_err(refuse)?;
            let line = saydo_lang::parse_line(message.as_str(), moment);
            let draft = saydo_lang::Draft {
                title: line.title,
                description: line.description,
                due: line.due,
                recurrence: line.recurrence,
                priority: line.priority,
                labels: line.labels,
                spans: line.spans,
                problems: line.problems,
                relative_to: None,
            };
            return Ok((Answer::Text(Box::new(draft)), message));
        }
        Ok((Answer::Accept, MessageText::new("Yes")?))
    }
}
