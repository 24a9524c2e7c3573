//! What the database says about itself: its clock, and whether its second wall around each owner's rows stands.

use jiff::Timestamp;

use crate::{Conn, StoreError, engine::Dialect, statement::Statement};

/// The wall around each owner's rows besides the predicates of the statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowSecurity {
    /// The database has no such thing.
    None,
    /// It holds for this user, on every table with an owner.
    Forced,
    /// This user is above it.
    Above,
    /// These tables do not have it.
    Missing(String),
}

/// What the database says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// The second wall.
    pub row_security: RowSecurity,
    /// What time it is there; `None` where it has no clock of its own.
    pub clock: Option<Timestamp>,
}

impl Conn {
    /// Asks the database about itself.
    ///
    /// # Errors
    /// When it fails.
    pub async fn server_facts(&mut self) -> Result<ServerFacts, StoreError> {
        const SQL: &str = "SELECT \
             CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS clock, \
             CAST(COALESCE((SELECT CAST(rolsuper OR rolbypassrls AS INTEGER) FROM pg_roles \
                 WHERE rolname = current_user), 0) AS BIGINT) AS above, \
             COALESCE((SELECT string_agg(CAST(c.relname AS TEXT), ', ' ORDER BY c.relname) FROM pg_class c \
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' AND NOT a.attisdropped \
                 WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace(current_schema()) \
                 AND NOT (c.relrowsecurity AND c.relforcerowsecurity)), '') AS missing";
        let none = ServerFacts { row_security: RowSecurity::None, clock: None };
        if self.dialect() == Dialect::Sqlite {
            return Ok(none);
        }
        let Some(row) = self.row(Statement::system("server.facts", SQL)).await? else { return Ok(none) };
        let missing = row.text("missing")?;
        let row_security = match (row.int("above")?, missing.is_empty()) {
            (0, true) => RowSecurity::Forced,
            (0, false) => RowSecurity::Missing(missing),
            _ => RowSecurity::Above,
        };
        Ok(ServerFacts { row_security, clock: Some(row.time("clock")?) })
    }
}
