//! One's own account: changing it, taking everything away, erasing it.

use jiff::civil::Date;
use saydo_domain::{Conversation, ConversationSummary, Message, ToolCallRecord, User};
use serde::Serialize;

use super::{Accounts, Identity, NewPasswordInput, PasswordInput, ProfileInput, Session, password};
use crate::{
    AppError, Missing,
    audit::{AuditKind, nothing},
    chat::choice,
    view::{AccessTokenView, ChangeView, TaskView, TurnView, UsageView, UserView},
};

/// As many rows as there are: an export leaves nothing out.
const EVERYTHING: u32 = u32::MAX;

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

impl Accounts {
    /// Changes name, time zone and the choice of a planner.
    ///
    /// # Errors
    /// `Invalid` with every field that cannot be accepted.
    pub async fn update(&self, user: &User, input: ProfileInput) -> Result<User, AppError> {
        let planner = input.planner.clone();
        let (name, timezone) = input.validate()?;
        let id = user.id.clone();
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    let mut user = tx.user_find(&id).await?.ok_or(AppError::NotFound(Missing::User))?;
                    user.name = name.unwrap_or(user.name);
                    user.timezone = timezone.unwrap_or(user.timezone);
                    tx.user_update(&user).await?;
                    choice::choose(tx, &user.id, &planner).await?;
                    Ok(user)
                })
            })
            .await
    }

    /// Changes the password, ends all tokens, and gives a fresh one for the client that asked.
    ///
    /// # Errors
    /// `Invalid` when the current password is wrong or the new one unacceptable; `Throttled` after many wrong ones;
    /// `FreshSignInNeeded` when there is no password and the token is old.
    pub async fn change_password(&self, identity: &Identity, input: NewPasswordInput) -> Result<Session, AppError> {
        use secrecy::ExposeSecret as _;
        let new = password::check("new_password", input.new_password.expose_secret())?;
        self.confirm_password(identity, &input.current_password, "current_password").await?;
        self.put_password(&identity.user, new).await
    }

    /// Sets a password and ends all tokens.
    pub(super) async fn put_password(&self, user: &User, new: password::Password) -> Result<Session, AppError> {
        let hash = self.inner.passwords.hash(new).await?;
        let changed = self.audit().entry(AuditKind::PasswordChanged, Some(&user.id), nothing());
        let (id, now, noted) = (user.id.clone(), self.now(), changed.clone());
        let generation = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    tx.user_set_password(&id, &hash).await?;
                    noted.write(tx).await?;
                    Ok::<_, AppError>(tx.tokens_revoke_all(&id, now).await?)
                })
            })
            .await?;
        changed.tell();
        self.session(user.clone(), generation)
    }

    /// Erases the account and every row of it.
    ///
    /// # Errors
    /// `Invalid` when the password is wrong; `Throttled` after many wrong ones; `FreshSignInNeeded` when there is no
    /// password and the token is old.
    pub async fn delete(&self, identity: &Identity, input: PasswordInput) -> Result<(), AppError> {
        self.confirm_password(identity, &input.password, "password").await?;
        self.erase(&identity.user).await
    }

    pub(super) async fn erase(&self, user: &User) -> Result<(), AppError> {
        let erased = self.audit().entry(AuditKind::AccountErased, Some(&user.id), nothing());
        let (id, noted) = (user.id.clone(), erased.clone());
        let done: Result<(), AppError> = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    tx.user_delete(&id).await?;
                    Ok(noted.write(tx).await?)
                })
            })
            .await;
        done.inspect(|()| erased.tell())
    }

    /// Everything of this user as one document.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn export(&self, user: &User) -> Result<ExportView, AppError> {
        self.audit().note(AuditKind::AccountExported, Some(&user.id), nothing());
        // A snapshot: the document shows one instant.
        let mut conn = self.store().snapshot().await?;
        let tasks = conn.tasks_all(&user.id).await?.iter().map(TaskView::from).collect();
        let mut conversations = Vec::new();
        for ConversationSummary { conversation, .. } in conn.conversations_list(&user.id, EVERYTHING).await? {
            let messages = conn.messages_all(&user.id, conversation.id).await?;
            conversations.push(exported(conversation, messages));
        }
        let changes = conn.changes_newest(&user.id, EVERYTHING).await?.iter().map(ChangeView::from).collect();
        let turns = conn.turns_all(&user.id).await?.iter().map(TurnView::from).collect();
        let access_tokens = conn.access_tokens_list(&user.id).await?.iter().map(AccessTokenView::from).collect();
        let usage = conn.usage_list(&user.id, Date::MIN, Date::MAX).await?;
        let model_usage = usage.iter().map(UsageView::from).collect();
        let user = UserView::from(user);
        Ok(ExportView { user, tasks, conversations, changes, turns, access_tokens, model_usage })
    }
}

fn exported(conversation: Conversation, messages: Vec<Message>) -> ExportedConversation {
    let message = |message: Message| ExportedMessage {
        id: message.id.get(),
        role: message.role.as_str().to_owned(),
        content: message.content,
        tool_calls: message.tool_calls,
        created_at: message.created_at.to_string(),
    };
    ExportedConversation {
        id: conversation.id.get(),
        title: conversation.title.to_string(),
        thread: conversation.thread,
        created_at: conversation.created_at.to_string(),
        updated_at: conversation.updated_at.to_string(),
        messages: messages.into_iter().map(message).collect(),
    }
}
