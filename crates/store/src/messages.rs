//! What was said in a conversation.

use jiff::Timestamp;
use saydo_domain::{ConversationId, Message, MessageId, Role, ToolCallRecord, UserId};

use crate::{
    Conn, StoreError, Tx,
    row::{Row, to_json},
    statement::Statement,
};

macro_rules! select_messages {
    ($rest:literal) => {
        concat!(
            "SELECT id, conversation_id, role, content, tool_calls, created_at FROM messages \
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
        created_at: row.time("created_at")?,
    })
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
        const SQL: &str = select_messages!("ORDER BY id DESC LIMIT $3");
        let statement = Statement::new("message.newest", SQL).bind(user).bind(conversation).bind(limit);
        self.rows(statement).await?.iter().rev().map(message).collect()
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
        const SQL: &str = "INSERT INTO messages (user_id, conversation_id, role, content, tool_calls, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let statement = Statement::new("message.insert", SQL)
            .bind(user)
            .bind(conversation)
            .bind(role.as_str())
            .bind(content)
            .bind(to_json(&tool_calls)?)
            .bind(now);
        let row = self.row(statement).await?.ok_or(StoreError::Reference)?;
        Ok(MessageId::new(row.int("id")?))
    }
}
