//! Health, for people and machines.

use std::time::Duration;

use axum::{
    Json as Answer,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use saydo_store::StoreError;
use serde::Serialize;

use crate::{REVISION, VERSION, http::state::AppState};

/// How long the database may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// The answer of `/health` and `/readyz`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct HealthView {
    /// `healthy` or `unhealthy`.
    #[schema(value_type = String, example = "healthy")]
    status: &'static str,
    /// `connected` or `disconnected`.
    #[schema(value_type = String, example = "connected")]
    database: &'static str,
    /// The version of Saydo.
    #[schema(value_type = String)]
    version: &'static str,
    /// The commit it was built from; missing where nobody said which.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "4f1d2c3b5a69")]
    revision: Option<&'static str>,
    /// Now (RFC 3339, UTC).
    timestamp: String,
    /// The database connections.
    pool_status: PoolView,
}

/// The database connections.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct PoolView {
    /// Open ones.
    size: u32,
    /// Those nobody uses.
    idle: u32,
    /// Those in use.
    in_use: u32,
    /// The most there may be.
    max: u32,
}

async fn ping(state: &AppState) -> Result<(), StoreError> {
    let ping = async { state.app.store.read().await?.ping().await };
    tokio::time::timeout(PATIENCE, ping).await.unwrap_or(Err(StoreError::Busy))
}

/// Is everything well?
#[utoipa::path(get, path = "/health", tag = "service", security(()),
    responses((status = 200, description = "All is well", body = HealthView),
        (status = 503, description = "The database is away", body = HealthView)))]
pub(in crate::http) async fn health(State(state): State<AppState>) -> Response {
    let well = match ping(&state).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            false
        }
    };
    let (code, status, database) = match well {
        true => (StatusCode::OK, "healthy", "connected"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "unhealthy", "disconnected"),
    };
    let pool = state.app.store.pool_status();
    let view = HealthView {
        status,
        database,
        version: VERSION,
        revision: REVISION,
        timestamp: state.app.now().to_string(),
        pool_status: PoolView { size: pool.size, idle: pool.idle, in_use: pool.in_use, max: pool.max },
    };
    (code, Answer(view)).into_response()
}

/// Does the process live?
#[utoipa::path(get, path = "/livez", tag = "service", security(()), responses((status = 200, description = "It does", body = String)))]
pub(in crate::http) async fn live() -> &'static str {
    "ok"
}

/// Can it take requests?
#[utoipa::path(get, path = "/readyz", tag = "service", security(()),
    responses((status = 200, description = "It can", body = String), (status = 503, description = "The database is away, or the server is about to stop")))]
pub(in crate::http) async fn ready(State(state): State<AppState>) -> Response {
    if state.leaving.is_cancelled() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match ping(&state).await {
        Ok(()) => "ok".into_response(),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
