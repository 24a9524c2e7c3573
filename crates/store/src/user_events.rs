//! What happened, for whoever follows along: written in the transaction in which it happens, numbered without gaps.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use jiff::Timestamp;
use saydo_domain::{
    ChangeId, ConversationId, Door, Effect, EventKind, NewEvent, Subject, TaskNumber, UserEvent, UserId,
};

use crate::{
    Conn, Store, StoreError, Tx,
    notify::{Ring, Rings, Signal},
    row::Row,
    statement::{Statement, Value},
};

/// Most events per statement: several rows share the way to the database, and yet there are few texts to prepare.
const ROWS_LOG2: u32 = 5;

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// A kept answer counts as a change for each so many bytes.
const BYTES_PER_CHANGE: usize = 16 * 1024;

/// Whether something is kept of what happened. Who ran out of room can still rename and delete conversations.
fn leaves_something(event: &NewEvent) -> bool {
    event.kind != EventKind::ConversationUpdated || event.door == Door::Chat
}

/// What a transaction has to tell: events, written at its end, and who is to look, once it is committed.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// In the order of people: two transactions that tell several people never wait for each other in a circle.
    events: BTreeMap<UserId, Told>,
    rings: Rings,
    /// How much of one person's may be changed on a day.
    most: Option<NonZeroU32>,
}

/// What one person is told of.
#[derive(Debug, Default)]
struct Told {
    events: Vec<NewEvent>,
    /// The place of what is told about each thing.
    places: BTreeMap<Subject, usize>,
}

impl Outbox {
    /// Lets so much of one person's be changed on a day.
    pub(crate) const fn bound(&mut self, most: Option<NonZeroU32>) {
        self.most = most;
    }

    /// How much of what is told of this person counts.
    fn counted(&self, user: &UserId) -> i64 {
        let events = self.events.get(user).map_or(&[][..], |told| &told.events);
        count(events.iter().filter(|event| leaves_something(event)).count())
    }

    /// Wakes whoever waits, once this is committed.
    pub(crate) fn ring(&mut self, signal: Signal, user: &UserId) {
        self.rings.insert(Ring::new(signal, user));
    }

    /// Tells of something. What happens to the same thing in one transaction is told once.
    pub(crate) fn tell(&mut self, user: &UserId, event: NewEvent) {
        let Told { events, places } = self.events.entry(user.clone()).or_default();
        match places.get(&event.subject).and_then(|place| events.get_mut(*place)) {
            Some(told) => {
                let new = told.kind == EventKind::TaskCreated && event.kind == EventKind::TaskUpdated;
                let kind = if new { told.kind } else { event.kind };
                *told = NewEvent { kind, ..event };
            }
            None => {
                places.insert(event.subject, events.len());
                events.push(event);
            }
        }
    }

    /// Tells what effects look like to somebody who watches the list.
    pub(crate) fn tell_effects(
        &mut self,
        user: &UserId,
        effects: &[Effect],
        (change, door, at): (ChangeId, Door, Timestamp),
    ) {
        for effect in effects {
            let Some(kind) = EventKind::of(effect) else { continue };
            let (subject, change_id) = (Subject::Task(effect.number), Some(change));
            let version = effect.after.as_ref().map(|task| task.version);
            self.tell(user, NewEvent { kind, subject, version, change_id, door, at });
        }
    }

    /// Tells that a conversation is another than before.
    pub(crate) fn tell_conversation(&mut self, user: &UserId, id: ConversationId, door: Door, at: Timestamp) {
        let (kind, subject) = (EventKind::ConversationUpdated, Subject::Conversation(id));
        self.tell(user, NewEvent { kind, subject, version: None, change_id: None, door, at });
    }
}

/// Some of a person's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsPage {
    /// The number of the newest event there is, or was; 0 before the first.
    pub newest: i64,
    /// Those asked for that are still kept, in order.
    pub events: Vec<UserEvent>,
}

fn event(row: &Row, seq: i64) -> Result<UserEvent, StoreError> {
    let subject = match (row.int_opt("task_number")?, row.int_opt("conversation_id")?) {
        (Some(task), _) => Subject::Task(TaskNumber::new(task)),
        (None, Some(conversation)) => Subject::Conversation(ConversationId::new(conversation)),
        (None, None) => return Err(row.bad("task_number")),
    };
    let event = NewEvent {
        kind: row.word("kind")?,
        subject,
        version: row.int_opt("version")?,
        change_id: row.parse_opt("change_id")?,
        door: row.word("door")?,
        at: row.time("created_at")?,
    };
    Ok(UserEvent { seq, event })
}

impl Conn {
    /// How much was changed on the day of this instant.
    pub(crate) async fn changes_that_day(&mut self, user: &UserId, now: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT changes_that_day FROM users WHERE id = $1 AND changes_day = $2";
        let day = now.as_millisecond().div_euclid(DAY_MS);
        let row = self.row(Statement::new("event.changes_that_day", SQL).bind(user).bind(day)).await?;
        row.map_or(Ok(0), |row| row.int("changes_that_day"))
    }

    /// The number of the newest event there is, or was; `None` without the user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn event_newest(&mut self, user: &UserId) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT next_event_seq - 1 AS newest FROM users WHERE id = $1";
        let row = self.row(Statement::new("event.newest", SQL).bind(user)).await?;
        row.map(|row| row.int("newest")).transpose()
    }

    /// Events after this number, with the number of the newest as of the same instant; `None` without the user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_after(
        &mut self,
        user: &UserId,
        after: i64,
        limit: u32,
    ) -> Result<Option<EventsPage>, StoreError> {
        const SQL: &str = "SELECT u.next_event_seq - 1 AS newest, e.seq, e.kind, e.task_number, e.conversation_id, \
             e.version, e.change_id, e.door, e.created_at FROM users u \
             LEFT JOIN user_events e ON e.user_id = $1 AND e.seq > $2 WHERE u.id = $1 ORDER BY e.seq LIMIT $3";
        let rows = self.rows(Statement::new("event.after", SQL).bind(user).bind(after).bind(limit)).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let newest = first.int("newest")?;
        let events = rows.iter().filter_map(|row| {
            let seq = row.int_opt("seq").transpose()?;
            Some(seq.and_then(|seq| event(row, seq)))
        });
        Ok(Some(EventsPage { newest, events: events.collect::<Result<_, _>>()? }))
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
    /// Writes what the job has to tell; the last thing in its transaction.
    pub(crate) async fn tell(&mut self) -> Result<(), StoreError> {
        for (user, told) in std::mem::take(&mut self.outbox.events) {
            self.events_append(&user, &told.events).await?;
        }
        Ok(())
    }

    /// Takes who is to look once this is committed, and forgets what was not told.
    pub(crate) fn take_rings(&mut self) -> Rings {
        std::mem::take(&mut self.outbox).rings
    }

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
        let Some(most) = self.outbox.most else { return Ok(true) };
        let (now, counted) = (at.as_millisecond(), self.outbox.counted(user));
        let more = count(bytes / BYTES_PER_CHANGE + 1) - counted;
        if more <= 0 {
            return Ok(true);
        }
        let statement = Statement::new("event.kept_count", SQL).bind(user).bind(now.div_euclid(DAY_MS));
        let room = self.run(statement.bind(more).bind(i64::from(most.get()))).await? > 0;
        if room || counted == 0 { Ok(room) } else { Err(too_many(now)) }
    }

    async fn events_append(&mut self, user: &UserId, events: &[NewEvent]) -> Result<(), StoreError> {
        const SEQ: &str = "UPDATE users SET next_event_seq = next_event_seq + $2, changes_day = $3, \
             changes_that_day = CASE WHEN changes_day = $3 THEN changes_that_day ELSE 0 END + $4 WHERE id = $1 \
             RETURNING next_event_seq - $2 AS first, changes_that_day";
        let Some(now) = events.last().map(|event| event.at.as_millisecond()) else { return Ok(()) };
        let changes = count(events.iter().filter(|event| leaves_something(event)).count());
        let day = now.div_euclid(DAY_MS);
        let next = Statement::new("event.next_seq", SEQ).bind(user).bind(count(events.len())).bind(day).bind(changes);
        // An account that ends in this transaction has nobody left to tell.
        let Some(row) = self.row(next).await? else { return Ok(()) };
        let most = self.outbox.most.map_or(i64::MAX, |most| most.get().into());
        if changes > 0 && row.int("changes_that_day")? > most {
            return Err(too_many(now));
        }
        let (mut seq, mut rest) = (row.int("first")?, events);
        while let Some(log2) = rest.len().checked_ilog2() {
            let (batch, later) = rest.split_at(1 << log2.min(ROWS_LOG2));
            let mut values: Vec<Value> = vec![user.into()];
            for event in batch {
                values.extend(row_of(seq, event));
                seq += 1;
            }
            self.run(Statement::built("event.append", insert(batch.len()), values)).await?;
            rest = later;
        }
        self.outbox.ring(Signal::Changes, user);
        Ok(())
    }

    /// Leaves a gap after everybody's events, up to a number that this instant gives: whoever heard of events that a
    /// restored database does not know is told that they missed some, whatever happens from now on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_leave_gap(&mut self, at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE users SET next_event_seq = $1 WHERE next_event_seq < $1";
        let statement = Statement::system("system.events_leave_gap", SQL).bind(at.as_millisecond());
        self.run(statement).await.map(drop)
    }

    /// Removes up to `limit` events from before this instant; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_purge(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM user_events WHERE (user_id, seq) IN (SELECT user_id, seq FROM user_events \
             WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
        self.run(Statement::system("system.events_purge", SQL).bind(before).bind(limit)).await
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The refusal of whoever used up their day, in the day of this instant (milliseconds).
fn too_many(now: i64) -> StoreError {
    metrics::counter!("saydo_rate_limited_total", "limit" => "changes").increment(1);
    let left = u64::try_from(DAY_MS - now.rem_euclid(DAY_MS)).unwrap_or_default();
    StoreError::TooManyChanges { retry_after: Duration::from_millis(left) }
}

/// Columns of an event besides its owner.
const COLUMNS: usize = 8;

fn row_of(seq: i64, event: &NewEvent) -> [Value; COLUMNS] {
    let (task, conversation) = match event.subject {
        Subject::Task(number) => (Some(number), None),
        Subject::Conversation(id) => (None, Some(id)),
    };
    [
        seq.into(),
        event.kind.as_str().into(),
        task.into(),
        conversation.into(),
        event.version.into(),
        event.change_id.into(),
        event.door.as_str().into(),
        event.at.into(),
    ]
}

/// The statement that inserts so many events of one user.
fn insert(rows: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (0..COLUMNS).map(|column| format!("${}", row * COLUMNS + column + 2)).collect();
        format!("($1, {})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    let columns = "user_id, seq, kind, task_number, conversation_id, version, change_id, door, created_at";
    format!("INSERT INTO user_events ({columns}) VALUES {}", rows.join(", "))
}
