//! Work that runs by the clock is claimed: one replica has it at a time, for a while, and a holder that is too late
//! with its next sign of life has lost it. No user owns these rows.

use jiff::Timestamp;

use crate::{Conn, StoreError, Tx, statement::Statement};

/// A claim to some work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The work.
    pub name: String,
    /// Who claimed it: one name for each claim.
    pub holder: String,
    /// The number of this claim: grows with each.
    pub fence: i64,
}

/// A wish to have some work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLease {
    /// The work.
    pub name: String,
    /// Who wants it: one name for each claim.
    pub holder: String,
    /// Now.
    pub now: Timestamp,
    /// Until when it is theirs without a further word.
    pub until: Timestamp,
    /// Instants after this were written by a clock that went wrong, and are not waited for.
    pub horizon: Timestamp,
}

impl Conn {
    /// Whether this work is due and nobody has it. Cheaper than trying to claim it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_is_free(&mut self, name: &str, now: Timestamp, horizon: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT name FROM leases WHERE name = $1 \
             AND ((until > $2 AND until <= $3) OR (due_at > $2 AND due_at <= $3))";
        let statement = Statement::system("lease.is_free", SQL).bind(name).bind(now).bind(horizon);
        Ok(self.row(statement).await?.is_none())
    }
}

impl Tx {
    /// Claims work that is due and that nobody has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_claim(&mut self, new: &NewLease) -> Result<Option<Lease>, StoreError> {
        const SQL: &str = "INSERT INTO leases (name, holder, fence, until, due_at) VALUES ($1, $2, 1, $4, $3) \
             ON CONFLICT (name) DO UPDATE SET holder = $2, fence = leases.fence + 1, until = $4 \
             WHERE (leases.until <= $3 OR leases.until > $5) AND (leases.due_at <= $3 OR leases.due_at > $5) \
             RETURNING fence";
        let statement = Statement::system("lease.claim", SQL).bind(new.name.as_str()).bind(new.holder.as_str());
        let statement = statement.bind(new.now).bind(new.until).bind(new.horizon);
        let Some(row) = self.row(statement).await? else { return Ok(None) };
        Ok(Some(Lease { name: new.name.clone(), holder: new.holder.clone(), fence: row.int("fence")? }))
    }

    /// Keeps a claim; says whether it was still in force.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_keep(&mut self, lease: &Lease, until: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE leases SET until = $4 WHERE name = $1 AND holder = $2 AND fence = $3";
        let statement = Statement::system("lease.keep", SQL).bind(lease.name.as_str()).bind(lease.holder.as_str());
        Ok(self.run(statement.bind(lease.fence).bind(until)).await? > 0)
    }

    /// Gives a claim up and says when the work is due next; says whether it was still in force.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease_end(&mut self, lease: &Lease, due: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE leases SET holder = '', until = $4, due_at = $4 \
             WHERE name = $1 AND holder = $2 AND fence = $3";
        let statement = Statement::system("lease.end", SQL).bind(lease.name.as_str()).bind(lease.holder.as_str());
        Ok(self.run(statement.bind(lease.fence).bind(due)).await? > 0)
    }
}
