//! What keeps the harness itself from going on. What it finds wrong with a server is a finding, not trouble.

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Files and processes.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A request that cannot even be put together.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// The database, read past the server.
    #[error("{0}")]
    Sql(#[from] sqlx::Error),
    /// What should have been JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A token that cannot be signed.
    #[error("{0}")]
    Token(#[from] jsonwebtoken::errors::Error),
    /// A task that did not come to its end.
    #[error("{0}")]
    Task(#[from] tokio::task::JoinError),
    /// Something else.
    #[error("{0}")]
    Other(String),
}

/// What the harness's own steps give.
pub(crate) type Tried<T> = Result<T, Trouble>;
