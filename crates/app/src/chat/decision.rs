//! A decision about a waiting question, made with buttons instead of words: what it says, and the turn it makes.

use std::collections::HashSet;

use saydo_domain::{ConversationId, MessageText, PendingAction, PendingId, ValidationError};
use saydo_lang::{Answer, Draft, Moment, parse_line};
use serde::Deserialize;

use super::{
    ChatReply,
    turn::{Before, Said},
};
use crate::{App, AppError, Caller, Missing};

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
#[schema(example = json!({"decision": "accept"}))]
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

impl App {
    /// A decision about a waiting question, as a turn of its own.
    ///
    /// # Errors
    /// `NotFound` when the conversation or the question is missing, answered or expired; `Invalid` for task ids
    /// that were not shown; `TooMuchAtOnce`.
    pub async fn pending_decide(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        id: PendingId,
        decision: PendingDecision,
    ) -> Result<ChatReply, AppError> {
        let ticket = self.fair.turns.queue(caller.id())?;
        let _at_work = ticket.work().await?;
        self.must_fit_today(caller).await?;
        let Before { memory, pending, .. } = self.before(caller, Some(conversation)).await?;
        let pending = pending.filter(|pending| pending.id == id).ok_or(AppError::NotFound(Missing::Pending))?;
        let moment = self.moment(caller);
        let (answer, message) = decision.answer(&pending, &moment)?;
        let proposal = self.propose(caller, &memory, Some(&pending), None, &message, Some(&answer)).await?;
        let said = Said { conversation: Some(conversation), message, note: None, recorder: None };
        Ok(self.commit(caller, said, proposal, memory, Some(pending)).await?.reply)
    }
}

impl PendingDecision {
    /// The decision as an answer, and as the message that stands for it in the conversation.
    pub(super) fn answer(self, pending: &PendingAction, moment: &Moment) -> Result<(Answer, MessageText), AppError> {
        if self.decision == Decision::Reject {
            return Ok((Answer::Reject, MessageText::new("No")?));
        }
        if let Some(mut ids) = self.task_ids {
            let mut named = HashSet::new();
            ids.retain(|id| named.insert(*id));
            let place = |id: &i64| pending.tasks.iter().position(|task| task.number.get() == *id);
            let picked: Option<Vec<usize>> = ids.iter().map(place).collect();
            let refuse = || ValidationError::new("task_ids", "Pick from the tasks of the question.");
            let picked = picked.filter(|picked| !picked.is_empty()).ok_or_else(refuse)?;
            let numbers: Vec<String> = ids.iter().map(|id| format!("#{id}")).collect();
            return Ok((Answer::Pick(picked), MessageText::new(&numbers.join(", "))?));
        }
        if let Some(text) = self.text.filter(|text| !text.trim().is_empty()) {
            let refuse = |error: ValidationError| ValidationError::new("text", error.to_string());
            let message = MessageText::new(&text).map_err(refuse)?;
            let line = parse_line(message.as_str(), moment);
            let draft = Draft {
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
