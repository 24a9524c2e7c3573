//! The `saydo` program: HTTP doors, command line, configuration, telemetry and the embedded web app.
//!
//! No SQL and no decisions here: requests become calls on [`saydo_app::App`], results become answers.

mod assets;
pub mod cli;
pub mod config;
mod erased;
pub mod http;
pub mod mcp;
mod ready;
pub mod setup;
mod telemetry;

pub use telemetry::metrics::metrics_table;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
