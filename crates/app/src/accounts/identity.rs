//! Whom a token proves, and how tokens end. Users of an outside issuer are made when they first come.

use jiff::Timestamp;
use saydo_domain::{Client, Email, PersonName, TokenScope, User, UserId};
use saydo_store::Tx;

use super::{
    Accounts, administrators,
    service::Vouched,
    token::{Origin, Proven},
};
use crate::{
    AppError,
    audit::{AuditKind, nothing},
};

/// Whom a token proves.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The user.
    pub user: User,
    /// The token as revocation knows it.
    pub token_id: String,
    /// When it was made, if it says so.
    pub issued_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What it opens.
    pub access: Access,
    /// The program it belongs to, when it is a personal access token.
    pub client: Option<Client>,
}

/// What a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everything: a person who signed in.
    Person,
    /// What a personal access token may do; never the account itself.
    Token(TokenScope),
}

impl Access {
    /// Whether anything may be changed.
    #[must_use]
    pub const fn may_write(self) -> bool {
        matches!(self, Self::Person | Self::Token(TokenScope::Write))
    }
}

impl Accounts {
    /// Proves a token: signature, issuer, times, the user's existence and that it was not revoked.
    ///
    /// # Errors
    /// `Unauthorized`, whatever the reason.
    pub async fn authenticate(&self, token: &str) -> Result<Identity, AppError> {
        if let Some(identity) = self.authenticate_access_token(token).await? {
            return Ok(identity);
        }
        let proven = self.inner.tokens.prove(token, self.now())?;
        let owner = self.store().read().await?.token_owner(&proven.user, &proven.token_id).await?;
        let user = match owner {
            Some((user, state)) => {
                let in_force = match proven.generation {
                    Some(generation) => generation == state.generation,
                    // Without a generation the time decides; without a time nothing speaks for the token.
                    None => state.revoked_before.is_none_or(|revoked| proven.issued_at.is_some_and(|at| at > revoked)),
                };
                if state.revoked || !in_force {
                    return Err(AppError::Unauthorized);
                }
                user
            }
            None if proven.origin == Origin::Trusted => self.welcome(&proven).await?,
            None => return Err(AppError::Unauthorized),
        };
        Ok(Identity {
            user,
            token_id: proven.token_id,
            issued_at: proven.issued_at,
            expires_at: proven.expires_at,
            access: Access::Person,
            client: None,
        })
    }

    /// Makes the user of a trusted issuer's token on first sight. The e-mail is taken when it is valid and free, unless
    /// the issuer says that it is not verified; an administrator's only when the issuer says that it is.
    async fn welcome(&self, proven: &Proven) -> Result<User, AppError> {
        let vouched = if proven.email_verified == Some(true) { Vouched::Yes } else { Vouched::No };
        let email = proven.email.as_deref().and_then(|text| Email::new(text).ok());
        let email = email.filter(|_| proven.email_verified != Some(false));
        let email = email.filter(|email| vouched == Vouched::Yes || !self.names(email));
        let name = proven.name.as_deref().and_then(|text| PersonName::new(text).ok());
        let name = name.map_or_else(|| PersonName::new(""), Ok)?;
        let user = User { id: proven.user.clone(), email, name, timezone: None, created_at: self.now() };
        let made = self.audit().entry(AuditKind::SignedUp, Some(&user.id), serde_json::json!({"by": "trusted_issuer"}));
        let noted = made.clone();
        let (user, fresh) = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    let (user, fresh) = welcome(tx, user, vouched).await?;
                    if fresh {
                        noted.write(tx).await?;
                    }
                    Ok::<_, AppError>((user, fresh))
                })
            })
            .await?;
        if fresh {
            made.tell();
        }
        Ok(user)
    }

    /// Ends one token.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn log_out(&self, identity: &Identity) -> Result<(), AppError> {
        let Identity { user, token_id, expires_at, .. } = identity.clone();
        let out = self.audit().entry(AuditKind::LoggedOut, Some(&user.id), nothing());
        let noted = out.clone();
        let done: Result<(), AppError> = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    tx.token_revoke(&user.id, &token_id, expires_at).await?;
                    Ok(noted.write(tx).await?)
                })
            })
            .await;
        done.inspect(|()| out.tell())
    }

    /// Ends all tokens of a user.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn log_out_all(&self, user: &UserId) -> Result<(), AppError> {
        let out = self.audit().entry(AuditKind::LoggedOutEverywhere, Some(user), nothing());
        let (user, now, noted) = (user.clone(), self.now(), out.clone());
        let done: Result<(), AppError> = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    tx.tokens_revoke_all(&user, now).await?;
                    Ok(noted.write(tx).await?)
                })
            })
            .await;
        done.inspect(|()| out.tell())
    }
}

/// The user, and whether this made them.
async fn welcome(tx: &mut Tx, mut user: User, vouched: Vouched) -> Result<(User, bool), AppError> {
    // Two first requests may come at once: the second finds the user here.
    if let Some(there) = tx.user_find(&user.id).await? {
        return Ok((there, false));
    }
    if let Some(email) = &user.email
        && tx.user_find_by_email(email).await?.is_some()
    {
        user.email = None;
    }
    tx.user_insert(&user, None).await?;
    if vouched == Vouched::Yes && user.email.is_some() {
        administrators::vouch(tx, &user.id).await?;
    }
    Ok((user, true))
}
