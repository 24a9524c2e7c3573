//! `/api/account`: taking everything away, and erasing it.

use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use saydo_app::accounts::{ExportView, PasswordInput};

use super::auth::without_cookie;
use crate::http::{
    auth::{Me, Proof},
    body::Json,
    error::ApiResult,
    state::AppState,
};

/// Everything of this account as one JSON document.
#[utoipa::path(get, operation_id = "export_account", path = "/api/account/export", tag = "accounts",
    responses((status = 200, description = "The document", body = ExportView)))]
pub(in crate::http) async fn export(State(state): State<AppState>, Me(caller): Me) -> ApiResult<Response> {
    let document = state.app.accounts.export(&caller.user).await?;
    let disposition = [(header::CONTENT_DISPOSITION, "attachment; filename=\"saydo-export.json\"")];
    Ok((disposition, Answer(document)).into_response())
}

/// Erase the account and everything in it.
#[utoipa::path(delete, operation_id = "delete_account", path = "/api/account", tag = "accounts", request_body = PasswordInput,
    responses((status = 204, description = "All rows are gone")))]
pub(in crate::http) async fn delete(
    State(state): State<AppState>,
    Proof(identity): Proof,
    headers: HeaderMap,
    Json(input): Json<PasswordInput>,
) -> ApiResult<Response> {
    state.app.accounts.delete(&identity, input).await?;
    Ok(without_cookie(&state, &headers, StatusCode::NO_CONTENT))
}
