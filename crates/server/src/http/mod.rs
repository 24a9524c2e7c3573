//! The HTTP doors: what comes in is proven, bounded and typed before a use case sees it; what goes out has one form.
//!
//! From the outside in: `context` (request id, log line, error bodies), `headers`, `limits`, `auth`,
//! `idempotency`, then `routes`. `router` is the table of contents.

mod arrival;
mod auth;
mod body;
mod client;
mod context;
mod cookie;
mod error;
mod event_stream;
mod guard;
mod headers;
mod idempotency;
mod limits;
mod metrics;
mod openapi;
mod paging;
mod patient;
mod problem;
mod query;
mod ready;
mod router;
mod routes;
mod server;
mod state;
mod turn_stream;
mod uploads;

pub(crate) use error::sentence;
pub(crate) use headers::CSP;
pub(crate) use limits::Limits;
pub use metrics::metrics_router;
pub use openapi::document;
pub use router::router;
pub use server::{Shutdown, Timeouts, serve, serve_with};
pub use state::{AppState, HttpSettings};
