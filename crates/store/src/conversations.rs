//! Conversations and what they remember.

use jiff::Timestamp;
use saydo_domain::{Conversation, ConversationId, ConversationSummary, ConversationTitle, Door, UserId};
use serde_json::Value;

use crate::{
    Conn, ConversationCursor, StoreError, Tx,
    notify::Signal,
    row::{Row, to_json},
    statement::Statement,
};

fn conversation(row: &Row) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        id: ConversationId::new(row.int("id")?),
        user_id: UserId::new(row.text("user_id")?).map_err(|_| row.bad("user_id"))?,
        title: row.make("title")?,
        thread: row.text_opt("thread")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

impl Conn {
    /// A conversation and its memory.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversation_find(
        &mut self,
        user: &UserId,
        id: ConversationId,
    ) -> Result<Option<(Conversation, Value)>, StoreError> {
        const SQL: &str = "SELECT id, user_id, title, thread, memory, created_at, updated_at FROM conversations \
             WHERE user_id = $1 AND id = $2";
        let row = self.row(Statement::new("conversation.find", SQL).bind(user).bind(id)).await?;
        row.map(|row| Ok((conversation(&row)?, row.json("memory")?))).transpose()
    }

    /// The conversation an outside client knows by this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversation_find_thread(
        &mut self,
        user: &UserId,
        thread: &str,
    ) -> Result<Option<ConversationId>, StoreError> {
        const SQL: &str = "SELECT id FROM conversations WHERE user_id = $1 AND thread = $2";
        let row = self.row(Statement::new("conversation.find_thread", SQL).bind(user).bind(thread)).await?;
        row.map(|row| row.int("id").map(ConversationId::new)).transpose()
    }

    /// Conversations, the one last spoken in first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversations_list(
        &mut self,
        user: &UserId,
        limit: u32,
    ) -> Result<Vec<ConversationSummary>, StoreError> {
        let page = self.conversations_page(user, ConversationCursor::FRONT, limit).await?;
        Ok(page.into_iter().map(|(summary, _)| summary).collect())
    }

    /// The conversations that follow a place, each with the place right after it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversations_page(
        &mut self,
        user: &UserId,
        after: ConversationCursor,
        limit: u32,
    ) -> Result<Vec<(ConversationSummary, ConversationCursor)>, StoreError> {
        const SQL: &str = "SELECT id, user_id, title, thread, activity, created_at, updated_at, \
             (SELECT COUNT(*) FROM messages WHERE messages.user_id = $1 \
             AND messages.conversation_id = conversations.id) AS message_count \
             FROM conversations WHERE user_id = $1 AND (activity, id) < ($3, $4) \
             ORDER BY activity DESC, id DESC LIMIT $2";
        let statement = Statement::new("conversation.list", SQL).bind(user).bind(limit);
        let rows = self.rows(statement.bind(after.activity).bind(after.id)).await?;
        let summary = |row: &Row| {
            let conversation = conversation(row)?;
            let place = ConversationCursor { activity: row.int("activity")?, id: conversation.id };
            Ok((ConversationSummary { conversation, message_count: row.int("message_count")? }, place))
        };
        rows.iter().map(summary).collect()
    }

    /// How many conversations there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversations_count(&mut self, user: &UserId) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) AS conversations FROM conversations WHERE user_id = $1";
        let row = self.row(Statement::new("conversation.count", SQL).bind(user)).await?;
        row.map_or(Ok(0), |row| row.int("conversations"))
    }

    /// The conversation last spoken in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversation_latest(&mut self, user: &UserId) -> Result<Option<Conversation>, StoreError> {
        const SQL: &str = "SELECT id, user_id, title, thread, created_at, updated_at FROM conversations \
             WHERE user_id = $1 ORDER BY activity DESC, id DESC LIMIT 1";
        self.row(Statement::new("conversation.latest", SQL).bind(user)).await?.as_ref().map(conversation).transpose()
    }
}

impl Tx {
    /// Gives a conversation the name an outside client knows it by; says whether it exists.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `conversation.thread` when another conversation of this user has the name.
    pub async fn conversation_set_thread(
        &mut self,
        user: &UserId,
        id: ConversationId,
        thread: &str,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE conversations SET thread = $3 WHERE user_id = $1 AND id = $2";
        Ok(self.run(Statement::new("conversation.set_thread", SQL).bind(user).bind(id).bind(thread)).await? > 0)
    }

    /// Begins a conversation, with an empty memory (`{}`).
    ///
    /// # Errors
    /// [`StoreError::Reference`] without the user.
    pub async fn conversation_insert(
        &mut self,
        user: &UserId,
        title: &ConversationTitle,
        now: Timestamp,
    ) -> Result<ConversationId, StoreError> {
        const SQL: &str = "INSERT INTO conversations (user_id, title, activity, created_at, updated_at) VALUES ($1, $2, \
             (SELECT COALESCE(MAX(activity), 0) + 1 FROM conversations WHERE user_id = $1), $3, $3) RETURNING id";
        let statement = Statement::new("conversation.insert", SQL).bind(user).bind(title.as_str()).bind(now);
        let row = self.row(statement).await?.ok_or(StoreError::Reference)?;
        let id = ConversationId::new(row.int("id")?);
        self.outbox.tell_conversation(user, id, Door::Chat, now);
        Ok(id)
    }

    /// Renames a conversation; says whether it exists.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversation_update_title(
        &mut self,
        user: &UserId,
        id: ConversationId,
        title: &ConversationTitle,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE conversations SET title = $3 WHERE user_id = $1 AND id = $2";
        let statement = Statement::new("conversation.update_title", SQL).bind(user).bind(id).bind(title.as_str());
        let found = self.run(statement).await? > 0;
        if found {
            self.outbox.tell_conversation(user, id, Door::Rest, now);
        }
        Ok(found)
    }

    /// Stores what a conversation remembers; says whether it exists.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversation_set_memory(
        &mut self,
        user: &UserId,
        id: ConversationId,
        memory: &Value,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE conversations SET memory = $3 WHERE user_id = $1 AND id = $2";
        let statement = Statement::new("conversation.set_memory", SQL).bind(user).bind(id).bind(to_json(memory)?);
        Ok(self.run(statement).await? > 0)
    }

    /// Makes this the conversation last spoken in; says whether it exists.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversation_touch(
        &mut self,
        user: &UserId,
        id: ConversationId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE conversations SET updated_at = $3, \
             activity = (SELECT MAX(c.activity) + 1 FROM conversations c WHERE c.user_id = $1) \
             WHERE user_id = $1 AND id = $2";
        let statement = Statement::new("conversation.touch", SQL).bind(user).bind(id).bind(now);
        Ok(self.run(statement).await? > 0)
    }

    /// Removes a conversation with its messages and its pending question; says whether it existed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversation_delete(
        &mut self,
        user: &UserId,
        id: ConversationId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM conversations WHERE user_id = $1 AND id = $2";
        let found = self.run(Statement::new("conversation.delete", SQL).bind(user).bind(id)).await? > 0;
        if found {
            self.conversation_gone(user, id, now);
        }
        Ok(found)
    }

    /// Removes all conversations of a user; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversations_delete_all(&mut self, user: &UserId, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM conversations WHERE user_id = $1 RETURNING id";
        let rows = self.rows(Statement::new("conversation.delete_all", SQL).bind(user)).await?;
        for row in &rows {
            self.conversation_gone(user, ConversationId::new(row.int("id")?), now);
        }
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }

    /// Its turns are gone with it: they must end wherever they run, and so must those who follow them.
    fn conversation_gone(&mut self, user: &UserId, id: ConversationId, now: Timestamp) {
        self.outbox.tell_conversation(user, id, Door::Rest, now);
        self.outbox.ring(Signal::Stops, user);
        self.outbox.ring(Signal::Turns, user);
    }
}
