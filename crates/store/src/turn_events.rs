//! The events of a turn as its streams tell them: numbered from 1, only ever appended.

use jiff::Timestamp;
use saydo_domain::{TurnId, UserId};

use crate::{
    Conn, StoreError, Tx,
    notify::Signal,
    statement::{Statement, Value},
};

/// Most events per statement: several rows share the way to the database, and yet there are few texts to prepare.
const ROWS_LOG2: u32 = 5;

impl Conn {
    /// Events after this number, in order, with their numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_events_after(
        &mut self,
        user: &UserId,
        turn: TurnId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        const SQL: &str = "SELECT seq, data FROM turn_events WHERE user_id = $1 AND turn_id = $2 AND seq > $3 \
             ORDER BY seq LIMIT $4";
        let statement = Statement::new("turn_event.after", SQL).bind(user).bind(turn).bind(after).bind(limit);
        self.rows(statement).await?.iter().map(|row| Ok((row.int("seq")?, row.text("data")?))).collect()
    }
}

impl Tx {
    /// Takes an event back: the last one of a turn that goes on after all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_event_delete(&mut self, user: &UserId, turn: TurnId, seq: i64) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM turn_events WHERE user_id = $1 AND turn_id = $2 AND seq = $3";
        let statement = Statement::new("turn_event.delete", SQL).bind(user).bind(turn).bind(seq);
        Ok(self.run(statement).await? > 0)
    }

    /// Appends events, each the JSON text of one, numbered from `first_seq`.
    ///
    /// # Errors
    /// [`StoreError::Reference`] when this user has no such turn (any more), [`StoreError::Conflict`]
    /// `turn_event.seq` when a number is taken.
    pub async fn turn_events_append(
        &mut self,
        user: &UserId,
        turn: TurnId,
        first_seq: i64,
        events: &[String],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (mut seq, mut rest) = (first_seq, events);
        while let Some(log2) = rest.len().checked_ilog2() {
            let (batch, later) = rest.split_at(1 << log2.min(ROWS_LOG2));
            let mut values: Vec<Value> = vec![user.into(), turn.into(), now.into()];
            for event in batch {
                values.extend([seq.into(), event.as_str().into()]);
                seq += 1;
            }
            self.run(Statement::built("turn_event.append", insert(batch.len()), values)).await?;
            rest = later;
        }
        self.outbox.ring(Signal::Turns, user);
        Ok(())
    }
}

/// The statement that inserts so many events of one turn.
fn insert(rows: usize) -> String {
    let rows: Vec<String> = (0..rows).map(|row| format!("($1, $2, ${}, ${}, $3)", 2 * row + 4, 2 * row + 5)).collect();
    format!("INSERT INTO turn_events (user_id, turn_id, seq, data, created_at) VALUES {}", rows.join(", "))
}
