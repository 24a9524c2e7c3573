//! `/api/trash`: what was deleted and can come back.

use axum::{
    Json as Answer,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use saydo_app::view::TaskView;
use saydo_domain::TaskNumber;
use serde::Deserialize;

use super::tasks::{noted, page};
use crate::http::{
    auth::Me,
    error::ApiResult,
    query::{Id, Params},
    state::AppState,
};

/// The query string of `GET /api/trash`.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct PageInput {
    /// Tasks on the page: 1 to 200, 50 by default.
    limit: Option<u32>,
    /// Where the page begins: from the `Link` header of the page before.
    cursor: Option<String>,
}

/// List the trash.
#[utoipa::path(get, operation_id = "list_trash", path = "/api/trash", tag = "tasks", params(PageInput),
    responses((status = 200, description = "One page; `X-Total-Count` and `Link` in the headers", body = Vec<TaskView>)))]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Me(caller): Me,
    RawQuery(query): RawQuery,
    Params(input): Params<PageInput>,
) -> ApiResult<Response> {
    let found = state.app.trash_list(&caller, input.limit, input.cursor.as_deref()).await?;
    Ok(page("/api/trash", query.as_deref(), &found))
}

/// Take a task out of the trash.
#[utoipa::path(post, operation_id = "restore_task", path = "/api/trash/{id}/restore", tag = "tasks", params(("id" = i64, Path, description = "The task's number")),
    responses((status = 200, description = "The task", body = TaskView), (status = 404, description = "Task not found")))]
pub(in crate::http) async fn restore(
    State(state): State<AppState>,
    Me(caller): Me,
    Id(number): Id<TaskNumber>,
) -> ApiResult<Response> {
    let restored = state.app.trash_restore(&caller, number).await?;
    Ok(noted(Answer(&restored.value).into_response(), restored.change_id.as_deref()))
}
