//! `/api/parse`: what a line means, for live highlighting.

use axum::{Json as Answer, extract::State};
use saydo_app::parse::ParseView;
use saydo_domain::MESSAGE_MAX;
use serde::Deserialize;

use crate::http::{auth::Me, body::Json, error::ApiResult, problem::Problem, state::AppState};

/// The body of `POST /api/parse`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "call mom tomorrow 3pm #family"}))]
pub(in crate::http) struct LineInput {
    /// The line so far; at most 10,000 characters.
    text: String,
}

/// Read a line as a task, without changing anything.
#[utoipa::path(post, path = "/api/parse", tag = "chat", request_body = LineInput,
    responses((status = 200, description = "What was understood", body = ParseView)))]
pub(in crate::http) async fn parse(
    State(state): State<AppState>,
    Me(caller): Me,
    Json(input): Json<LineInput>,
) -> ApiResult<Answer<ParseView>> {
    if input.text.chars().count() > MESSAGE_MAX {
        return Err(Problem::field("text", "Text too long (max 10000 characters).").into());
    }
    Ok(Answer(state.app.parse_line(&caller, &input.text)))
}
