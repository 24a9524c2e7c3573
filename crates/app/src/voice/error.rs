//! What can go wrong at the speech server. No error has anything of the sound or the text in it.

use std::time::Duration;

/// Why nothing was heard or said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoiceError {
    /// No model is named for it.
    #[error("no speech model is configured")]
    NotConfigured,
    /// It took too long.
    #[error("the speech server took too long")]
    Timeout,
    /// No connection, or it broke.
    #[error("no connection to the speech server")]
    Unreachable,
    /// It asks to come back later.
    #[error("the speech server has too much to do")]
    Busy {
        /// When, if it says so.
        retry_after: Option<Duration>,
    },
    /// It does not want this request (4xx).
    #[error("the speech server refused with {status} {code}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its error code, an identifier or empty.
        code: String,
    },
    /// It failed (5xx).
    #[error("the speech server failed with {0}")]
    Server(u16),
    /// Its answer is not what the protocol says.
    #[error("the speech server's answer is wrong: {0}")]
    Malformed(&'static str),
}
