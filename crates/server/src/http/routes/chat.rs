//! `/api/{user_id}/chat`: saying something. That the path names the caller was checked before the body is read.

use axum::{Extension, Json as Answer, extract::State, http::StatusCode};
use saydo_app::{AppError, chat::ChatReply};
use saydo_domain::{ConversationId, MessageText};
use serde::Deserialize;

use crate::http::{
    auth::Me,
    body::Json,
    context::RequestContext,
    error::{ApiError, ApiResult},
    problem::Problem,
    state::AppState,
};

/// The body of `POST /api/{user_id}/chat`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct MessageInput {
    /// The conversation to go on with; a new one when it is missing.
    #[serde(default)]
    conversation_id: Option<i64>,
    /// What is said: 1 to 10,000 characters after trimming.
    #[schema(example = "Remember to call mom tomorrow")]
    message: String,
}

/// Say something.
#[utoipa::path(post, operation_id = "send_message", path = "/api/{user_id}/chat", tag = "chat",
    params(("user_id" = String, Path, description = "The caller's own id")), request_body = MessageInput,
    responses((status = 200, description = "The reply", body = ChatReply),
        (status = 400, description = "Message cannot be empty, or too long"),
        (status = 403, description = "Cannot access chat for other users"),
        (status = 404, description = "Conversation not found")))]
pub(in crate::http) async fn send(
    State(state): State<AppState>,
    Me(caller): Me,
    Extension(context): Extension<RequestContext>,
    Json(input): Json<MessageInput>,
) -> ApiResult<Answer<ChatReply>> {
    // The fixed contract: these two are 400, unlike other refused fields.
    let message = MessageText::new(&input.message).map_err(|error| Problem {
        errors: error.errors.clone(),
        ..Problem::new(StatusCode::BAD_REQUEST, "invalid_message", error.to_string())
    })?;
    let conversation = input.conversation_id.map(ConversationId::new);
    let reply = state.app.chat_send(&caller, conversation, message).await.map_err(failed)?;
    context.set_conversation(reply.conversation_id);
    Ok(Answer(reply))
}

/// A database that is away has a fixed sentence here.
pub(super) fn failed(error: AppError) -> ApiError {
    ApiError::from(error).in_chat()
}
