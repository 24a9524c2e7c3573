//! What models were used for.

use saydo_store::UsageRow;
use serde::Serialize;

/// What a model was used for on one day, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UsageView {
    /// The day (UTC).
    #[schema(example = "2026-03-11")]
    pub day: String,
    /// The model's name.
    pub model: String,
    /// Turns in which it was asked.
    pub turns: u64,
    /// Requests to it.
    pub calls: u64,
    /// Tokens read, those from a cache included.
    pub input_tokens: u64,
    /// Tokens read from a cache.
    pub cached_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// The cost, in millionths of the currency in which prices are configured.
    pub cost_micros: u64,
}

impl From<&UsageRow> for UsageView {
    fn from(row: &UsageRow) -> Self {
        let used = row.used;
        Self {
            day: row.day.to_string(),
            model: row.model.clone(),
            turns: used.turns,
            calls: used.calls,
            input_tokens: used.input_tokens,
            cached_tokens: used.cached_tokens,
            output_tokens: used.output_tokens,
            cost_micros: used.cost_micros,
        }
    }
}
