//! What keeps the drill itself from going on. What goes wrong with Saydo is a verdict, not trouble.

/// Why the drill could not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Files and processes.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A request that must be answered for the drill to go on.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// What should have been JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A task that did not come to its end.
    #[error("{0}")]
    Task(#[from] tokio::task::JoinError),
    /// Something else.
    #[error("{0}")]
    Other(String),
}

/// What the drill's own steps give.
pub(crate) type Tried<T> = Result<T, Trouble>;

/// Something else, in words.
pub(crate) fn other<T>(words: impl Into<String>) -> Tried<T> {
    Err(Trouble::Other(words.into()))
}
