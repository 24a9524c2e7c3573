//! The wire formats: how a request is written and an answer's events are read. Pure: values in, values out.

mod anthropic;
mod chat_completions;
mod fold;
mod gemini;
mod responses;

use serde_json::Value;

use super::answer::Answer;
use super::{ModelError, ModelRequest, ProviderKind, RequestedCall};

/// What the format has to know of the server besides the request.
#[derive(Debug, Clone)]
pub(super) struct Dialect {
    /// The format.
    pub kind: ProviderKind,
    /// The model.
    pub model: String,
    /// The server is `OpenAI`'s own (or Azure's), which wants the newest names and takes system messages anywhere.
    pub is_openai: bool,
}

impl Dialect {
    /// Where the request goes, below the base URL, and its query.
    pub(super) fn path(&self) -> (Vec<String>, Option<&'static str>) {
        match self.kind {
            ProviderKind::ChatCompletions | ProviderKind::Ollama => (vec!["chat".into(), "completions".into()], None),
            ProviderKind::Responses => (vec!["responses".into()], None),
            ProviderKind::Anthropic => (vec!["messages".into()], None),
            ProviderKind::Gemini => {
                (vec!["models".into(), format!("{}:streamGenerateContent", self.model)], Some("alt=sse"))
            }
        }
    }

    /// The body of the request.
    pub(super) fn write(&self, request: &ModelRequest) -> Value {
        match self.kind {
            ProviderKind::ChatCompletions | ProviderKind::Ollama => chat_completions::write(self, request),
            ProviderKind::Responses => responses::write(self, request),
            ProviderKind::Anthropic => anthropic::write(self, request),
            ProviderKind::Gemini => gemini::write(request),
        }
    }

    /// Reads one event of a streamed answer.
    pub(super) fn read(&self, name: &str, data: &Value, answer: &mut Answer) -> Result<(), ModelError> {
        match self.kind {
            ProviderKind::ChatCompletions | ProviderKind::Ollama => chat_completions::read(name, data, answer),
            ProviderKind::Responses => responses::read(name, data, answer),
            ProviderKind::Anthropic => anthropic::read(name, data, answer),
            ProviderKind::Gemini => gemini::read(data, answer),
        }
    }

    /// Reads an answer that came whole, from a server that does not stream.
    pub(super) fn read_whole(&self, body: &Value, answer: &mut Answer) -> Result<(), ModelError> {
        match self.kind {
            ProviderKind::ChatCompletions | ProviderKind::Ollama => chat_completions::read_whole(body, answer),
            ProviderKind::Responses => responses::read_whole(body, answer),
            ProviderKind::Anthropic => anthropic::read_whole(body, answer),
            ProviderKind::Gemini => gemini::read_whole(body, answer),
        }
    }
}

/// A tool's name as every server takes it back: models also write names that are refused (`[A-Za-z0-9_-]{1,64}`).
fn safe_name(call: &RequestedCall) -> String {
    let ok = |letter: char| if letter.is_ascii_alphanumeric() || "_-".contains(letter) { letter } else { '_' };
    let name: String = call.name.chars().take(64).map(ok).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

/// A call's arguments as an object: templates of small servers fail on anything else.
fn object_arguments(call: &RequestedCall) -> Value {
    serde_json::from_str(&call.arguments)
        .ok()
        .filter(Value::is_object)
        .unwrap_or_else(|| Value::Object(serde_json::Map::new()))
}

/// A text field, empty if absent.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

/// An error object that is really there: some servers send `"error": null` with every event.
fn error_in(value: &Value) -> Option<&Value> {
    value.get("error").filter(|error| !error.is_null())
}
