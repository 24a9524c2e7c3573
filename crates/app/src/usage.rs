//! What language models were used for, and how much of the day's budget is left.

use jiff::{ToSpan as _, civil::Date};
use saydo_domain::ValidationError;
use saydo_store::{UsageDelta, UsageRow};
use serde::Serialize;

use crate::{App, AppError, Caller, chat::PlannerChoice, view::UsageView};

/// The days shown when none are named.
const USUAL_DAYS: i64 = 30;
/// The most days that are read at once.
const MOST_DAYS: i32 = 366;

/// What was used on some days.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UsageReport {
    /// The first day (UTC).
    #[schema(example = "2026-03-01")]
    pub from: String,
    /// The last day (UTC).
    #[schema(example = "2026-03-31")]
    pub to: String,
    /// Tokens used today (UTC).
    pub tokens_today: u64,
    /// Tokens that may be used a day; then the offline engine alone answers.
    pub tokens_per_day: u64,
    /// The models that are configured, the one asked first at the front.
    pub models: Vec<String>,
    /// What answers those who made no choice of their own.
    pub planner: PlannerChoice,
    /// The days on which a model was asked, oldest first.
    pub days: Vec<UsageDay>,
}

/// What was used on one day.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UsageDay {
    /// The day (UTC).
    #[schema(example = "2026-03-11")]
    pub day: String,
    /// Turns in which a model was asked, counted once for each model.
    pub turns: u64,
    /// Requests to models.
    pub calls: u64,
    /// Tokens read, those from a cache included.
    pub input_tokens: u64,
    /// Tokens read from a cache.
    pub cached_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// The cost, in the currency in which prices are configured.
    pub cost: f64,
    /// The same by model.
    pub models: Vec<UsageView>,
}

impl App {
    /// What a person used models for from one day up to and including another (UTC).
    ///
    /// # Errors
    /// `Invalid` when the days are in the wrong order or too many; store errors.
    pub async fn usage(&self, caller: &Caller, from: Option<Date>, to: Option<Date>) -> Result<UsageReport, AppError> {
        let today = self.usage_today();
        let to = to.unwrap_or(today);
        let from = from.unwrap_or_else(|| to.checked_sub((USUAL_DAYS - 1).days()).unwrap_or(Date::MIN));
        let days = from.until(to).map_or(i32::MAX, |span| span.get_days());
        if !(0..MOST_DAYS).contains(&days) {
            let detail = format!("Give up to {MOST_DAYS} days, the first one first.");
            return Err(ValidationError::new("from", detail).into());
        }
        let mut conn = self.store.read().await?;
        let rows = conn.usage_list(caller.id(), from, to).await?;
        let used_today = conn.usage_day(caller.id(), today).await?;
        let tokens = |row: &UsageRow| row.used.input_tokens.saturating_add(row.used.output_tokens);
        Ok(UsageReport {
            from: from.to_string(),
            to: to.to_string(),
            tokens_today: used_today.iter().map(tokens).fold(0, u64::saturating_add),
            tokens_per_day: self.models.limits().tokens_per_day,
            models: self.models.names().map(ToString::to_string).collect(),
            planner: self.planner,
            days: rows.chunk_by(|one, other| one.day == other.day).filter_map(day).collect(),
        })
    }
}

/// The rows of one day.
fn day(rows: &[UsageRow]) -> Option<UsageDay> {
    let sum = |count: fn(&UsageDelta) -> u64| rows.iter().map(|row| count(&row.used)).fold(0, u64::saturating_add);
    #[expect(clippy::cast_precision_loss, reason = "exact to 2^53 millionths")]
    let cost = sum(|used| used.cost_micros) as f64 / 1e6;
    Some(UsageDay {
        day: rows.first()?.day.to_string(),
        turns: sum(|used| used.turns),
        calls: sum(|used| used.calls),
        input_tokens: sum(|used| used.input_tokens),
        cached_tokens: sum(|used| used.cached_tokens),
        output_tokens: sum(|used| used.output_tokens),
        cost,
        models: rows.iter().map(UsageView::from).collect(),
    })
}
