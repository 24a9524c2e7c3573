//! `/api/tokens`: personal access tokens for programs.

use axum::{
    Json as Answer,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use saydo_app::{
    Missing,
    accounts::AccessTokenInput,
    agents::{AgentsView, UndoneTodayView},
    view::AccessTokenView,
};
use saydo_domain::AccessTokenId;
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::tasks::noted;
use crate::http::{auth::Me, body::Json, error::ApiResult, problem::Problem, state::AppState};

/// A token that was just made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct NewToken {
    #[serde(flatten)]
    view: AccessTokenView,
    /// The token itself, for `Authorization: Bearer`. It is shown this once.
    token: String,
}

/// My tokens, without their texts, and what their programs did today.
#[utoipa::path(get, operation_id = "list_tokens", path = "/api/tokens", tag = "accounts",
    responses((status = 200, description = "The tokens", body = AgentsView),
        (status = 403, description = "Only for a person who signed in")))]
pub(in crate::http) async fn list(State(state): State<AppState>, Me(caller): Me) -> ApiResult<Answer<AgentsView>> {
    Ok(Answer(state.app.agents(&caller).await?))
}

/// Make a token for a program.
///
/// It works on every route but those of the account itself. An `Idempotency-Key` has no effect here: the answer is
/// not kept anywhere.
#[utoipa::path(post, operation_id = "create_token", path = "/api/tokens", tag = "accounts", request_body = AccessTokenInput,
    responses((status = 201, description = "The token, shown this once", body = NewToken),
        (status = 403, description = "Only for a person who signed in"),
        (status = 409, description = "There are too many tokens already")))]
pub(in crate::http) async fn create(
    State(state): State<AppState>,
    Me(caller): Me,
    Json(input): Json<AccessTokenInput>,
) -> ApiResult<(StatusCode, Answer<NewToken>)> {
    let made = state.app.accounts.access_token_create(caller.id(), input).await?;
    let view = AccessTokenView::from(&made.token);
    Ok((StatusCode::CREATED, Answer(NewToken { view, token: made.text.expose_secret().to_owned() })))
}

/// Revoke a token; it stops working at once.
#[utoipa::path(delete, operation_id = "revoke_token", path = "/api/tokens/{id}", tag = "accounts",
    params(("id" = String, Path, description = "The token's id")),
    responses((status = 204, description = "Done"), (status = 403, description = "Only for a person who signed in"),
        (status = 404, description = "Token not found")))]
pub(in crate::http) async fn revoke(
    State(state): State<AppState>,
    Me(caller): Me,
    id: Result<Path<String>, PathRejection>,
) -> ApiResult<StatusCode> {
    state.app.accounts.access_token_delete(caller.id(), known(id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Undo what a program did today.
///
/// Everything that it changed today, by your zone, is put back, newest first, as one change: `POST /api/undo` with its
/// `change_id` brings it all back. It stops at the first change that something later is in the way of, and says what.
/// It works for a revoked token, too. At most 1,000 changes are put back at once; `left` says what remains.
#[utoipa::path(post, operation_id = "undo_today", path = "/api/tokens/{id}/undo-today", tag = "accounts",
    params(("id" = String, Path, description = "The token's id")),
    responses((status = 200, description = "What was put back, and where it stopped", body = UndoneTodayView),
        (status = 403, description = "Only for a person who signed in"),
        (status = 404, description = "Token not found")))]
pub(in crate::http) async fn undo_today(
    State(state): State<AppState>,
    Me(caller): Me,
    id: Result<Path<String>, PathRejection>,
) -> ApiResult<Response> {
    let undone = state.app.undo_today(&caller, known(id)?).await?;
    let change = undone.change_id.clone();
    Ok(noted(Answer(undone).into_response(), change.as_deref()))
}

/// A token's id; anything else is the id of no token.
fn known(id: Result<Path<String>, PathRejection>) -> Result<AccessTokenId, Problem> {
    let id = id.ok().and_then(|Path(id)| id.parse().ok());
    id.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "not_found", Missing::Token.sentence()))
}
