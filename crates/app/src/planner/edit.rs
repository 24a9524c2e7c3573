//! What to change on a task, said relative to the task: made concrete once the task is known.

use jiff::{Span, Zoned, civil::DateTime};
use saydo_domain::{Due, Field, Label, Priority, RRule, Recurrence, Task};
use saydo_lang::{Edit, Shift};
use serde::{Deserialize, Serialize};

use crate::tools::{AddTaskArgs, UpdateTaskArgs};

/// A change as the person said it. Kept with a question until it is clear which task is meant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditSpec {
    title: Option<String>,
    title_corrects: bool,
    #[serde(skip_serializing_if = "Field::is_keep")]
    description: Field<String>,
    append_description: Option<String>,
    priority: Option<Priority>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    due: Field<Due>,
    due_time_only: bool,
    due_date_only: bool,
    day_of_repetition: bool,
    shift: Option<ShiftSpec>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    recurrence: Field<Recurrence>,
    add_labels: Vec<Label>,
    remove_labels: Vec<Label>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct ShiftSpec {
    months: i32,
    days: i32,
    minutes: i64,
}

impl From<Edit> for EditSpec {
    fn from(edit: Edit) -> Self {
        let shift = edit.shift.map(|Shift { months, days, minutes }| ShiftSpec { months, days, minutes });
        Self {
            title: edit.title,
            title_corrects: edit.title_corrects,
            description: edit.description,
            append_description: edit.append_description,
            priority: edit.priority,
            due: edit.due,
            due_time_only: edit.due_time_only,
            due_date_only: edit.due_date_only,
            day_of_repetition: edit.day_of_repetition,
            shift,
            recurrence: edit.recurrence,
            add_labels: edit.add_labels,
            remove_labels: edit.remove_labels,
        }
    }
}

impl EditSpec {
    /// Whether nothing was said to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it changes the title.
    #[must_use]
    pub const fn renames(&self) -> bool {
        self.title.is_some()
    }

    /// The new task that was asked about, with what is said about it now.
    #[must_use]
    pub fn onto(&self, mut new: AddTaskArgs) -> AddTaskArgs {
        if let Some(title) = &self.title {
            new.title.clone_from(title);
        }
        if let Field::Set(due) = self.due {
            new.due_date = Some(due.to_string());
        }
        if let Some(priority) = self.priority {
            new.priority = Some(priority.to_string());
        }
        if !self.add_labels.is_empty() {
            let labels = new.labels.take().unwrap_or_default();
            new.labels = Some(labels.into_iter().chain(self.add_labels.iter().map(ToString::to_string)).collect());
        }
        new
    }

    /// A change of the title alone.
    #[must_use]
    pub fn renaming(title: &str) -> Self {
        Self { title: Some(title.to_owned()), ..Self::default() }
    }

    /// A change of the description alone.
    #[must_use]
    pub fn describing(text: &str) -> Self {
        Self { description: Field::Set(text.to_owned()), ..Self::default() }
    }

    /// The tool call's arguments for this task.
    #[must_use]
    pub fn for_task(&self, task: &Task, now: &Zoned) -> UpdateTaskArgs {
        UpdateTaskArgs {
            task_id: task.number.get(),
            title: self.title_for(task).map_or(Field::Keep, Field::Set),
            description: self.description_for(task),
            priority: self.priority.map_or(Field::Keep, |priority| Field::Set(priority.to_string())),
            due_date: match self.due_for(task, now) {
                Field::Keep => Field::Keep,
                Field::Clear => Field::Clear,
                Field::Set(due) => Field::Set(due.to_string()),
            },
            recurrence: match &self.recurrence {
                Field::Keep => Field::Keep,
                Field::Clear => Field::Clear,
                Field::Set(recurrence) => Field::Set(recurrence.clone().into()),
            },
            labels: self.labels_for(task),
        }
    }

    fn title_for(&self, task: &Task) -> Option<String> {
        let title = self.title.clone()?;
        let corrected = if self.title_corrects { look_alike(task.title.as_str(), &title) } else { None };
        Some(corrected.unwrap_or(title))
    }

    fn description_for(&self, task: &Task) -> Field<String> {
        let Some(more) = &self.append_description else { return self.description.clone() };
        let old = task.description.as_ref().map(|text| text.as_str()).filter(|text| !text.is_empty());
        Field::Set(old.map_or_else(|| more.clone(), |old| format!("{old}\n{more}")))
    }

    fn labels_for(&self, task: &Task) -> Field<Vec<String>> {
        if self.add_labels.is_empty() && self.remove_labels.is_empty() {
            return Field::Keep;
        }
        let mut labels: Vec<&Label> = task.labels.iter().chain(&self.add_labels).collect();
        labels.retain(|label| !self.remove_labels.contains(label));
        labels.sort();
        labels.dedup();
        Field::Set(labels.into_iter().map(ToString::to_string).collect())
    }

    fn due_for(&self, task: &Task, now: &Zoned) -> Field<Due> {
        if let Some(shift) = self.shift {
            return shifted(task.due, shift, now).and_then(Due::writable).map_or(Field::Keep, Field::Set);
        }
        let Field::Set(said) = self.due else { return self.due.clone() };
        if let (Some(old), Field::Set(recurrence), true) = (task.due, &self.recurrence, self.day_of_repetition) {
            return match repeating(old, said, recurrence, now) {
                due if due == old => Field::Keep,
                due => Field::Set(due),
            };
        }
        let zone = now.time_zone();
        let old = task.due;
        let merged = match (said.instant(), old, old.and_then(|old| old.instant())) {
            // “make that 4pm”: the task's own day, unless that is over.
            (Some(at), Some(old), _) if self.due_time_only && old.day_in(zone) >= now.date() => {
                in_zone(old.day_in(zone).to_datetime(zone.to_datetime(at).time()), now)
            }
            // “move it to friday”: the task's own time of day.
            (None, _, Some(at)) if self.due_date_only => {
                in_zone(said.day_in(zone).to_datetime(zone.to_datetime(at).time()), now)
            }
            _ => None,
        };
        Field::Set(merged.unwrap_or(said))
    }
}

/// When a task that had a due begins to repeat: its own day if that fits, at its own time if no other was said.
fn repeating(old: Due, said: Due, recurrence: &Recurrence, now: &Zoned) -> Due {
    let rrule = &recurrence.rrule;
    if rrule.is_subdaily() {
        return said;
    }
    let zone = now.time_zone();
    let own = old.day_in(zone);
    let pattern = RRule { interval: 1, ..rrule.clone() };
    let fits = pattern.first_on_or_after(own.at(0, 0, 0, 0)).is_some_and(|first| first.date() == own);
    let day = if fits { own } else { said.day_in(zone) };
    let time = |due: Due| due.instant().map(|at| zone.to_datetime(at).time());
    let at = |time| in_zone(day.to_datetime(time), now);
    match (time(said), time(old)) {
        // `every day at 8` at ten: today's is over.
        (Some(time), _) => at(time).filter(|due| !due.is_overdue(now)).unwrap_or(said),
        (None, Some(time)) => at(time).unwrap_or(said),
        (None, None) => Due::Day(day),
    }
}

/// The old title with the one word that looks like this one replaced by it: “Call anna”, “Anne”.
fn look_alike(old: &str, said: &str) -> Option<String> {
    if said.split_whitespace().count() != 1 {
        return None;
    }
    let words: Vec<&str> = old.split_whitespace().collect();
    let said_low = said.to_lowercase();
    let alike = |word: &str| {
        let word = word.to_lowercase();
        let shorter = word.chars().count().min(said_low.chars().count());
        let shared = word.chars().zip(said_low.chars()).take_while(|(a, b)| a == b).count();
        let apart = word.chars().count().abs_diff(said_low.chars().count());
        word != said_low && shorter >= 3 && apart <= 2 && shared * 2 > shorter
    };
    let mut places = (0..words.len()).filter(|at| alike(words[*at]));
    let at = places.next().filter(|_| words.len() > 1)?;
    if places.next().is_some() {
        return None;
    }
    let lowered = words[at].chars().next().is_some_and(char::is_lowercase);
    let new = if lowered { said_low } else { said.to_owned() };
    let replaced = words.iter().enumerate().map(|(place, word)| if place == at { new.as_str() } else { word });
    Some(replaced.collect::<Vec<_>>().join(" "))
}

fn in_zone(local: DateTime, now: &Zoned) -> Option<Due> {
    local.to_zoned(now.time_zone().clone()).ok().map(|zoned| Due::from_zoned(&zoned))
}

/// A due moved by calendar units in the person's zone; a task without one counts from today.
fn shifted(due: Option<Due>, shift: ShiftSpec, now: &Zoned) -> Option<Due> {
    let calendar = Span::new().try_months(shift.months).ok()?.try_days(shift.days).ok()?;
    let minutes = Span::new().try_minutes(shift.minutes).ok()?;
    match due {
        Some(Due::Moment { at, .. }) => {
            let moved = at.to_zoned(now.time_zone().clone()).checked_add(calendar).ok()?.checked_add(minutes).ok()?;
            Some(Due::from_zoned(&moved))
        }
        Some(Due::Day(day)) if shift.minutes == 0 => day.checked_add(calendar).ok().map(Due::Day),
        None if shift.minutes == 0 => now.date().checked_add(calendar).ok().map(Due::Day),
        // A whole day that is still to come is no hour later than it was.
        Some(Due::Day(day)) if day > now.date() => None,
        Some(Due::Day(_)) | None => Some(Due::from_zoned(&now.checked_add(calendar).ok()?.checked_add(minutes).ok()?)),
    }
}
