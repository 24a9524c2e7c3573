//! The rounds of a turn as the store keeps them: whoever goes on with a turn that broke off knows what it knew, and
//! does nothing twice.

use saydo_domain::{ChangeId, ToolCallRecord};
use saydo_store::TurnRound;
use serde::{Deserialize, Serialize};

use super::{End, ModelTurn};
use crate::{
    AppError,
    llm::{ModelMessage, ModelName, RequestedCall},
    planner::{Question, model::policy::Allowed},
    tools::{Done, ToolCall},
};

/// One round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::chat::turns) struct Round {
    /// Who asked for the calls.
    pub(super) model: String,
    /// What the model said.
    pub(super) text: String,
    /// The calls it asked for.
    pub(super) calls: Vec<RequestedCall>,
    /// What it was given for each.
    pub(super) results: Vec<String>,
    /// The calls that ran.
    pub(super) ran: Vec<ToolCall>,
    /// How the conversation shows them.
    pub(super) records: Vec<ToolCallRecord>,
    /// What they did.
    pub(super) done: Vec<Done>,
    /// What the person's words allowed when they were said: whatever was asked in the conversation since.
    pub(super) allowed: Allowed,
    /// The turn's change after it.
    pub(super) change: Option<ChangeId>,
    /// The reply as far as the person had heard it.
    pub(super) told: String,
    /// Set when the turn only had to say its last words after it.
    pub(super) end: Option<LastWords>,
}

/// Why a turn needs no further round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub(super) enum LastWords {
    /// What it did is the answer.
    Answered,
    /// The person is asked before anything else is done.
    Card {
        /// The question.
        question: Question,
    },
    /// A limit of the turn was reached.
    Limit,
}

impl From<LastWords> for End {
    fn from(words: LastWords) -> Self {
        match words {
            LastWords::Answered => Self::Answered,
            LastWords::Card { question } => Self::Card(question),
            LastWords::Limit => Self::Limit,
        }
    }
}

impl Round {
    /// A round with its place in the turn, its tokens and its time, as the store keeps it.
    pub(super) fn stored(&self, round: i64, tokens: u64, elapsed_ms: u64) -> Result<TurnRound, AppError> {
        let data = serde_json::to_value(self).map_err(|error| AppError::Internal(error.to_string()))?;
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Ok(TurnRound { round, data, tokens: whole(tokens), elapsed_ms: whole(elapsed_ms) })
    }

    /// The reply as far as the person had heard it.
    pub(in crate::chat::turns) fn told(&self) -> &str {
        &self.told
    }
}

/// What a turn that broke off had come to.
#[derive(Debug, Clone, Default)]
pub(in crate::chat::turns) struct Progress {
    /// Its rounds, first to last.
    pub(in crate::chat::turns) rounds: Vec<Round>,
    /// Tokens it had used.
    tokens: u64,
    /// How long it had taken.
    pub(super) elapsed: std::time::Duration,
}

impl Progress {
    /// Reads the rounds of a turn.
    ///
    /// # Errors
    /// `Internal` when another version of this program wrote them in another way.
    pub(in crate::chat::turns) fn read(stored: Vec<TurnRound>) -> Result<Self, AppError> {
        let last = stored.last().map_or((0, 0), |last| (last.tokens, last.elapsed_ms));
        let whole = |count: i64| u64::try_from(count).unwrap_or(0);
        let round = |stored: TurnRound| serde_json::from_value(stored.data);
        let rounds = stored.into_iter().map(round).collect::<Result<Vec<Round>, _>>();
        Ok(Self {
            rounds: rounds.map_err(|error| AppError::Internal(format!("a stored round: {error}")))?,
            tokens: whole(last.0),
            elapsed: std::time::Duration::from_millis(whole(last.1)),
        })
    }
}

impl ModelTurn<'_> {
    /// Takes the earlier rounds as its own; the end, when there is nothing more to ask the model.
    pub(super) fn go_on(&mut self, progress: Progress) -> Option<End> {
        let Progress { rounds, tokens, elapsed } = progress;
        (self.spent, self.earlier) = (tokens, elapsed);
        let mut end = None;
        for round in rounds {
            let Round { model, text, calls, results, ran, records, done, allowed, change, told: _, end: words } = round;
            self.ledger.allow(allowed);
            self.rounds += 1;
            self.calls += calls.len();
            ran.iter().for_each(|call| self.ledger.enter(call));
            self.model = Some(ModelName::from(model.as_str()));
            self.records.extend(records);
            self.done.extend(done);
            self.change = change;
            let ids: Vec<String> = calls.iter().map(|call| call.id.clone()).collect();
            self.messages.push(ModelMessage::Assistant { text, calls });
            let results = ids.into_iter().zip(results);
            self.messages.extend(results.map(|(call_id, content)| ModelMessage::ToolResult { call_id, content }));
            end = words;
        }
        end.map(End::from)
    }
}
