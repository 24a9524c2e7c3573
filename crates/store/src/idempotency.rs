//! Answers that are kept so that a repeated request gets the same one.

use jiff::Timestamp;
use saydo_domain::UserId;

use crate::{Conn, StoreError, Tx, row::to_json, statement::Statement};

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// Stands for the request: the same key with another fingerprint is another request.
    pub fingerprint: String,
    /// HTTP status.
    pub status: u16,
    /// Headers that belong to the answer.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: String,
}

impl Conn {
    /// The answer under a key that has not expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn idempotency_find(
        &mut self,
        user: &UserId,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<StoredAnswer>, StoreError> {
        const SQL: &str = "SELECT fingerprint, status, headers, body FROM idempotency_keys \
             WHERE user_id = $1 AND key = $2 AND expires_at > $3";
        let statement = Statement::new("idempotency.find", SQL).bind(user).bind(key).bind(now);
        let Some(row) = self.row(statement).await? else { return Ok(None) };
        Ok(Some(StoredAnswer {
            fingerprint: row.text("fingerprint")?,
            status: u16::try_from(row.int("status")?).map_err(|_| row.bad("status"))?,
            headers: row.json("headers")?,
            body: row.text("body")?,
        }))
    }
}

impl Tx {
    /// Stores an answer under a key, in place of an expired one. It takes room of the person's day, unless as much was
    /// changed; of what changed nothing it is left out when there is none left.
    ///
    /// # Errors
    /// [`StoreError::TooManyChanges`] when there is no room for the answer of a change;
    /// [`StoreError::Conflict`] `idempotency.key` when there is one that has not expired: somebody else did the work
    /// meanwhile, and this transaction must not.
    pub async fn idempotency_insert(
        &mut self,
        user: &UserId,
        key: &str,
        answer: &StoredAnswer,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO idempotency_keys \
             (user_id, key, fingerprint, status, headers, body, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (user_id, key) DO UPDATE SET \
             fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, \
             body = excluded.body, created_at = excluded.created_at, expires_at = excluded.expires_at \
             WHERE idempotency_keys.expires_at <= excluded.created_at";
        if !self.kept_count(user, answer.body.len(), now).await? {
            return Ok(());
        }
        let statement = Statement::new("idempotency.insert", SQL)
            .bind(user)
            .bind(key)
            .bind(answer.fingerprint.as_str())
            .bind(i64::from(answer.status))
            .bind(to_json(&answer.headers)?)
            .bind(answer.body.as_str())
            .bind(now)
            .bind(expires_at);
        if self.run(statement).await? == 0 {
            return Err(StoreError::Conflict("idempotency.key"));
        }
        Ok(())
    }
}
