//! Accounts.

use saydo_domain::{Email, User, UserId};
use serde_json::Value;

use crate::{
    Conn, StoreError, Tx,
    notify::Signal,
    row::{Row, to_json},
    statement::Statement,
};

macro_rules! select_users {
    ($rest:literal) => {
        concat!("SELECT id, email, name, password_hash, timezone, created_at FROM users ", $rest)
    };
}

pub(crate) fn user(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: UserId::new(row.text("id")?).map_err(|_| row.bad("id"))?,
        email: row.make_opt("email")?,
        name: row.make("name")?,
        timezone: row.text_opt("timezone")?,
        created_at: row.time("created_at")?,
    })
}

impl Conn {
    /// An account by its id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_find(&mut self, id: &UserId) -> Result<Option<User>, StoreError> {
        let statement = Statement::new("user.find", select_users!("WHERE id = $1")).bind(id);
        self.row(statement).await?.as_ref().map(user).transpose()
    }

    /// An account and its password hash by e-mail. Without an owner: before signing in nobody is one yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_find_by_email(&mut self, email: &Email) -> Result<Option<(User, Option<String>)>, StoreError> {
        let statement = Statement::system("user.find_by_email", select_users!("WHERE email = $1")).bind(email.as_str());
        let Some(row) = self.row(statement).await? else { return Ok(None) };
        Ok(Some((user(&row)?, row.text_opt("password_hash")?)))
    }

    /// The password hash of an account; `None` for an unknown account or one without a password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_password_hash(&mut self, id: &UserId) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT password_hash FROM users WHERE id = $1";
        let row = self.row(Statement::new("user.password_hash", SQL).bind(id)).await?;
        row.map_or(Ok(None), |row| row.text_opt("password_hash"))
    }

    /// The settings of an account; `None` for an unknown one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_settings_find(&mut self, id: &UserId) -> Result<Option<Value>, StoreError> {
        const SQL: &str = "SELECT settings FROM users WHERE id = $1";
        let row = self.row(Statement::new("user.settings_find", SQL).bind(id)).await?;
        row.map(|row| row.json("settings")).transpose()
    }
}

impl Tx {
    /// Makes an account.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `user.email` or `user.id` when taken.
    pub async fn user_insert(&mut self, user: &User, password_hash: Option<&str>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO users (id, email, name, password_hash, timezone, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)";
        let statement = Statement::new("user.insert", SQL)
            .bind(&user.id)
            .bind(user.email.as_ref().map(Email::as_str))
            .bind(user.name.as_str())
            .bind(password_hash)
            .bind(user.timezone.as_deref())
            .bind(user.created_at);
        self.run(statement).await.map(drop)
    }

    /// Stores e-mail, name and time zone; says whether the account exists.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `user.email` when taken.
    pub async fn user_update(&mut self, user: &User) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE users SET email = $2, name = $3, timezone = $4 WHERE id = $1";
        let statement = Statement::new("user.update", SQL)
            .bind(&user.id)
            .bind(user.email.as_ref().map(Email::as_str))
            .bind(user.name.as_str())
            .bind(user.timezone.as_deref());
        Ok(self.run(statement).await? > 0)
    }

    /// Stores a new password hash; says whether the account exists.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_set_password(&mut self, id: &UserId, password_hash: &str) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE users SET password_hash = $2 WHERE id = $1";
        let statement = Statement::new("user.set_password", SQL).bind(id).bind(password_hash);
        Ok(self.run(statement).await? > 0)
    }

    /// Stores the settings; says whether the account exists.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_set_settings(&mut self, id: &UserId, settings: &Value) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE users SET settings = $2 WHERE id = $1";
        let statement = Statement::new("user.set_settings", SQL).bind(id).bind(to_json(settings)?);
        Ok(self.run(statement).await? > 0)
    }

    /// Removes an account and all its rows in all tables, and marks it as erased; says whether it existed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_delete(&mut self, id: &UserId) -> Result<bool, StoreError> {
        for signal in [Signal::Access, Signal::Changes, Signal::Turns, Signal::Stops] {
            self.outbox.ring(signal, id);
        }
        let Some(mark) = self.user_mark(id).await? else { return Ok(false) };
        let statement = Statement::new("user.delete", "DELETE FROM users WHERE id = $1").bind(id);
        self.run(statement).await?;
        self.erased_insert(&mark).await?;
        Ok(true)
    }
}
