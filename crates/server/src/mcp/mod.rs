//! The MCP server: the same tools as the assistant's, for other people's assistants (Model Context Protocol, the
//! revisions up to 2025-11-25 with sessions and 2026-07-28 without).
//!
//! - `door`: the protocol over HTTP, with sessions that any replica can go on with
//! - `awake`: which of those are held in memory
//! - `handler`: what is answered to `tools/list` and `tools/call`
//! - `tools`: the catalogue in MCP's words
//! - `site`: whether a browser sent a request for another site
//! - `talk`: the tool that takes plain language
//! - `ask`: asking the person behind the client, in both revisions
//! - `ticket`: what a client carries from a question to its answer
//! - `brake`: how much a program may change before a person is asked
//!
//! It decides nothing about tasks: every call goes to the use cases with a proven caller. Who may come in is decided
//! before (`http::routes::mcp`), and on the command line by whoever can read the database.

mod ask;
mod awake;
mod brake;
mod door;
mod handler;
pub mod site;
mod talk;
mod ticket;
mod tools;

pub use door::Door;
pub use handler::{Saydo, Who};
pub(crate) use tools::may_read;
