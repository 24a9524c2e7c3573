//! The methods without an owner: housekeeping over everybody's rows, and health. No request of a user gets here.

use jiff::Timestamp;
use saydo_domain::{TurnId, User, UserId};

use crate::{Conn, StoreError, Tx, engine::Dialect, row::Row, statement::Statement, users};

impl Conn {
    /// Accounts in the order of their ids, for the administrator's command line.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_list(&mut self, limit: u32, after: Option<&UserId>) -> Result<Vec<User>, StoreError> {
        const SQL: &str = "SELECT id, email, name, timezone, created_at FROM users WHERE id > $1 ORDER BY id LIMIT $2";
        let after = after.map_or("", UserId::as_str);
        let rows = self.rows(Statement::system("system.users_list", SQL).bind(after).bind(limit)).await?;
        rows.iter().map(users::user).collect()
    }

    /// Running turns that gave no sign of life since this instant, and whose they are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turns_stale(&mut self, before: Timestamp) -> Result<Vec<(UserId, TurnId)>, StoreError> {
        const SQL: &str = "SELECT user_id, id FROM turns WHERE status = 'running' AND heartbeat_at < $1";
        let rows = self.rows(Statement::system("system.turns_stale", SQL).bind(before)).await?;
        let stale = |row: &Row| {
            let user = UserId::new(row.text("user_id")?).map_err(|_| row.bad("user_id"))?;
            Ok((user, row.parse("id")?))
        };
        rows.iter().map(stale).collect()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&mut self) -> Result<(), StoreError> {
        self.row(Statement::system("system.ping", "SELECT 1 AS one")).await.map(drop)
    }
}

impl Tx {
    /// Lets the database look how large the tables of tasks are. PostgreSQL does so by itself, but up to a minute after
    /// many came at once; until then it may believe that there are none, and look for labels in a way that takes as
    /// long as that. SQLite needs no such thing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sizes_learn(&mut self) -> Result<(), StoreError> {
        const SQL: &str = "ANALYZE tasks, task_labels, changes, change_effects";
        match self.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => self.run(Statement::system("system.sizes_learn", SQL)).await.map(drop),
        }
    }

    /// Removes for good up to `limit` tasks that went to the trash before this instant; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trash_purge(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        // The condition stands twice: a row that somebody else holds is waited for, and PostgreSQL then looks again only
        // at what stands outside. What was restored meanwhile stays.
        const SQL: &str = "DELETE FROM tasks WHERE deleted_at IS NOT NULL AND deleted_at < $1 \
             AND (user_id, number) IN (SELECT user_id, number FROM tasks \
             WHERE deleted_at IS NOT NULL AND deleted_at < $1 ORDER BY deleted_at LIMIT $2)";
        self.run(Statement::system("system.trash_purge", SQL).bind(before).bind(limit)).await
    }

    /// Removes up to `limit` stored answers that have expired; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn idempotency_purge(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        // Twice, as in `trash_purge`: a key may be taken anew.
        const SQL: &str = "DELETE FROM idempotency_keys WHERE expires_at <= $1 \
             AND (user_id, key) IN (SELECT user_id, key FROM idempotency_keys \
             WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
        self.run(Statement::system("system.idempotency_purge", SQL).bind(now).bind(limit)).await
    }

    /// Removes up to `limit` used consents that have run out anyway; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn consents_purge(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM used_consents WHERE (user_id, id) IN (SELECT user_id, id FROM used_consents \
             WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
        self.run(Statement::system("system.consents_purge", SQL).bind(now).bind(limit)).await
    }

    /// Removes up to `limit` sessions, and as many revocations, of tokens that have expired anyway; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens_purge(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        const SESSIONS: &str = "DELETE FROM sessions WHERE (user_id, token_id) IN (SELECT user_id, token_id \
             FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
        const REVOKED: &str = "DELETE FROM revoked_tokens WHERE (user_id, token_id) IN (SELECT user_id, token_id \
             FROM revoked_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
        let sessions = self.run(Statement::system("system.sessions_purge", SESSIONS).bind(now).bind(limit)).await?;
        Ok(sessions + self.run(Statement::system("system.tokens_purge", REVOKED).bind(now).bind(limit)).await?)
    }

    /// Removes up to `limit` turns that ended before this instant, with their events; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turns_purge(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        // Twice, as in `trash_purge`.
        const SQL: &str = "DELETE FROM turns WHERE ended_at IS NOT NULL AND ended_at < $1 \
             AND (user_id, id) IN (SELECT user_id, id FROM turns \
             WHERE ended_at IS NOT NULL AND ended_at < $1 ORDER BY ended_at LIMIT $2)";
        self.run(Statement::system("system.turns_purge", SQL).bind(before).bind(limit)).await
    }

    /// Removes up to `limit` conversations in which nobody has spoken since this instant, with their messages and
    /// turns; says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversations_purge(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        // Twice, as in `trash_purge`.
        const SQL: &str = "DELETE FROM conversations WHERE updated_at < $1 \
             AND id IN (SELECT id FROM conversations WHERE updated_at < $1 ORDER BY updated_at LIMIT $2)";
        self.run(Statement::system("system.conversations_purge", SQL).bind(before).bind(limit)).await
    }

    /// Removes up to `limit` journal entries older than this instant: they can no longer be undone. Says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_purge(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM changes WHERE (user_id, seq) IN (SELECT user_id, seq FROM changes \
             WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
        self.run(Statement::system("system.changes_purge", SQL).bind(before).bind(limit)).await
    }
}
