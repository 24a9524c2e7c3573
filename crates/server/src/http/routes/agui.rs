//! `/api/agui`: the AG-UI protocol, for its ready-made clients. The thread names the conversation, the last message is
//! the turn, and `resume` is the person's own decision about the question that waits.

use axum::{Extension, extract::State, http::StatusCode, response::Response};
use saydo_app::{
    AppError, Caller, Missing,
    chat::{Decision, PendingDecision, TurnRequest},
};
use saydo_domain::{MessageText, PendingId};
use serde::Deserialize;
use serde_json::Value;

use super::{
    chat::{failed, message},
    parts,
};
use crate::http::{
    auth::{Me, Proof, SentToken},
    body::Json,
    context::RequestContext,
    error::ApiResult,
    problem::Problem,
    state::AppState,
    turn_stream::{self, RunNames},
};

/// Where this is: always answered by a stream.
pub(in crate::http) const PATH: &str = "/api/agui";
/// Longest name of a thread or a run.
const MOST_CHARS: usize = 200;

/// What an AG-UI client sends. The protocol is open: fields that are not named here are for others.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"threadId": "thread-1", "runId": "run-1", "messages": [{"role": "user", "content": "what is due today?"}]}))]
pub(in crate::http) struct RunAgentInput {
    /// The conversation, by the client's own name.
    thread_id: String,
    /// The run, by the client's own name.
    run_id: String,
    /// The conversation as the client knows it. Only the last message counts: the rest is known here.
    messages: Vec<AguiMessage>,
    /// Answers to the question that waits.
    #[serde(default)]
    resume: Option<Vec<ResumeEntry>>,
}

/// One message of an AG-UI client.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(in crate::http) struct AguiMessage {
    /// Who said it.
    role: String,
    /// A text, or parts of which those of text count.
    #[serde(default)]
    content: Value,
}

/// The answer to an interrupt.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct ResumeEntry {
    /// The question.
    interrupt_id: String,
    /// `resolved` or `cancelled`.
    status: ResumeStatus,
    /// What `responseSchema` of the interrupt describes; nothing, or `true`, for a plain yes, and a text for one.
    #[serde(default)]
    payload: Value,
}

/// How an interrupt was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum ResumeStatus {
    /// With a decision.
    Resolved,
    /// Not at all.
    Cancelled,
}

/// Run a turn by the AG-UI protocol.
#[utoipa::path(post, operation_id = "run_agent", path = "/api/agui", tag = "chat", request_body = RunAgentInput,
    responses((status = 200, description = "The events", body = String, content_type = "text/event-stream"),
        (status = 400, description = "Message cannot be empty, or too long"),
        (status = 403, description = "A personal access token cannot accept what waits"),
        (status = 404, description = "The question was answered already or has expired, or never was")))]
pub(in crate::http) async fn run(
    State(state): State<AppState>,
    Me(caller): Me,
    token: SentToken,
    proof: Proof,
    Extension(context): Extension<RequestContext>,
    Json(input): Json<RunAgentInput>,
) -> ApiResult<Response> {
    let RunAgentInput { thread_id, run_id, messages, resume } = input;
    for (field, name) in [("threadId", &thread_id), ("runId", &run_id)] {
        // NUL is the one character that not every database can keep.
        if name.is_empty() || name.chars().count() > MOST_CHARS || name.contains('\0') {
            return Err(Problem::field(field, format!("Give a name of 1 to {MOST_CHARS} characters.")).into());
        }
    }
    let mut resume = resume.unwrap_or_default();
    if resume.len() > 1 {
        return Err(Problem::field("resume", "One question waits at most; answer that one.").into());
    }
    let thread = format!("agui:{thread_id}");
    let names = RunNames { thread: thread_id, run: run_id };
    let request = match (resume.pop(), said(&messages)?) {
        (None, None) => return Err(Problem::field("messages", "The last message must be the person's.").into()),
        (None, Some(message)) => TurnRequest { thread: Some(thread), ..TurnRequest::new(message) },
        (Some(ResumeEntry { status: ResumeStatus::Cancelled, interrupt_id, .. }), said) => {
            leave(&state, &caller, &thread, &interrupt_id).await?;
            match said {
                Some(message) => TurnRequest { thread: Some(thread), ..TurnRequest::new(message) },
                None => return Ok(turn_stream::of_nothing(&names)),
            }
        }
        (Some(entry), _) => {
            let (question, decision) = (question(&entry.interrupt_id)?, decision(entry.payload)?);
            if decision.decision == Decision::Accept {
                proof.person()?;
            }
            let decision = Some((question, decision));
            // The decision brings its own words.
            let message = MessageText::new("Yes").map_err(AppError::from)?;
            TurnRequest { thread: Some(thread), decision, ..TurnRequest::new(message) }
        }
    };
    let turn = state.app.turn_begin(&caller, request).await.map_err(failed)?;
    context.set_conversation(turn.conversation_id.get());
    Ok(turn_stream::of_turn(&state, token, turn, Some(names)))
}

/// What the person says, when the last message is theirs.
fn said(messages: &[AguiMessage]) -> ApiResult<Option<MessageText>> {
    let Some(last) = messages.last().filter(|last| last.role == "user") else { return Ok(None) };
    let text = parts::text(&last.content)
        .map_err(|refusal| Problem::new(StatusCode::BAD_REQUEST, "invalid_message", refusal.sentence()))?;
    Ok(Some(message(&text)?))
}

fn question(id: &str) -> ApiResult<PendingId> {
    id.parse().map_err(|_| AppError::NotFound(Missing::Pending).into())
}

/// What a payload decides.
fn decision(payload: Value) -> ApiResult<PendingDecision> {
    let plain = |decision, text| PendingDecision { decision, task_ids: None, text };
    Ok(match payload {
        Value::Null | Value::Bool(true) => plain(Decision::Accept, None),
        Value::Bool(false) => plain(Decision::Reject, None),
        Value::String(text) => plain(Decision::Accept, Some(text)),
        payload => serde_json::from_value(payload)
            .map_err(|_| Problem::field("resume[0].payload", "This is not what responseSchema describes."))?,
    })
}

/// A question nobody wants to answer is rejected; one that is gone already is left alone.
async fn leave(state: &AppState, caller: &Caller, thread: &str, question: &str) -> ApiResult<()> {
    let Ok(id) = question.parse::<PendingId>() else { return Ok(()) };
    let Some(conversation) = state.app.conversation_of_thread(caller, thread).await? else { return Ok(()) };
    // The request's key belongs to the turn that follows.
    let caller = Caller { idempotency: None, ..caller.clone() };
    let decision = PendingDecision { decision: Decision::Reject, task_ids: None, text: None };
    match state.app.pending_decide(&caller, conversation, id, decision).await {
        Ok(_) | Err(AppError::NotFound(_)) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}
