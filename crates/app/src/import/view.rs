//! What the door is asked and what it answers.

use saydo_domain::{Due, Label, Priority};
use serde::{Deserialize, Serialize};

use super::sheet::{Draft, Problem, Sheet};

/// Tasks that are shown.
const SHOWN: usize = 20;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// An export of Saydo (JSON).
    Saydo,
    /// An export of Todoist (CSV).
    Todoist,
    /// A calendar with to-dos (iCalendar).
    Ics,
    /// Plain text or Markdown, one task a line.
    Text,
}

impl Format {
    /// For a sentence.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Saydo => "an export of Saydo",
            Self::Todoist => "Todoist",
            Self::Ics => "a calendar",
            Self::Text => "a text",
        }
    }
}

/// A kind of file as it may be asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// By how the file begins.
    #[default]
    Auto,
    /// An export of Saydo (JSON).
    Saydo,
    /// An export of Todoist (CSV).
    Todoist,
    /// A calendar with to-dos (iCalendar).
    Ics,
    /// Plain text or Markdown, one task a line.
    Text,
}

impl Asked {
    pub(super) const fn known(self) -> Option<Format> {
        match self {
            Self::Auto => None,
            Self::Saydo => Some(Format::Saydo),
            Self::Todoist => Some(Format::Todoist),
            Self::Ics => Some(Format::Ics),
            Self::Text => Some(Format::Text),
        }
    }
}

/// What becomes of tasks that are in the list already, with the same title, due date and completion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// They are left out.
    #[default]
    Skip,
    /// They come once more.
    Keep,
}

/// What becomes of a file with rows that are not understood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnProblem {
    /// Nothing is imported.
    #[default]
    Refuse,
    /// Those rows are left out.
    Skip,
}

/// The query string of `POST /api/import`.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ImportInput {
    /// What kind of file it is: `auto` (the default), `saydo`, `todoist`, `ics` or `text`.
    #[param(inline)]
    pub format: Asked,
    /// Only say what would come.
    pub dry_run: bool,
    /// What becomes of tasks that are there already: `skip` (the default) or `keep`.
    #[param(inline)]
    pub duplicates: Duplicates,
    /// What becomes of a file with rows that are not understood: `refuse` (the default), or `skip` those rows.
    #[param(inline)]
    pub problems: OnProblem,
}

/// What came of a file, or would come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportView {
    /// What kind of file it is.
    pub format: Format,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// How many tasks were made, or would be.
    pub tasks: usize,
    /// Tasks that are in the list already and were left out.
    pub already_there: usize,
    /// What in the file is no task: headings, sections, appointments, what is in the trash.
    pub ignored: usize,
    /// Rows that are not understood.
    pub problem_count: usize,
    /// The first hundred of them.
    pub problems: Vec<ProblemView>,
    /// The first twenty tasks.
    pub first: Vec<DraftView>,
    /// One line that says what was done; empty when nothing was.
    pub summary: String,
    /// What `undo` takes to put all of it back; `null` when nothing was changed.
    pub change_id: Option<String>,
}

/// A row that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProblemView {
    /// The line of the file; in an export of Saydo, the place in its list of tasks.
    pub row: usize,
    /// Why, in a sentence.
    pub message: String,
}

/// A task as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DraftView {
    /// The line of the file; in an export of Saydo, the place in its list of tasks.
    pub row: usize,
    /// What it is called.
    pub title: String,
    /// Whether it is done.
    pub completed: bool,
    /// When it is due.
    #[schema(value_type = Option<String>)]
    pub due_date: Option<Due>,
    /// How much it matters.
    #[schema(value_type = String)]
    pub priority: Priority,
    /// Its labels.
    #[schema(value_type = Vec<String>)]
    pub labels: Vec<Label>,
    /// Whether it repeats.
    pub repeats: bool,
}

impl From<&Draft> for DraftView {
    fn from(draft: &Draft) -> Self {
        Self {
            row: draft.row,
            title: draft.task.title.to_string(),
            completed: draft.completed_at.is_some(),
            due_date: draft.task.due,
            priority: draft.task.priority,
            labels: draft.task.labels.clone(),
            repeats: draft.task.recurrence.is_some(),
        }
    }
}

impl From<&Problem> for ProblemView {
    fn from(problem: &Problem) -> Self {
        Self { row: problem.row, message: problem.message.clone() }
    }
}

impl ImportView {
    pub(super) fn of(format: Format, sheet: &Sheet, already_there: usize) -> Self {
        Self {
            format,
            dry_run: false,
            tasks: sheet.drafts.len(),
            already_there,
            ignored: sheet.ignored,
            problem_count: sheet.problem_count,
            problems: sheet.problems.iter().map(ProblemView::from).collect(),
            first: sheet.drafts.iter().take(SHOWN).map(DraftView::from).collect(),
            summary: String::new(),
            change_id: None,
        }
    }
}
