//! `/api/account`: taking everything away, and erasing it.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use saydo_app::accounts::{PasswordInput, export::ExportView};

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
    let mut document = state.app.accounts.export(&caller.user).await?;
    // Until something was read it can still be refused.
    let first = document.next().await.unwrap_or_else(|| Ok(Bytes::new()))?;
    let rest = stream::unfold(document, async |mut document| Some((document.next().await?, document)));
    // Whoever packs it asks once more after the end.
    let body = Body::from_stream(stream::once(async { Ok(first) }).chain(rest).fuse());
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"saydo-export.json\""),
    ];
    Ok((headers, body).into_response())
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
