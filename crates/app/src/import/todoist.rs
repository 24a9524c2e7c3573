//! Todoist's CSV: a row for each task, section or note. Dates are words, read as people say them.

use csv::{ReaderBuilder, StringRecord};
use jiff::{Timestamp, tz::TimeZone};
use saydo_domain::{Due, Label, NewTask, Priority, Recurrence, RepeatFrom, Title, ValidationError};
use saydo_lang::Moment;

use super::sheet::{Sheet, of_file};

/// A column that the file must have.
const CONTENT: &str = "content";

/// Where the columns are; only the first two must be there.
#[derive(Debug)]
struct Columns {
    kind: usize,
    content: usize,
    description: Option<usize>,
    priority: Option<usize>,
    date: Option<usize>,
    zone: Option<usize>,
}

impl Columns {
    fn of(header: &StringRecord) -> Option<Self> {
        let at = |wanted: &str| header.iter().position(|name| name.trim().eq_ignore_ascii_case(wanted));
        Some(Self {
            kind: at("type")?,
            content: at(CONTENT)?,
            description: at("description"),
            priority: at("priority"),
            date: at("date"),
            zone: at("timezone"),
        })
    }
}

/// Whether a text begins as such a file does.
pub(super) fn is_one(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(first.as_bytes());
    matches!(reader.records().next(), Some(Ok(header)) if Columns::of(&header).is_some())
}

pub(super) fn read(text: &str, moment: &Moment, sheet: &mut Sheet) -> Result<(), ValidationError> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| broken(&error))?;
    let columns = Columns::of(header)
        .ok_or_else(|| of_file("A file of Todoist begins with a row of names, TYPE and CONTENT among them."))?;
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| broken(&error))? {
        let row = record.position().and_then(|at| usize::try_from(at.line()).ok()).unwrap_or_default();
        let cell = |column: Option<usize>| column.and_then(|column| record.get(column)).unwrap_or_default().trim();
        match cell(Some(columns.kind)).to_ascii_lowercase().as_str() {
            "task" => sheet.take(row, task(&columns, &cell, moment))?,
            "note" => sheet.note(row, cell(Some(columns.content))),
            "" if record.iter().all(|cell| cell.trim().is_empty()) => {}
            _ => sheet.ignored += 1,
        }
    }
    Ok(())
}

fn broken(error: &csv::Error) -> ValidationError {
    let line = error.position().map_or(1, csv::Position::line);
    of_file(format!("The table cannot be read from line {line} on."))
}

fn task<'r>(
    columns: &Columns,
    cell: &impl Fn(Option<usize>) -> &'r str,
    moment: &Moment,
) -> Result<(NewTask, Option<Timestamp>), ValidationError> {
    let (title, labels) = labelled(cell(Some(columns.content)));
    let (due, recurrence) = when(cell(columns.date), &in_zone(moment, cell(columns.zone))?)?;
    let description = Some(cell(columns.description)).filter(|text| !text.is_empty());
    let task = NewTask {
        title: Title::new(&title)?,
        description: description.map(saydo_domain::Description::new).transpose()?,
        priority: priority(cell(columns.priority)),
        due,
        recurrence,
        labels,
    };
    // Todoist writes only what is open.
    Ok((task, None))
}

/// `Buy milk @shop`: labels are words of the content.
fn labelled(content: &str) -> (String, Vec<Label>) {
    let mut labels = Vec::new();
    let words = content.split(' ').filter(|word| match word.strip_prefix('@').map(Label::new) {
        Some(Ok(label)) => {
            labels.push(label);
            false
        }
        _ => true,
    });
    let title = words.collect::<Vec<_>>().join(" ");
    // A task that is called nothing but its label keeps its name.
    if title.trim().is_empty() { (content.to_owned(), labels) } else { (title, labels) }
}

/// 1 is the most urgent; 4 is what everything has that nobody gave a priority.
fn priority(text: &str) -> Priority {
    match text {
        "1" => Priority::High,
        "3" => Priority::Low,
        _ => Priority::Medium,
    }
}

/// The same moment, seen from the task's zone.
fn in_zone(moment: &Moment, name: &str) -> Result<Moment, ValidationError> {
    if name.is_empty() {
        return Ok(moment.clone());
    }
    let zone = TimeZone::get(name)
        .map_err(|_| ValidationError::new("timezone", format!("The time zone “{name}” is not known.")))?;
    Ok(Moment { now: moment.now.with_time_zone(zone), order: moment.order })
}

/// A date in words: a day, a repetition, or both.
fn when(text: &str, moment: &Moment) -> Result<(Option<Due>, Option<Recurrence>), ValidationError> {
    if text.is_empty() {
        return Ok((None, None));
    }
    if let Some(due) = saydo_lang::parse_due(text, moment) {
        return Ok((Some(due), None));
    }
    // “every! day” counts from when it was done.
    let plain = text.replacen("every!", "every", 1);
    let recurrence = saydo_lang::parse_recurrence(&plain, moment).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        ValidationError::new("date", format!("The date “{shown}” is not understood."))
    })?;
    let from = if plain.len() < text.len() { RepeatFrom::Completion } else { recurrence.from };
    Ok((saydo_lang::parse_line(&plain, moment).due, Some(Recurrence { from, ..recurrence })))
}
