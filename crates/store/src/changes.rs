//! The journal: what was changed, and with what to put it back.

use jiff::Timestamp;
use saydo_domain::{Change, ChangeId, Client, ConversationId, Door, Effect, Task, TaskNumber, UserId};

use crate::{
    Conn, StoreError, Tx,
    row::{Row, to_json},
    statement::{Statement, Value, batches, places},
    tasks,
};

macro_rules! columns {
    () => {
        "c.id, c.user_id, c.seq, c.door, c.client_id, c.client, c.model, c.conversation_id, c.summary, c.undoes, \
         c.undone_by, c.created_at"
    };
}
pub(crate) use columns;

macro_rules! select_changes {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM changes c ", $rest)
    };
}

/// A change to be written; its place in the order comes from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// Its id.
    pub id: ChangeId,
    /// The owner.
    pub user_id: UserId,
    /// The way it came in.
    pub door: Door,
    /// The program that makes it in the person's place.
    pub client: Option<Client>,
    /// The language model that chose it.
    pub model: Option<String>,
    /// The conversation, for a chat turn.
    pub conversation_id: Option<ConversationId>,
    /// One line that says what was done.
    pub summary: String,
    /// The change this one puts back, when it is an undo.
    pub undoes: Option<ChangeId>,
    /// When it is made.
    pub created_at: Timestamp,
}

pub(crate) fn change(row: &Row) -> Result<Change, StoreError> {
    let client = row.text_opt("client_id")?.zip(row.text_opt("client")?);
    Ok(Change {
        id: row.parse("id")?,
        user_id: UserId::new(row.text("user_id")?).map_err(|_| row.bad("user_id"))?,
        seq: row.int("seq")?,
        door: row.word("door")?,
        client: client.map(|(id, name)| Client { id, name }),
        model: row.text_opt("model")?,
        conversation_id: row.int_opt("conversation_id")?.map(ConversationId::new),
        summary: row.text("summary")?,
        undoes: row.parse_opt("undoes")?,
        undone_by: row.parse_opt("undone_by")?,
        created_at: row.time("created_at")?,
    })
}

/// A task as the journal keeps it.
fn stored(task: Option<&Task>) -> Result<Option<String>, StoreError> {
    task.map(|task| to_json(&tasks::as_stored(task))).transpose()
}

impl Conn {
    /// A change by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_find(&mut self, user: &UserId, id: ChangeId) -> Result<Option<Change>, StoreError> {
        const SQL: &str = select_changes!("WHERE c.user_id = $1 AND c.id = $2");
        self.row(Statement::new("change.find", SQL).bind(user).bind(id)).await?.as_ref().map(change).transpose()
    }

    /// The newest changes of any kind, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_newest(&mut self, user: &UserId, limit: u32) -> Result<Vec<Change>, StoreError> {
        const SQL: &str = select_changes!("WHERE c.user_id = $1 ORDER BY c.seq DESC LIMIT $2");
        let rows = self.rows(Statement::new("change.newest", SQL).bind(user).bind(limit)).await?;
        rows.iter().map(change).collect()
    }

    /// Changes of any kind before this one, newest first; from the newest on without one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_before(
        &mut self,
        user: &UserId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Change>, StoreError> {
        const SQL: &str = select_changes!("WHERE c.user_id = $1 AND c.seq < $3 ORDER BY c.seq DESC LIMIT $2");
        let statement = Statement::new("change.before", SQL).bind(user).bind(limit).bind(before.unwrap_or(i64::MAX));
        self.rows(statement).await?.iter().map(change).collect()
    }

    /// What undo would take, newest first: changes that are neither undone nor undoings themselves; those of one
    /// conversation only, if it is given.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_undoable(
        &mut self,
        user: &UserId,
        limit: u32,
        conversation: Option<ConversationId>,
    ) -> Result<Vec<Change>, StoreError> {
        const ALL: &str = select_changes!(
            "WHERE c.user_id = $1 AND c.undoes IS NULL AND c.undone_by IS NULL ORDER BY c.seq DESC LIMIT $2"
        );
        const WITHIN: &str = select_changes!(
            "WHERE c.user_id = $1 AND c.undoes IS NULL AND c.undone_by IS NULL AND c.conversation_id = $3 \
             ORDER BY c.seq DESC LIMIT $2"
        );
        let statement = match conversation {
            None => Statement::new("change.undoable", ALL).bind(user).bind(limit),
            Some(id) => Statement::new("change.undoable_within", WITHIN).bind(user).bind(limit).bind(id),
        };
        self.rows(statement).await?.iter().map(change).collect()
    }

    /// What redo would take: the newest undo that is still in force. Anything done since makes redo meaningless, so
    /// it must be newer than every ordinary change; and a redo is no undo, though both put a change back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_newest_undo(&mut self, user: &UserId) -> Result<Option<Change>, StoreError> {
        const SQL: &str = select_changes!(
            "JOIN changes u ON u.user_id = c.user_id AND u.id = c.undoes \
             WHERE c.user_id = $1 AND c.undone_by IS NULL AND u.undoes IS NULL \
             AND c.seq > COALESCE((SELECT MAX(o.seq) FROM changes o WHERE o.user_id = $1 AND o.undoes IS NULL), 0) \
             ORDER BY c.seq DESC LIMIT 1"
        );
        self.row(Statement::new("change.newest_undo", SQL).bind(user)).await?.as_ref().map(change).transpose()
    }

    /// What a change did, in the order it did it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_effects(&mut self, user: &UserId, seq: i64) -> Result<Vec<Effect>, StoreError> {
        const SQL: &str = "SELECT number, before_task, after_task FROM change_effects \
             WHERE user_id = $1 AND seq = $2 ORDER BY ordinal";
        let rows = self.rows(Statement::new("change.effects", SQL).bind(user).bind(seq)).await?;
        let effect = |row: &Row| {
            Ok(Effect {
                number: TaskNumber::new(row.int("number")?),
                before: row.json_opt("before_task")?,
                after: row.json_opt("after_task")?,
            })
        };
        rows.iter().map(effect).collect()
    }
}

impl Tx {
    /// Writes a change and its effects; says its place in the user's order.
    ///
    /// # Errors
    /// [`StoreError::Reference`] without the user, [`StoreError::Conflict`] for an id that is known.
    pub async fn change_insert(&mut self, new: &NewChange, effects: &[Effect]) -> Result<i64, StoreError> {
        const SEQ: &str = "UPDATE users SET next_change_seq = next_change_seq + 1 WHERE id = $1 \
             RETURNING next_change_seq - 1 AS seq";
        const SQL: &str = "INSERT INTO changes (user_id, seq, id, door, client_id, client, model, conversation_id, \
             summary, undoes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let row = self.row(Statement::new("change.next_seq", SEQ).bind(&new.user_id)).await?;
        let seq = row.ok_or(StoreError::Reference)?.int("seq")?;
        let statement = Statement::new("change.insert", SQL)
            .bind(&new.user_id)
            .bind(seq)
            .bind(new.id)
            .bind(new.door.as_str())
            .bind(new.client.as_ref().map(|client| client.id.clone()))
            .bind(new.client.as_ref().map(|client| client.name.clone()))
            .bind(new.model.clone())
            .bind(new.conversation_id)
            .bind(new.summary.as_str())
            .bind(new.undoes)
            .bind(new.created_at);
        self.run(statement).await?;
        self.effects_insert(&new.user_id, seq, 0, effects).await?;
        self.outbox.tell_effects(&new.user_id, effects, (new.id, new.door, new.created_at));
        Ok(seq)
    }

    /// Adds to a change that is in force, and gives it another line. A task it has already keeps its first `before`
    /// and gets the new `after`. `false`, and nothing is added, when there is no such change, it was put back
    /// meanwhile, or one of the tasks was changed since by another change: undoing this one must not undo that as well,
    /// and the order of changes must be that of what they did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_extend(
        &mut self,
        user: &UserId,
        id: ChangeId,
        summary: &str,
        effects: &[Effect],
    ) -> Result<bool, StoreError> {
        const SUMMARY: &str = "UPDATE changes SET summary = $3 WHERE user_id = $1 AND id = $2 AND undone_by IS NULL";
        const AFTER: &str = "UPDATE change_effects SET after_task = $4 WHERE user_id = $1 AND seq = $2 AND number = $3";
        let Some(Change { seq, door, .. }) = self.change_find(user, id).await? else { return Ok(false) };
        let known = self.change_effects(user, seq).await?;
        for effect in effects {
            if self.task_changed_after(user, effect.number, seq).await? {
                return Ok(false);
            }
        }
        if self.run(Statement::new("change.extend", SUMMARY).bind(user).bind(id).bind(summary)).await? == 0 {
            return Ok(false);
        }
        let mut ordinal = i64::try_from(known.len()).unwrap_or(i64::MAX);
        for effect in effects {
            let statement = Statement::new("change.effect_extend", AFTER)
                .bind(user)
                .bind(seq)
                .bind(effect.number)
                .bind(stored(effect.after.as_ref())?);
            if self.run(statement).await? == 0 {
                self.effects_insert(user, seq, ordinal, std::slice::from_ref(effect)).await?;
                ordinal += 1;
            }
        }
        let tasks = effects.iter().filter_map(|effect| effect.after.as_ref().or(effect.before.as_ref()));
        let at = tasks.map(|task| task.updated_at).max().unwrap_or(Timestamp::UNIX_EPOCH);
        self.outbox.tell_effects(user, effects, (id, door, at));
        Ok(true)
    }

    /// Adds effects to a change; the first gets this place in its order.
    async fn effects_insert(
        &mut self,
        user: &UserId,
        seq: i64,
        first: i64,
        effects: &[Effect],
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO change_effects (user_id, seq, ordinal, number, before_task, after_task) VALUES ";
        let mut ordinals = first..;
        for batch in batches(effects) {
            let mut values: Vec<Value> = Vec::with_capacity(batch.len() * 6);
            for (effect, ordinal) in batch.iter().zip(&mut ordinals) {
                let (before, after) = (stored(effect.before.as_ref())?, stored(effect.after.as_ref())?);
                let row = [user.into(), seq.into(), ordinal.into(), effect.number.into(), before.into(), after.into()];
                values.extend(row);
            }
            let sql = format!("{SQL}{}", places(batch.len(), 6));
            self.run(Statement::built("change.effect_insert", sql, values)).await?;
        }
        Ok(())
    }

    /// Notes which change put this one back, or with `None` that it is in force again; says whether it exists.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_mark_undone(
        &mut self,
        user: &UserId,
        id: ChangeId,
        by: Option<ChangeId>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE changes SET undone_by = $3 WHERE user_id = $1 AND id = $2";
        Ok(self.run(Statement::new("change.mark_undone", SQL).bind(user).bind(id).bind(by)).await? > 0)
    }

    /// Changes that were put back together by this one are in force again; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_release(&mut self, user: &UserId, by: ChangeId) -> Result<u64, StoreError> {
        const SQL: &str = "UPDATE changes SET undone_by = NULL WHERE user_id = $1 AND undone_by = $2";
        self.run(Statement::new("change.release", SQL).bind(user).bind(by)).await
    }

    /// What this job changes is not refused for being more than a day's: it takes back what was counted, or the server
    /// itself has something to note.
    pub const fn lift_daily_bound(&mut self) {
        self.outbox.bound(None);
    }
}
