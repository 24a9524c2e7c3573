//! Replies as data: what is said, in which pieces, with which oddities and faults.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

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
}
