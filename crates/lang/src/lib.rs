//! The offline language engine: text + now + zone + context → intents with spans.
//!
//! Pure functions only: no clock, no I/O, no randomness. Every door (chat, `/api/parse`, REST words, CLI) calls this
//! one engine; there is no second parser anywhere.

mod answer;
mod asks;
mod attributes;
mod dates;
mod intent;
mod lexicon;
mod line;
mod moment;
pub mod notation;
mod quick;
mod reference;
mod resolve;
mod rules;
mod token;

pub use asks::{asks_to_delete, asks_to_undo};
pub use intent::{
    Answer, Context, Draft, Edit, Intent, ListQuery, ListQuestion, PendingContext, Place, Reading, Shift, TaskFilter,
    TaskRef, Topic, Understanding, Window,
};
pub use line::{parse_due, parse_line, parse_recurrence};
pub use moment::{DateOrder, Moment};
pub use quick::{Problem, QuickAdd, Span, SpanKind};
pub use resolve::{Candidate, Match, Scored, Titles, rank, resolve};
pub use rules::understand;
