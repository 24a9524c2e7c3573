//! What the operator may do from the command line on the server: no password of the user is asked for.

use saydo_domain::{Email, PersonName, User, UserId, ValidationError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{Accounts, Session, administrators, export::Export, password, service::Vouched};
use crate::{AppError, Missing, audit::AuditKind};

impl Accounts {
    /// Makes an account without signing it in. Whoever runs the server vouches for its e-mail.
    ///
    /// # Errors
    /// `Invalid` with the field that cannot be accepted, or `EmailTaken`.
    pub async fn admin_create(&self, email: &str, name: &str, password: &SecretString) -> Result<User, AppError> {
        let (email, name) = (Email::new(email)?, PersonName::new(name)?);
        let hash = self.inner.passwords.hash(password::check("password", password.expose_secret())?).await?;
        let user = self.insert(email, name, hash, Vouched::Yes).await?;
        self.by_operator("user create", &user).await;
        Ok(user)
    }

    /// The user of this e-mail or id.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn admin_find(&self, email_or_id: &str) -> Result<User, AppError> {
        let mut conn = self.store().read().await?;
        if let Ok(email) = Email::new(email_or_id)
            && let Some((user, _)) = conn.user_find_by_email(&email).await?
        {
            return Ok(user);
        }
        let id = UserId::new(email_or_id).map_err(|error| ValidationError::new("user", error.to_string()))?;
        conn.user_find(&id).await?.ok_or(AppError::NotFound(Missing::User))
    }

    /// Sets a user's password and ends all their tokens.
    ///
    /// # Errors
    /// `Invalid` when the password is unacceptable.
    pub async fn admin_set_password(&self, user: &User, password: &SecretString) -> Result<(), AppError> {
        let new = password::check("password", password.expose_secret())?;
        self.put_password(user, new).await?;
        self.by_operator("user password", user).await;
        Ok(())
    }

    /// Vouches that a user is who their e-mail says.
    ///
    /// # Errors
    /// `Invalid` when there is no e-mail to vouch for.
    pub async fn admin_vouch(&self, user: &User) -> Result<(), AppError> {
        if user.email.is_none() {
            return Err(ValidationError::new("user", "This account has no e-mail to vouch for.").into());
        }
        let id = user.id.clone();
        let done: Result<(), AppError> =
            self.store().write(move |tx| Box::pin(async move { Ok(administrators::vouch(tx, &id).await?) })).await;
        done?;
        self.by_operator("user vouch", user).await;
        Ok(())
    }

    /// Erases a user and every row of theirs.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn admin_delete(&self, user: &User) -> Result<(), AppError> {
        self.erase(user).await?;
        self.by_operator("user erase", user).await;
        Ok(())
    }

    /// Begins to write everything of a user.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn admin_export(&self, user: &User) -> Result<Export, AppError> {
        let document = self.export(user).await?;
        self.by_operator("user export", user).await;
        Ok(document)
    }

    /// A fresh token for a user, for scripts.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn admin_token(&self, user: User) -> Result<Session, AppError> {
        let session = self.session_for(user).await?;
        self.by_operator("user token", &session.user).await;
        Ok(session)
    }

    /// Notes that it was the operator. What was done is done, whether or not this can be stored.
    async fn by_operator(&self, command: &str, user: &User) {
        let noted = self.audit().record(AuditKind::AdminCommand, Some(&user.id), json!({ "command": command }));
        if let Err(error) = noted.await {
            tracing::warn!(%error, "an audit event is in the log only");
        }
    }
}
