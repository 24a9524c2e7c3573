//! iCalendar (RFC 5545): its to-dos. Appointments and the rest are left where they are.
//!
//! The lines are read here and not by a library: those that there are forget on which line something stood.

use jiff::{
    Timestamp, Zoned,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use saydo_domain::{Description, Due, Label, NewTask, Priority, Recurrence, Title, ValidationError};
use saydo_lang::Moment;

use super::sheet::{Sheet, of_file};

/// A line of the file, put together again (§3.1).
struct Line {
    row: usize,
    name: String,
    /// `TZID` and `VALUE`, as far as they are there.
    zone: Option<String>,
    is_date: bool,
    value: String,
}

/// What a to-do says of itself.
#[derive(Default)]
struct Todo {
    row: usize,
    title: String,
    description: Option<String>,
    due: Option<Due>,
    start: Option<Due>,
    priority: Priority,
    recurrence: Option<Recurrence>,
    labels: Vec<Label>,
    done: bool,
    completed_at: Option<Timestamp>,
    cancelled: bool,
    wrong: Vec<ValidationError>,
}

pub(super) fn read(text: &str, moment: &Moment, sheet: &mut Sheet) -> Result<(), ValidationError> {
    // What is open, from the outside in; only how deep, once it is deeper than anything that means something.
    let (mut inside, mut todo): (Vec<String>, Option<Todo>) = (Vec::new(), None);
    let mut deeper = 0_usize;
    let mut seen = false;
    for line in unfolded(text) {
        let kind = line.value.trim().to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" if inside.len() >= 4 => deeper += 1,
            "END" if deeper > 0 => deeper -= 1,
            "BEGIN" => {
                seen |= kind == "VCALENDAR";
                if kind == "VTODO" && inside.last().is_some_and(|outer| outer == "VCALENDAR") {
                    todo = Some(Todo { row: line.row, ..Todo::default() });
                } else if kind == "VEVENT" || kind == "VJOURNAL" {
                    sheet.ignored += 1;
                }
                inside.push(kind);
            }
            "END" => {
                if inside.pop().is_some_and(|ended| ended == "VTODO")
                    && let Some(todo) = todo.take()
                {
                    end(todo, moment, sheet)?;
                }
            }
            // An alarm within a to-do has a description of its own.
            _ if inside.last().is_some_and(|here| here == "VTODO") && deeper == 0 => {
                if let Some(todo) = &mut todo {
                    todo.hear(&line, moment);
                }
            }
            _ => {}
        }
    }
    if !seen {
        return Err(of_file("A calendar begins with BEGIN:VCALENDAR."));
    }
    if let Some(todo) = todo {
        return Err(of_file(format!("The to-do that begins on line {} has no end.", todo.row)));
    }
    Ok(())
}

fn end(todo: Todo, moment: &Moment, sheet: &mut Sheet) -> Result<(), ValidationError> {
    if todo.cancelled {
        sheet.ignored += 1;
        return Ok(());
    }
    sheet.take(todo.row, todo.draft(moment))
}

/// The lines, those that were cut put together again.
fn unfolded(text: &str) -> impl Iterator<Item = Line> {
    let mut lines = text.lines().zip(1..).peekable();
    std::iter::from_fn(move || {
        let (first, row) = lines.next()?;
        let mut whole = first.to_owned();
        while let Some((more, _)) = lines.next_if(|(line, _)| line.starts_with([' ', '\t'])) {
            whole.push_str(&more[1..]);
        }
        Some(Line::of(row, &whole))
    })
}

impl Line {
    /// `DUE;TZID="Europe/Berlin":20260312T150000`
    fn of(row: usize, text: &str) -> Self {
        let mut quoted = false;
        let colon = text.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == ':' && !quoted
        });
        let (head, value) = colon.map_or((text, ""), |(at, _)| (&text[..at], &text[at + 1..]));
        let mut parts = head.split(';');
        let name = parts.next().unwrap_or_default().trim().to_ascii_uppercase();
        let (mut zone, mut is_date) = (None, false);
        for (key, given) in parts.filter_map(|part| part.split_once('=')) {
            match key.to_ascii_uppercase().as_str() {
                "TZID" => zone = Some(given.trim_matches('"').to_owned()),
                "VALUE" => is_date = given.eq_ignore_ascii_case("DATE"),
                _ => {}
            }
        }
        Self { row, name, zone, is_date, value: value.to_owned() }
    }

    /// The text it holds (§3.3.11).
    fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(other) => text.push(other),
                    None => {}
                },
                c => text.push(c),
            }
        }
        text
    }

    /// The day or the moment it holds (§3.3.4 and §3.3.5). A time without a zone is a time where the person is.
    fn when(&self, moment: &Moment) -> Result<Due, ValidationError> {
        let refuse = || {
            let shown: String = self.value.chars().take(40).collect();
            ValidationError::new("due", format!("Line {}: “{shown}” is no date or time of a calendar.", self.row))
        };
        let value = self.value.trim();
        if self.is_date || value.len() == 8 {
            let day = Date::strptime("%Y%m%d", value).ok();
            return day.and_then(|day| Due::Day(day).writable()).ok_or_else(refuse);
        }
        let (local, zone) = match (value.strip_suffix(['Z', 'z']), &self.zone) {
            (Some(local), _) => (local, TimeZone::UTC),
            (None, Some(name)) => (value, self.known(name)?),
            (None, None) => (value, moment.now.time_zone().clone()),
        };
        let local = DateTime::strptime("%Y%m%dT%H%M%S", local).map_err(|_| refuse())?;
        let at: Zoned = local.to_zoned(zone).map_err(|_| refuse())?;
        // What is said in UTC is the same moment here.
        let here = if value.ends_with(['Z', 'z']) { at.with_time_zone(moment.now.time_zone().clone()) } else { at };
        Due::from_zoned(&here).writable().ok_or_else(refuse)
    }

    /// A zone by its name. Some programs put their own in front: `/mozilla.org/20070129_1/Europe/Berlin`.
    fn known(&self, name: &str) -> Result<TimeZone, ValidationError> {
        let mut parts = name.rsplitn(3, '/');
        let (city, area) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let found = TimeZone::get(name).or_else(|_| TimeZone::get(&format!("{area}/{city}")));
        let refused = format!("Line {}: the time zone “{name}” is not known.", self.row);
        found.map_err(|_| ValidationError::new("due", refused))
    }
}

impl Todo {
    fn hear(&mut self, line: &Line, moment: &Moment) {
        match line.name.as_str() {
            "SUMMARY" => self.title = line.text().replace('\n', " "),
            "DESCRIPTION" => self.description = Some(line.text()).filter(|text| !text.trim().is_empty()),
            "DUE" => self.due = self.or_wrong(line.when(moment)),
            "DTSTART" => self.start = self.or_wrong(line.when(moment)),
            "PRIORITY" => {
                // 1 is the highest, 9 the lowest, 0 says nothing (§3.8.1.9).
                self.priority = match line.value.trim() {
                    "1" | "2" | "3" | "4" => Priority::High,
                    "6" | "7" | "8" | "9" => Priority::Low,
                    _ => Priority::Medium,
                };
            }
            "RRULE" => {
                let refused = |error: saydo_domain::RRuleError| ValidationError::new("rrule", error.to_string());
                self.recurrence = self.or_wrong(Recurrence::from_rrule(line.value.trim()).map_err(refused));
            }
            "CATEGORIES" => self.labels.extend(line.value.split(',').filter_map(label)),
            "STATUS" => {
                self.done |= line.value.trim().eq_ignore_ascii_case("COMPLETED");
                self.cancelled |= line.value.trim().eq_ignore_ascii_case("CANCELLED");
            }
            "PERCENT-COMPLETE" => self.done |= line.value.trim() == "100",
            "COMPLETED" => self.completed_at = self.or_wrong(line.when(moment)).and_then(|due| due.instant()),
            _ => {}
        }
    }

    fn or_wrong<T>(&mut self, read: Result<T, ValidationError>) -> Option<T> {
        read.map_err(|error| self.wrong.push(error)).ok()
    }

    fn draft(mut self, moment: &Moment) -> Result<(NewTask, Option<Timestamp>), ValidationError> {
        let title = Title::new(&self.title);
        let title = self.or_wrong(title);
        let description = self.description.take().map(|text| Description::new(&text)).transpose();
        let description = self.or_wrong(description).flatten();
        let errors: Vec<_> = self.wrong.into_iter().flat_map(|error| error.errors).collect();
        let Some(title) = title.filter(|_| errors.is_empty()) else { return Err(ValidationError { errors }) };
        let due = self.due.or(self.start);
        let done = self.done || self.completed_at.is_some();
        let Self { priority, recurrence, labels, .. } = Self { wrong: Vec::new(), ..self };
        let task = NewTask { title, description, priority, due, recurrence, labels };
        Ok((task, done.then(|| self.completed_at.unwrap_or(moment.now.timestamp()))))
    }
}

/// A category as a label: spaces become hyphens, and what no label can have is left out.
fn label(category: &str) -> Option<Label> {
    let words: Vec<&str> = category.split_whitespace().collect();
    let kept: String = words.join("-").chars().filter(|c| c.is_alphanumeric() || ['-', '_'].contains(c)).collect();
    Label::new(&kept).ok()
}
