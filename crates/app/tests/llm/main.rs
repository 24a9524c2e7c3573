//! The model client over real HTTP, against a server that follows a script: formats, oddities of small servers,
//! faults, the chain of providers.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod chain;
mod faults;
mod formats;
mod oddities;
mod recorded;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use saydo_app::llm::{
    ModelError, ModelEvent, ModelMessage, ModelRequest, Models, ModelsConfig, Price, ProviderConfig, ProviderKind,
    RequestedCall, StopReason, ToolDefinition, Usage,
};
use scripted_model::{Fault, Reply, ScriptedModel};
use serde_json::json;
use tokio::time::Instant;

const KINDS: [ProviderKind; 5] = [
    ProviderKind::ChatCompletions,
    ProviderKind::Responses,
    ProviderKind::Anthropic,
    ProviderKind::Gemini,
    ProviderKind::Ollama,
];

/// A whole answer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Whole {
    text: String,
    calls: Vec<RequestedCall>,
    usage: Usage,
    stop: Option<StopReason>,
}

impl Whole {
    /// The calls without their ids.
    fn called(&self) -> Vec<(&str, &str)> {
        self.calls.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect()
    }
}

fn provider(kind: ProviderKind, base_url: &str) -> ProviderConfig {
    ProviderConfig {
        name: "scripted".into(),
        kind,
        base_url: Some(base_url.into()),
        api_key: Some("very-secret".into()),
        model: "scripted".into(),
        price: Price::default(),
    }
}

/// Times long enough for a busy machine; tests that wait for one shorten it.
fn config(providers: Vec<ProviderConfig>) -> ModelsConfig {
    ModelsConfig { providers, ..ModelsConfig::default() }
}

fn models(kind: ProviderKind, server: &ScriptedModel) -> Models {
    Models::new(&config(vec![provider(kind, &server.base_url())])).unwrap()
}

/// One try at one provider, with the times of a busy machine.
fn single(kind: ProviderKind, base_url: &str) -> Models {
    Models::new(&ModelsConfig { retries: 0, ..config(vec![provider(kind, base_url)]) }).unwrap()
}

/// For servers that fall silent: only the wait they are meant to use up is short.
fn impatient(kind: ProviderKind, base_url: &str, fault: &Fault) -> Models {
    let mut config = ModelsConfig { retries: 0, ..config(vec![provider(kind, base_url)]) };
    let quick = Duration::from_millis(400);
    match fault {
        Fault::HangBeforeHeaders | Fault::HangAfterHeaders => config.first_byte_timeout = quick,
        Fault::HangAfter(_) => config.idle_timeout = quick,
        _ => {}
    }
    Models::new(&config).unwrap()
}

fn request(messages: Vec<ModelMessage>) -> ModelRequest {
    let tool = |name: &str| ToolDefinition {
        name: name.into(),
        description: format!("Does {name}"),
        parameters: json!({"type": "object", "properties": {"title": {"type": "string"}}}),
    };
    ModelRequest {
        system: "Be brief.".into(),
        tools: Arc::new([tool("add_task"), tool("find_task")]),
        messages,
        max_output_tokens: 500,
    }
}

fn hello() -> ModelRequest {
    request(vec![ModelMessage::System("It is Monday.".into()), ModelMessage::User("hello".into())])
}

fn later() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

async fn ask(models: &Models, request: ModelRequest) -> Result<Whole, ModelError> {
    ask_until(models, request, later()).await
}

async fn ask_until(models: &Models, request: ModelRequest, deadline: Instant) -> Result<Whole, ModelError> {
    let (_, mut stream) = models.stream(request, deadline).await?;
    let mut whole = Whole::default();
    while let Some(event) = stream.next().await {
        assert_eq!(whole.stop, None, "something after the end");
        match event? {
            ModelEvent::Text(text) => whole.text += &text,
            ModelEvent::Call(call) => whole.calls.push(call),
            ModelEvent::Usage(usage) => whole.usage += usage,
            ModelEvent::End(stop) => whole.stop = Some(stop),
        }
    }
    assert!(whole.stop.is_some(), "no end: {whole:?}");
    Ok(whole)
}

/// One question, one reply.
async fn exchange(kind: ProviderKind, reply: Reply) -> Result<Whole, ModelError> {
    let server = ScriptedModel::start().await;
    let models = match &reply.fault {
        Some(fault) => impatient(kind, &server.base_url(), fault),
        None => single(kind, &server.base_url()),
    };
    server.reply(reply);
    ask(&models, hello()).await
}
