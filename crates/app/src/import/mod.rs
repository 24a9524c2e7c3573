//! The import door: files of tasks from elsewhere become tasks here, all of one file as one change.
//!
//! - `sheet`: what was read of a file, and what of it is wrong
//! - `saydo`, `todoist`, `calendar`, `lines`: a format each
//! - `view`: what the door answers
//!
//! What is in a file is data: it makes tasks and does nothing else, whatever it says.

mod calendar;
mod lines;
mod saydo;
mod sheet;
mod todoist;
mod view;

use std::collections::{HashMap, HashSet};

use saydo_domain::{ChangeId, Door, Due, NewTask, TaskNumber, UserId, ValidationError};
use saydo_lang::Moment;
use saydo_store::{CompletedScope, Conn, StoreError, Tx};

pub use saydo::{SavedRule, SavedTask, SavedTasks};
pub use sheet::MAX_TASKS;
pub use view::{Asked, DraftView, Duplicates, Format, ImportInput, ImportView, OnProblem, ProblemView};

use crate::{
    App, AppError, Caller,
    execute::Journal,
    idempotency::{self, Answer},
    reply::receipt,
};
use sheet::{Draft, Sheet};

/// The largest file.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// So many at once may be many times as many as there were before.
const MANY: usize = 1000;

/// Reads a file; the format is found out where it is not said.
fn read(bytes: &[u8], format: Option<Format>, moment: &Moment) -> Result<(Format, Sheet), ValidationError> {
    let text = text(bytes)?;
    let format = format.unwrap_or_else(|| detect(text));
    let mut sheet = Sheet::default();
    match format {
        Format::Saydo => saydo::read(text, moment, &mut sheet)?,
        Format::Todoist => todoist::read(text, moment, &mut sheet)?,
        Format::Ics => calendar::read(text, moment, &mut sheet)?,
        Format::Text => lines::read(text, moment, &mut sheet)?,
    }
    // As it will be stored: else the same file would not be known again.
    for NewTask { due, recurrence, .. } in sheet.drafts.iter_mut().map(|draft| &mut draft.task) {
        if let (None, Some(rule)) = (*due, recurrence) {
            *due = rule.first_on_or_after(moment.now.date().at(0, 0, 0, 0)).map(|at| Due::Day(at.date()));
        }
    }
    Ok((format, sheet))
}

/// The text of a file, without the mark that some programs put in front.
fn text(bytes: &[u8]) -> Result<&str, ValidationError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let row = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        sheet::of_file(format!("Line {row} is not UTF-8 text; save the file as UTF-8 and try again."))
    })?;
    if text.trim().is_empty() {
        return Err(sheet::of_file("The file is empty."));
    }
    Ok(text)
}

/// What kind of file this is, by how it begins.
fn detect(text: &str) -> Format {
    let start = text.trim_start();
    let starts = |with: &str| start.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
    if start.starts_with('{') {
        Format::Saydo
    } else if starts("BEGIN:VCALENDAR") {
        Format::Ics
    } else if todoist::is_one(start) {
        Format::Todoist
    } else {
        Format::Text
    }
}

/// By what a task of a file is known again: title, due and whether it is done.
type Key = (String, Option<String>, bool);

fn key(draft: &Draft) -> Key {
    (draft.task.title.to_string(), draft.task.due.map(|due| due.to_string()), draft.completed_at.is_some())
}

/// Those of the drafts that are in the list already.
async fn known(conn: &mut Conn, user: &UserId, drafts: &[Draft]) -> Result<HashSet<Key>, AppError> {
    let mut wanted: HashMap<&str, HashSet<bool>> = HashMap::new();
    for draft in drafts {
        wanted.entry(draft.task.title.as_str()).or_default().insert(draft.completed_at.is_some());
    }
    let titles = conn.task_titles(user, CompletedScope::All).await?;
    let alike = titles.iter().filter(|row| wanted.get(row.title.as_str()).is_some_and(|d| d.contains(&row.completed)));
    let numbers: Vec<TaskNumber> = alike.map(|row| row.number).collect();
    let tasks = conn.tasks_find(user, &numbers).await?;
    let key =
        |task: &saydo_domain::Task| (task.title.to_string(), task.due.map(|due| due.to_string()), task.completed());
    Ok(tasks.iter().map(key).collect())
}

/// What is to be done with what was read.
struct Plan {
    format: Format,
    sheet: Sheet,
    duplicates: Duplicates,
}

impl Plan {
    /// Takes out what is there already; says how many.
    async fn without_known(&mut self, conn: &mut Conn, user: &UserId) -> Result<usize, AppError> {
        let Duplicates::Skip = self.duplicates else { return Ok(0) };
        let known = known(conn, user, &self.sheet.drafts).await?;
        let before = self.sheet.drafts.len();
        self.sheet.drafts.retain(|draft| !known.contains(&key(draft)));
        Ok(before - self.sheet.drafts.len())
    }

    fn view(&self, already_there: usize) -> ImportView {
        ImportView::of(self.format, &self.sheet, already_there)
    }

    /// Makes the tasks.
    async fn carry_out(mut self, tx: &mut Tx, caller: &Caller, mut journal: Journal) -> Result<ImportView, AppError> {
        let now = journal.now();
        let already_there = self.without_known(tx, caller.id()).await?;
        let mut view = self.view(already_there);
        let drafts = std::mem::take(&mut self.sheet.drafts);
        let change = if drafts.is_empty() {
            None
        } else {
            let made = journal.add_all(tx, drafts.into_iter().map(|draft| (draft.task, draft.completed_at)).collect());
            let made = made.await?;
            let titles = receipt::names(made.iter().map(|task| task.title.as_str()));
            view.summary = format!("Imported {titles} from {}.", self.format.words());
            journal.commit(tx, &view.summary).await?
        };
        view.change_id = change.as_ref().map(ChangeId::to_string);
        let headers = view.change_id.iter().map(|id| ("x-change-id".to_owned(), id.clone())).collect();
        idempotency::keep(tx, caller, now, Answer::json(200, headers, &view)?).await?;
        Ok(view)
    }
}

impl App {
    /// Imports a file, or says what would come of it. It is one change: `undo` takes all of it back.
    ///
    /// # Errors
    /// `Invalid` for what is no such file, is too large, or has rows that are not understood unless those are to be
    /// left out: each is named, and nothing is imported. Store errors.
    pub async fn import(
        &self,
        caller: &Caller,
        file: bytes::Bytes,
        input: ImportInput,
    ) -> Result<ImportView, AppError> {
        let caller = Caller { door: Door::Import, ..caller.clone() };
        let moment = self.moment(&caller);
        let asked = input.format.known();
        // Ten thousand lines are work for a second or more, which must not hold up other requests.
        let read = tokio::task::spawn_blocking(move || read(&file, asked, &moment)).await;
        let (format, sheet) = read.map_err(|error| AppError::Internal(error.to_string()))??;
        let mut plan = Plan { format, sheet, duplicates: input.duplicates };
        if input.dry_run {
            let already_there = plan.without_known(&mut self.store.read().await?, caller.id()).await?;
            return Ok(ImportView { dry_run: true, ..plan.view(already_there) });
        }
        if let (OnProblem::Refuse, Some(error)) = (input.problems, plan.sheet.refusal()) {
            return Err(error.into());
        }
        let journal = Journal::new(&caller, self.clock, None);
        let done: Result<ImportView, AppError> =
            self.store.write(move |tx| Box::pin(async move { plan.carry_out(tx, &caller, journal).await })).await;
        let view = done?;
        if view.tasks >= MANY {
            let learnt: Result<(), StoreError> =
                self.store.write(|tx| Box::pin(async move { tx.sizes_learn().await })).await;
            if let Err(error) = learnt {
                tracing::warn!(%error, "the database has not looked how many tasks it has now");
            }
        }
        Ok(view)
    }
}

#[cfg(test)]
mod tests;
