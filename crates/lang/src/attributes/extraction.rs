//! What [`super::extract`] gives back.

use jiff::civil::Date;
use saydo_domain::{Due, Label, Priority, Recurrence};

use crate::{
    Problem, Shift, Span, SpanKind,
    token::{Token, Utf16},
};

/// How willing to read words as attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Mode {
    /// A line with a title: look-alikes (`may`, `christmas`, `sat`) stay in the title.
    #[default]
    Line,
    /// A text that is expected to be nothing but attributes (what follows `move it to`, `every`, the words of
    /// `due_date`): bare holidays, months, day numbers and hours count too.
    Value,
}

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Options {
    /// How willing to read words as attributes.
    pub(crate) mode: Mode,
    /// Leave notes (`note: …`, `// …`, further lines) in the text.
    pub(crate) keep_description: bool,
    /// A past date is meant (“what did I finish yesterday”): no roll forward for the past, no problem reported.
    pub(crate) past_is_fine: bool,
    /// Read `by two days`, `a week later` as how far to move a due.
    pub(crate) shift: bool,
}

/// A recognised date or time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DueMatch {
    /// The value: an all-day date, or a moment.
    pub(crate) due: Due,
    /// Whether a date was said.
    pub(crate) explicit_date: bool,
    /// Whether a time of day was said.
    pub(crate) explicit_time: bool,
    /// The days the words cover, first and last (`next week`, `june`, `mon-wed`); one day for a single date.
    pub(crate) days: (Date, Date),
    /// The first token consumed for it and one past the last, of its first span.
    pub(crate) tokens: (usize, usize),
    /// The word that introduced it, in lower case (`by`, `before`, `until`, `on`), if any.
    pub(crate) marker: Option<&'static str>,
    /// The rule that recognised it.
    pub(crate) rule: &'static str,
}

/// A recognised piece, in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
    /// What it is.
    pub(crate) kind: SpanKind,
    /// Its wire form.
    pub(crate) value: String,
    /// The rule that recognised it.
    pub(crate) rule: &'static str,
}

/// Everything found in a run of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Extraction {
    /// When it is due; for a repetition without a date, its first occurrence.
    pub(crate) due: Option<DueMatch>,
    /// How it repeats.
    pub(crate) recurrence: Option<Recurrence>,
    /// How much it matters.
    pub(crate) priority: Option<Priority>,
    /// Labels, in the order said, each once.
    pub(crate) labels: Vec<Label>,
    /// The note.
    pub(crate) description: Option<String>,
    /// How far to move a due (`by two days`, `a week later`).
    pub(crate) shift: Option<Shift>,
    /// What should be asked first.
    pub(crate) problems: Vec<Problem>,
    /// What was recognised where, in order, never overlapping.
    pub(crate) found: Vec<Found>,
    /// Per token: whether it belongs to an attribute.
    pub(crate) consumed: Vec<bool>,
    /// What it cost, in steps of a match.
    pub(crate) work: usize,
}

impl Extraction {
    /// Nothing found in so many tokens.
    pub(crate) fn empty(tokens: usize) -> Self {
        Self { consumed: vec![false; tokens], ..Self::default() }
    }

    /// Whether nothing but attributes (and loose punctuation) is there.
    pub(crate) fn explains_all(&self, tokens: &[Token<'_>]) -> bool {
        !tokens.is_empty() && self.title(tokens).is_empty()
    }

    /// What is left of the tokens as typed, tidied: no orphaned separators, single spaces.
    pub(crate) fn title(&self, tokens: &[Token<'_>]) -> String {
        super::title::title(tokens, &self.consumed)
    }

    /// Marks tokens as part of an attribute.
    pub(crate) fn consume(&mut self, from: usize, to: usize) {
        for at in from..to.min(self.consumed.len()) {
            self.consumed[at] = true;
        }
    }

    /// The spans in UTF-16 units of `text`.
    pub(crate) fn spans(&self, text: &str) -> Vec<Span> {
        let mut utf16 = Utf16::new(text);
        self.found
            .iter()
            .map(|found| Span {
                start: utf16.at(found.start),
                end: utf16.at(found.end),
                kind: found.kind,
                value: found.value.clone(),
                rule: found.rule,
            })
            .collect()
    }
}
