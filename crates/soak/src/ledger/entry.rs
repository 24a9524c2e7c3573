//! What was acknowledged.

use std::time::Instant;

use super::{ask::Ask, task::Effect};

/// A request that was answered, and what the answer promises.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its idempotency key.
    pub(crate) key: String,
    /// What was asked.
    pub(crate) ask: Ask,
    /// What it did to tasks.
    pub(crate) effects: Vec<Effect>,
    /// The change it made.
    pub(crate) change: Option<String>,
    /// For a chat: where it was said and what was replied.
    pub(crate) reply: Option<Reply>,
    /// The body of the answer, which the key gives again.
    pub(crate) body: String,
    /// When it was first sent, and when it was answered.
    pub(crate) time: (Instant, Instant),
}

/// A reply of the chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) conversation: i64,
    pub(crate) text: String,
}

/// What came of a request as its answer tells.
#[derive(Debug, Clone)]
pub(crate) enum Promise {
    /// All of it was done.
    Done { effects: Vec<Effect>, change: Option<String>, reply: Option<Reply> },
    /// A turn was cut off and says so: a beginning of it was done, or nothing.
    Broken { change: Option<String> },
}
