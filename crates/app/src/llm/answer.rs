//! An answer being put together: what the wire formats have in common, and its bounds.

use std::collections::{HashSet, VecDeque};

use serde_json::Value;
use uuid::Uuid;

use super::calls::CallDrafts;
use super::{ModelError, ModelEvent, ModelMessage, ModelRequest, RequestedCall, StopReason, Usage};

/// The longest call id that is kept as the server gave it.
const MAX_ID: usize = 128;

/// Collects what a wire format reads and gives it on as events.
#[derive(Debug)]
pub(super) struct Answer {
    ready: VecDeque<ModelEvent>,
    drafts: CallDrafts,
    used_ids: HashSet<String>,
    usage: Option<Usage>,
    stop: Option<StopReason>,
    complete: bool,
    closed: bool,
    request_bytes: usize,
    answer_bytes: usize,
    has_text: bool,
}

impl Answer {
    /// An empty answer to a request of so many bytes.
    pub(super) fn new(request: &ModelRequest, request_bytes: usize) -> Self {
        let used_ids = request
            .messages
            .iter()
            .filter_map(|message| match message {
                ModelMessage::Assistant { calls, .. } => Some(calls),
                _ => None,
            })
            .flatten()
            .map(|call| call.id.clone())
            .collect();
        Self {
            ready: VecDeque::new(),
            drafts: CallDrafts::default(),
            used_ids,
            usage: None,
            stop: None,
            complete: false,
            closed: false,
            request_bytes,
            answer_bytes: 0,
            has_text: false,
        }
    }

    /// More text.
    pub(super) fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.answer_bytes += text.len();
            self.has_text = true;
            self.ready.push_back(ModelEvent::Text(text.to_owned()));
        }
    }

    /// Whether there was any text.
    pub(super) const fn has_text(&self) -> bool {
        self.has_text
    }

    /// The calls being put together.
    pub(super) const fn calls(&mut self) -> &mut CallDrafts {
        &mut self.drafts
    }

    /// What the server says it used; the last word counts.
    pub(super) const fn usage(&mut self, usage: Usage) {
        self.usage = Some(usage);
    }

    /// What the server has said of its use so far.
    pub(super) fn usage_so_far(&self) -> Usage {
        self.usage.unwrap_or_default()
    }

    /// The model has stopped; more about usage may follow.
    pub(super) fn stop(&mut self, reason: StopReason) {
        self.stop.get_or_insert(reason);
    }

    /// Nothing more will follow.
    pub(super) const fn complete(&mut self) {
        self.complete = true;
    }

    /// Whether the model has stopped.
    pub(super) const fn is_stopped(&self) -> bool {
        self.stop.is_some()
    }

    /// Whether nothing more will follow.
    pub(super) const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether the end has been given.
    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The next event that is ready.
    pub(super) fn next(&mut self) -> Option<ModelEvent> {
        self.ready.pop_front()
    }

    /// Gives the calls, the usage and the end.
    pub(super) fn close(&mut self) {
        let cut_off = self.stop == Some(StopReason::Length);
        let drafts = self.drafts.take();
        let mut called = false;
        for draft in drafts {
            self.answer_bytes += draft.name.len() + draft.arguments.len();
            let arguments = if draft.arguments.trim().is_empty() { "{}".to_owned() } else { draft.arguments };
            if cut_off && serde_json::from_str::<Value>(&arguments).is_err() {
                continue;
            }
            called = true;
            let id = self.unique_id(draft.id);
            self.ready.push_back(ModelEvent::Call(RequestedCall { id, name: draft.name, arguments }));
        }
        let stop = match self.stop.unwrap_or(StopReason::Finished) {
            // Small servers say "stop" after calls, and "tool_calls" after none.
            StopReason::Finished | StopReason::ToolCalls if called => StopReason::ToolCalls,
            StopReason::ToolCalls => StopReason::Finished,
            other => other,
        };
        self.ready.push_back(ModelEvent::Usage(self.final_usage()));
        self.ready.push_back(ModelEvent::End(stop));
        self.closed = true;
    }

    /// Ends a broken answer: what it cost, if some of it was passed on.
    pub(super) fn abandon(&mut self) {
        self.ready.clear();
        if self.has_text {
            self.ready.push_back(ModelEvent::Usage(self.final_usage()));
        }
        self.closed = true;
    }

    /// What the server said, or about four bytes a token.
    fn final_usage(&self) -> Usage {
        match self.usage {
            Some(usage) if usage != Usage::default() => usage,
            _ => Usage {
                input_tokens: self.request_bytes.div_ceil(4) as u64,
                cached_tokens: 0,
                output_tokens: self.answer_bytes.div_ceil(4) as u64,
            },
        }
    }

    fn unique_id(&mut self, id: Option<String>) -> String {
        let usable = |id: &String| id.len() <= MAX_ID && !id.chars().any(char::is_control);
        let id = match id.filter(usable) {
            Some(id) if !self.used_ids.contains(&id) => id,
            _ => format!("call_{}", Uuid::new_v4().simple()),
        };
        self.used_ids.insert(id.clone());
        id
    }
}

/// A whole number under a key, zero if absent.
pub(super) fn count(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

/// An error object inside an answer that began with success.
pub(super) fn stream_error(error: &Value) -> ModelError {
    let word = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or("");
    let status = ["code", "status", "status_code"].iter().find_map(|key| match error.get(key)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    });
    let status = status.and_then(|status| u16::try_from(status).ok());
    let said = [word("type"), word("code"), word("status")];
    if status == Some(429) || said.iter().any(|word| word.contains("rate_limit") || *word == "RESOURCE_EXHAUSTED") {
        return ModelError::RateLimited { retry_after: None };
    }
    match status {
        Some(status @ 400..=499) => ModelError::Refused(status, super::http::identifier(word("type"))),
        Some(status @ 500..=599) => ModelError::Server(status),
        _ if said.contains(&"invalid_request_error") => ModelError::Refused(400, "invalid_request_error".to_owned()),
        _ => ModelError::Server(500),
    }
}
