//! How much of one person's may be changed on a day: counted with their events, and for answers that are kept.

use std::time::Duration;

use jiff::Timestamp;
use saydo_domain::{Door, EventKind, NewEvent, UserId};

use crate::{Conn, Store, StoreError, Tx, statement::Statement};

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// A kept answer counts as a change for each so many bytes.
const BYTES_PER_CHANGE: usize = 16 * 1024;

/// The day of this instant (milliseconds).
pub(crate) const fn of(now: i64) -> i64 {
    now.div_euclid(DAY_MS)
}

/// How many of these events count as changes.
pub(crate) fn counted(events: &[NewEvent]) -> i64 {
    count(events.iter().filter(|event| leaves_something(event)).count())
}

/// Whether something is kept of what happened. Who ran out of room can still rename and delete conversations.
fn leaves_something(event: &NewEvent) -> bool {
    event.kind != EventKind::ConversationUpdated || event.door == Door::Chat
}

/// A number as the database has it.
pub(crate) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The refusal of whoever used up their day, in the day of this instant (milliseconds).
pub(crate) fn too_many(now: i64) -> StoreError {
    metrics::counter!("saydo_rate_limited_total", "limit" => "changes").increment(1);
    let left = u64::try_from(DAY_MS - now.rem_euclid(DAY_MS)).unwrap_or_default();
    StoreError::TooManyChanges { retry_after: Duration::from_millis(left) }
}

impl Conn {
    /// How much was changed on the day of this instant.
    pub(crate) async fn changes_that_day(&mut self, user: &UserId, now: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT changes_that_day FROM users WHERE id = $1 AND changes_day = $2";
        let day = of(now.as_millisecond());
        let row = self.row(Statement::new("event.changes_that_day", SQL).bind(user).bind(day)).await?;
        row.map_or(Ok(0), |row| row.int("changes_that_day"))
    }
}

impl Store {
    /// Refuses what is certain to change something when nothing more may be changed on that day: before any work is
    /// put into it.
    ///
    /// # Errors
    /// [`StoreError::TooManyChanges`]; or when the database fails.
    pub async fn day_must_have_room(&self, user: &UserId, now: Timestamp) -> Result<(), StoreError> {
        let Some(most) = self.changes_per_day() else { return Ok(()) };
        if self.read().await?.changes_that_day(user, now).await? < most.get().into() {
            return Ok(());
        }
        Err(too_many(now.as_millisecond()))
    }
}

impl Tx {
    /// Counts an answer of so many bytes that is to be kept, as far as it is more than the changes of its transaction,
    /// which count themselves. `false`: nothing was changed, and this person has no room left today; then it is not
    /// kept, and the request can be repeated as it is.
    ///
    /// # Errors
    /// [`StoreError::TooManyChanges`] when something was changed, and there is no room for the answer.
    pub(crate) async fn kept_count(&mut self, user: &UserId, bytes: usize, at: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE users SET changes_day = $2, \
             changes_that_day = CASE WHEN changes_day = $2 THEN changes_that_day ELSE 0 END + $3 \
             WHERE id = $1 AND CASE WHEN changes_day = $2 THEN changes_that_day ELSE 0 END + $3 <= $4";
        let Some(most) = self.outbox.most() else { return Ok(true) };
        let (now, counted) = (at.as_millisecond(), counted(self.outbox.of(user)));
        let more = count(bytes / BYTES_PER_CHANGE + 1) - counted;
        if more <= 0 {
            return Ok(true);
        }
        let statement = Statement::new("event.kept_count", SQL).bind(user).bind(of(now));
        let room = self.run(statement.bind(more).bind(i64::from(most.get()))).await? > 0;
        if room || counted == 0 { Ok(room) } else { Err(too_many(now)) }
    }
}
