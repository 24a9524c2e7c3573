//! `/api/tokens`: personal access tokens for programs.

use axum::{
    Json as Answer,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use saydo_app::{Missing, accounts::AccessTokenInput, view::AccessTokenView};
use saydo_domain::AccessTokenId;
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::http::{auth::Me, body::Json, error::ApiResult, problem::Problem, state::AppState};

/// The tokens of a person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct TokenList {
    /// Newest first.
    tokens: Vec<AccessTokenView>,
}

/// A token that was just made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct NewToken {
    #[serde(flatten)]
    view: AccessTokenView,
    /// The token itself, for `Authorization: Bearer`. It is shown this once.
    token: String,
}

/// My tokens, without their texts.
#[utoipa::path(get, operation_id = "list_tokens", path = "/api/tokens", tag = "accounts",
    responses((status = 200, description = "The tokens", body = TokenList),
        (status = 403, description = "Only for a person who signed in")))]
pub(in crate::http) async fn list(State(state): State<AppState>, Me(caller): Me) -> ApiResult<Answer<TokenList>> {
    let tokens = state.app.accounts.access_tokens_list(caller.id()).await?;
    Ok(Answer(TokenList { tokens: tokens.iter().map(AccessTokenView::from).collect() }))
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
    let id = id.ok().and_then(|Path(id)| id.parse::<AccessTokenId>().ok());
    let missing = || Problem::new(StatusCode::NOT_FOUND, "not_found", Missing::Token.sentence());
    state.app.accounts.access_token_delete(caller.id(), id.ok_or_else(missing)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
