//! `POST /api/parse`: what the offline engine makes of a line, for live highlighting. It changes nothing.

use saydo_domain::{Due, Label, Priority, Recurrence};
use saydo_lang::{Context, Intent, Moment, Reading, Span};
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
    /// What the line as a whole surely asks for (`add`, `list`, `complete`, …), as far as that shows without looking
    /// at the tasks.
    pub intent: Option<&'static str>,
    /// For an `add`, the titles of the tasks it would make.
    pub titles: Vec<String>,
}

/// The word for an intent; none for what is no command on its own.
const fn intent_word(intent: &Intent) -> Option<&'static str> {
    match intent {
        Intent::Add(_) => Some("add"),
        Intent::List(_) | Intent::ShowTrash => Some("list"),
        Intent::Complete { completed: true, .. } => Some("complete"),
        Intent::Complete { completed: false, .. } | Intent::Restore { .. } => Some("reopen"),
        Intent::Update { .. } | Intent::Skip { .. } => Some("update"),
        Intent::Delete { .. } => Some("delete"),
        Intent::Undo { .. } | Intent::UndoAll => Some("undo"),
        Intent::Redo => Some("redo"),
        Intent::AskTitle { .. }
        | Intent::Instead { .. }
        | Intent::NotThese { .. }
        | Intent::Answer(_)
        | Intent::WhatDidYouDo
        | Intent::WhyThatDate
        | Intent::Talk(_)
        | Intent::Unknown => None,
    }
}

/// What the line asks for, and the titles when it adds.
fn purpose(text: &str, moment: Moment) -> (Option<&'static str>, Vec<String>) {
    let understanding = saydo_lang::understand(text, &Context::new(moment));
    let sure = |reading: &&Reading| !reading.only_if_found && reading.confidence >= Reading::SURE;
    let Some([first, rest @ ..]) =
        understanding.readings.first().filter(sure).map(|reading| reading.intents.as_slice())
    else {
        return (None, Vec::new());
    };
    match first {
        Intent::Add(drafts) if rest.is_empty() => {
            (Some("add"), drafts.iter().map(|draft| draft.title.clone()).collect())
        }
        only if rest.is_empty() => (intent_word(only), Vec::new()),
        _ => (None, Vec::new()),
    }
}

impl App {
    /// Reads a line as one task.
    #[must_use]
    pub fn parse_line(&self, caller: &Caller, text: &str) -> ParseView {
        let moment = self.moment(caller);
        let line = saydo_lang::parse_line(text, &moment);
        let (intent, titles) = purpose(text, moment);
        ParseView {
            title: line.title,
            description: line.description,
            due_date: line.due,
            recurrence: line.recurrence,
            priority: line.priority,
            labels: line.labels,
            spans: line.spans,
            intent,
            titles,
        }
    }
}
