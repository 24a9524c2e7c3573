//! A turn that a model answers: rounds of question and calls, each round's calls in one transaction.
//!
//! ```text
//! prompt ─► model ─► sentences ─► claims ─► events
//!             ▲  └─► calls ─► policy ─┬─► transaction ─► receipts
//!             └── results ◄───────────┤
//!                                     └─► plan card: the turn ends with a question
//! ```

mod act;
mod finish;
mod hear;
mod relevant;
mod rounds;

use std::time::Duration;

use saydo_domain::{ChangeId, ToolCallRecord};
use saydo_lang::Moment;
use saydo_store::UsageDelta;
use tokio::time::Instant;

use self::hear::Asked;
pub(super) use self::rounds::Progress;
use super::{Job, live::Cut};
use crate::{
    App, AppError,
    chat::turn::Before,
    figures,
    llm::{ModelError, ModelMessage, ModelName, TurnLimits},
    planner::{
        Question,
        model::{
            claims::Claims,
            policy::{Allowed, Ledger},
            prompt,
        },
        offline::Proposal,
    },
    tools::Done,
};

/// A turn in the hands of a model.
struct ModelTurn<'a> {
    app: &'a App,
    job: &'a Job,
    moment: Moment,
    limits: TurnLimits,
    begun: Instant,
    /// How long earlier runs of the turn took.
    earlier: Duration,
    messages: Vec<ModelMessage>,
    claims: Claims,
    ledger: Ledger,
    rounds: u32,
    calls: usize,
    records: Vec<ToolCallRecord>,
    done: Vec<Done>,
    change: Option<ChangeId>,
    /// The model that answered first.
    model: Option<ModelName>,
    /// Tokens of the turn whose use is noted already.
    spent: u64,
    /// What was used since, by model.
    usage: Vec<(ModelName, UsageDelta)>,
    /// The request whose server has not said yet what it used.
    asked: Option<Asked>,
}

/// Tokens without which no answer is worth asking for.
const LEAST_OUTPUT: u64 = 100;

/// Why the rounds ended.
enum End {
    /// The model has answered, or what it did is the answer.
    Answered,
    /// The person is asked before anything else is done.
    Card(Question),
    /// A limit of the turn was reached.
    Limit,
    /// The person or the server stopped it.
    Cut(Cut),
    /// The model gave no answer.
    Failed(ModelError),
}

impl End {
    /// What it is called in figures.
    const fn word(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Card(_) => "asked",
            Self::Limit => "limit",
            Self::Cut(_) => "cut",
            Self::Failed(_) => "no_answer",
        }
    }
}

/// Where a round leads.
enum Next {
    /// The model gets the results.
    Round,
    /// The turn ends.
    End(End),
}

impl App {
    /// Carries out a turn with a model; what the offline engine proposed is there in case that fails.
    pub(super) async fn turn_by_model(&self, job: &Job, before: Before, proposal: Proposal) -> Result<(), AppError> {
        let limits = self.models.limits();
        let said = job.request.message.as_str();
        let moment = self.moment_at(&job.caller, job.began);
        let messages = self.model_messages(job, &before, &moment).await?;
        let turn = ModelTurn {
            app: self,
            job,
            moment,
            limits,
            begun: Instant::now(),
            earlier: Duration::ZERO,
            messages,
            claims: Claims::new(said),
            ledger: Ledger::new(Allowed::by(said, before.asked_about_deletion(), &proposal)),
            rounds: 0,
            calls: 0,
            records: Vec::new(),
            done: Vec::new(),
            change: None,
            model: None,
            spent: 0,
            usage: Vec::new(),
            asked: None,
        };
        turn.run(before, proposal).await
    }
}

impl ModelTurn<'_> {
    async fn run(mut self, before: Before, proposal: Proposal) -> Result<(), AppError> {
        let began = std::time::Instant::now();
        let end = match self.go_on(self.job.earlier.clone()) {
            Some(end) => Ok(end),
            None => self.rounds().await,
        };
        self.note_usage().await;
        let outcome = end.as_ref().map_or("failed", End::word);
        let done = match end {
            Ok(end) => self.finish(end, before, proposal).await,
            Err(error) => Err(error),
        };
        if done.is_ok() {
            figures::turn("model", outcome, began.elapsed());
        }
        done
    }

    async fn rounds(&mut self) -> Result<End, AppError> {
        while self.rounds < self.limits.max_rounds {
            let live = std::sync::Arc::clone(&self.job.recorder.turn);
            if self.room() < LEAST_OUTPUT {
                return Ok(match self.tokens() == 0 {
                    true => End::Failed(ModelError::Malformed("a turn's budget holds no request".to_owned())),
                    false => End::Limit,
                });
            }
            let heard = tokio::select! {
                heard = self.hear() => Ok(heard),
                cut = live.until_cut() => Err(cut),
            };
            self.settle();
            let heard = match heard {
                Ok(heard) => heard,
                Err(cut) => return Ok(End::Cut(cut)),
            };
            let answer = match heard {
                Ok(answer) => answer,
                Err(error) => return Ok(End::Failed(error)),
            };
            if answer.calls.is_empty() {
                return Ok(End::Answered);
            }
            if let Next::End(end) = self.act(answer).await? {
                return Ok(end);
            }
        }
        Ok(End::Limit)
    }

    /// Tokens that the next answer may have so that the turn keeps to its budget.
    fn room(&self) -> u64 {
        let asked = self.tokens().saturating_add(self.estimate().input_tokens);
        self.limits.tokens_per_turn.saturating_sub(asked)
    }

    fn tokens(&self) -> u64 {
        self.spent.saturating_add(tokens(&self.usage))
    }

    /// How long the turn has taken.
    fn elapsed(&self) -> Duration {
        self.earlier.saturating_add(self.begun.elapsed())
    }

    /// When it has to have its answer.
    fn deadline(&self) -> Instant {
        self.begun + self.limits.timeout.saturating_sub(self.earlier)
    }

    /// Notes what was used. A turn is not given up because that fails.
    async fn note_usage(&mut self) {
        let usage = std::mem::take(&mut self.usage);
        if usage.is_empty() {
            return;
        }
        for (model, used) in &usage {
            figures::model_usage(model, used);
        }
        let user = self.job.caller.id().clone();
        let day = self.app.usage_today();
        let noted = self.app.store.write(move |tx| {
            Box::pin(async move {
                for (model, used) in usage {
                    tx.usage_add(&user, day, &model, &used).await?;
                }
                Ok::<(), AppError>(())
            })
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the use of a model could not be noted");
        }
    }

    fn changed(&self) -> bool {
        self.done.iter().any(|done| match done {
            Done::Outcome(outcome) => outcome.changed,
            Done::Undone(_) | Done::TakenBack(_) => true,
            Done::Listed(_) | Done::Found(_) | Done::Refused(_) => false,
        })
    }
}

/// Tokens of what was used.
fn tokens(usage: &[(ModelName, UsageDelta)]) -> u64 {
    usage.iter().map(|(_, used)| used.input_tokens.saturating_add(used.output_tokens)).sum()
}
