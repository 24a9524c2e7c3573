//! The use cases of Saydo: accounts, tasks, the turn, tools, planners, policy, receipts, undo.
//!
//! Every door makes a command and passes it here with a [`Caller`]; nothing here knows HTTP or SQL.
//!
//! ```text
//! REST, CLI ───────────────────────────────► Command ─► execute ─► Outcome
//! chat, MCP ─► ToolCall ─► Intent ─► resolve ─┘
//! ```

pub mod accounts;
pub mod agents;
pub mod audit;
pub mod caller;
pub mod chat;
pub mod clock;
pub mod command;
pub mod counters;
pub mod error;
pub mod execute;
mod fair;
mod figures;
pub mod history;
pub mod idempotency;
pub mod import;
pub mod live;
pub mod llm;
pub mod parse;
pub mod planner;
pub mod recurring;
pub mod reply;
pub mod sweep;
pub mod tasks;
pub mod tools;
pub mod undo;
pub mod usage;
pub mod view;
pub mod voice;

pub use caller::{Caller, IdempotencyKey};
pub use clock::Clock;
pub use error::{AppError, Missing};

/// Everything a door needs; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The database.
    pub store: saydo_store::Store,
    /// The only source of the current time.
    pub clock: Clock,
    /// Accounts and tokens.
    pub accounts: accounts::Accounts,
    /// The turns that run in this process.
    pub turns: chat::turns::TurnHub,
    /// The language models that may be asked.
    pub models: llm::Models,
    /// Which planner answers unless somebody chooses another.
    pub planner: chat::PlannerChoice,
    /// Speech in and out, when it is configured.
    pub voice: Option<voice::Voice>,
    /// How long things are kept.
    pub retention: sweep::Retention,
    /// What one person may have under way.
    pub(crate) fair: fair::Fair,
}

impl App {
    /// Puts the use cases together.
    #[must_use]
    pub fn new(store: saydo_store::Store, clock: Clock, accounts: accounts::Accounts) -> Self {
        figures::begin();
        let (turns, models) = (chat::turns::TurnHub::new(accounts.counters()), llm::Models::none());
        Self {
            store,
            clock,
            accounts,
            turns,
            models,
            planner: chat::PlannerChoice::default(),
            voice: None,
            retention: sweep::Retention::default(),
            fair: fair::Fair::for_this_machine(),
        }
    }

    /// The same with language models.
    #[must_use]
    pub fn with_models(self, models: llm::Models, planner: chat::PlannerChoice) -> Self {
        Self { models, planner, ..self }
    }

    /// The same with other times for which things are kept.
    #[must_use]
    pub fn with_retention(self, retention: sweep::Retention) -> Self {
        Self { retention, ..self }
    }

    /// The same with a speech server.
    #[must_use]
    pub fn with_voice(self, voice: voice::Voice) -> Self {
        Self { voice: Some(voice), ..self }
    }
}
