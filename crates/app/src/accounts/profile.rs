//! One's own account: changing it, erasing it.

use saydo_domain::User;
use saydo_store::erased_mark;

use super::{Accounts, Identity, NewPasswordInput, PasswordInput, ProfileInput, Session, password};
use crate::{
    AppError, Missing,
    audit::{AuditKind, nothing},
    chat::choice,
};

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
        done?;
        erased.tell();
        self.keep_erased(user).await;
        Ok(())
    }

    /// Sees to it that what is gone stays gone. The account is erased whether or not this can be done; the next start
    /// of a server does it then.
    async fn keep_erased(&self, user: &User) {
        if let Err(error) = self.store().forget_deleted().await {
            tracing::warn!(%error, "what was deleted is still in the write-ahead log");
        }
        let Some(backups) = &self.inner.backups else { return };
        let mark = erased_mark(&user.id, user.created_at);
        if let Err(error) = backups.keep_erased([mark].into()).await {
            tracing::warn!(%error, "an erased account is not noted beside the backups");
        }
    }
}
