//! Tests at the door: real HTTP on a real database. The modules mirror the URLs.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod accounts;
mod agents;
mod agui;
mod bounds;
mod chat;
mod cli;
mod conversations;
mod cors;
mod database;
mod errors;
mod events;
mod examples;
mod fuzz;
mod idempotency;
mod import;
mod limits;
mod matrix;
mod mcp;
mod observability;
mod openai_chat;
mod openapi;
mod parse;
mod postgres;
mod privacy;
mod recurring;
mod replicas;
mod schema;
mod security;
mod service;
mod slow;
mod support;
mod sweep;
mod tasks;
mod tokens;
mod trash;
mod undo;
mod usage;
mod voice;
mod web;
