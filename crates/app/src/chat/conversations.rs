//! Conversations and their messages.

use saydo_domain::{AnsweredBy, Conversation, ConversationId, ConversationTitle, Message, ToolCallRecord};
use serde::Serialize;

use super::pages::PageInput;
use crate::{
    App, AppError, Caller, Missing,
    audit::AuditKind,
    idempotency::{self, Answer},
};

/// A conversation as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ConversationView {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// When it began (RFC 3339, UTC).
    pub created_at: String,
    /// When the last message came (RFC 3339, UTC).
    pub updated_at: String,
    /// How many messages it has.
    pub message_count: i64,
}

impl ConversationView {
    pub(super) fn new(conversation: &Conversation, message_count: i64) -> Self {
        Self {
            id: conversation.id.get(),
            title: conversation.title.to_string(),
            created_at: conversation.created_at.to_string(),
            updated_at: conversation.updated_at.to_string(),
            message_count,
        }
    }
}

/// All conversations, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ConversationList {
    /// The conversations.
    pub conversations: Vec<ConversationView>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MessageView {
    /// Its id.
    pub id: i64,
    /// `user` or `assistant`.
    #[schema(value_type = String)]
    pub role: saydo_domain::Role,
    /// The text.
    pub content: String,
    /// The tool calls behind an assistant's message.
    #[schema(value_type = Option<Vec<Object>>)]
    pub tool_calls: Option<Vec<ToolCallRecord>>,
    /// What `undo` puts back, for a reply that changed something.
    pub change_id: Option<String>,
    /// Which planner answered, for a reply: `offline`, or the model's name.
    #[schema(value_type = Option<String>)]
    pub answered_by: Option<AnsweredBy>,
    /// When it was said (RFC 3339, UTC).
    pub created_at: String,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.get(),
            role: message.role,
            content: message.content,
            tool_calls: (!message.tool_calls.is_empty()).then_some(message.tool_calls),
            change_id: message.change_id.map(|id| id.to_string()),
            answered_by: message.answered_by,
            created_at: message.created_at.to_string(),
        }
    }
}

/// A conversation's messages, oldest first, and the question that waits in it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MessagesView {
    /// The conversation.
    pub conversation_id: i64,
    /// Its messages.
    pub messages: Vec<MessageView>,
    /// The waiting question, if any.
    pub pending: Option<crate::view::PendingView>,
    /// The turn that runs in it now, if any: its events can be followed.
    pub running_turn_id: Option<String>,
}

/// The newest conversation, or none.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LatestView {
    /// The conversation.
    pub conversation_id: Option<i64>,
    /// Its messages.
    pub messages: Vec<MessageView>,
    /// The waiting question, if any.
    pub pending: Option<crate::view::PendingView>,
    /// The turn that runs in it now, if any: its events can be followed.
    pub running_turn_id: Option<String>,
}

/// The answer to deleting one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ConversationDeleted {
    /// Always true.
    pub success: bool,
    /// Which.
    pub deleted_conversation_id: i64,
}

/// The answer to deleting all conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ConversationsDeleted {
    /// Always true.
    pub success: bool,
    /// How many.
    pub deleted_count: u64,
}

pub(super) const GONE: AppError = AppError::NotFound(Missing::Conversation);

impl App {
    /// The newest conversation with its messages.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn conversation_latest(&self, caller: &Caller) -> Result<LatestView, AppError> {
        let latest = self.store.read().await?.conversation_latest(caller.id()).await?;
        let Some(latest) = latest else {
            return Ok(LatestView {
                conversation_id: None,
                messages: Vec::new(),
                pending: None,
                running_turn_id: None,
            });
        };
        let MessagesView { conversation_id, messages, pending, running_turn_id } =
            self.conversation_messages(caller, latest.id).await?;
        Ok(LatestView { conversation_id: Some(conversation_id), messages, pending, running_turn_id })
    }

    /// A conversation's newest messages, oldest first: the first page.
    ///
    /// # Errors
    /// `NotFound` when it is missing or somebody else's.
    pub async fn conversation_messages(&self, caller: &Caller, id: ConversationId) -> Result<MessagesView, AppError> {
        Ok(self.messages_page(caller, id, &PageInput::default()).await?.view)
    }

    /// The conversation that an outside client knows by this name.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn conversation_of_thread(
        &self,
        caller: &Caller,
        thread: &str,
    ) -> Result<Option<ConversationId>, AppError> {
        Ok(self.store.read().await?.conversation_find_thread(caller.id(), thread).await?)
    }

    /// Gives a conversation the name by which an outside client will ask for it next; another conversation that had
    /// it keeps its messages, not the name.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn conversation_set_thread(
        &self,
        caller: &Caller,
        id: ConversationId,
        thread: String,
    ) -> Result<(), AppError> {
        let owner = caller.id().clone();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(other) = tx.conversation_find_thread(&owner, &thread).await?
                        && other != id
                    {
                        // Its own id is a name nobody asks for.
                        tx.conversation_set_thread(&owner, other, &format!("left:{other}")).await?;
                    }
                    tx.conversation_set_thread(&owner, id, &thread).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Gives a conversation another title.
    ///
    /// # Errors
    /// `NotFound` when it is missing or somebody else's.
    pub async fn conversation_rename(
        &self,
        caller: &Caller,
        id: ConversationId,
        title: ConversationTitle,
    ) -> Result<ConversationView, AppError> {
        let (caller, now) = (caller.clone(), self.clock.now());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if !tx.conversation_update_title(caller.id(), id, &title, now).await? {
                        return Err(GONE);
                    }
                    let (conversation, _) = tx.conversation_find(caller.id(), id).await?.ok_or(GONE)?;
                    let count = tx.messages_count(caller.id(), id).await?;
                    let view = ConversationView::new(&conversation, count);
                    idempotency::keep(tx, &caller, now, Answer::json(200, Vec::new(), &view)?).await?;
                    Ok(view)
                })
            })
            .await
    }

    /// Deletes a conversation with its messages. Tasks made in it stay.
    ///
    /// # Errors
    /// `NotFound` when it is missing or somebody else's.
    pub async fn conversation_delete(
        &self,
        caller: &Caller,
        id: ConversationId,
    ) -> Result<ConversationDeleted, AppError> {
        let (caller, now) = (caller.clone(), self.clock.now());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if !tx.conversation_delete(caller.id(), id, now).await? {
                        return Err(GONE);
                    }
                    let view = ConversationDeleted { success: true, deleted_conversation_id: id.get() };
                    idempotency::keep(tx, &caller, now, Answer::json(200, Vec::new(), &view)?).await?;
                    Ok(view)
                })
            })
            .await
    }

    /// Deletes all conversations of this person.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn conversations_delete_all(&self, caller: &Caller) -> Result<ConversationsDeleted, AppError> {
        let (caller, owner, now) = (caller.clone(), caller.id().clone(), self.clock.now());
        let view = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let deleted_count = tx.conversations_delete_all(caller.id(), now).await?;
                    let view = ConversationsDeleted { success: true, deleted_count };
                    idempotency::keep(tx, &caller, now, Answer::json(200, Vec::new(), &view)?).await?;
                    Ok::<_, AppError>(view)
                })
            })
            .await?;
        let details = serde_json::json!({ "deleted": view.deleted_count });
        self.accounts.audit().note(AuditKind::ConversationsDeleted, Some(&owner), details);
        Ok(view)
    }
}
