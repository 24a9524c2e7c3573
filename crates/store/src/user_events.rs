//! What happened, for whoever follows along: written in the transaction in which it happens, numbered without gaps.

use jiff::Timestamp;
use saydo_domain::{ConversationId, NewEvent, Subject, TaskNumber, UserEvent, UserId};

use crate::{
    Conn, StoreError, Tx, day,
    notify::{Rings, Signal},
    row::Row,
    statement::{Statement, Value},
};

/// Most events per statement: several rows share the way to the database, and yet there are few texts to prepare.
const ROWS_LOG2: u32 = 5;

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

impl Tx {
    /// Writes what the job has to tell; the last thing in its transaction.
    pub(crate) async fn tell(&mut self) -> Result<(), StoreError> {
        for (user, events) in self.outbox.take_events() {
            self.events_append(&user, &events).await?;
        }
        Ok(())
    }

    /// Takes who is to look once this is committed, and forgets what was not told.
    pub(crate) fn take_rings(&mut self) -> Rings {
        std::mem::take(&mut self.outbox).into_rings()
    }

    async fn events_append(&mut self, user: &UserId, events: &[NewEvent]) -> Result<(), StoreError> {
        const SEQ: &str = "UPDATE users SET next_event_seq = next_event_seq + $2, changes_day = $3, \
             changes_that_day = CASE WHEN changes_day = $3 THEN changes_that_day ELSE 0 END + $4 WHERE id = $1 \
             RETURNING next_event_seq - $2 AS first, changes_that_day";
        let Some(now) = events.last().map(|event| event.at.as_millisecond()) else { return Ok(()) };
        let (changes, day) = (day::counted(events), day::of(now));
        let next =
            Statement::new("event.next_seq", SEQ).bind(user).bind(day::count(events.len())).bind(day).bind(changes);
        // An account that ends in this transaction has nobody left to tell.
        let Some(row) = self.row(next).await? else { return Ok(()) };
        let most = self.outbox.most().map_or(i64::MAX, |most| most.get().into());
        if changes > 0 && row.int("changes_that_day")? > most {
            return Err(day::too_many(now));
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
