//! Which planner answers a turn: the server's choice, the person's, or this request's.

use jiff::{civil::Date, tz::TimeZone};
use saydo_domain::{Field, UserId};
use saydo_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

/// The setting of a person's own choice.
const SETTING: &str = "planner";

/// Said when the day's budget would have been needed.
const OVER_BUDGET: &str = "(Today's budget for the language model is used up, so I answered without it.)";

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
    pub(super) async fn way(
        &self,
        caller: &Caller,
        wanted: Option<PlannerChoice>,
        proposal: &Proposal,
    ) -> Result<Way, AppError> {
        const OFFLINE: Way = Way::Offline { note: None };
        // The operator's “offline” holds for everybody; an answer to a question is always read by the engine that
        // asked it.
        if !self.models.is_configured() || self.planner == PlannerChoice::Offline || proposal.answers {
            return Ok(OFFLINE);
        }
        let choice = match wanted {
            Some(wanted) => wanted,
            None => self.planner_of(caller).await?.unwrap_or(self.planner),
        };
        match choice {
            PlannerChoice::Offline => return Ok(OFFLINE),
            PlannerChoice::Auto if proposal.sure => return Ok(OFFLINE),
            PlannerChoice::Auto | PlannerChoice::Llm => {}
        }
        match self.over_budget(caller.id()).await? {
            true => Ok(Way::Offline { note: Some(OVER_BUDGET) }),
            false => Ok(Way::Model),
        }
    }

    /// Whether a person's budget for models is used up today.
    pub(super) async fn over_budget(&self, user: &UserId) -> Result<bool, AppError> {
        let used = self.store.read().await?.usage_day(user, self.usage_today()).await?;
        let tokens = |sum: u64, row: &saydo_store::UsageRow| {
            sum.saturating_add(row.used.input_tokens).saturating_add(row.used.output_tokens)
        };
        Ok(used.iter().fold(0, tokens) >= self.models.limits().tokens_per_day)
    }

    /// The day on which use of models is counted now.
    pub(crate) fn usage_today(&self) -> Date {
        self.clock.now_in(&TimeZone::UTC).date()
    }

    /// The person's own choice, if they made one.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn planner_of(&self, caller: &Caller) -> Result<Option<PlannerChoice>, AppError> {
        let settings = self.store.read().await?.user_settings_find(caller.id()).await?;
        Ok(settings.and_then(|settings| serde_json::from_value(settings.get(SETTING)?.clone()).ok()))
    }
}

/// Stores a person's own choice; clearing it leaves the server's.
pub(crate) async fn choose(tx: &mut Tx, user: &UserId, choice: &Field<PlannerChoice>) -> Result<(), AppError> {
    let value = match choice {
        Field::Keep => return Ok(()),
        Field::Clear => Value::Null,
        Field::Set(choice) => json!(choice),
    };
    let mut settings = tx.user_settings_find(user).await?.filter(Value::is_object).unwrap_or_else(|| json!({}));
    settings[SETTING] = value;
    tx.user_set_settings(user, &settings).await?;
    Ok(())
}
