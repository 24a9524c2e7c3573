//! What programs did in a person's place.

use jiff::Timestamp;
use saydo_domain::{Change, Client, UserId};

use crate::{
    Conn, StoreError,
    changes::{change, columns},
    row::Row,
    statement::Statement,
};

/// Of a program's changes since `$2`, those that are in force and more than a step in undoing or redoing another of
/// them.
macro_rules! in_effect {
    () => {
        "AND c.undone_by IS NULL AND NOT EXISTS (SELECT 1 FROM changes u \
         LEFT JOIN changes o ON o.user_id = $1 AND o.id = u.undoes WHERE u.user_id = $1 AND u.id = c.undoes \
         AND (u.client_id = c.client_id AND u.created_at >= $2 OR o.client_id = c.client_id AND o.created_at >= $2))"
    };
}

impl Conn {
    /// What a program changed from an instant on and what is in force of it, newest first. What it undid itself, or
    /// redid, is not among it: what that was about is, or has no effect.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_of_client(
        &mut self,
        user: &UserId,
        client: &str,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Change>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM changes c WHERE c.user_id = $1 AND c.created_at >= $2 AND c.client_id = $3 ",
            in_effect!(),
            " ORDER BY c.seq DESC LIMIT $4"
        );
        let statement = Statement::new("change.of_client", SQL).bind(user).bind(since).bind(client).bind(limit);
        self.rows(statement).await?.iter().map(change).collect()
    }

    /// How many changes each program made from an instant on that [`Self::changes_of_client`] gives.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_by_client(
        &mut self,
        user: &UserId,
        since: Timestamp,
    ) -> Result<Vec<(Client, u64)>, StoreError> {
        const SQL: &str = concat!(
            "SELECT c.client_id, MAX(c.client) AS client, COUNT(*) AS changes FROM changes c \
             WHERE c.user_id = $1 AND c.created_at >= $2 AND c.client_id IS NOT NULL ",
            in_effect!(),
            " GROUP BY c.client_id ORDER BY c.client_id"
        );
        let rows = self.rows(Statement::new("change.by_client", SQL).bind(user).bind(since)).await?;
        let count = |row: &Row| {
            let client = Client { id: row.text("client_id")?, name: row.text("client")? };
            Ok((client, u64::try_from(row.int("changes")?).unwrap_or_default()))
        };
        rows.iter().map(count).collect()
    }
}
