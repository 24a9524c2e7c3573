//! The handlers, one file per noun. Each proves its input's shape and makes one call.

pub(super) mod account;
pub(super) mod agui;
pub(super) mod auth;
pub(super) mod chat;
pub(super) mod conversations;
pub(super) mod events;
pub(super) mod history;
pub(super) mod import;
pub(super) mod mcp;
pub(super) mod openai;
pub(super) mod parse;
mod parts;
pub(super) mod ready;
pub(super) mod service;
pub(super) mod tasks;
pub(super) mod tokens;
pub(super) mod trash;
pub(super) mod turns;
pub(super) mod undo;
pub(super) mod usage;
pub(super) mod voice;
