//! Repeated requests: the same key and body get the stored answer, the same key with another body is refused.
//!
//! A use case that writes stores its answer in the same transaction as its effects, so a client that retries
//! after a crash either gets the answer or does the work, never both.

use jiff::{SignedDuration, Timestamp};
use saydo_domain::UserId;
use saydo_store::{StoredAnswer, Tx};
use serde::Serialize;

use crate::{App, AppError, Caller};

/// How long an answer is kept.
pub const KEEP: SignedDuration = SignedDuration::from_hours(24);

/// What is known about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdempotencyState {
    /// Not seen: do the work.
    Fresh,
    /// Seen with the same request: give this answer again.
    Replay(StoredAnswer),
    /// Seen with another request: refuse.
    OtherRequest,
}

/// An answer to keep: status, headers and the body's JSON.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers that belong to the answer (`Location`, `ETag`, `X-Change-Id`).
    pub headers: Vec<(String, String)>,
    /// The JSON text; empty for 204.
    pub body: String,
}

impl Answer {
    /// An answer with a JSON body.
    ///
    /// # Errors
    /// Never in practice: views serialise.
    pub fn json(status: u16, headers: Vec<(String, String)>, body: &impl Serialize) -> Result<Self, AppError> {
        let body = serde_json::to_string(body).map_err(|error| AppError::Internal(error.to_string()))?;
        Ok(Self { status, headers, body })
    }

    /// An answer without a body.
    #[must_use]
    pub const fn empty(headers: Vec<(String, String)>) -> Self {
        Self { status: 204, headers, body: String::new() }
    }
}

/// Stores the answer under the caller's key, if there is one.
///
/// # Errors
/// `Conflict` when another replica stored an answer under this key meanwhile: the transaction must roll back.
pub async fn keep(tx: &mut Tx, caller: &Caller, now: Timestamp, answer: Answer) -> Result<(), AppError> {
    let Some(key) = &caller.idempotency else { return Ok(()) };
    keep_under(tx, caller.id(), (&key.key, &key.fingerprint), now, answer).await
}

/// As [`keep`], under a key with its fingerprint that is known from elsewhere.
pub(crate) async fn keep_under(
    tx: &mut Tx,
    user: &UserId,
    (key, fingerprint): (&str, &str),
    now: Timestamp,
    answer: Answer,
) -> Result<(), AppError> {
    let stored = StoredAnswer {
        fingerprint: fingerprint.to_owned(),
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
    };
    let expires = now.checked_add(KEEP).unwrap_or(Timestamp::MAX);
    Ok(tx.idempotency_insert(user, key, &stored, now, expires).await?)
}

impl App {
    /// Looks a key up before the work is done.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn idempotency_find(
        &self,
        user: &UserId,
        key: &str,
        fingerprint: &str,
    ) -> Result<IdempotencyState, AppError> {
        let found = self.store.read().await?.idempotency_find(user, key, self.clock.now()).await?;
        Ok(match found {
            None => IdempotencyState::Fresh,
            Some(answer) if answer.fingerprint == fingerprint => IdempotencyState::Replay(answer),
            Some(_) => IdempotencyState::OtherRequest,
        })
    }

    /// Stores an answer for a write that did not store it itself.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn idempotency_store(&self, caller: &Caller, answer: Answer) -> Result<(), AppError> {
        let (caller, now) = (caller.clone(), self.clock.now());
        self.store.write(move |tx| Box::pin(async move { keep(tx, &caller, now, answer).await })).await
    }
}
