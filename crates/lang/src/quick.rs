//! What one line of text says about one task: a title and the attributes taken out of it.

use saydo_domain::{Due, Label, Priority, Recurrence};
use serde::Serialize;

/// What a recognised piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// A date, a time or both.
    Due,
    /// A repetition.
    Recurrence,
    /// A priority.
    Priority,
    /// A label.
    Label,
    /// A longer note.
    Description,
}

/// A recognised piece of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// First UTF-16 code unit.
    pub start: usize,
    /// One past the last UTF-16 code unit.
    pub end: usize,
    /// What it is.
    pub kind: SpanKind,
    /// The value in its wire form: `2026-03-12`, `high`, `home`, `FREQ=DAILY`, the note's text.
    pub value: String,
    /// The name of the rule that recognised it, for “why that date?”.
    pub rule: &'static str,
}

/// Something about the line that needs the person's word before acting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The date is clearly past (`yesterday`).
    PastDate(Due),
    /// Two priorities that exclude each other.
    PriorityContradiction,
    /// Two different dates that cannot both hold.
    DateContradiction,
}

/// One line, understood as one task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuickAdd {
    /// What is left of the text as the title, tidied; may be empty.
    pub title: String,
    /// The note.
    pub description: Option<String>,
    /// When it is due; for a repetition without a date, its first occurrence.
    pub due: Option<Due>,
    /// How it repeats.
    pub recurrence: Option<Recurrence>,
    /// How much it matters, when said.
    pub priority: Option<Priority>,
    /// Its labels, in the order said, each once.
    pub labels: Vec<Label>,
    /// What was recognised where, in the order of the text, never overlapping.
    pub spans: Vec<Span>,
    /// What should be asked first.
    pub problems: Vec<Problem>,
}
