//! `/api/conversations/{id}/turns/{turn_id}`: reading a turn again, following it, stopping it.

use axum::{
    Extension,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use saydo_app::Missing;
use saydo_domain::{ConversationId, TurnId};

use crate::http::{
    auth::{Me, SentToken},
    context::RequestContext,
    error::ApiResult,
    problem::Problem,
    state::AppState,
    turn_stream,
};

type TurnPath = Result<Path<(i64, String)>, PathRejection>;

fn place(path: TurnPath) -> Result<(ConversationId, TurnId), Problem> {
    let Path((id, turn)) = path.map_err(|_| Problem::field("id", "This is not a valid id."))?;
    let missing = |_| Problem::new(StatusCode::NOT_FOUND, "not_found", Missing::Turn.sentence());
    Ok((ConversationId::new(id), turn.parse().map_err(missing)?))
}

/// Read a turn's events again, and follow it while it runs.
///
/// `Last-Event-ID` names the last event that is known; without it all are sent.
#[utoipa::path(get, operation_id = "read_turn", path = "/api/conversations/{id}/turns/{turn_id}/events", tag = "chat",
    params(("id" = i64, Path, description = "The conversation"), ("turn_id" = String, Path, description = "The turn"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The last event that is known")),
    responses((status = 200, description = "The events", body = String, content_type = "text/event-stream"),
        (status = 404, description = "Turn not found")))]
pub(in crate::http) async fn events(
    State(state): State<AppState>,
    Me(caller): Me,
    token: SentToken,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    path: TurnPath,
) -> ApiResult<Response> {
    let (conversation, turn) = place(path)?;
    let after = match headers.get("last-event-id").filter(|id| !id.is_empty()) {
        None => 0,
        Some(id) => {
            // No turn has that many; far above it, counting on would overflow.
            let number = id.to_str().ok().and_then(|id| id.parse::<u32>().ok()).map(i64::from);
            number.ok_or_else(|| Problem::field("Last-Event-ID", "This is no event of ours."))?
        }
    };
    let reader = state.app.turn_reader(&caller, conversation, turn, after).await?;
    context.set_conversation(conversation.get());
    Ok(turn_stream::of_reader(&state, token, reader, None))
}

/// Stop a turn. What it has done stays done; a turn that is over is left alone.
#[utoipa::path(post, operation_id = "stop_turn", path = "/api/conversations/{id}/turns/{turn_id}/stop", tag = "chat",
    params(("id" = i64, Path, description = "The conversation"), ("turn_id" = String, Path, description = "The turn")),
    responses((status = 204, description = "It stops"), (status = 404, description = "Turn not found")))]
pub(in crate::http) async fn stop(
    State(state): State<AppState>,
    Me(caller): Me,
    Extension(context): Extension<RequestContext>,
    path: TurnPath,
) -> ApiResult<StatusCode> {
    let (conversation, turn) = place(path)?;
    state.app.turn_stop(&caller, conversation, turn).await?;
    context.set_conversation(conversation.get());
    Ok(StatusCode::NO_CONTENT)
}
