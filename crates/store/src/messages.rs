//! What was said in a conversation.

use jiff::Timestamp;
use saydo_domain::{AnsweredBy, ChangeId, ConversationId, Door, Message, MessageId, Role, ToolCallRecord, UserId};

use crate::{
    Conn, MessageCursor, StoreError, Tx,
    row::{Row, to_json},
    statement::Statement,
};

const INSERT: &str = "INSERT INTO messages \
     (user_id, conversation_id, role, content, tool_calls, change_id, answered_by, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";

macro_rules! select_messages {
    ($rest:literal) => {
        concat!(
            "SELECT id, conversation_id, role, content, tool_calls, change_id, answered_by, created_at FROM messages \
             WHERE user_id = $1 AND conversation_id = $2 ",
            $rest
        )
    };
}

fn message(row: &Row) -> Result<Message, StoreError> {
    Ok(Message {
        id: MessageId::new(row.int("id")?),
        conversation_id: ConversationId::new(row.int("conversation_id")?),
        role: row.word("role")?,
        content: row.text("content")?,
        tool_calls: row.json("tool_calls")?,
        change_id: change_id(row)?,
        answered_by: row.text_opt("answered_by")?.map(AnsweredBy::from),
        created_at: row.time("created_at")?,
    })
}

fn change_id(row: &Row) -> Result<Option<ChangeId>, StoreError> {
    row.text_opt("change_id")?.map(|id| id.parse().map_err(|_| row.bad("change_id"))).transpose()
}

/// What a reply carries besides its text.
#[derive(Debug, Clone, Copy)]
pub struct ReplyFacts<'a> {
    /// The tool calls behind it.
    pub tool_calls: &'a [ToolCallRecord],
    /// The change it made, if it made one.
    pub change_id: Option<ChangeId>,
    /// Which planner answered.
    pub answered_by: &'a AnsweredBy,
}

impl Conn {
    /// The newest messages, oldest of them first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_newest(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        self.messages_before(user, conversation, MessageCursor::END, limit).await
    }

    /// The newest messages before a place, oldest of them first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_before(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
        before: MessageCursor,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        const SQL: &str = select_messages!("AND id < $4 ORDER BY id DESC LIMIT $3");
        let statement = Statement::new("message.newest", SQL).bind(user).bind(conversation).bind(limit);
        self.rows(statement.bind(before.0.get())).await?.iter().rev().map(message).collect()
    }

    /// How many messages there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_count(&mut self, user: &UserId, conversation: ConversationId) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) AS messages FROM messages WHERE user_id = $1 AND conversation_id = $2";
        let row = self.row(Statement::new("message.count", SQL).bind(user).bind(conversation)).await?;
        row.map_or(Ok(0), |row| row.int("messages"))
    }

    /// Messages after this one, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_after(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        const SQL: &str = select_messages!("AND id > $4 ORDER BY id LIMIT $3");
        let statement = Statement::new("message.after", SQL).bind(user).bind(conversation).bind(limit);
        let rows = self.rows(statement.bind(after.map_or(0, MessageId::get))).await?;
        rows.iter().map(message).collect()
    }

    /// All messages, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_all(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
    ) -> Result<Vec<Message>, StoreError> {
        const SQL: &str = select_messages!("ORDER BY id");
        let rows = self.rows(Statement::new("message.all", SQL).bind(user).bind(conversation)).await?;
        rows.iter().map(message).collect()
    }
}

impl Tx {
    /// Appends a message.
    ///
    /// # Errors
    /// [`StoreError::Reference`] when this user has no such conversation.
    pub async fn message_insert(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
        role: Role,
        content: &str,
        tool_calls: &[ToolCallRecord],
        now: Timestamp,
    ) -> Result<MessageId, StoreError> {
        let statement = Statement::new("message.insert", INSERT)
            .bind(user)
            .bind(conversation)
            .bind(role.as_str())
            .bind(content)
            .bind(to_json(&tool_calls)?)
            .bind(None::<String>)
            .bind(None::<String>)
            .bind(now);
        let id = self.message_id(statement).await?;
        self.outbox.tell_conversation(user, conversation, Door::Chat, now);
        Ok(id)
    }

    /// Appends a reply with what it carries besides its text.
    ///
    /// # Errors
    /// [`StoreError::Reference`] when this user has no such conversation.
    pub async fn reply_insert(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
        content: &str,
        facts: ReplyFacts<'_>,
        now: Timestamp,
    ) -> Result<MessageId, StoreError> {
        let statement = Statement::new("message.insert", INSERT)
            .bind(user)
            .bind(conversation)
            .bind(Role::Assistant.as_str())
            .bind(content)
            .bind(to_json(&facts.tool_calls)?)
            .bind(facts.change_id.map(|id| id.to_string()))
            .bind(String::from(facts.answered_by.clone()))
            .bind(now);
        let id = self.message_id(statement).await?;
        self.outbox.tell_conversation(user, conversation, Door::Chat, now);
        Ok(id)
    }

    /// Removes a message; says whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn message_delete(
        &mut self,
        user: &UserId,
        conversation: ConversationId,
        id: MessageId,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM messages WHERE user_id = $1 AND conversation_id = $2 AND id = $3";
        let statement = Statement::new("message.delete", SQL).bind(user).bind(conversation).bind(id);
        Ok(self.run(statement).await? > 0)
    }

    async fn message_id(&mut self, statement: Statement) -> Result<MessageId, StoreError> {
        let row = self.row(statement).await?.ok_or(StoreError::Reference)?;
        Ok(MessageId::new(row.int("id")?))
    }
}
