//! The offline language engine: text + now + zone + context → intents with spans.
//!
//! Pure functions only: no clock, no I/O, no randomness. Every door (chat, `/api/parse`, REST words, CLI) calls this
//! one engine; there is no second parser anywhere.

mod attributes;
mod dates;
mod intent;
mod lexicon;
mod line;
mod moment;
mod quick;
mod token;

pub use intent::{
    Answer, Context, Draft, Edit, Intent, ListQuery, ListQuestion, PendingContext, Place, Reading, Shift, TaskFilter,
    TaskRef, Topic, Understanding, Window,
};
pub use line::{parse_due, parse_line, parse_recurrence};
pub use moment::{DateOrder, Moment};
pub use quick::{Problem, QuickAdd, Span, SpanKind};

/// Understands a chat message.
#[must_use]
pub fn understand(text: &str, context: &Context) -> Understanding {
    let _ = (text, context);
    Understanding {
        readings: vec![Reading { intents: vec![Intent::Unknown], confidence: 0.0, only_if_found: false, rule: "lost" }],
    }
}

/// A task a reference by words may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its number.
    pub number: saydo_domain::TaskNumber,
    /// Its title.
    pub title: &'a str,
    /// Whether it is done.
    pub completed: bool,
}

/// A candidate with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The task's number.
    pub number: saydo_domain::TaskNumber,
    /// 0 (nothing in common) to 1 (the same words).
    pub score: f32,
}

/// What a reference by words resolves to.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// One clear task.
    One(Scored),
    /// Several close ones, best first, at most ten.
    Several(Vec<Scored>),
    /// None.
    None,
}

/// All candidates that plausibly match the words, best first.
#[must_use]
pub fn rank(words: &str, candidates: &[Candidate<'_>]) -> Vec<Scored> {
    let _ = (words, candidates);
    Vec::new()
}

/// Which candidate the words mean: clear match, a tie to ask about, or none.
#[must_use]
pub fn resolve(words: &str, candidates: &[Candidate<'_>]) -> Match {
    let _ = (words, candidates);
    Match::None
}
