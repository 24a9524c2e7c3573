//! The wire formats, as their servers speak them.

mod anthropic;
mod chat;
mod gemini;
mod responses;

use serde_json::{Value, json};

use crate::reply::{Quirk, Reply};
use crate::request::Item;

/// A wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `OpenAI`'s Chat Completions.
    ChatCompletions,
    /// `OpenAI`'s Responses.
    Responses,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's Gemini.
    Gemini,
}

/// A piece of a stream.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// The event's name, where the format has names.
    pub name: &'static str,
    /// Its data.
    pub data: String,
}

impl Event {
    fn new(name: &'static str, data: &Value) -> Self {
        Self { name, data: data.to_string() }
    }
}

impl Format {
    /// The format a path belongs to.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or(path);
        if path.ends_with("/chat/completions") {
            Some(Self::ChatCompletions)
        } else if path.ends_with("/responses") {
            Some(Self::Responses)
        } else if path.ends_with("/messages") {
            Some(Self::Anthropic)
        } else if path.ends_with(":streamGenerateContent") {
            Some(Self::Gemini)
        } else {
            None
        }
    }

    /// Whether a stream is asked for.
    pub(crate) fn wants_stream(self, body: &Value) -> bool {
        self == Self::Gemini || body["stream"] == true
    }

    /// Whether calls have ids.
    pub(crate) const fn has_ids(self) -> bool {
        !matches!(self, Self::Gemini)
    }

    /// The reply as a stream. `first_id` numbers calls without ids.
    pub(crate) fn events(self, reply: &Reply, first_id: u64) -> Vec<Event> {
        let reply = &numbered(reply, first_id);
        match self {
            Self::ChatCompletions => chat::events(reply),
            Self::Responses => responses::events(reply),
            Self::Anthropic => anthropic::events(reply),
            Self::Gemini => gemini::events(reply),
        }
    }

    /// The reply as one document.
    pub(crate) fn whole(self, reply: &Reply, first_id: u64) -> Value {
        let reply = &numbered(reply, first_id);
        match self {
            Self::ChatCompletions => chat::whole(reply),
            Self::Responses => responses::whole(reply),
            Self::Anthropic => anthropic::whole(reply),
            Self::Gemini => gemini::whole(reply),
        }
    }

    /// One more piece of text, for endless replies.
    pub(crate) fn more_text(self) -> Event {
        match self {
            Self::ChatCompletions => chat::text("and on "),
            Self::Responses => responses::text("and on "),
            Self::Anthropic => anthropic::text("and on "),
            Self::Gemini => gemini::text("and on "),
        }
    }

    /// An error in the middle of a stream.
    pub(crate) fn error(self) -> Event {
        let error = json!({"type": "server_error", "code": "server_error", "message": "The script says so."});
        match self {
            Self::Responses => Event::new("error", &json!({"type": "error", "code": "server_error", "message": "No."})),
            Self::Anthropic => Event::new("error", &json!({"type": "error", "error": error})),
            Self::ChatCompletions | Self::Gemini => Event::new("", &json!({"error": error})),
        }
    }

    /// The conversation of a request.
    pub(crate) fn items(self, body: &Value) -> Vec<Item> {
        match self {
            Self::ChatCompletions => chat::items(body),
            Self::Responses => responses::items(body),
            Self::Anthropic => anthropic::items(body),
            Self::Gemini => gemini::items(body),
        }
    }

    /// The fixed instructions of a request.
    pub(crate) fn system(self, body: &Value) -> String {
        let at = match self {
            Self::ChatCompletions => "/messages/0/content",
            Self::Responses => "/instructions",
            Self::Anthropic => "/system/0/text",
            Self::Gemini => "/systemInstruction/parts/0/text",
        };
        string(body.pointer(at))
    }

    /// The tools of a request.
    pub(crate) fn tools(self, body: &Value) -> Vec<String> {
        let (list, name) = match self {
            Self::ChatCompletions => ("/tools", "/function/name"),
            Self::Responses | Self::Anthropic => ("/tools", "/name"),
            Self::Gemini => ("/tools/0/functionDeclarations", "/name"),
        };
        list_at(body, list).iter().map(|tool| string(tool.pointer(name))).collect()
    }
}

/// The reply with an id for each call that shall have one.
fn numbered(reply: &Reply, first: u64) -> Reply {
    let mut reply = reply.clone();
    let same = reply.has(Quirk::SameIds);
    for (at, call) in (0..).zip(&mut reply.calls) {
        let number = if same { first } else { first + at };
        call.id.get_or_insert_with(|| format!("call_{number}"));
    }
    reply
}

/// Words with the space after them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}

/// A text cut in three where it is long enough: in the middle of words and escapes, but not of letters.
fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(letters.len().div_ceil(3).max(1)).map(|piece| piece.iter().collect()).collect()
}

fn string(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

fn list_at<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
