//! One line as one task, and texts that must be nothing but one attribute.

use saydo_domain::{Due, Recurrence};

use crate::{
    Moment, QuickAdd,
    attributes::{Mode, Options, extract},
    token::{MAX_READ_BYTES, tokenize},
};

/// Understands one line as one task, for quick add, `/api/parse` and the words in `due_date` and `recurrence`.
#[must_use]
pub fn parse_line(text: &str, moment: &Moment) -> QuickAdd {
    if text.len() > MAX_READ_BYTES {
        return QuickAdd { title: text.trim().to_owned(), ..QuickAdd::default() };
    }
    let tokens = tokenize(text);
    let extraction = extract(&tokens, text, moment, Options::default());
    QuickAdd {
        title: extraction.title(&tokens),
        spans: extraction.spans(text),
        description: extraction.description,
        due: extraction.due.map(|found| found.due),
        recurrence: extraction.recurrence,
        priority: extraction.priority,
        labels: extraction.labels,
        problems: extraction.problems,
    }
}

/// Reads a text that must be nothing but a date (`friday 3pm`); `None` when it is anything else.
#[must_use]
pub fn parse_due(text: &str, moment: &Moment) -> Option<Due> {
    if let Ok(due) = text.trim().parse() {
        return Some(due);
    }
    let tokens = tokenize(text);
    let found = extract(&tokens, text, moment, Options { mode: Mode::Value, ..Options::default() });
    let only_a_date = found.recurrence.is_none() && found.priority.is_none() && found.labels.is_empty();
    if only_a_date && found.explains_all(&tokens) { found.due.map(|found| found.due) } else { None }
}

/// Reads a text that must be nothing but a repetition (`every friday`); `None` when it is anything else.
#[must_use]
pub fn parse_recurrence(text: &str, moment: &Moment) -> Option<Recurrence> {
    let tokens = tokenize(text);
    let found = extract(&tokens, text, moment, Options { mode: Mode::Value, ..Options::default() });
    let only_that = found.priority.is_none() && found.labels.is_empty() && found.explains_all(&tokens);
    if only_that { found.recurrence } else { None }
}
