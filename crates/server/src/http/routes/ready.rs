//! `/api/admin`: what only administrators see. For everybody else there is nothing here.

use std::sync::Arc;

use axum::{Json as Answer, extract::State, http::StatusCode};

use crate::{
    http::{auth::Proof, error::ApiResult, problem::Problem, ready, state::AppState},
    ready::Report,
};

/// Is this installation ready?
///
/// The list that `saydo ready` prints, a minute old at most; making it takes some seconds. Only for accounts named in
/// `SAYDO_ADMINS`, signed in as a person.
#[utoipa::path(get, operation_id = "get_ready", path = "/api/admin/ready", tag = "service",
    responses((status = 200, description = "The list and its verdict", body = Report),
        (status = 404, description = "Not an administrator")))]
pub(in crate::http) async fn report(State(state): State<AppState>, proof: Proof) -> ApiResult<Answer<Arc<Report>>> {
    if proof.person().is_err() || !state.app.accounts.is_administrator(&proof.0.user).await? {
        return Err(Problem::of_status(StatusCode::NOT_FOUND).into());
    }
    Ok(Answer(ready::report(&state).await?))
}
