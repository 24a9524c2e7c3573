//! `/api/conversations`.

use axum::{
    Extension, Json as Answer,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use saydo_app::chat::{
    ChatReply, ConversationDeleted, ConversationList, ConversationView, ConversationsDeleted, Decision, LatestView,
    MessagesView, PageInput, PendingDecision,
};
use saydo_domain::{ConversationId, ConversationTitle, PendingId};
use serde::Deserialize;

use super::chat::failed;
use crate::http::{
    auth::{Me, Proof},
    body::Json,
    context::RequestContext,
    error::ApiResult,
    paging,
    problem::Problem,
    query::{Id, Params},
    state::AppState,
};

/// The body of `PATCH /api/conversations/{id}`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "The summer holiday"}))]
pub(in crate::http) struct TitleInput {
    /// 1 to 200 characters after trimming.
    title: String,
}

/// Conversations, the one last spoken in first.
#[utoipa::path(get, operation_id = "list_conversations", path = "/api/conversations", tag = "conversations",
    params(PageInput), responses((status = 200, body = ConversationList,
        description = "One page; `X-Total-Count` and `Link` in the headers")))]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    Me(caller): Me,
    RawQuery(query): RawQuery,
    Params(input): Params<PageInput>,
) -> ApiResult<Response> {
    let page = state.app.conversations_page(&caller, &input).await?;
    let next = page.next_cursor.as_deref();
    Ok(paging::linked(Answer(page.view), "/api/conversations", query.as_deref(), page.total, next))
}

/// The newest conversation with its messages.
#[utoipa::path(get, operation_id = "latest_conversation", path = "/api/conversations/latest", tag = "conversations",
    responses((status = 200, description = "The conversation, or `null` and no messages", body = LatestView)))]
pub(in crate::http) async fn latest(State(state): State<AppState>, Me(caller): Me) -> ApiResult<Answer<LatestView>> {
    Ok(Answer(state.app.conversation_latest(&caller).await?))
}

/// A conversation's messages, oldest first. The first page has the newest; each next one has older ones.
#[utoipa::path(get, operation_id = "list_messages", path = "/api/conversations/{id}/messages", tag = "conversations",
    params(("id" = i64, Path, description = "The conversation"), PageInput),
    responses((status = 200, body = MessagesView, description = "One page; `X-Total-Count` and `Link` in the headers"),
        (status = 404, description = "Conversation not found")))]
pub(in crate::http) async fn messages(
    State(state): State<AppState>,
    Me(caller): Me,
    Extension(context): Extension<RequestContext>,
    Id(id): Id<ConversationId>,
    RawQuery(query): RawQuery,
    Params(input): Params<PageInput>,
) -> ApiResult<Response> {
    context.set_conversation(id.get());
    let page = state.app.messages_page(&caller, id, &input).await?;
    let (path, next) = (format!("/api/conversations/{id}/messages"), page.next_cursor.as_deref());
    Ok(paging::linked(Answer(page.view), &path, query.as_deref(), page.total, next))
}

/// Give a conversation another title.
#[utoipa::path(patch, operation_id = "rename_conversation", path = "/api/conversations/{id}", tag = "conversations",
    params(("id" = i64, Path, description = "The conversation")), request_body = TitleInput,
    responses((status = 200, description = "The conversation", body = ConversationView),
        (status = 404, description = "Conversation not found")))]
pub(in crate::http) async fn rename(
    State(state): State<AppState>,
    Me(caller): Me,
    Id(id): Id<ConversationId>,
    Json(input): Json<TitleInput>,
) -> ApiResult<Answer<ConversationView>> {
    let title = ConversationTitle::new(&input.title).map_err(saydo_app::AppError::from)?;
    Ok(Answer(state.app.conversation_rename(&caller, id, title).await?))
}

/// Delete a conversation. Tasks made in it stay.
#[utoipa::path(delete, operation_id = "delete_conversation", path = "/api/conversations/{id}", tag = "conversations",
    params(("id" = i64, Path, description = "The conversation")),
    responses((status = 200, description = "Done", body = ConversationDeleted),
        (status = 404, description = "Conversation not found")))]
pub(in crate::http) async fn delete(
    State(state): State<AppState>,
    Me(caller): Me,
    Id(id): Id<ConversationId>,
) -> ApiResult<Answer<ConversationDeleted>> {
    Ok(Answer(state.app.conversation_delete(&caller, id).await?))
}

/// Delete all conversations. Tasks made in them stay. It cannot be undone, so no program's token may.
#[utoipa::path(delete, operation_id = "delete_all_conversations", path = "/api/conversations", tag = "conversations",
    responses((status = 200, description = "Done", body = ConversationsDeleted)))]
pub(in crate::http) async fn delete_all(
    State(state): State<AppState>,
    Me(caller): Me,
) -> ApiResult<Answer<ConversationsDeleted>> {
    Ok(Answer(state.app.conversations_delete_all(&caller).await?))
}

/// Answer a waiting question. Only a person who signed in can accept.
#[utoipa::path(post, operation_id = "answer_question", path = "/api/conversations/{id}/pending/{pending_id}", tag = "chat",
    params(("id" = i64, Path, description = "The conversation"), ("pending_id" = String, Path, description = "The question")),
    request_body = PendingDecision,
    responses((status = 200, description = "The reply", body = ChatReply),
        (status = 403, description = "A personal access token cannot accept"),
        (status = 404, description = "The question was answered already or has expired, or never was")))]
pub(in crate::http) async fn decide(
    State(state): State<AppState>,
    Me(caller): Me,
    Extension(context): Extension<RequestContext>,
    proof: Proof,
    path: Result<Path<(i64, String)>, PathRejection>,
    Json(decision): Json<PendingDecision>,
) -> ApiResult<Answer<ChatReply>> {
    if decision.decision == Decision::Accept {
        proof.person()?;
    }
    let Path((id, pending)) = path.map_err(|_| Problem::field("id", "This is not a valid id."))?;
    let pending = pending.parse::<PendingId>().map_err(|_| {
        let detail = saydo_app::Missing::Pending.sentence();
        Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
    })?;
    context.set_conversation(id);
    Ok(Answer(state.app.pending_decide(&caller, ConversationId::new(id), pending, decision).await.map_err(failed)?))
}
