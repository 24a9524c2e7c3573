//! What was read of a file, row by row, and what of it is wrong. Rows are lines of the file, counted from 1; in JSON,
//! which has no lines to speak of, tasks.

use jiff::Timestamp;
use saydo_domain::{Description, FieldError, NewTask, ValidationError};

/// Tasks in one file at most.
pub const MAX_TASKS: usize = 10_000;
/// Problems that are named; the others are counted.
const NAMED: usize = 100;

/// A task of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) row: usize,
    pub(super) task: NewTask,
    /// When it was done; the file's time where it has one.
    pub(super) completed_at: Option<Timestamp>,
}

/// A row that makes no task, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) row: usize,
    pub(super) message: String,
}

/// Everything of a file.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) drafts: Vec<Draft>,
    /// The first ones.
    pub(super) problems: Vec<Problem>,
    pub(super) problem_count: usize,
    /// Rows that are no tasks and say nothing about one: headings, sections, appointments.
    pub(super) ignored: usize,
    /// Whether the row before made a task, to which a note may belong.
    noted: bool,
}

/// A refusal of the whole file.
pub(super) fn of_file(message: impl Into<String>) -> ValidationError {
    ValidationError::new("file", message)
}

impl Sheet {
    /// Takes a row.
    ///
    /// # Errors
    /// When there are too many.
    pub(super) fn take(
        &mut self,
        row: usize,
        task: Result<(NewTask, Option<Timestamp>), ValidationError>,
    ) -> Result<(), ValidationError> {
        if self.drafts.len() + self.problem_count >= MAX_TASKS {
            return Err(of_file("A file has at most 10,000 tasks; cut it into several."));
        }
        self.noted = task.is_ok();
        match task {
            Ok((task, completed_at)) => self.drafts.push(Draft { row, task, completed_at }),
            Err(error) => self.problem(row, &error),
        }
        Ok(())
    }

    /// Takes a note on the task before.
    pub(super) fn note(&mut self, row: usize, text: &str) {
        let Some(draft) = self.drafts.last_mut().filter(|_| self.noted && !text.trim().is_empty()) else {
            self.ignored += 1;
            return;
        };
        let whole = match &draft.task.description {
            Some(before) => format!("{before}\n{}", text.trim()),
            None => text.trim().to_owned(),
        };
        match Description::new(&whole) {
            Ok(description) => draft.task.description = Some(description),
            Err(error) => self.problem(row, &error),
        }
    }

    fn problem(&mut self, row: usize, error: &ValidationError) {
        self.problem_count += 1;
        if self.problems.len() < NAMED {
            let messages: Vec<&str> = error.errors.iter().map(|error| error.message.as_str()).collect();
            self.problems.push(Problem { row, message: messages.join(" ") });
        }
    }

    /// All problems as one refusal, if there are any.
    pub(super) fn refusal(&self) -> Option<ValidationError> {
        if self.problem_count == 0 {
            return None;
        }
        let field =
            |problem: &Problem| FieldError { field: format!("row {}", problem.row), message: problem.message.clone() };
        let mut errors: Vec<FieldError> = self.problems.iter().map(field).collect();
        let rest = self.problem_count - errors.len();
        if rest > 0 {
            errors.push(FieldError { field: "file".to_owned(), message: format!("{rest} more rows have problems.") });
        }
        Some(ValidationError { errors })
    }
}
