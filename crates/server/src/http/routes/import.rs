//! `/api/import`: files of tasks from elsewhere.

use axum::{
    Json as Answer,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use saydo_app::import::{ImportInput, ImportView, MAX_BYTES, SavedTasks};

use super::tasks::noted;
use crate::http::{auth::Me, body, error::ApiResult, query::Params, state::AppState};

/// Import a file of tasks.
///
/// The body is the file itself, up to 10 MiB: an export of Saydo (JSON), an export of Todoist (CSV), a calendar with
/// to-dos (iCalendar), or a text with one task a line. All of it is one change, which `undo` takes back; a file with
/// rows that are not understood is not imported at all unless `problems=skip`.
#[utoipa::path(post, operation_id = "import_tasks", path = "/api/import", tag = "tasks", params(ImportInput),
    request_body(content((SavedTasks = "application/json"), (String = "text/csv"), (String = "text/calendar"),
        (String = "text/plain"))),
    responses((status = 200, description = "What was imported, or would be", body = ImportView),
        (status = 409, description = "Another file of this person is still being imported"),
        (status = 413, description = "The file has more than 10 MiB"),
        (status = 429, description = "That is more than can be changed in a day")))]
pub(in crate::http) async fn import(
    State(state): State<AppState>,
    Me(caller): Me,
    Params(input): Params<ImportInput>,
    request: Request,
) -> ApiResult<Response> {
    let file = body::read_most(request.into_body(), MAX_BYTES).await?;
    let imported = state.app.import(&caller, file, input).await?;
    let change = imported.change_id.clone();
    Ok(noted(Answer(imported).into_response(), change.as_deref()))
}
