//! Sessions, and which tokens still count.

use jiff::Timestamp;
use saydo_domain::{User, UserId};

use crate::{Conn, StoreError, Tx, notify::Signal, row::Row, statement::Statement, users};

/// What decides whether a token of a user still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenState {
    /// How often all tokens were revoked: tokens of an earlier generation are dead.
    pub generation: i64,
    /// Tokens of outside issuers carry no generation: those issued before this instant are dead.
    pub revoked_before: Option<Timestamp>,
    /// Whether this very token was revoked.
    pub revoked: bool,
}

/// A signed-in client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub user_id: UserId,
    /// The `jti` of its token.
    pub token_id: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When its token expires.
    pub expires_at: Timestamp,
    /// When it was last heard of.
    pub last_seen_at: Option<Timestamp>,
    /// What it calls itself; may be empty.
    pub client: String,
}

fn session(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        user_id: UserId::new(row.text("user_id")?).map_err(|_| row.bad("user_id"))?,
        token_id: row.text("token_id")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        last_seen_at: row.time_opt("last_seen_at")?,
        client: row.text("client")?,
    })
}

impl Conn {
    /// Whether a token still counts. `None`: no such user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token_state(&mut self, user: &UserId, token_id: &str) -> Result<Option<TokenState>, StoreError> {
        Ok(self.token_owner(user, token_id).await?.map(|(_, state)| state))
    }

    /// The account a token names and whether the token still counts, in one statement: it is asked on every
    /// request. `None`: no such user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token_owner(
        &mut self,
        user: &UserId,
        token_id: &str,
    ) -> Result<Option<(User, TokenState)>, StoreError> {
        const SQL: &str = "SELECT id, email, name, timezone, created_at, token_generation, tokens_revoked_at, \
             CASE WHEN EXISTS (SELECT 1 FROM revoked_tokens WHERE user_id = $1 AND token_id = $2) \
             THEN 1 ELSE 0 END AS revoked FROM users WHERE id = $1";
        let statement = Statement::new("token.owner", SQL).bind(user).bind(token_id);
        let Some(row) = self.row(statement).await? else { return Ok(None) };
        let state = TokenState {
            generation: row.int("token_generation")?,
            revoked_before: row.time_opt("tokens_revoked_at")?,
            revoked: row.int("revoked")? != 0,
        };
        Ok(Some((users::user(&row)?, state)))
    }

    /// The signed-in clients of a user, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions_list(&mut self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        const SQL: &str = "SELECT user_id, token_id, created_at, expires_at, last_seen_at, client FROM sessions \
             WHERE user_id = $1 ORDER BY created_at DESC, token_id DESC";
        let rows = self.rows(Statement::new("session.list", SQL).bind(user)).await?;
        rows.iter().map(session).collect()
    }
}

impl Tx {
    /// Notes a sign-in.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the token id is known already, [`StoreError::Reference`] without the user.
    pub async fn session_insert(&mut self, session: &Session) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO sessions (user_id, token_id, created_at, expires_at, last_seen_at, client) \
             VALUES ($1, $2, $3, $4, $5, $6)";
        let statement = Statement::new("session.insert", SQL)
            .bind(&session.user_id)
            .bind(session.token_id.as_str())
            .bind(session.created_at)
            .bind(session.expires_at)
            .bind(session.last_seen_at)
            .bind(session.client.as_str());
        self.run(statement).await.map(drop)
    }

    /// Notes that a client was heard of; says whether there is such a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_touch(&mut self, user: &UserId, token_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE sessions SET last_seen_at = $3 WHERE user_id = $1 AND token_id = $2";
        Ok(self.run(Statement::new("session.touch", SQL).bind(user).bind(token_id).bind(now)).await? > 0)
    }

    /// Forgets a sign-in; says whether there was one. The token itself is revoked by [`Self::token_revoke`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_delete(&mut self, user: &UserId, token_id: &str) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM sessions WHERE user_id = $1 AND token_id = $2";
        Ok(self.run(Statement::new("session.delete", SQL).bind(user).bind(token_id)).await? > 0)
    }

    /// Makes one token dead and forgets its session. Twice is once.
    ///
    /// # Errors
    /// [`StoreError::Reference`] without the user.
    pub async fn token_revoke(
        &mut self,
        user: &UserId,
        token_id: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO revoked_tokens (user_id, token_id, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (user_id, token_id) DO NOTHING";
        self.run(Statement::new("token.revoke", SQL).bind(user).bind(token_id).bind(expires_at)).await?;
        self.outbox.ring(Signal::Access, user);
        self.session_delete(user, token_id).await.map(drop)
    }

    /// Makes all tokens of a user dead and forgets the sessions; says the generation that counts from now on.
    ///
    /// # Errors
    /// [`StoreError::Reference`] without the user.
    pub async fn tokens_revoke_all(&mut self, user: &UserId, now: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "UPDATE users SET token_generation = token_generation + 1, tokens_revoked_at = $2 \
             WHERE id = $1 RETURNING token_generation";
        let row = self.row(Statement::new("token.revoke_all", SQL).bind(user).bind(now)).await?;
        let generation = row.ok_or(StoreError::Reference)?.int("token_generation")?;
        self.outbox.ring(Signal::Access, user);
        self.run(Statement::new("session.delete_all", "DELETE FROM sessions WHERE user_id = $1").bind(user)).await?;
        Ok(generation)
    }
}
