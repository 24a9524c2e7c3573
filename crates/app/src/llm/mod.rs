//! The model client: one request to a language model, over whatever wire format its server speaks.
//!
//! Knows nothing of tasks, users or tools' meaning. Owns wire formats, timeouts, bounds, retries, breakers and the
//! chain of providers; never decides what a call may do. What a model sends is passed on as text, never trusted.
//!
//! ```text
//! Models ─► Provider (breaker, retry) ─► ModelClient ─► wire format ─► HTTP
//! ```

mod answer;
mod breaker;
mod calls;
mod chain;
mod client;
pub mod config;
pub mod error;
pub mod event;
mod http;
pub mod request;
mod retry;
mod sse;
mod wire;

use std::fmt::Debug;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

pub use chain::Models;
pub use config::{ModelsConfig, Price, ProviderConfig, ProviderKind, TurnLimits};
pub use error::{ModelError, Phase};
pub use event::{ModelEvent, StopReason, Usage};
pub use http::{ProviderError, base_url};
pub(crate) use http::{error_code, retry_after};
pub use request::{ModelMessage, ModelRequest, RequestedCall, ToolDefinition};

/// The name of the model that answers, as its provider knows it.
pub type ModelName = std::sync::Arc<str>;

/// An answer as it comes in. After an error, or after [`ModelEvent::End`], nothing more comes.
pub type ModelStream = BoxStream<'static, Result<ModelEvent, ModelError>>;

/// One model at one provider. Dropping the stream closes the connection.
pub trait ModelClient: Send + Sync + Debug {
    /// The model's name at its provider.
    fn model(&self) -> &str;

    /// Sends one request. Resolves when the server has begun to answer with success.
    fn stream(&self, request: ModelRequest) -> BoxFuture<'static, Result<ModelStream, ModelError>>;
}
