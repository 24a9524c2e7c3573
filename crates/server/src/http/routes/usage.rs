//! `/api/usage`: what language models were used for.

use axum::{Json as Answer, extract::State};
use jiff::civil::Date;
use saydo_app::usage::UsageReport;
use serde::Deserialize;

use crate::http::{auth::Me, error::ApiResult, problem::Problem, query::Params, state::AppState};

/// The days of `GET /api/usage`.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct UsageParams {
    /// The first day (UTC); 29 days before the last when it is missing.
    #[param(example = "2026-03-01")]
    from: Option<String>,
    /// The last day (UTC); today when it is missing.
    #[param(example = "2026-03-31")]
    to: Option<String>,
}

/// What language models were used for, by day.
#[utoipa::path(get, operation_id = "get_usage", path = "/api/usage", tag = "accounts", params(UsageParams),
    responses((status = 200, description = "The days on which a model was used, oldest first", body = UsageReport)))]
pub(in crate::http) async fn get(
    State(state): State<AppState>,
    Me(caller): Me,
    Params(UsageParams { from, to }): Params<UsageParams>,
) -> ApiResult<Answer<UsageReport>> {
    let (from, to) = (day("from", from)?, day("to", to)?);
    Ok(Answer(state.app.usage(&caller, from, to).await?))
}

fn day(field: &str, text: Option<String>) -> Result<Option<Date>, Problem> {
    let wrong = |_| Problem::field(field, "Give a day like 2026-03-11.");
    // Years of more than four digits would not sort as the days do.
    let parse = |text: String| text.parse::<Date>().map_err(wrong);
    text.map(parse).transpose()
}
