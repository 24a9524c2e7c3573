//! Turns that a language model answers, against a model server that follows a script, on a real database.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod catalogue;
mod cut_off;
mod gate;
mod hostile;
mod journal;
mod resume;
mod rounds;
mod stream;
mod support;
mod tracked;
