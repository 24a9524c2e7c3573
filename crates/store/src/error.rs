//! What the database can answer instead of a result. No variant carries a stored value.

use std::time::Duration;

/// Why a statement or transaction failed. When it is returned from a write, nothing of that write is
/// stored; [`Self::CommitUnknown`] is the one exception.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too much going on, or another process holds the lock: trying again later may work.
    #[error("the database is busy")]
    Busy,
    /// The connection was lost while committing: nobody knows whether it is stored. Only a request that is safe to
    /// repeat, such as one with a key, may be.
    #[error("the connection was lost while committing; whether it is stored is not known: {0}")]
    CommitUnknown(String),
    /// The database cannot be reached or opened.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// More of one person's was changed than a day has room for; nothing of this was.
    #[error("too many changes for one day")]
    TooManyChanges {
        /// How long until the next day begins.
        retry_after: Duration,
    },
    /// The disk is full.
    #[error("the disk of the database is full")]
    Full,
    /// The database cannot be written to.
    #[error("the database is read-only")]
    ReadOnly,
    /// The database was written by a newer Saydo.
    #[error("the database has schema version {found}, this program knows up to {known}: use the newer program")]
    SchemaTooNew {
        /// The version in the database.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// A value that must be unique is taken: `user.email`, `user.id`, `task.number`, `task.uid`,
    /// `idempotency.key`, `conversation.thread`, `turn.key`, `turn_event.seq`, or `other`.
    #[error("already taken: {0}")]
    Conflict(&'static str),
    /// The row would point to one that does not exist (any more), such as a deleted user or conversation.
    #[error("a row this belongs to does not exist")]
    Reference,
    /// The database file is damaged.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// A stored value could not be read back as what it should be.
    #[error("column {column} of {query} cannot be read")]
    Decode {
        /// The statement's name.
        query: &'static str,
        /// The column's name.
        column: &'static str,
    },
    /// A cursor that was made for another sort order.
    #[error("this cursor belongs to another sort order")]
    Cursor,
    /// A setting that cannot be used.
    #[error("{0}")]
    Config(String),
    /// A bug; the text is for the log.
    #[error("internal database error: {0}")]
    Internal(String),
}

impl StoreError {
    /// All kinds of errors, as [`Self::kind`] names them.
    pub const KINDS: [&'static str; 13] = [
        "busy",
        "commit_unknown",
        "unavailable",
        "too_many_changes",
        "full",
        "read_only",
        "config",
        "conflict",
        "reference",
        "corrupt",
        "decode",
        "cursor",
        "internal",
    ];

    /// What kind of error, as one word for figures.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::CommitUnknown(_) => "commit_unknown",
            Self::Unavailable(_) => "unavailable",
            Self::TooManyChanges { .. } => "too_many_changes",
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::SchemaTooNew { .. } | Self::Config(_) => "config",
            Self::Conflict(_) => "conflict",
            Self::Reference => "reference",
            Self::Corrupt(_) => "corrupt",
            Self::Decode { .. } => "decode",
            Self::Cursor => "cursor",
            Self::Internal(_) => "internal",
        }
    }

    /// Whether the same request may succeed when tried again.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }
}
