//! Which accounts were erased, so that a restored backup does not bring them back: marks that only their rows could
//! explain, and those are gone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use saydo_domain::{User, UserId};
use sha2::{Digest as _, Sha256};

use crate::{Conn, Store, StoreError, Tx, statement::Statement};

/// Accounts looked at together.
const PAGE: u32 = 500;

/// The mark of an account. The instant is in it because an id that comes from outside could be guessed, and because
/// whoever comes back with the same id is somebody new.
#[must_use]
pub fn erased_mark(id: &UserId, created_at: Timestamp) -> String {
    let mut hash = Sha256::new();
    for part in ["saydo erased", id.as_str(), &created_at.as_microsecond().to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Store {
    /// Whether the schema has a place for marks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_erased(&self) -> Result<bool, StoreError> {
        self.engine().reader().await?.has_table("erased_accounts").await
    }

    /// The marks of all accounts that were erased from this database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erased_marks(&self) -> Result<BTreeSet<String>, StoreError> {
        const SQL: &str = "SELECT mark FROM erased_accounts";
        let rows = self.read().await?.rows(Statement::system("erased.marks", SQL)).await?;
        rows.iter().map(|row| row.text("mark")).collect()
    }

    /// Erases again whoever these marks are of, and keeps those marks; says how many accounts there were.
    ///
    /// # Errors
    /// When the database fails; those who were erased before stay erased.
    pub async fn erase_marked(&self, marks: BTreeSet<String>) -> Result<u64, StoreError> {
        let (mut after, mut erased): (Option<UserId>, u64) = (None, 0);
        loop {
            let users = self.read().await?.users_list(PAGE, after.as_ref()).await?;
            let Some(last) = users.last() else { break };
            after = Some(last.id.clone());
            for user in users.iter().filter(|user| marks.contains(&erased_mark(&user.id, user.created_at))) {
                let id = user.id.clone();
                let done: Result<bool, StoreError> =
                    self.write(move |tx| Box::pin(async move { tx.user_delete(&id).await })).await;
                erased += u64::from(done?);
            }
        }
        self.write(move |tx| {
            Box::pin(async move {
                for mark in &marks {
                    tx.erased_insert(mark).await?;
                }
                Ok(erased)
            })
        })
        .await
    }
}

impl Conn {
    /// The mark that an account will have when it is erased.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_mark(&mut self, id: &UserId) -> Result<Option<String>, StoreError> {
        let found: Option<User> = self.user_find(id).await?;
        Ok(found.map(|user| erased_mark(&user.id, user.created_at)))
    }
}

impl Tx {
    pub(crate) async fn erased_insert(&mut self, mark: &str) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO erased_accounts (mark) VALUES ($1) ON CONFLICT (mark) DO NOTHING";
        self.run(Statement::system("erased.insert", SQL).bind(mark)).await.map(drop)
    }
}
