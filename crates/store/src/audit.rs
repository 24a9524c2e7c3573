//! The audit table: it only grows. The database itself refuses to change or replace a row, to delete one before
//! `audit_retention` says so, and to let that say so of the last twelve hours. Whoever may change the schema can take
//! these guards away; the log has every event too.
//!
//! Without an owner: rows are about accounts but belong to none, and outlive them.

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    Conn, Store, StoreError, Tx,
    row::{Row, to_json},
    statement::{self, Statement},
};

/// An event to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAuditEvent {
    /// When.
    pub at: Timestamp,
    /// What happened, a stable `snake_case` word.
    pub kind: &'static str,
    /// Whose account it is about: a pseudonym.
    pub actor: Option<String>,
    /// Where the request came from: a pseudonym of the client's network.
    pub origin: Option<String>,
    /// The request, as the log knows it.
    pub request_id: Option<String>,
    /// More about it; nothing personal.
    pub details: Value,
}

/// An event that was noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Grows with every event.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub kind: String,
    /// Whose account it is about: a pseudonym.
    pub actor: Option<String>,
    /// Where the request came from: a pseudonym of the client's network.
    pub origin: Option<String>,
    /// The request, as the log knows it.
    pub request_id: Option<String>,
    /// More about it.
    pub details: Value,
}

/// Which events are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only those after this one.
    pub after: i64,
    /// Only those from this instant on.
    pub since: Option<Timestamp>,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those about this account: a pseudonym.
    pub actor: Option<String>,
}

fn event(row: &Row) -> Result<AuditEvent, StoreError> {
    Ok(AuditEvent {
        id: row.int("id")?,
        at: row.time("at")?,
        kind: row.text("kind")?,
        actor: row.text_opt("actor")?,
        origin: row.text_opt("origin")?,
        request_id: row.text_opt("request_id")?,
        details: row.json("details")?,
    })
}

impl Store {
    /// Whether the schema has a place for audit events.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_audit(&self) -> Result<bool, StoreError> {
        self.engine().reader().await?.has_table("audit_events").await
    }
}

impl Conn {
    /// Events in the order in which they were noted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_list(&mut self, query: &AuditQuery, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let mut sql =
            "SELECT id, at, kind, actor, origin, request_id, details FROM audit_events WHERE id > $1".to_owned();
        let mut values: Vec<statement::Value> = vec![query.after.into()];
        if let Some(since) = query.since {
            values.push(since.into());
            sql.push_str(&format!(" AND at >= ${}", values.len()));
        }
        if let Some(kind) = &query.kind {
            values.push(kind.as_str().into());
            sql.push_str(&format!(" AND kind = ${}", values.len()));
        }
        if let Some(actor) = &query.actor {
            values.push(actor.as_str().into());
            sql.push_str(&format!(" AND actor = ${}", values.len()));
        }
        values.push(limit.into());
        sql.push_str(&format!(" ORDER BY id LIMIT ${}", values.len()));
        let rows = self.rows(Statement::built("audit.list", sql, values).for_system()).await?;
        rows.iter().map(event).collect()
    }
}

impl Tx {
    /// Notes an event; it is stored if and only if the rest of this transaction is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_insert(&mut self, event: &NewAuditEvent) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO audit_events (at, kind, actor, origin, request_id, details) \
             VALUES ($1, $2, $3, $4, $5, $6)";
        let statement = Statement::system("audit.insert", SQL)
            .bind(event.at)
            .bind(event.kind)
            .bind(event.actor.clone())
            .bind(event.origin.clone())
            .bind(event.request_id.clone())
            .bind(to_json(&event.details)?);
        self.run(statement).await.map(drop)
    }

    /// Removes for good up to `limit` events older than this instant; says how many. Nothing younger can be removed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_purge(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        const OPEN: &str = "UPDATE audit_retention SET keep_from = $1 WHERE keep_from < $1";
        const SQL: &str = "DELETE FROM audit_events WHERE id IN \
             (SELECT id FROM audit_events WHERE at < $1 ORDER BY at LIMIT $2)";
        self.run(Statement::system("audit.keep_from", OPEN).bind(before)).await?;
        self.run(Statement::system("audit.purge", SQL).bind(before).bind(limit)).await
    }
}
