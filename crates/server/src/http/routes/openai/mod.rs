//! `/v1`: OpenAI's Chat Completions, so that finished chat clients can talk to one's list. The server knows the
//! conversation; of the history a client sends only the last message is new.

mod chunks;
mod error;
mod request;

use axum::{
    Extension, Json as Answer,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use saydo_app::{
    Caller,
    chat::{ChatReply, PlannerChoice, TurnRequest},
};
use saydo_domain::ConversationId;
use serde_json::{Value, json};

use super::chat::{failed, message};
use crate::http::{
    auth::{Me, SentToken},
    body::Json,
    error::ApiResult,
    idempotency::Stored,
    problem::Problem,
    state::AppState,
    turn_stream::TurnEvents,
};
pub(in crate::http) use error::errors;
use request::{Completion, History, Thread};

/// Who answers, by the names of the models that are offered: the person's own choice, nobody but the offline engine,
/// the language model.
const MODELS: [(&str, Option<PlannerChoice>); 3] =
    [("saydo", None), ("saydo-offline", Some(PlannerChoice::Offline)), ("saydo-llm", Some(PlannerChoice::Llm))];

fn offered(state: &AppState) -> impl Iterator<Item = (&'static str, Option<PlannerChoice>)> {
    let has_model = state.app.models.is_configured() && state.app.planner != PlannerChoice::Offline;
    MODELS.into_iter().filter(move |(_, choice)| has_model || *choice != Some(PlannerChoice::Llm))
}

fn find(state: &AppState, model: &str) -> Result<(&'static str, Option<PlannerChoice>), Problem> {
    let missing = || {
        let names: Vec<&str> = offered(state).map(|(name, _)| name).collect();
        let detail = format!("There is no such model here; there are: {}.", names.join(", "));
        Problem::new(StatusCode::NOT_FOUND, "model_not_found", detail)
    };
    offered(state).find(|(name, _)| *name == model).ok_or_else(missing)
}

fn view(name: &str) -> Value {
    json!({ "id": name, "object": "model", "created": 0, "owned_by": "saydo" })
}

/// The models that are offered.
pub(in crate::http) async fn models(State(state): State<AppState>) -> Answer<Value> {
    let data: Vec<Value> = offered(&state).map(|(name, _)| view(name)).collect();
    Answer(json!({ "object": "list", "data": data }))
}

/// One of them.
pub(in crate::http) async fn model(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> ApiResult<Answer<Value>> {
    Ok(Answer(view(find(&state, &name)?.0)))
}

/// A turn, answered as a completion.
pub(in crate::http) async fn complete(
    State(state): State<AppState>,
    Me(caller): Me,
    token: SentToken,
    headers: HeaderMap,
    stored: Option<Extension<Stored>>,
    Json(input): Json<Completion>,
) -> ApiResult<Response> {
    let (model, planner) = find(&state, &input.model)?;
    let streams = input.stream.unwrap_or_default();
    if let Some(Extension(Stored(answer))) = stored {
        let reply: ChatReply = serde_json::from_str(&answer.body)
            .map_err(|_| Problem::internal("a stored answer that is no reply of the chat"))?;
        let id = uuid::Uuid::now_v7().to_string();
        return Ok(chunks::whole(model, &state, &id, &reply.response, streams));
    }
    let (history, said) = input.read()?;
    let said = message(&said)?;
    if request::is_chore(said.as_str()) {
        return Ok(chunks::whole(model, &state, "none", request::NO_CHORES, streams));
    }
    let thread = Thread::of(&headers, history);
    let mut request = TurnRequest { planner, ..TurnRequest::new(said.clone()) };
    match &thread {
        Thread::Named(name) => request.thread = Some(name.clone()),
        Thread::Known(history) => {
            if let Some(name) = history.name() {
                request.conversation = state.app.conversation_of_thread(&caller, &name).await?;
            }
        }
    }
    let next = thread.history().map(|history| history.and("user", said.as_str()));
    let keeper = Keeper { state: state.clone(), caller, next };
    if streams {
        let turn = state.app.turn_begin(&keeper.caller, request).await.map_err(failed)?;
        let id = turn.turn_id.to_string();
        let events = TurnEvents::new(&state, token, turn.events);
        return Ok(chunks::stream(model, &id, events, keeper.at(turn.conversation_id)));
    }
    let ChatReply { conversation_id, response, .. } = state.app.turn(&keeper.caller, request).await.map_err(failed)?;
    let id = uuid::Uuid::now_v7().to_string();
    keeper.at(ConversationId::new(conversation_id)).keep(&response).await;
    Ok(chunks::whole(model, &state, &id, &response, false))
}

/// Gives the conversation the name by which the client's next request will find it.
struct Keeper {
    state: AppState,
    caller: Caller,
    /// The history up to the reply; none where the client names the conversation itself.
    next: Option<History>,
}

impl Keeper {
    const fn at(self, conversation: ConversationId) -> Keeping {
        Keeping { keeper: self, conversation }
    }
}

/// The same, once the conversation is known.
struct Keeping {
    keeper: Keeper,
    conversation: ConversationId,
}

impl Keeping {
    async fn keep(&self, reply: &str) {
        let Keeper { state, caller, next } = &self.keeper;
        let Some(name) = next.as_ref().and_then(|history| history.clone().and("assistant", reply).name()) else {
            return;
        };
        // The reply counts more than that the next message finds its conversation.
        if let Err(error) = state.app.conversation_set_thread(caller, self.conversation, name).await {
            tracing::warn!(%error, "a conversation could not be named");
        }
    }
}
