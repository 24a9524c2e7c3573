//! Why a model gave no answer.
//!
//! No variant holds a key, a URL or what a server wrote: error bodies of small servers echo the request.

use std::time::Duration;

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Connecting, TLS included.
    Connect,
    /// Waiting for the first byte of the answer.
    FirstByte,
    /// Waiting for the next byte of the answer.
    Idle,
    /// The whole turn.
    Turn,
}

impl Phase {
    const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::FirstByte => "waiting for the first byte",
            Self::Idle => "waiting for the next byte",
            Self::Turn => "the turn",
        }
    }
}

/// Why a model gave no answer, or stopped in the middle of one. For logs and decisions; people get a fixed sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Something took too long.
    #[error("the model server took too long: {}", .0.name())]
    Timeout(Phase),
    /// No connection, or it broke before an answer began. Says why in our words.
    #[error("the model server cannot be reached: {0}")]
    Connect(String),
    /// Too many requests (429).
    #[error("the model server asks to slow down")]
    RateLimited {
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The server failed (5xx, or an error inside a stream).
    #[error("the model server failed with status {0}")]
    Server(u16),
    /// The server does not take the request (4xx). The text is the server's error code, a short identifier.
    #[error("the model server refused the request with status {0} ({1})")]
    Refused(u16, String),
    /// The answer is not what the format says, or larger than allowed. Says what in our words.
    #[error("the model server's answer is malformed: {0}")]
    Malformed(String),
    /// The connection ended in the middle of the answer.
    #[error("the model server's answer broke off")]
    Truncated,
    /// No provider may be asked now: none is configured or all have failed of late.
    #[error("no model server is available")]
    Unavailable,
}

impl ModelError {
    /// All kinds of errors, as [`Self::kind`] names them.
    pub const KINDS: [&'static str; 8] =
        ["timeout", "connect", "rate_limited", "server", "refused", "malformed", "truncated", "unavailable"];

    /// What kind of error, as one word for figures.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Timeout(_) => "timeout",
            Self::Connect(_) => "connect",
            Self::RateLimited { .. } => "rate_limited",
            Self::Server(_) => "server",
            Self::Refused(..) => "refused",
            Self::Malformed(_) => "malformed",
            Self::Truncated => "truncated",
            Self::Unavailable => "unavailable",
        }
    }
}
