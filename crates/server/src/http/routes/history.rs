//! `/api/tasks/{id}/history`: who changed a task, by which door, when, and what.

use axum::{
    Json as Answer,
    extract::{RawQuery, State},
    response::Response,
};
use saydo_app::{chat::PageInput, history::HistoryView};
use saydo_domain::TaskNumber;

use crate::http::{
    auth::Me,
    error::ApiResult,
    paging,
    query::{Id, Params},
    state::AppState,
};

/// A task's history, newest first; also of a task in the trash, or one that is gone for good.
#[utoipa::path(get, operation_id = "task_history", path = "/api/tasks/{id}/history", tag = "tasks",
    params(("id" = i64, Path, description = "The task's number"), PageInput),
    responses((status = 200, body = Vec<HistoryView>, description = "One page; `X-Total-Count` and `Link` in the headers"),
        (status = 404, description = "Task not found")))]
pub(in crate::http) async fn of_task(
    State(state): State<AppState>,
    Me(caller): Me,
    Id(number): Id<TaskNumber>,
    RawQuery(query): RawQuery,
    Params(input): Params<PageInput>,
) -> ApiResult<Response> {
    let page = state.app.task_history(&caller, number, &input).await?;
    let (path, next) = (format!("/api/tasks/{number}/history"), page.next_cursor.as_deref());
    Ok(paging::linked(Answer(page.view), &path, query.as_deref(), page.total, next))
}
