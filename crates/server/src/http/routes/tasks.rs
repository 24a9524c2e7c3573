//! `/api/tasks`.

use axum::{
    Json as Answer,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use saydo_app::{
    tasks::{Changed, TaskInput, TaskListInput, TaskPage, TaskPatchInput},
    view::TaskView,
};
use saydo_domain::TaskNumber;
use serde::Deserialize;

use crate::http::{
    auth::Me,
    body::{Json, MaybeJson},
    error::ApiResult,
    paging,
    query::{Id, Params},
    state::AppState,
};

/// The body of `PATCH /api/tasks/{id}/complete`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"completed": true}))]
pub(in crate::http) struct CompletionInput {
    /// Done or open; toggles when it is missing.
    #[serde(default)]
    completed: Option<bool>,
}

/// A task with its `ETag`.
fn tagged(task: &TaskView) -> Response {
    let mut response = Answer(task).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", task.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Names the change that undoes a write.
pub(super) fn noted(mut response: Response, change_id: Option<&str>) -> Response {
    if let Some(id) = change_id.and_then(|id| HeaderValue::from_str(id).ok()) {
        response.headers_mut().insert("x-change-id", id);
    }
    response
}

fn changed(changed: &Changed<TaskView>) -> Response {
    noted(tagged(&changed.value), changed.change_id.as_deref())
}

/// The version `If-Match` asks for; a tag that cannot be ours matches no version.
fn if_match(headers: &HeaderMap) -> Option<i64> {
    let value = headers.get(header::IF_MATCH)?.to_str().unwrap_or_default().trim();
    if value == "*" {
        return None;
    }
    // Only strong tags match here (RFC 9110 §13.1.1); of several, the newest can be the only one in force.
    Some(value.split(',').filter_map(version).max().unwrap_or(-1))
}

fn version(tag: &str) -> Option<i64> {
    tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

/// Whether `If-None-Match` names this version (weak comparison, RFC 9110 §13.1.2).
fn none_match(headers: &HeaderMap, current: i64) -> bool {
    let tags = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    tags.flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || version(tag) == Some(current))
}

/// A page as a plain array.
pub(super) fn page(path: &str, query: Option<&str>, page: &TaskPage) -> Response {
    paging::linked(Answer(&page.tasks), path, query, page.total, page.next_cursor.as_deref())
}

/// Make a task.
#[utoipa::path(post, operation_id = "create_task", path = "/api/tasks", tag = "tasks", request_body = TaskInput,
    responses((status = 201, description = "The task; `Location`, `ETag` and `X-Change-Id` in the headers", body = TaskView)))]
pub(in crate::http) async fn create(
    State(state): State<AppState>,
    Me(caller): Me,
    Json(input): Json<TaskInput>,
) -> ApiResult<Response> {
    let made = state.app.task_create(&caller, input).await?;
    let mut response = changed(&made);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(place) = HeaderValue::from_str(&format!("/api/tasks/{}", made.value.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// List tasks.
#[utoipa::path(get, operation_id = "list_tasks", path = "/api/tasks", tag = "tasks", params(TaskListInput),
    responses((status = 200, description = "One page; `X-Total-Count` and `Link` in the headers", body = Vec<TaskView>)))]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Me(caller): Me,
    RawQuery(query): RawQuery,
    Params(input): Params<TaskListInput>,
) -> ApiResult<Response> {
    let found = state.app.task_list(&caller, &input).await?;
    Ok(page("/api/tasks", query.as_deref(), &found))
}

/// One task.
#[utoipa::path(get, operation_id = "get_task", path = "/api/tasks/{id}", tag = "tasks", params(("id" = i64, Path, description = "The task's number")),
    responses((status = 200, description = "The task, with `ETag`", body = TaskView),
        (status = 304, description = "Unchanged since the `If-None-Match` version"), (status = 404, description = "Task not found")))]
pub(in crate::http) async fn get(
    State(state): State<AppState>,
    Me(caller): Me,
    Id(number): Id<TaskNumber>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let task = state.app.task_get(&caller, number).await?;
    let mut response = tagged(&task);
    if none_match(&headers, task.version) {
        let tag = response.headers_mut().remove(header::ETAG);
        response = StatusCode::NOT_MODIFIED.into_response();
        response.headers_mut().extend(tag.map(|tag| (header::ETAG, tag)));
    }
    Ok(response)
}

/// Change a task's fields: absent keeps, `null` clears.
#[utoipa::path(put, operation_id = "put_task", path = "/api/tasks/{id}", tag = "tasks", params(("id" = i64, Path, description = "The task's number")),
    request_body = TaskPatchInput,
    responses((status = 200, description = "The task", body = TaskView), (status = 404, description = "Task not found"),
        (status = 412, description = "Changed since the `If-Match` version")))]
pub(in crate::http) async fn put(
    State(state): State<AppState>,
    Me(caller): Me,
    Id(number): Id<TaskNumber>,
    headers: HeaderMap,
    Json(input): Json<TaskPatchInput>,
) -> ApiResult<Response> {
    Ok(changed(&state.app.task_update(&caller, number, input, if_match(&headers)).await?))
}

/// Change a task's fields: absent keeps, `null` clears.
#[utoipa::path(patch, operation_id = "patch_task", path = "/api/tasks/{id}", tag = "tasks", params(("id" = i64, Path, description = "The task's number")),
    request_body = TaskPatchInput,
    responses((status = 200, description = "The task", body = TaskView), (status = 404, description = "Task not found"),
        (status = 412, description = "Changed since the `If-Match` version")))]
pub(in crate::http) async fn patch(
    state: State<AppState>,
    me: Me,
    id: Id<TaskNumber>,
    headers: HeaderMap,
    input: Json<TaskPatchInput>,
) -> ApiResult<Response> {
    put(state, me, id, headers, input).await
}

/// Toggle completion; with a body, set it.
#[utoipa::path(patch, operation_id = "complete_task", path = "/api/tasks/{id}/complete", tag = "tasks",
    params(("id" = i64, Path, description = "The task's number")), request_body = Option<CompletionInput>,
    responses((status = 200, description = "The task", body = TaskView), (status = 404, description = "Task not found"),
        (status = 412, description = "Changed since the `If-Match` version")))]
pub(in crate::http) async fn complete(
    State(state): State<AppState>,
    Me(caller): Me,
    Id(number): Id<TaskNumber>,
    headers: HeaderMap,
    MaybeJson(input): MaybeJson<CompletionInput>,
) -> ApiResult<Response> {
    let completed = input.and_then(|input| input.completed);
    Ok(changed(&state.app.task_set_completed(&caller, number, completed, if_match(&headers)).await?))
}

/// Put a task into the trash.
#[utoipa::path(delete, operation_id = "delete_task", path = "/api/tasks/{id}", tag = "tasks", params(("id" = i64, Path, description = "The task's number")),
    responses((status = 204, description = "Done"), (status = 404, description = "Task not found"),
        (status = 412, description = "Changed since the `If-Match` version")))]
pub(in crate::http) async fn delete(
    State(state): State<AppState>,
    Me(caller): Me,
    Id(number): Id<TaskNumber>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let deleted = state.app.task_delete(&caller, number, if_match(&headers)).await?;
    Ok(noted(StatusCode::NO_CONTENT.into_response(), deleted.change_id.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn preconditions_compare_versions() {
        let asked = |value| if_match(&headers(header::IF_MATCH, value));
        assert_eq!(asked("\"3\""), Some(3));
        assert_eq!(asked("*"), None);
        assert_eq!(asked("W/\"3\""), Some(-1));
        assert_eq!(asked("\"2\", \"7\""), Some(7));
        assert_eq!(asked("nonsense"), Some(-1));
        let fresh = |value| none_match(&headers(header::IF_NONE_MATCH, value), 3);
        assert!(fresh("\"3\"") && fresh("W/\"3\"") && fresh("*") && fresh("\"1\", \"3\""));
        assert!(!fresh("\"4\"") && !fresh("3"));
    }
}
