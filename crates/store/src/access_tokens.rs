//! Personal access tokens. Only a hash of each is here: what the database knows opens no door.

use jiff::Timestamp;
use saydo_domain::{AccessToken, AccessTokenId, User, UserId};

use crate::{Conn, StoreError, Tx, notify::Signal, row::Row, statement::Statement, users};

macro_rules! token_columns {
    () => {
        "t.user_id, t.id AS token_id, t.name AS token_name, t.scope, t.created_at AS token_created_at, \
         t.expires_at, t.last_used_at"
    };
}

fn access_token(row: &Row) -> Result<AccessToken, StoreError> {
    Ok(AccessToken {
        id: row.parse("token_id")?,
        user_id: UserId::new(row.text("user_id")?).map_err(|_| row.bad("user_id"))?,
        name: row.make("token_name")?,
        scope: row.word("scope")?,
        created_at: row.time("token_created_at")?,
        expires_at: row.time_opt("expires_at")?,
        last_used_at: row.time_opt("last_used_at")?,
    })
}

impl Conn {
    /// The token with this hash, expired or not, and whose it is. Without an owner: it is what proves one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access_token_by_hash(&mut self, hash: &str) -> Result<Option<(User, AccessToken)>, StoreError> {
        const SQL: &str = concat!(
            "SELECT u.id, u.email, u.name, u.timezone, u.created_at, ",
            token_columns!(),
            " FROM access_tokens t JOIN users u ON u.id = t.user_id WHERE t.hash = $1"
        );
        let row = self.row(Statement::system("access_token.by_hash", SQL).bind(hash)).await?;
        row.map(|row| Ok((users::user(&row)?, access_token(&row)?))).transpose()
    }

    /// The tokens of a user, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access_tokens_list(&mut self, user: &UserId) -> Result<Vec<AccessToken>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            token_columns!(),
            " FROM access_tokens t WHERE t.user_id = $1 ORDER BY t.created_at DESC, t.id DESC"
        );
        let rows = self.rows(Statement::new("access_token.list", SQL).bind(user)).await?;
        rows.iter().map(access_token).collect()
    }
}

impl Tx {
    /// Stores a token under its hash (SHA-256 of the whole token, in hex).
    ///
    /// # Errors
    /// [`StoreError::Reference`] without the user, [`StoreError::Conflict`] for an id or a hash that is known.
    pub async fn access_token_insert(&mut self, token: &AccessToken, hash: &str) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO access_tokens \
             (user_id, id, name, hash, scope, created_at, expires_at, last_used_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let statement = Statement::new("access_token.insert", SQL)
            .bind(&token.user_id)
            .bind(token.id)
            .bind(token.name.as_str())
            .bind(hash)
            .bind(token.scope.as_str())
            .bind(token.created_at)
            .bind(token.expires_at)
            .bind(token.last_used_at);
        self.run(statement).await.map(drop)
    }

    /// Makes a token dead; says whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access_token_delete(&mut self, user: &UserId, id: AccessTokenId) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM access_tokens WHERE user_id = $1 AND id = $2";
        self.outbox.ring(Signal::Access, user);
        Ok(self.run(Statement::new("access_token.delete", SQL).bind(user).bind(id)).await? > 0)
    }

    /// Notes that a token was used; says whether there is such a token. A write per use would be too many: the
    /// caller decides how exact it has to be.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access_token_touch(
        &mut self,
        user: &UserId,
        id: AccessTokenId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE access_tokens SET last_used_at = $3 WHERE user_id = $1 AND id = $2";
        Ok(self.run(Statement::new("access_token.touch", SQL).bind(user).bind(id).bind(now)).await? > 0)
    }
}
