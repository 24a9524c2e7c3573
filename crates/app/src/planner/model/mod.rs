//! The second planner: a language model that calls the same tools. It is never trusted.
//!
//! - `prompt`: what a model is told; text of tasks and results goes in as fenced data
//! - `policy`: which of its calls run, which become a plan card, which are refused
//! - `claims`: which of its sentences reach the person
//!
//! The rounds themselves are a part of the turn: `chat/turns/model`.

pub mod claims;
pub mod policy;
pub mod prompt;
