//! Consents of a person to a program's call, as far as they were used: each counts once, on every replica.

use jiff::Timestamp;
use saydo_domain::UserId;
use uuid::Uuid;

use crate::{Conn, StoreError, Tx, statement::Statement};

impl Conn {
    /// Whether a consent was used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn consent_is_used(&mut self, user: &UserId, id: Uuid) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT id FROM used_consents WHERE user_id = $1 AND id = $2";
        let statement = Statement::new("consent.is_used", SQL).bind(user).bind(id.to_string());
        Ok(self.row(statement).await?.is_some())
    }
}

impl Tx {
    /// Uses a consent; says whether nobody had before. It is remembered until it would have run out by itself.
    ///
    /// # Errors
    /// [`StoreError::Reference`] without the user.
    pub async fn consent_use(&mut self, user: &UserId, id: Uuid, expires_at: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO used_consents (user_id, id, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (user_id, id) DO NOTHING";
        let statement = Statement::new("consent.use", SQL).bind(user).bind(id.to_string()).bind(expires_at);
        Ok(self.run(statement).await? > 0)
    }
}
