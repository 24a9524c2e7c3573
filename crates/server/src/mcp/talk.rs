//! The tool `talk`: plain language, understood as in the chat. A plan card that comes of it is put to the person; a
//! client that cannot ask them leaves it to Saydo itself, for no program may accept one.

use std::sync::LazyLock;

use rmcp::{
    ErrorData, RoleServer,
    model::{CallToolRequestParams, CallToolResponse},
    service::RequestContext,
};
use saydo_app::{
    AppError,
    chat::{ChatReply, Decision, PendingDecision},
    reply::receipt,
    tools::catalogue::ToolSpec,
    view::PendingView,
};
use saydo_domain::{ConversationId, MessageText, PendingId, PendingKind, ToolCallRecord};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ask::{Asked, Brought, Question, ask},
    brake::Weight,
    handler::{Saydo, Who, fingerprint, too_much},
    tools,
};
use crate::http::sentence;

/// Its name.
pub(super) const NAME: &str = "talk";
/// Questions put to the person in one call.
const MOST_QUESTIONS: usize = 3;

const DESCRIPTION: &str = "Say something to Saydo in plain language, as the person would: “add milk tomorrow and call \
    Ann on friday”, “move everything of today to monday”, “what is overdue?”. Use it for wishes about several tasks. \
    Give conversation_id of an earlier answer to go on with that conversation. What needs a confirmation is put to the \
    person; nothing is done before they agree.";

static SPEC: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: NAME,
    title: "Talk to Saydo",
    description: DESCRIPTION,
    input_schema: json!({
        "type": "object",
        "properties": {
            "message": { "type": "string", "minLength": 1, "maxLength": 10000, "description": "What to say." },
            "conversation_id": { "type": "integer", "description": "The conversation to go on with; without it a new one begins." }
        },
        "required": ["message"],
        "additionalProperties": false
    }),
    output_schema: json!({
        "type": "object",
        "properties": {
            "conversation_id": { "type": "integer", "description": "Where this was said." },
            "response": { "type": "string", "description": "Saydo's answer. What it says was done, was done." },
            "change_id": { "type": ["string", "null"], "description": "What undo puts back, if anything changed." },
            "answered_by": { "type": "string", "description": "offline, or the name of a model." },
            "pending": {
                "type": ["object", "null"],
                "description": "A question that waits for an answer.",
                "properties": {
                    "id": { "type": "string" },
                    "kind": { "type": "string", "enum": ["confirm", "choose", "ask"] },
                    "prompt": { "type": "string" },
                    "tasks": { "type": "array", "items": { "type": "object" } },
                    "expires_at": { "type": "string" }
                }
            },
            "next_step": { "type": ["string", "null"], "description": "What has to happen next, if anything." }
        },
        "required": ["conversation_id", "response", "pending", "next_step"]
    }),
    read_only: false,
    destructive: true,
    idempotent: false,
    for_planner: false,
});

/// What there is to know about it.
pub(super) fn spec() -> &'static ToolSpec {
    &SPEC
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TalkArgs {
    message: String,
    #[serde(default)]
    conversation_id: Option<i64>,
}

/// How the conversation stands.
struct Stand {
    conversation: ConversationId,
    reply: Value,
    pending: Option<PendingView>,
}

impl From<ChatReply> for Stand {
    fn from(reply: ChatReply) -> Self {
        Self {
            conversation: ConversationId::new(reply.conversation_id),
            reply: json!({
                "response": reply.response,
                "change_id": reply.change_id,
                "answered_by": reply.answered_by,
            }),
            pending: reply.pending,
        }
    }
}

impl Saydo {
    pub(super) async fn talk(
        &self,
        who: &Who,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let args = match serde_json::from_value::<TalkArgs>(arguments) {
            Ok(args) => args,
            Err(error) => return Ok(tools::mistake(format!("The arguments of talk don't fit: {error}.")).into()),
        };
        let state = request.request_state.as_deref();
        let mut brought = Brought::new(&self.tickets, &who.caller, state, request.input_responses).await;
        let stand = match self.waiting(who, brought.about()).await {
            Some(stand) => Ok(stand),
            None => match self.may_say(who, &args, context, &mut brought).await {
                Err(answer) => return Ok(*answer),
                Ok(weight) => self.say(who, args, weight).await,
            },
        };
        match stand {
            Ok(stand) => self.go_on(who, stand, context, &mut brought).await,
            Err(error) => Ok(tools::mistake(sentence(error)).into()),
        }
    }

    /// The question a repeated call brings the answer to: it is not said again.
    async fn waiting(&self, who: &Who, about: Option<&str>) -> Option<Stand> {
        let (conversation, pending) = about?.split_once('/')?;
        let conversation = ConversationId::new(conversation.parse().ok()?);
        let stand = self.stand(who, conversation).await.ok()?;
        stand.pending.as_ref().is_some_and(|waiting| waiting.id == pending).then_some(stand)
    }

    async fn stand(&self, who: &Who, conversation: ConversationId) -> Result<Stand, AppError> {
        let view = self.app.conversation_messages(&who.caller, conversation).await?;
        let prompt = view.pending.as_ref().map(|pending| pending.prompt.clone());
        let reply = json!({ "response": prompt.unwrap_or_default(), "change_id": null, "answered_by": "offline" });
        Ok(Stand { conversation, reply, pending: view.pending })
    }

    /// Limits before anything is said. What is counted for it comes back: it is given back if nothing comes of it.
    async fn may_say(
        &self,
        who: &Who,
        args: &TalkArgs,
        context: &RequestContext<RoleServer>,
        brought: &mut Brought,
    ) -> Result<Weight, Box<CallToolResponse>> {
        let refuse = |text: String| Err(Box::new(tools::mistake(text).into()));
        if let Some(limits) = &self.limits
            && let Err(wait) = limits.take_chat(who.caller.id()).await
        {
            return refuse(format!("Too many messages; try again in {} seconds.", wait.as_secs().max(1)));
        }
        let token = &who.caller.token_id;
        let weight = if self.may_delete(who, args).await { Weight::Deletion } else { Weight::Change };
        if self.brake.take(token, weight).await {
            return Ok(weight);
        }
        let why = too_much(if self.brake.has_room(token, Weight::Change).await { weight } else { Weight::Change });
        let conversation = args.conversation_id.map(|id| id.to_string()).unwrap_or_default();
        let question = Question {
            message: format!("{why} Go on and say to Saydo: “{}”?", args.message),
            choices: Vec::new(),
            about: fingerprint(&[who.caller.id().as_str(), NAME, &args.message, &conversation]),
        };
        match ask(context, brought, &question).await {
            Asked::Accepted(_) => {
                self.brake.note(token, weight).await;
                Ok(weight)
            }
            Asked::Later(question) => Err(Box::new((*question).into())),
            Asked::Declined => refuse("The person said no. Nothing was changed.".to_owned()),
            Asked::Unable => refuse(format!("{why} Nothing was changed. Wait a minute.")),
        }
    }

    /// Whether this asks for a deletion, or answers the question which task to delete.
    async fn may_delete(&self, who: &Who, args: &TalkArgs) -> bool {
        if saydo_lang::asks_to_delete(&args.message) {
            return true;
        }
        let Some(conversation) = args.conversation_id.map(ConversationId::new) else { return false };
        self.app.asked_about_deletion(&who.caller, conversation).await.unwrap_or(false)
    }

    async fn say(&self, who: &Who, args: TalkArgs, taken: Weight) -> Result<Stand, AppError> {
        let conversation = args.conversation_id.map(ConversationId::new);
        let said = match MessageText::new(&args.message) {
            Ok(message) => self.app.chat_send(&who.caller, conversation, message).await,
            Err(error) => Err(error.into()),
        };
        let calls = said.as_ref().map_or(&[][..], |reply| &reply.tool_calls);
        self.settle(&who.caller.token_id, taken, calls).await;
        match said {
            Ok(reply) => Ok(reply.into()),
            // A plan card waits there: it is shown again.
            Err(AppError::Conflict { code: "person_needed", detail }) => match conversation {
                Some(conversation) => self.stand(who, conversation).await,
                None => Err(AppError::Conflict { code: "person_needed", detail }),
            },
            Err(error) => Err(error),
        }
    }

    /// Counts what came of a message for which one of these was counted already.
    async fn settle(&self, token: &str, taken: Weight, calls: &[ToolCallRecord]) {
        let mut taken = Some(taken);
        for call in calls.iter().filter(|call| call.result.get("error").is_none()) {
            let weight = match call.tool.as_str() {
                "delete_task" => Weight::Deletion,
                "complete_task" | "update_task" | "undo" => Weight::Change,
                _ => continue,
            };
            if taken == Some(weight) {
                taken = None;
            } else {
                self.brake.note(token, weight).await;
            }
        }
        if let Some(weight) = taken {
            self.brake.give_back(token, weight).await;
        }
    }

    /// Puts what waits for a decision to the person, as far as the client can.
    async fn go_on(
        &self,
        who: &Who,
        mut stand: Stand,
        context: &RequestContext<RoleServer>,
        brought: &mut Brought,
    ) -> Result<CallToolResponse, ErrorData> {
        for _ in 0..MOST_QUESTIONS {
            let Some(pending) = stand.pending.clone().filter(|pending| pending.kind != PendingKind::Ask) else { break };
            let (decision, choice) = match ask(context, brought, &question(stand.conversation, &pending)).await {
                Asked::Accepted(choice) => (Decision::Accept, choice),
                Asked::Declined => (Decision::Reject, None),
                Asked::Later(question) => return Ok((*question).into()),
                Asked::Unable => break,
            };
            let task_ids = choice.and_then(|choice| choice.parse().ok()).map(|id| vec![id]);
            let decision = PendingDecision { decision, task_ids, text: None };
            let Ok(id) = pending.id.parse::<PendingId>() else { break };
            stand = match self.app.pending_decide(&who.caller, stand.conversation, id, decision).await {
                Ok(reply) => reply.into(),
                Err(error) => return Ok(tools::mistake(sentence(error)).into()),
            };
        }
        let mut value = stand.reply;
        value["conversation_id"] = json!(stand.conversation.get());
        value["next_step"] = json!(next_step(who, stand.conversation, stand.pending.as_ref()));
        value["pending"] = serde_json::to_value(&stand.pending).unwrap_or_default();
        Ok(tools::done(value).into())
    }
}

/// The waiting question as one for the person: bound to it, and so to the exact tasks and versions it was made for.
fn question(conversation: ConversationId, pending: &PendingView) -> Question {
    let line = |task: &saydo_app::view::PendingTaskView| format!("#{} {}", task.id, receipt::plain(&task.title));
    let about = format!("{conversation}/{}", pending.id);
    if pending.kind == PendingKind::Choose {
        let choices = pending.tasks.iter().map(|task| (task.id.to_string(), line(task))).collect();
        return Question { message: pending.prompt.clone(), choices, about };
    }
    let tasks: Vec<String> = pending.tasks.iter().map(line).collect();
    Question { message: format!("{}\n{}", pending.prompt, tasks.join("\n")), choices: Vec::new(), about }
}

fn next_step(who: &Who, conversation: ConversationId, pending: Option<&PendingView>) -> Option<String> {
    let pending = pending?;
    Some(match pending.kind {
        PendingKind::Confirm => format!(
            "Nothing was changed yet. Only the person can agree to this: ask them to decide at {}/c/{conversation}",
            who.base
        ),
        PendingKind::Choose | PendingKind::Ask => {
            "Ask the person, then answer with talk and this conversation_id.".to_owned()
        }
    })
}
