//! Scripts as data: what to reply, in which pieces, with which oddities and faults.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// What a server answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Given first, in order, each once.
    pub replies: VecDeque<Reply>,
    /// Tried in order when the queue is empty.
    pub rules: Vec<Rule>,
    /// For everything else. Without it, such a request is a mistake.
    pub fallback: Option<Reply>,
}

/// A reply to messages of a pattern.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Looked for in the person's last message, whatever its case. A `*` stands for anything and is put where the
    /// reply says `{*}`; a pattern with one has to fit the whole message.
    pub when: String,
    /// The reply.
    pub reply: Reply,
    /// The reply once the outputs of its calls are in. Without it the same reply comes again, forever.
    #[serde(default)]
    pub then: Option<Reply>,
}

/// One reply.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reply {
    /// The text, streamed word by word.
    pub text: String,
    /// The calls, after the text.
    pub calls: Vec<Call>,
    /// The tokens it claims to have used.
    pub usage: Usage,
    /// The stop reason in the format's own word, if not the usual one.
    pub stop: Option<String>,
    /// Cuts the whole stream into chunks of so many bytes; otherwise one chunk an event.
    pub chunk_bytes: Option<usize>,
    /// Waits so long before each chunk.
    pub pause_ms: u64,
    /// How it departs from the format.
    pub quirks: Vec<Quirk>,
    /// How it fails.
    pub fault: Option<Fault>,
    /// Sent as it is instead of all that: a recorded stream.
    pub raw: Option<String>,
}

/// A tool call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Its id; numbered if absent.
    #[serde(default)]
    pub id: Option<String>,
    /// The tool.
    pub name: String,
    /// An object, or a string that is sent as the arguments' text.
    pub arguments: Value,
}

impl Call {
    /// The arguments as the text that goes over the wire.
    #[must_use]
    pub fn arguments_text(&self) -> String {
        match &self.arguments {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// Token counts.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Usage {
    /// Of the request.
    pub input: u64,
    /// Of those, from the cache.
    pub cached: u64,
    /// Of the answer.
    pub output: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self { input: 100, cached: 40, output: 10 }
    }
}

/// How small servers depart from the format. Those about ids, indices and pieces of calls are Chat Completions'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// One JSON document although a stream was asked for.
    Whole,
    /// The stream ends without `[DONE]`.
    NoDone,
    /// The stream stays open after its end.
    StaysOpen,
    /// No finish reason, only `[DONE]`.
    NoFinish,
    /// No usage.
    NoUsage,
    /// The usage in every event instead of one of its own.
    UsageEverywhere,
    /// Calls without ids.
    NoIds,
    /// All calls have the same id.
    SameIds,
    /// Pieces of calls without index.
    NoIndex,
    /// Index 0 for every call.
    IndexZero,
    /// Id and name on every piece of a call, not only on the first.
    RepeatedNames,
    /// Each call in one piece.
    WholeCalls,
    /// Arguments as an object.
    ObjectArguments,
    /// `content: null` and empty deltas between the others.
    EmptyDeltas,
    /// Lines end with CR LF.
    Crlf,
    /// A byte order mark first.
    ByteOrderMark,
    /// Comment lines between the events.
    Comments,
    /// The last event has no empty line after it.
    NoLastLine,
    /// Only event names tell what an event is, or (where there are names) only the data.
    NoEventNames,
}

/// How a server fails.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Nothing comes, not even the head.
    HangBeforeHeaders,
    /// The head comes, then nothing.
    HangAfterHeaders,
    /// Nothing after so many events.
    HangAfter(usize),
    /// Another status, with an error body.
    Status {
        /// The status.
        status: u16,
        /// The `Retry-After` header.
        #[serde(default)]
        retry_after: Option<String>,
        /// The error's code.
        #[serde(default)]
        code: Option<String>,
    },
    /// The event with this number is no JSON.
    MalformedAfter(usize),
    /// The stream ends properly after so many events.
    EndAfter(usize),
    /// The connection breaks after so many events.
    BreakAfter(usize),
    /// The connection is closed without an answer.
    CloseConnection,
    /// An error object after so many events.
    ErrorAfter(usize),
    /// Text without end.
    Endless,
}

impl Reply {
    /// A reply of text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A reply of one call.
    #[must_use]
    pub fn call(name: impl Into<String>, arguments: Value) -> Self {
        Self::default().and_call(name, arguments)
    }

    /// A reply that fails.
    #[must_use]
    pub fn fault(fault: Fault) -> Self {
        Self::text("Some words before it fails.").with_fault(fault)
    }

    /// A reply with another status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::fault(Fault::Status { status, retry_after: None, code: None })
    }

    /// A recorded stream, sent byte for byte.
    #[must_use]
    pub fn raw(stream: impl Into<String>) -> Self {
        Self { raw: Some(stream.into()), ..Self::default() }
    }

    /// Adds a call.
    #[must_use]
    pub fn and_call(mut self, name: impl Into<String>, arguments: Value) -> Self {
        self.calls.push(Call { id: None, name: name.into(), arguments });
        self
    }

    /// Sets the tokens it claims.
    #[must_use]
    pub const fn with_usage(mut self, input: u64, cached: u64, output: u64) -> Self {
        self.usage = Usage { input, cached, output };
        self
    }

    /// Sets the stop reason, in the format's own word.
    #[must_use]
    pub fn with_stop(mut self, stop: impl Into<String>) -> Self {
        self.stop = Some(stop.into());
        self
    }

    /// Cuts the stream into chunks of so many bytes.
    #[must_use]
    pub const fn in_chunks(mut self, bytes: usize) -> Self {
        self.chunk_bytes = Some(bytes);
        self
    }

    /// Waits before each chunk.
    #[must_use]
    pub fn slowly(mut self, pause: Duration) -> Self {
        self.pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Departs from the format.
    #[must_use]
    pub fn with(mut self, quirk: Quirk) -> Self {
        self.quirks.push(quirk);
        self
    }

    /// Fails.
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    fn filled(&self, capture: &str) -> Self {
        let mut reply = self.clone();
        reply.text = reply.text.replace("{*}", capture);
        for call in &mut reply.calls {
            fill(&mut call.arguments, capture);
        }
        reply
    }
}

fn fill(value: &mut Value, capture: &str) {
    match value {
        Value::String(text) => *text = text.replace("{*}", capture),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, capture)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, capture)),
        _ => {}
    }
}

impl Rule {
    /// A rule that says `then` once the outputs of the reply's calls are in.
    #[must_use]
    pub fn new(when: impl Into<String>, reply: Reply, then: Option<Reply>) -> Self {
        Self { when: when.into(), reply, then }
    }

    /// The reply, if the message fits.
    fn apply(&self, message: &str, has_outputs: bool) -> Option<Reply> {
        let capture = capture(&self.when.to_lowercase(), message)?;
        let reply = if has_outputs { self.then.as_ref().unwrap_or(&self.reply) } else { &self.reply };
        Some(reply.filled(&capture))
    }
}

/// What the star stands for; empty without one. `None` if the message does not fit.
fn capture(pattern: &str, message: &str) -> Option<String> {
    let message = message.trim();
    let lower = message.to_lowercase();
    let Some((head, tail)) = pattern.split_once('*') else { return lower.contains(pattern).then(String::new) };
    let inner = lower.strip_prefix(head)?.strip_suffix(tail)?;
    // Of the message as it was written, where lowering has kept the lengths.
    let original = message.get(head.len()..head.len() + inner.len()).unwrap_or(inner);
    Some(original.trim().to_owned())
}

impl Script {
    /// The next reply to a message of the person, or to the outputs of calls that followed it.
    pub(crate) fn next(&mut self, message: &str, has_outputs: bool) -> Option<Reply> {
        self.replies
            .pop_front()
            .or_else(|| self.rules.iter().find_map(|rule| rule.apply(message, has_outputs)))
            .or_else(|| self.fallback.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_capture_and_continue() {
        let mut script: Script = serde_json::from_value(json!({
            "rules": [
                {"when": "add *", "reply": {"calls": [{"name": "add_task", "arguments": {"title": "{*}"}}]},
                 "then": {"text": "Added {*}."}},
                {"when": "story", "reply": {"text": "Once", "pause_ms": 50}},
            ],
        }))
        .unwrap();
        let first = script.next("Add Milk and Eggs", false).unwrap();
        assert_eq!(first.calls[0].arguments, json!({"title": "Milk and Eggs"}));
        assert_eq!(script.next("Add Milk and Eggs", true).unwrap().text, "Added Milk and Eggs.");
        assert_eq!(script.next("a SLOW story, please", false).unwrap().pause_ms, 50);
        assert!(script.next("hello", false).is_none());
    }
}
