//! Coming in: sign-up, login, and the password once more for what takes it.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use saydo_domain::{Email, PersonName, User, UserId, ValidationError};
use saydo_store::StoreError;
use secrecy::SecretString;
use uuid::Uuid;

use super::{Accounts, Identity, LogInInput, SignUpInput, administrators};
use crate::{
    AppError,
    audit::{AuditKind, nothing},
};

/// How old the token of somebody without a password may be for what else takes the password.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// A user and a fresh token for them.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who signed in.
    pub user: User,
    /// The token (a JWT).
    pub token: SecretString,
    /// The token as revocation knows it.
    pub token_id: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Seconds from now until then.
    pub expires_in: i64,
}

/// Whether it is known that an e-mail is the person's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vouched {
    /// Somebody who is believed says so.
    Yes,
    /// Only the person does.
    No,
}

impl Accounts {
    /// Makes an account and signs it in.
    ///
    /// # Errors
    /// `Invalid` with every field that cannot be accepted, `EmailTaken`, `EmailKept` for one that is named as an
    /// administrator's, `Throttled` when too many passwords wait.
    pub async fn sign_up(&self, input: SignUpInput) -> Result<Session, AppError> {
        let new = input.validate()?;
        if self.store().read().await?.user_find_by_email(&new.email).await?.is_some() {
            return Err(AppError::EmailTaken);
        }
        if self.names(&new.email) {
            return Err(AppError::EmailKept(new.email));
        }
        let hash = self.inner.passwords.hash(new.password).await?;
        let user = self.insert(new.email, new.name, hash, Vouched::No).await?;
        self.session(user, 0)
    }

    /// Stores a new account.
    pub(super) async fn insert(
        &self,
        email: Email,
        name: PersonName,
        hash: String,
        vouched: Vouched,
    ) -> Result<User, AppError> {
        let id = UserId::from(Uuid::new_v4());
        let user = User { id, email: Some(email), name, timezone: None, created_at: self.now() };
        let row = user.clone();
        let made = self.audit().entry(AuditKind::SignedUp, Some(&user.id), nothing());
        let noted = made.clone();
        let inserted: Result<(), AppError> = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    tx.user_insert(&row, Some(&hash)).await?;
                    if vouched == Vouched::Yes {
                        administrators::vouch(tx, &row.id).await?;
                    }
                    Ok(noted.write(tx).await?)
                })
            })
            .await;
        match inserted {
            Ok(()) => {
                made.tell();
                Ok(user)
            }
            // Somebody signed up with the same e-mail while the password was hashed.
            Err(AppError::Store(StoreError::Conflict(_))) => Err(AppError::EmailTaken),
            Err(error) => Err(error),
        }
    }

    /// Signs in with e-mail and password. Known and unknown e-mails get the same answer in the same time.
    ///
    /// # Errors
    /// `InvalidCredentials`; `Throttled` after too many failures of this account or address.
    pub async fn log_in(&self, input: LogInInput, address: Option<IpAddr>) -> Result<Session, AppError> {
        let email = Email::new(&input.email).ok();
        let account = email.as_ref().map_or_else(|| input.email.trim().to_lowercase(), ToString::to_string);
        let attempt = self.inner.throttle.login(&account, address).await;
        let attempt = attempt.inspect_err(|_| self.password_failed("throttled", AuditKind::LoginThrottled, None))?;
        let user = match self.with_password(email.as_ref(), &input.password).await {
            Ok(Some(user)) => user,
            Ok(None) => {
                // Whether there is such an account is not said here either.
                self.password_failed("failed", AuditKind::LoginFailed, None);
                return Err(AppError::InvalidCredentials);
            }
            Err(error) => {
                attempt.withdrawn().await;
                return Err(error);
            }
        };
        attempt.succeeded().await;
        let session = self.session_for(user).await?;
        metrics::counter!("saydo_logins_total", "outcome" => "ok").increment(1);
        self.audit().note(AuditKind::LoggedIn, Some(&session.user.id), nothing());
        Ok(session)
    }

    /// The user with this e-mail, if this is their password.
    async fn with_password(&self, email: Option<&Email>, password: &SecretString) -> Result<Option<User>, AppError> {
        let found = match email {
            Some(email) => self.store().read().await?.user_find_by_email(email).await?,
            None => None,
        };
        let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), hash));
        let right = self.inner.passwords.verify(password, hash).await?;
        Ok(user.filter(|_| right))
    }

    /// Tells the figures and the audit trail of a password that was wrong, or not even looked at.
    fn password_failed(&self, outcome: &'static str, kind: AuditKind, user: Option<&UserId>) {
        metrics::counter!("saydo_logins_total", "outcome" => outcome).increment(1);
        self.audit().note(kind, user, nothing());
    }

    /// A new token for a user who is known to be who they are.
    pub(super) async fn session_for(&self, user: User) -> Result<Session, AppError> {
        let state = self.store().read().await?.token_state(&user.id, "").await?;
        let generation = state.ok_or(AppError::InvalidCredentials)?.generation;
        self.session(user, generation)
    }

    pub(super) fn session(&self, user: User, generation: i64) -> Result<Session, AppError> {
        let now = self.now();
        let signed = self.inner.tokens.sign(&user, generation, now)?;
        let expires_in = signed.expires_at.as_second() - now.as_second();
        Ok(Session { user, token: signed.token, token_id: signed.token_id, expires_at: signed.expires_at, expires_in })
    }

    /// Checks the password of a signed-in user, with the same growing delays as a login. Users of an outside issuer
    /// have no password: theirs is a token that is fresh, so that they signed in a moment ago.
    pub(super) async fn confirm_password(
        &self,
        identity: &Identity,
        password: &SecretString,
        field: &str,
    ) -> Result<(), AppError> {
        let user = &identity.user.id;
        let hash = self.store().read().await?.user_password_hash(user).await?;
        if hash.is_none() {
            let oldest = self.now() - FRESH;
            let fresh = identity.issued_at.is_some_and(|at| at >= oldest);
            return if fresh { Ok(()) } else { Err(AppError::FreshSignInNeeded) };
        }
        let attempt = self.inner.throttle.confirmation(user).await;
        let attempt =
            attempt.inspect_err(|_| self.password_failed("throttled", AuditKind::LoginThrottled, Some(user)))?;
        match self.inner.passwords.verify(password, hash).await {
            Ok(true) => {
                attempt.succeeded().await;
                Ok(())
            }
            Ok(false) => {
                self.password_failed("failed", AuditKind::PasswordRefused, Some(user));
                Err(ValidationError::new(field, "This is not the password in force.").into())
            }
            Err(error) => {
                attempt.withdrawn().await;
                Err(error)
            }
        }
    }
}
