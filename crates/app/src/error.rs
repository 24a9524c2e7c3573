//! What can go wrong in a use case, in terms a door can turn into an answer.

use std::time::Duration;

use saydo_domain::{Email, ValidationError};
use saydo_store::StoreError;

use crate::undo::Obstacle;

/// What was not found. Missing and foreign things are the same here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A task.
    Task,
    /// A conversation.
    Conversation,
    /// A question that waits for an answer: answered already, expired, or never asked.
    Pending,
    /// A change.
    Change,
    /// A turn, or its events.
    Turn,
    /// An account.
    User,
    /// A personal access token.
    Token,
}

impl Missing {
    /// The fixed sentence of the API.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Task => "Task not found",
            Self::Conversation => "Conversation not found",
            Self::Pending => "This question was answered already or has expired",
            Self::Change => "Change not found",
            Self::Turn => "Turn not found",
            Self::User => "User not found",
            Self::Token => "Token not found",
        }
    }
}

/// Why a use case failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Fields that cannot be accepted.
    #[error("{0}")]
    Invalid(#[from] ValidationError),
    /// Something that does not exist for this caller.
    #[error("{}", .0.sentence())]
    NotFound(Missing),
    /// The state of things does not allow it; `code` is for programs, `detail` for people.
    #[error("{detail}")]
    Conflict {
        /// Stable `snake_case` word.
        code: &'static str,
        /// One plain sentence.
        detail: String,
    },
    /// A change cannot be put back before later changes of the same tasks are; or its tasks are gone for good.
    #[error("{detail}")]
    InTheWay {
        /// One plain sentence.
        detail: String,
        /// The tasks, and what holds them.
        obstacles: Vec<Obstacle>,
    },
    /// The `If-Match` version is not the current one.
    #[error("The task was changed in the meantime; fetch it again and repeat your change")]
    Stale {
        /// The current version.
        current: i64,
    },
    /// Not signed in, or the token is no longer good.
    #[error("Not authenticated")]
    Unauthorized,
    /// Somebody without a password asks for what takes one, with a token that is not fresh.
    #[error("Sign in again first: this takes a token that is at most five minutes old")]
    FreshSignInNeeded,
    /// E-mail or password are wrong; which of them is not said.
    #[error("Invalid credentials")]
    InvalidCredentials,
    /// Sign-up with an e-mail that has an account.
    #[error("Email already registered")]
    EmailTaken,
    /// Sign-up with an e-mail that is named as an administrator's: only whoever runs the server can make that account.
    #[error("This e-mail is kept for an administrator. Make the account on the server: saydo user create {0}")]
    EmailKept(Email),
    /// Too many tries; come back later.
    #[error("Too many attempts, try again later")]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// More is under way than one person may have; what waits already goes first.
    #[error("Too much of yours is under way at once; wait until some of it is done")]
    TooMuchAtOnce {
        /// When to come back.
        retry_after: Duration,
    },
    /// More was changed than a day has room for.
    #[error("That is more than can be changed in a day; go on tomorrow")]
    TooManyChanges {
        /// How long until the next day begins.
        retry_after: Duration,
    },
    /// The database refused or is away.
    #[error(transparent)]
    Store(StoreError),
    /// A bug or a broken environment; the text is for the log only.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::TooManyChanges { retry_after } => Self::TooManyChanges { retry_after },
            error => Self::Store(error),
        }
    }
}
