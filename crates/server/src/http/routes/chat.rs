//! `/api/{user_id}/chat`: saying something, answered at once as JSON or as it happens. That the path names the caller
//! was checked before the body is read.

use axum::{
    Extension, Json as Answer,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use saydo_app::{
    AppError,
    chat::{ChatReply, TurnRequest},
};
use saydo_domain::{ConversationId, MessageText};
use serde::Deserialize;

use crate::http::{
    auth::{Me, SentToken},
    body::Json,
    context::RequestContext,
    error::{ApiError, ApiResult},
    problem::Problem,
    state::AppState,
    turn_stream,
};

/// The body of `POST /api/{user_id}/chat`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"message": "Remember to call mom tomorrow"}))]
pub(in crate::http) struct MessageInput {
    /// The conversation to go on with; a new one when it is missing.
    #[serde(default)]
    conversation_id: Option<i64>,
    /// What is said: 1 to 10,000 characters after trimming.
    #[schema(example = "Remember to call mom tomorrow")]
    message: String,
}

/// Say something.
///
/// With `Accept: text/event-stream` the answer is the turn as it happens, as events of the AG-UI protocol; `Location`
/// says where they can be read again. The turn runs to its end whether or not anybody listens.
#[utoipa::path(post, operation_id = "send_message", path = "/api/{user_id}/chat", tag = "chat",
    params(("user_id" = String, Path, description = "The caller's own id")), request_body = MessageInput,
    responses((status = 200, description = "The reply",
            content((ChatReply = "application/json"), (String = "text/event-stream"))),
        (status = 400, description = "Message cannot be empty, or too long"),
        (status = 403, description = "Cannot access chat for other users"),
        (status = 404, description = "Conversation not found")))]
pub(in crate::http) async fn send(
    State(state): State<AppState>,
    Me(caller): Me,
    token: SentToken,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    Json(input): Json<MessageInput>,
) -> ApiResult<Response> {
    let message = message(&input.message)?;
    let conversation = input.conversation_id.map(ConversationId::new);
    if !turn_stream::is_wanted(&headers) {
        let reply = state.app.chat_send(&caller, conversation, message).await.map_err(failed)?;
        context.set_conversation(reply.conversation_id);
        return Ok(Answer(reply).into_response());
    }
    let request = TurnRequest { conversation, ..TurnRequest::new(message) };
    let turn = state.app.turn_begin(&caller, request).await.map_err(failed)?;
    context.set_conversation(turn.conversation_id.get());
    Ok(turn_stream::of_turn(&state, token, turn, None))
}

/// A message by the fixed contract: what is wrong with it is 400, unlike other refused fields.
pub(super) fn message(text: &str) -> Result<MessageText, Problem> {
    MessageText::new(text).map_err(|error| Problem {
        errors: error.errors.clone().into(),
        ..Problem::new(StatusCode::BAD_REQUEST, "invalid_message", error.to_string())
    })
}

/// A database that is away has a fixed sentence here.
pub(super) fn failed(error: AppError) -> ApiError {
    ApiError::from(error).in_chat()
}
