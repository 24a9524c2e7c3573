//! Tracked turns: how each stands, who still works at it, and which one a repeated request means.

use jiff::Timestamp;
use saydo_domain::{AnsweredBy, ChangeId, ConversationId, MessageId, Turn, TurnId, TurnKey, TurnStatus, UserId};

use crate::{Conn, StoreError, Tx, notify::Signal, row::Row, statement::Statement};

macro_rules! columns {
    () => {
        "id, user_id, conversation_id, status, stop_requested, attempt, reply_id, change_id, answered_by, \
         idempotency_key, fingerprint, started_at, heartbeat_at, ended_at"
    };
}

macro_rules! select_turns {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM turns ", $rest)
    };
}

/// A turn that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTurn {
    /// Its id.
    pub id: TurnId,
    /// The owner.
    pub user_id: UserId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// The key under which a repeated request finds it.
    pub key: Option<TurnKey>,
    /// When it begins; its first sign of life.
    pub started_at: Timestamp,
}

/// One run of a turn: whoever goes on with a turn that broke off is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnRun {
    /// The turn.
    pub id: TurnId,
    /// Which run, counted from 1.
    pub attempt: i64,
}

impl TurnRun {
    /// The run that a turn begins with.
    #[must_use]
    pub const fn first(id: TurnId) -> Self {
        Self { id, attempt: 1 }
    }
}

pub(crate) fn turn(row: &Row) -> Result<Turn, StoreError> {
    let key = row.text_opt("idempotency_key")?.zip(row.text_opt("fingerprint")?);
    Ok(Turn {
        id: row.parse("id")?,
        user_id: UserId::new(row.text("user_id")?).map_err(|_| row.bad("user_id"))?,
        conversation_id: ConversationId::new(row.int("conversation_id")?),
        status: row.word("status")?,
        stop_requested: row.int("stop_requested")? != 0,
        attempt: row.int("attempt")?,
        reply_id: row.int_opt("reply_id")?.map(MessageId::new),
        change_id: row.parse_opt("change_id")?,
        answered_by: row.text_opt("answered_by")?.map(AnsweredBy::from),
        key: key.map(|(key, fingerprint)| TurnKey { key, fingerprint }),
        started_at: row.time("started_at")?,
        heartbeat_at: row.time("heartbeat_at")?,
        ended_at: row.time_opt("ended_at")?,
    })
}

impl Conn {
    /// A turn by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_find(&mut self, user: &UserId, id: TurnId) -> Result<Option<Turn>, StoreError> {
        const SQL: &str = select_turns!("WHERE user_id = $1 AND id = $2");
        self.row(Statement::new("turn.find", SQL).bind(user).bind(id)).await?.as_ref().map(turn).transpose()
    }

    /// The turn that was asked for under this key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_find_by_key(&mut self, user: &UserId, key: &str) -> Result<Option<Turn>, StoreError> {
        const SQL: &str = select_turns!("WHERE user_id = $1 AND idempotency_key = $2");
        self.row(Statement::new("turn.find_by_key", SQL).bind(user).bind(key)).await?.as_ref().map(turn).transpose()
    }

    /// The newest turn that runs in a conversation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_running(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
    ) -> Result<Option<Turn>, StoreError> {
        const SQL: &str = select_turns!(
            "WHERE user_id = $1 AND conversation_id = $2 AND status = 'running' ORDER BY id DESC LIMIT 1"
        );
        let found = self.row(Statement::new("turn.running", SQL).bind(user).bind(conversation)).await?;
        found.as_ref().map(turn).transpose()
    }

    /// All turns that are still kept, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turns_all(&mut self, user: &UserId) -> Result<Vec<Turn>, StoreError> {
        const SQL: &str = select_turns!("WHERE user_id = $1 ORDER BY id");
        self.rows(Statement::new("turn.all", SQL).bind(user)).await?.iter().map(turn).collect()
    }
}

impl Tx {
    /// Notes that a turn begins.
    ///
    /// # Errors
    /// [`StoreError::Reference`] when this user has no such conversation, [`StoreError::Conflict`] `turn.key` when
    /// the key has a turn already.
    pub async fn turn_insert(&mut self, new: &NewTurn) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO turns (user_id, id, conversation_id, status, idempotency_key, fingerprint, \
             started_at, heartbeat_at) VALUES ($1, $2, $3, 'running', $4, $5, $6, $6)";
        let key = new.key.as_ref();
        let statement = Statement::new("turn.insert", SQL)
            .bind(&new.user_id)
            .bind(new.id)
            .bind(new.conversation_id)
            .bind(key.map(|key| key.key.as_str()))
            .bind(key.map(|key| key.fingerprint.as_str()))
            .bind(new.started_at);
        self.run(statement).await.map(drop)
    }

    /// Notes the change that a running turn has begun to make, for whoever finds the turn cut off. `false` when it
    /// does not run any more: whoever commits effects in the same transaction must then give them up.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_set_change(&mut self, user: &UserId, run: TurnRun, change: ChangeId) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE turns SET change_id = $3 WHERE user_id = $1 AND id = $2 AND status = 'running' \
             AND attempt = $4";
        let statement = Statement::new("turn.set_change", SQL).bind(user).bind(run.id).bind(change).bind(run.attempt);
        Ok(self.run(statement).await? > 0)
    }

    /// Notes how a running turn ended. `false` when it does not run: it was declared interrupted, somebody else goes on
    /// with it, or its conversation is gone. Whoever commits effects in the same transaction must then give them up.
    /// Without a change it keeps the one of [`Self::turn_set_change`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_finish(
        &mut self,
        user: &UserId,
        run: TurnRun,
        status: TurnStatus,
        change: Option<ChangeId>,
        answered_by: Option<&AnsweredBy>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE turns SET status = $3, change_id = COALESCE($4, change_id), answered_by = $5, ended_at = $6 \
             WHERE user_id = $1 AND id = $2 AND status = 'running' AND attempt = $7";
        let statement = Statement::new("turn.finish", SQL)
            .bind(user)
            .bind(run.id)
            .bind(status.as_str())
            .bind(change)
            .bind(answered_by.map(|by| String::from(by.clone())))
            .bind(now)
            .bind(run.attempt);
        self.outbox.ring(Signal::Turns, user);
        Ok(self.run(statement).await? > 0)
    }

    /// Notes what the conversation was told when a turn broke off; or that it is not told so any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_set_reply(
        &mut self,
        user: &UserId,
        id: TurnId,
        reply: Option<MessageId>,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE turns SET reply_id = $3 WHERE user_id = $1 AND id = $2";
        self.run(Statement::new("turn.set_reply", SQL).bind(user).bind(id).bind(reply)).await.map(drop)
    }

    /// Takes over a turn that was interrupted, or that has given no sign of life since `silent_since`, as its next
    /// run. `None` when there is no such turn any more: of several who try, one gets it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_take_over(
        &mut self,
        user: &UserId,
        last: TurnRun,
        silent_since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<TurnRun>, StoreError> {
        const SQL: &str = "UPDATE turns SET status = 'running', attempt = attempt + 1, stop_requested = 0, \
             heartbeat_at = $5, ended_at = NULL WHERE user_id = $1 AND id = $2 AND attempt = $3 \
             AND (status = 'interrupted' OR status = 'running' AND heartbeat_at < $4) RETURNING attempt";
        let statement = Statement::new("turn.take_over", SQL)
            .bind(user)
            .bind(last.id)
            .bind(last.attempt)
            .bind(silent_since)
            .bind(now);
        // Whoever ran it before, if that is still somebody, does so no more.
        self.outbox.ring(Signal::Stops, user);
        let row = self.row(statement).await?;
        row.map(|row| Ok(TurnRun { id: last.id, attempt: row.int("attempt")? })).transpose()
    }

    /// Gives up the key of a turn: a repeated request is a new one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_free_key(&mut self, user: &UserId, id: TurnId) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE turns SET idempotency_key = NULL, fingerprint = NULL WHERE user_id = $1 AND id = $2";
        self.run(Statement::new("turn.free_key", SQL).bind(user).bind(id)).await.map(drop)
    }

    /// Gives a sign of life; says whether the person asked the turn to stop, or `None` when this run does not count
    /// any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_beat(&mut self, user: &UserId, run: TurnRun, now: Timestamp) -> Result<Option<bool>, StoreError> {
        const SQL: &str = "UPDATE turns SET heartbeat_at = $3 WHERE user_id = $1 AND id = $2 AND status = 'running' \
             AND attempt = $4 RETURNING stop_requested";
        let statement = Statement::new("turn.beat", SQL).bind(user).bind(run.id).bind(now).bind(run.attempt);
        let row = self.row(statement).await?;
        row.map(|row| Ok(row.int("stop_requested")? != 0)).transpose()
    }

    /// Declares a running turn interrupted if it gave no sign of life since this instant, and gives it then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_interrupt_stale(
        &mut self,
        user: &UserId,
        id: TurnId,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Turn>, StoreError> {
        const SQL: &str = concat!(
            "UPDATE turns SET status = 'interrupted', ended_at = $4 WHERE user_id = $1 AND id = $2 \
             AND status = 'running' AND heartbeat_at < $3 RETURNING ",
            columns!()
        );
        let statement = Statement::new("turn.interrupt_stale", SQL).bind(user).bind(id).bind(before).bind(now);
        let Some(row) = self.row(statement).await? else { return Ok(None) };
        self.outbox.ring(Signal::Turns, user);
        self.outbox.ring(Signal::Stops, user);
        turn(&row).map(Some)
    }

    /// Asks a turn to stop; says whether it runs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_stop(&mut self, user: &UserId, id: TurnId) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE turns SET stop_requested = 1 WHERE user_id = $1 AND id = $2 AND status = 'running'";
        self.outbox.ring(Signal::Stops, user);
        Ok(self.run(Statement::new("turn.stop", SQL).bind(user).bind(id)).await? > 0)
    }
}
