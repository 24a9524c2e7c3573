//! Identifiers as types of their own, so that a number of one kind is never taken for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a valid {0}")]
pub struct IdParseError(&'static str);

/// The owner of everything: a UUID for accounts made here, whatever `sub` says for a trusted issuer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// Longest accepted id, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// # Errors
    /// When the text is empty, longer than [`Self::MAX_BYTES`] or holds control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, IdParseError> {
        let text = text.into();
        if text.is_empty() || text.len() > Self::MAX_BYTES || text.chars().any(char::is_control) {
            return Err(IdParseError("user id"));
        }
        Ok(Self(text))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for UserId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid.to_string())
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! integer_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a raw number.
            #[must_use]
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The raw number.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self).map_err(|_| IdParseError($what))
            }
        }
    };
}

integer_id! {
    /// A task's number: small, per user, counted from 1, never reused. People say “task 5”.
    TaskNumber, "task number"
}
integer_id! {
    /// A conversation's id, unique over the installation.
    ConversationId, "conversation id"
}
integer_id! {
    /// A message's id, unique over the installation and growing with time.
    MessageId, "message id"
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID (version 7 by convention).
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID.
            #[must_use]
            pub const fn get(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self).map_err(|_| IdParseError($what))
            }
        }
    };
}

uuid_id! {
    /// A task's global id (UUIDv7).
    TaskUid, "task uid"
}
uuid_id! {
    /// One undoable set of effects (UUIDv7).
    ChangeId, "change id"
}
uuid_id! {
    /// One user message up to its reply (UUIDv7).
    TurnId, "turn id"
}
uuid_id! {
    /// A question or confirmation that waits for an answer (UUIDv7).
    PendingId, "pending id"
}
uuid_id! {
    /// A personal access token, not its secret (UUIDv7).
    AccessTokenId, "access token id"
}
