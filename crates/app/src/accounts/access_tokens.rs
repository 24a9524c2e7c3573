//! Personal access tokens: how programs come in on behalf of a person. Each is shown once, when it is made; after
//! that only its hash is known. Deleting the row ends it at once, on every replica.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use saydo_domain::{AccessToken, AccessTokenId, Client, TokenName, TokenScope, User, UserId, ValidationError};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Access, Accounts, Identity};
use crate::{
    AppError, Missing,
    audit::{AuditKind, Entry},
};

/// What every token begins with, so that secret scanners know it, and so that it is never taken for a JWT.
const PREFIX: &str = "saydo_pat_";
/// Random characters after the prefix: 258 bits.
const RANDOM_CHARS: usize = 43;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// The longest life that can be asked for.
const MAX_DAYS: i64 = 3650;
/// Tokens one person can have.
const MAX_TOKENS: usize = 100;
/// How exact “last used” is: one write a minute and token.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The body of `POST /api/tokens`.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Claude on my laptop", "scope": "write", "expires_in_days": 90}))]
pub struct AccessTokenInput {
    /// What to call it: 1 to 100 characters after trimming.
    #[schema(example = "Claude on my laptop")]
    pub name: String,
    /// `read`: look only; `write`: look and change.
    #[schema(value_type = String, example = "write")]
    pub scope: TokenScope,
    /// Days until it ends: 1 to 3650; without it, never.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650)]
    pub expires_in_days: Option<i64>,
}

/// A token that was just made: the only time its text is known.
#[derive(Debug, Clone)]
pub struct NewAccessToken {
    /// What is kept of it.
    pub token: AccessToken,
    /// What the program sends as bearer token.
    pub text: SecretString,
}

impl Accounts {
    /// Makes a token for this user.
    ///
    /// # Errors
    /// `Invalid` with every field that cannot be accepted, `Conflict` when there are too many already.
    pub async fn access_token_create(
        &self,
        user: &UserId,
        input: AccessTokenInput,
    ) -> Result<NewAccessToken, AppError> {
        let now = self.now();
        let (name, expires_at) = validate(&input, now)?;
        let text = make();
        let token = AccessToken {
            id: AccessTokenId::new(Uuid::now_v7()),
            user_id: user.clone(),
            name,
            scope: input.scope,
            created_at: now,
            expires_at,
            last_used_at: None,
        };
        let details = json!({"token": token.id.to_string(), "scope": token.scope.as_str()});
        let made = self.audit().entry(AuditKind::TokenCreated, Some(user), details);
        let (row, hash, noted) = (token.clone(), hash(text.expose_secret()), made.clone());
        let stored: Result<(), AppError> = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    if tx.access_tokens_list(&row.user_id).await?.len() >= MAX_TOKENS {
                        let detail = format!("There are {MAX_TOKENS} tokens already; delete one first.");
                        return Err(AppError::Conflict { code: "too_many_tokens", detail });
                    }
                    tx.access_token_insert(&row, &hash).await?;
                    Ok(noted.write(tx).await?)
                })
            })
            .await;
        stored?;
        made.tell();
        Ok(NewAccessToken { token, text })
    }

    /// The tokens of this user, newest first, without their texts.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn access_tokens_list(&self, user: &UserId) -> Result<Vec<AccessToken>, AppError> {
        Ok(self.store().read().await?.access_tokens_list(user).await?)
    }

    /// Ends a token at once.
    ///
    /// # Errors
    /// `NotFound` when this user has no such token.
    pub async fn access_token_delete(&self, user: &UserId, id: AccessTokenId) -> Result<(), AppError> {
        let revoked = self.audit().entry(AuditKind::TokenRevoked, Some(user), json!({"token": id.to_string()}));
        let (owner, noted) = (user.clone(), revoked.clone());
        let there: Result<bool, AppError> = self
            .store()
            .write(move |tx| {
                Box::pin(async move {
                    let there = tx.access_token_delete(&owner, id).await?;
                    if there {
                        noted.write(tx).await?;
                    }
                    Ok(there)
                })
            })
            .await;
        if !there? {
            return Err(AppError::NotFound(Missing::Token));
        }
        revoked.tell();
        Ok(())
    }

    /// Notes that somebody came with this token, and that it is not good.
    pub fn token_refused(&self, token: &str) {
        let kind = if token.starts_with(PREFIX) {
            "personal"
        } else if self.inner.tokens.is_signed(token) {
            "ended"
        } else {
            "forged"
        };
        metrics::counter!("saydo_tokens_refused_total", "kind" => kind).increment(1);
        self.audit().note(AuditKind::TokenRefused, None, json!({"token": kind}));
    }

    /// Proves a personal access token, if the text is one at all.
    pub(super) async fn authenticate_access_token(&self, text: &str) -> Result<Option<Identity>, AppError> {
        if !text.starts_with(PREFIX) {
            return Ok(None);
        }
        let found = self.store().read().await?.access_token_by_hash(&hash(text)).await?;
        let now = self.now();
        let Some((user, token)) = found.filter(|(_, token)| token.expires_at.is_none_or(|end| end > now)) else {
            return Err(AppError::Unauthorized);
        };
        self.touch(&user, &token, now);
        Ok(Some(Identity {
            issued_at: None,
            user,
            token_id: token.id.to_string(),
            expires_at: token.expires_at.unwrap_or(Timestamp::MAX),
            access: Access::Token(token.scope),
            client: Some(Client { id: token.id.to_string(), name: token.name.to_string() }),
        }))
    }

    /// Notes the use, beside the request: a database that cannot write must not keep readers out, nor make them wait.
    fn touch(&self, user: &User, token: &AccessToken, now: Timestamp) {
        if token.last_used_at.is_some_and(|last| now.duration_since(last) < TOUCH_EVERY) {
            return;
        }
        let (owner, id) = (user.id.clone(), token.id);
        // One at a time for each token: a writer that is stuck gathers no heap of them.
        let Some(note) = self.inner.touches.begin(id) else { return };
        let store = self.store().clone();
        let first = token
            .last_used_at
            .is_none()
            .then(|| self.audit().entry(AuditKind::TokenFirstUsed, Some(&user.id), json!({"token": id.to_string()})));
        tokio::spawn(async move {
            let entry = first.clone();
            let noted: Result<(), AppError> = store
                .write(move |tx| {
                    Box::pin(async move {
                        tx.access_token_touch(&owner, id, now).await?;
                        match entry {
                            Some(entry) => Ok(entry.write(tx).await?),
                            None => Ok(()),
                        }
                    })
                })
                .await;
            drop(note);
            match noted {
                Ok(()) => first.iter().for_each(Entry::tell),
                Err(error) => tracing::warn!(%error, "the use of an access token was not noted"),
            }
        });
    }
}

/// The tokens whose use is being noted.
#[derive(Debug, Default)]
pub(super) struct Touches(Arc<Mutex<HashSet<AccessTokenId>>>);

/// One note on its way; gone when this is dropped.
struct Touch(Arc<Mutex<HashSet<AccessTokenId>>>, AccessTokenId);

impl Touches {
    /// `None` when one is on its way for this token.
    fn begin(&self, id: AccessTokenId) -> Option<Touch> {
        let first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        first.then(|| Touch(Arc::clone(&self.0), id))
    }
}

impl Drop for Touch {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

fn validate(input: &AccessTokenInput, now: Timestamp) -> Result<(TokenName, Option<Timestamp>), ValidationError> {
    let name = TokenName::new(&input.name);
    let end = input.expires_in_days.map(|days| {
        let end = (1..=MAX_DAYS).contains(&days).then(|| now + SignedDuration::from_hours(24 * days));
        end.ok_or_else(|| ValidationError::new("expires_in_days", format!("Give 1 to {MAX_DAYS} days.")))
    });
    match (name, end.transpose()) {
        (Ok(name), Ok(end)) => Ok((name, end)),
        (name, end) => {
            let refused = [name.err(), end.err()];
            Err(ValidationError { errors: refused.into_iter().flatten().flat_map(|e| e.errors).collect() })
        }
    }
}

fn make() -> SecretString {
    let mut random = rand::rng();
    let chars = (0..RANDOM_CHARS).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())]));
    SecretString::from(PREFIX.chars().chain(chars).collect::<String>())
}

/// SHA-256 of the whole token in hex. The token is random and long: no slow hash is needed.
fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
