//! `/api/undo`: putting changes back.

use axum::{
    Json as Answer,
    extract::State,
    response::{IntoResponse, Response},
};
use saydo_app::view::UndoView;
use saydo_domain::ChangeId;
use serde::Deserialize;

use super::tasks::noted;
use crate::http::{auth::Me, body::MaybeJson, error::ApiResult, problem::Problem, state::AppState};

/// The body of `POST /api/undo`.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({}))]
pub(in crate::http) struct UndoInput {
    /// Which change; the newest when it is missing. Undoing an undo redoes.
    change_id: Option<String>,
}

/// Put back a change.
#[utoipa::path(post, path = "/api/undo", tag = "tasks", request_body = Option<UndoInput>,
    responses((status = 200, description = "What was put back", body = UndoView),
        (status = 404, description = "There is no such change"),
        (status = 409, description = "It cannot be put back; the detail says why")))]
pub(in crate::http) async fn undo(
    State(state): State<AppState>,
    Me(caller): Me,
    MaybeJson(input): MaybeJson<UndoInput>,
) -> ApiResult<Response> {
    let id = input.unwrap_or_default().change_id.map(|id| id.parse::<ChangeId>()).transpose();
    let id = id.map_err(|_| Problem::field("change_id", "This is not a change id."))?;
    let undone = state.app.undo(&caller, id).await?;
    Ok(noted(Answer(&undone).into_response(), Some(&undone.change_id)))
}
