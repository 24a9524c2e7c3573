//! Asking the person behind the client (elicitation). The older revisions ask within the call and wait; 2026-07-28
//! ends the call with the question, and the client repeats it with the answer.

use std::{collections::BTreeMap, time::Duration};

use rmcp::{
    RoleServer,
    model::{
        ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema, InputRequest,
        InputRequiredResult, ProtocolVersion,
    },
    service::RequestContext,
};
use saydo_app::Caller;
use saydo_domain::UserId;
use serde_json::{Value, json};

use super::ticket::{Ticket, Tickets, owner};

/// How long a person may think while the call waits.
const PATIENCE: Duration = Duration::from_mins(5);
/// The one question's key.
const KEY: &str = "decision";

/// What the client sent along when it repeated a call: used up by the first question it answers.
#[derive(Debug)]
pub(super) struct Brought {
    tickets: Tickets,
    user: UserId,
    /// The program that calls.
    owner: String,
    ticket: Option<Ticket>,
    answer: Option<Value>,
}

/// A question for the person.
#[derive(Debug)]
pub(super) struct Question {
    /// The words.
    pub(super) message: String,
    /// Choices by value and title; none for a yes or no.
    pub(super) choices: Vec<(String, String)>,
    /// What exactly is asked: an answer counts only for the very same.
    pub(super) about: String,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Asked {
    /// Yes, with the choice.
    Accepted(Option<String>),
    /// No.
    Declined,
    /// The client cannot ask, or nobody answered.
    Unable,
    /// The call ends with the question.
    Later(Box<InputRequiredResult>),
}

/// Asks, as this client's revision wants it.
pub(super) async fn ask(context: &RequestContext<RoleServer>, brought: &mut Brought, question: &Question) -> Asked {
    let form = context.client_capabilities().and_then(|can| can.elicitation);
    if !form.is_some_and(|can| can.form.is_some() || can.url.is_none()) {
        return Asked::Unable;
    }
    if context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28) {
        return at_the_next_call(brought, question).await;
    }
    match context.peer.create_elicitation_with_timeout(params(question), Some(PATIENCE)).await {
        Ok(answer) => judge(&answer, question),
        Err(_) => Asked::Unable,
    }
}

async fn at_the_next_call(brought: &mut Brought, question: &Question) -> Asked {
    let (ticket, answer) = (brought.ticket.take(), brought.answer.take());
    if let Some(ticket) = ticket.filter(|ticket| ticket.about == question.about)
        && let Some(answer) = answer.and_then(|answer| serde_json::from_value::<ElicitResult>(answer).ok())
        && brought.tickets.use_up(&brought.user, &ticket).await
    {
        return judge(&answer, question);
    }
    let Some(state) = brought.tickets.issue(&brought.owner, &question.about) else { return Asked::Unable };
    let request = InputRequest::Elicitation(ElicitRequest::new(params(question)));
    let requests = BTreeMap::from([(KEY.to_owned(), request)]);
    Asked::Later(Box::new(InputRequiredResult::new(Some(requests), Some(state))))
}

impl Brought {
    /// What came with a call of this caller: a state that was not sealed for them, or is used up, counts for nothing.
    pub(super) async fn new(
        tickets: &Tickets,
        caller: &Caller,
        state: Option<&str>,
        answers: Option<BTreeMap<String, Value>>,
    ) -> Self {
        let owner = owner(caller);
        let ticket = match state {
            Some(state) => tickets.open(caller.id(), &owner, state).await,
            None => None,
        };
        let answer = answers.and_then(|mut answers| answers.remove(KEY));
        Self { tickets: tickets.clone(), user: caller.id().clone(), owner, ticket, answer }
    }

    /// What the question was about that is answered here.
    pub(super) fn about(&self) -> Option<&str> {
        self.ticket.as_ref().map(|ticket| ticket.about.as_str())
    }
}

fn judge(answer: &ElicitResult, question: &Question) -> Asked {
    if answer.action != ElicitationAction::Accept {
        return Asked::Declined;
    }
    let choice = answer.content.as_ref().and_then(|content| content["choice"].as_str()).map(str::to_owned);
    match choice {
        Some(choice) if question.choices.iter().any(|(value, _)| *value == choice) => Asked::Accepted(Some(choice)),
        _ if question.choices.is_empty() => Asked::Accepted(None),
        _ => Asked::Declined,
    }
}

fn params(question: &Question) -> ElicitRequestParams {
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: question.message.clone(),
        requested_schema: schema(question),
    }
}

/// A yes or no needs no field: accepting is the yes.
fn schema(question: &Question) -> ElicitationSchema {
    let choices = &question.choices;
    if choices.is_empty() {
        return ElicitationSchema::new(BTreeMap::new());
    }
    let one_of: Vec<Value> = choices.iter().map(|(value, title)| json!({ "const": value, "title": title })).collect();
    let choice = json!({ "type": "string", "title": "Which one?", "oneOf": one_of });
    let properties = serde_json::from_value(choice).map(|choice| BTreeMap::from([("choice".to_owned(), choice)]));
    let mut schema = ElicitationSchema::new(properties.unwrap_or_default());
    schema.required = Some(vec!["choice".to_owned()]);
    schema
}
