//! `POST /api/parse`: what the offline engine makes of a line, for live highlighting. It changes nothing.

use saydo_domain::{Due, Label, Priority, Recurrence};
use saydo_lang::Span;
use serde::Serialize;

use crate::{App, Caller};

/// What a line says about one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ParseView {
    /// What is left as the title.
    pub title: String,
    /// The note.
    pub description: Option<String>,
    /// When it is due.
    #[schema(value_type = Option<String>)]
    pub due_date: Option<Due>,
    /// How it repeats.
    #[schema(value_type = Option<Object>)]
    pub recurrence: Option<Recurrence>,
    /// How much it matters, when said.
    #[schema(value_type = Option<String>)]
    pub priority: Option<Priority>,
    /// Its labels.
    #[schema(value_type = Vec<String>)]
    pub labels: Vec<Label>,
    /// What was recognised where (UTF-16 code units).
    #[schema(value_type = Vec<Object>)]
    pub spans: Vec<Span>,
}

impl App {
    /// Reads a line as one task.
    #[must_use]
    pub fn parse_line(&self, caller: &Caller, text: &str) -> ParseView {
        let line = saydo_lang::parse_line(text, &self.moment(caller));
        ParseView {
            title: line.title,
            description: line.description,
            due_date: line.due,
            recurrence: line.recurrence,
            priority: line.priority,
            labels: line.labels,
            spans: line.spans,
        }
    }
}
