//! What a client of Chat Completions sends, and which conversation it means.

use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::parts;
use crate::http::problem::Problem;

/// The header by which one widespread client names its chats.
const CHAT_ID: &str = "x-openwebui-chat-id";

/// How the same client begins what it asks for itself: a title for the chat, tags, what could be asked next. Taken
/// for a message, such a text would end up on the list.
const CHORE: &str = "### Task:";

/// The answer to such a chore.
pub(super) const NO_CHORES: &str = "Saydo keeps a to-do list and does nothing else.";

/// Whether a client asks for itself, not for the person.
pub(super) fn is_chore(message: &str) -> bool {
    message.starts_with(CHORE)
}

/// The body of `POST /v1/chat/completions`. Clients send many more settings; they are for models, not for lists.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Completion {
    pub(super) model: String,
    messages: Vec<ChatMessage>,
    #[serde(default)]
    pub(super) stream: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct ChatMessage {
    role: String,
    #[serde(default)]
    content: Value,
}

impl Completion {
    /// What was said before, and the message.
    pub(super) fn read(self) -> Result<(History, String), Problem> {
        let wrong = |detail: &'static str| Problem::new(StatusCode::BAD_REQUEST, "invalid_message", detail);
        let mut messages = self.messages;
        let last = messages.pop().filter(|last| last.role == "user");
        let last = last.ok_or_else(|| wrong("The last message must be the user's."))?;
        let said = parts::text(&last.content).map_err(|refusal| wrong(refusal.sentence()))?;
        let mut history = History::default();
        for before in messages.iter().filter(|before| ["user", "assistant"].contains(&before.role.as_str())) {
            // What cannot be read was not said here.
            history = history.and(&before.role, &parts::text(&before.content).unwrap_or_default());
        }
        Ok((history, said))
    }
}

/// A fingerprint of what was said, in which white space does not count: clients trim and wrap.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    hash: Sha256,
    replies: usize,
}

impl History {
    pub(super) fn and(mut self, role: &str, text: &str) -> Self {
        self.hash.update(role);
        for word in text.split_whitespace() {
            self.hash.update([0]);
            self.hash.update(word);
        }
        self.hash.update([1]);
        self.replies += usize::from(role == "assistant");
        self
    }

    /// The name of the conversation in which exactly this was said. A history without a reply is a new conversation,
    /// however often it begins with the same words.
    pub(super) fn name(&self) -> Option<String> {
        (self.replies > 0).then(|| thread("history", self.hash.clone()))
    }
}

fn thread(kind: &str, hash: Sha256) -> String {
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("openai:{kind}:{hex}")
}

/// How a conversation is found.
#[derive(Debug)]
pub(super) enum Thread {
    /// By the name the client gave it.
    Named(String),
    /// By what was said in it.
    Known(History),
}

impl Thread {
    pub(super) fn of(headers: &HeaderMap, history: History) -> Self {
        match headers.get(CHAT_ID).filter(|id| !id.is_empty()) {
            Some(id) => Self::Named(thread("chat", Sha256::new().chain_update(id.as_bytes()))),
            None => Self::Known(history),
        }
    }

    pub(super) fn history(self) -> Option<History> {
        match self {
            Self::Named(_) => None,
            Self::Known(history) => Some(history),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_known_by_its_words() {
        let name = |turns: &[(&str, &str)]| {
            turns.iter().fold(History::default(), |history, (role, text)| history.and(role, text)).name()
        };
        assert_eq!(name(&[("user", "hello")]), None);
        let one = name(&[("user", "buy  milk\n"), ("assistant", "Added.")]);
        assert!(one.is_some());
        assert_eq!(one, name(&[("user", "buy milk"), ("assistant", " Added. ")]));
        assert_ne!(one, name(&[("user", "buy"), ("user", "milk"), ("assistant", "Added.")]));
        assert_ne!(one, name(&[("user", "buy milk"), ("user", "assistant Added.")]));
        assert_ne!(one, name(&[("assistant", "buy milk"), ("user", "Added.")]));
    }

    #[test]
    fn chores_of_clients_are_known() {
        assert!(is_chore("### Task:\nGenerate a concise title") && !is_chore("task: buy milk"));
    }
}
