//! Questions that wait for an answer: at most one per conversation, each answerable once.

use saydo_domain::{ConversationId, PendingAction, PendingId, UserId};

use crate::{
    Conn, StoreError, Tx,
    row::{Row, to_json},
    statement::Statement,
};

macro_rules! pending_columns {
    () => {
        "user_id, conversation_id, id, kind, prompt, tasks, action, created_at, expires_at"
    };
}

fn pending(row: &Row) -> Result<PendingAction, StoreError> {
    Ok(PendingAction {
        id: row.parse("id")?,
        user_id: UserId::new(row.text("user_id")?).map_err(|_| row.bad("user_id"))?,
        conversation_id: ConversationId::new(row.int("conversation_id")?),
        kind: row.word("kind")?,
        prompt: row.text("prompt")?,
        tasks: row.json("tasks")?,
        action: row.json("action")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}

impl Conn {
    /// The conversation's question, expired or not: the caller has the clock.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pending_find(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
    ) -> Result<Option<PendingAction>, StoreError> {
        const SQL: &str =
            concat!("SELECT ", pending_columns!(), " FROM pending_actions WHERE user_id = $1 AND conversation_id = $2");
        let row = self.row(Statement::new("pending.find", SQL).bind(user).bind(conversation)).await?;
        row.as_ref().map(pending).transpose()
    }

    /// The conversation's question if it is this one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pending_find_by_id(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
        id: PendingId,
    ) -> Result<Option<PendingAction>, StoreError> {
        Ok(self.pending_find(user, conversation).await?.filter(|pending| pending.id == id))
    }
}

impl Tx {
    /// Stores a question in place of the conversation's earlier one.
    ///
    /// # Errors
    /// [`StoreError::Reference`] when this user has no such conversation.
    pub async fn pending_put(&mut self, pending: &PendingAction) -> Result<(), StoreError> {
        const SQL: &str = concat!(
            "INSERT INTO pending_actions (",
            pending_columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (user_id, conversation_id) DO UPDATE SET \
             id = excluded.id, kind = excluded.kind, prompt = excluded.prompt, tasks = excluded.tasks, \
             action = excluded.action, created_at = excluded.created_at, expires_at = excluded.expires_at"
        );
        let statement = Statement::new("pending.put", SQL)
            .bind(&pending.user_id)
            .bind(pending.conversation_id)
            .bind(pending.id)
            .bind(pending.kind.as_str())
            .bind(pending.prompt.as_str())
            .bind(to_json(&pending.tasks)?)
            .bind(to_json(&pending.action)?)
            .bind(pending.created_at)
            .bind(pending.expires_at);
        self.run(statement).await.map(drop)
    }

    /// Takes a question out to answer it: only one taker gets it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pending_take(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
        id: PendingId,
    ) -> Result<Option<PendingAction>, StoreError> {
        const SQL: &str = concat!(
            "DELETE FROM pending_actions WHERE user_id = $1 AND conversation_id = $2 AND id = $3 RETURNING ",
            pending_columns!()
        );
        let row = self.row(Statement::new("pending.take", SQL).bind(user).bind(conversation).bind(id)).await?;
        row.as_ref().map(pending).transpose()
    }

    /// Drops the conversation's question; says whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pending_clear(&mut self, user: &UserId, conversation: ConversationId) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM pending_actions WHERE user_id = $1 AND conversation_id = $2";
        Ok(self.run(Statement::new("pending.clear", SQL).bind(user).bind(conversation)).await? > 0)
    }
}
