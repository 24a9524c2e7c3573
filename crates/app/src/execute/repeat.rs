//! Tasks that repeat: when they are due, and what completing and reopening them does to their next occurrence.

use jiff::{Timestamp, tz::TimeZone};
use saydo_domain::{Due, Recurrence, Task, TaskUid};
use saydo_store::Tx;
use uuid::Uuid;

use super::{Journal, Outcome};
use crate::AppError;

impl Journal {
    /// Completes an open task; a repeating one leaves its next occurrence behind as a new task.
    pub(super) async fn complete(&mut self, tx: &mut Tx, before: Task) -> Result<Outcome, AppError> {
        let mut after = before.clone();
        after.completed_at = Some(self.now);
        let next = self.next_occurrence(tx, &before).await?;
        let task = self.update(tx, before.clone(), after).await?;
        Ok(Outcome { before: Some(before), task, changed: true, next })
    }

    async fn next_occurrence(&mut self, tx: &mut Tx, done: &Task) -> Result<Option<Task>, AppError> {
        let Some((due, rest)) = self.follower(done, self.now) else { return Ok(None) };
        let next = Task {
            uid: TaskUid::new(Uuid::now_v7()),
            number: tx.task_numbers_take(&self.user, 1).await?,
            due: Some(due),
            recurrence: Some(rest),
            repeat_of: Some(done.uid),
            completed_at: None,
            created_at: self.now,
            updated_at: self.now,
            version: 1,
            ..done.clone()
        };
        self.insert(tx, &next).await?;
        Ok(Some(next))
    }

    /// When a repeating task comes next if it is done at this instant, and how it goes on from there.
    fn follower(&self, done: &Task, at: Timestamp) -> Option<(Due, Recurrence)> {
        let zone = self.repeat_zone(done);
        done.recurrence.as_ref()?.next(done.due, &zone, &at.to_zoned(zone.clone()))
    }

    /// Whether the next occurrence is as completing made it, though undo and redo may have put it back.
    fn is_untouched(&self, next: &Task, done: &Task) -> bool {
        let as_made = || {
            let (due, rest) = self.follower(done, done.completed_at?)?;
            let made = Task { due: Some(due), recurrence: Some(rest), completed_at: None, ..done.clone() };
            Some(next.same_content(&made))
        };
        next.version == 1 || as_made() == Some(true)
    }

    /// Reopening a repeating task takes back the next occurrence, unless somebody has touched that one since.
    pub(super) async fn withdraw_next(&mut self, tx: &mut Tx, reopened: &Task) -> Result<(), AppError> {
        if reopened.recurrence.is_none() {
            return Ok(());
        }
        if let Some(next) = tx.task_find_repeat_of(&self.user, reopened.uid).await?
            && !next.completed()
            && self.is_untouched(&next, reopened)
        {
            tx.task_remove(&self.user, next.number).await?;
            self.record(next.number, Some(next), None);
        }
        Ok(())
    }

    /// The first day on which a new repetition is due.
    pub(super) fn first_due(&self, recurrence: &Recurrence) -> Option<Due> {
        let today = self.now.to_zoned(self.zone.clone()).date();
        recurrence.first_on_or_after(today.at(0, 0, 0, 0)).map(|at| Due::Day(at.date()))
    }

    /// The zone to remember with a due: the caller's, if the due's offset is the one in force there then.
    pub(super) fn zone_of(&self, due: Option<Due>) -> Option<String> {
        let Some(Due::Moment { at, offset }) = due else { return None };
        let name = self.zone.iana_name()?;
        (self.zone.to_offset(at) == offset).then(|| name.to_owned())
    }

    /// The zone whose wall clock a repetition keeps: the remembered one, else the caller's if it fits the due,
    /// else the due's own fixed offset.
    fn repeat_zone(&self, task: &Task) -> TimeZone {
        if let Some(zone) = task.zone.as_deref().and_then(|name| TimeZone::get(name).ok()) {
            return zone;
        }
        match task.due {
            Some(Due::Moment { at, offset }) if self.zone.to_offset(at) != offset => TimeZone::fixed(offset),
            _ => self.zone.clone(),
        }
    }
}
