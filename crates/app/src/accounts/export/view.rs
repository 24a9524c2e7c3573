//! What the document looks like.

use std::collections::BTreeMap;

use saydo_domain::{Conversation, Message, ToolCallRecord};
use saydo_store::AuditEvent;
use serde::Serialize;
use serde_json::Value;

use crate::view::{AccessTokenView, ChangeView, TaskView, TurnView, UsageView, UserView};

/// Everything of one user, as one document.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExportView {
    /// The account.
    pub user: UserView,
    /// Every task, also completed ones and those in the trash.
    pub tasks: Vec<TaskView>,
    /// Every conversation with its messages.
    pub conversations: Vec<ExportedConversation>,
    /// The journal, newest first.
    pub changes: Vec<ChangeView>,
    /// The turns that can be replayed, oldest first.
    pub turns: Vec<TurnView>,
    /// The personal access tokens, newest first; their secrets are not known here.
    pub access_tokens: Vec<AccessTokenView>,
    /// What language models were used for, by day.
    pub model_usage: Vec<UsageView>,
    /// What the audit trail says about this account, oldest first.
    pub audit_events: Vec<ExportedAuditEvent>,
    /// All else that is stored, as it is stored: for each table its rows, without hashes, and without what the lists
    /// above have.
    #[schema(value_type = Object)]
    pub records: BTreeMap<String, Vec<Value>>,
}

/// A conversation with all its messages.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExportedConversation {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// The name an outside client knows it by.
    pub thread: Option<String>,
    /// When it began (RFC 3339, UTC).
    pub created_at: String,
    /// When the last message came (RFC 3339, UTC).
    pub updated_at: String,
    /// Oldest first.
    pub messages: Vec<ExportedMessage>,
}

impl ExportedConversation {
    pub(super) fn without_messages(conversation: &Conversation) -> Self {
        Self {
            id: conversation.id.get(),
            title: conversation.title.to_string(),
            thread: conversation.thread.clone(),
            created_at: conversation.created_at.to_string(),
            updated_at: conversation.updated_at.to_string(),
            messages: Vec::new(),
        }
    }
}

/// A message as exported.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExportedMessage {
    /// Its id.
    pub id: i64,
    /// `user` or `assistant`.
    pub role: String,
    /// What was said.
    pub content: String,
    /// What was done for it.
    #[schema(value_type = Vec<Object>)]
    pub tool_calls: Vec<ToolCallRecord>,
    /// When (RFC 3339, UTC).
    pub created_at: String,
}

impl From<Message> for ExportedMessage {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.get(),
            role: message.role.as_str().to_owned(),
            content: message.content,
            tool_calls: message.tool_calls,
            created_at: message.created_at.to_string(),
        }
    }
}

/// A line of the audit trail.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExportedAuditEvent {
    /// When (RFC 3339, UTC).
    pub at: String,
    /// What happened.
    pub kind: String,
    /// Where the request came from: a pseudonym of the client's network.
    pub origin: Option<String>,
    /// More about it.
    #[schema(value_type = Object)]
    pub details: Value,
}

impl From<AuditEvent> for ExportedAuditEvent {
    fn from(event: AuditEvent) -> Self {
        Self { at: event.at.to_string(), kind: event.kind, origin: event.origin, details: event.details }
    }
}
