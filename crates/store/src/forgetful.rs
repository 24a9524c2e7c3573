//! A debug build can be told to forget whose rows a statement is about, to see whether a test notices: for
//! `make mutants`, which cannot change the text of statements by itself. A release build has none of this.
//!
//! `SAYDO_FORGET_OWNER=task.find:0` lets the statement of that name find everybody's rows where it first says whose.

use crate::statement::Statement;

/// How a statement says whose rows it is about.
#[cfg(debug_assertions)]
const OWNED: &str = "user_id = $1";

/// The statement, without its owner if that is what the process was told.
#[cfg(debug_assertions)]
pub(crate) fn recalled(mut statement: Statement) -> Statement {
    use std::sync::LazyLock;

    static TOLD: LazyLock<Option<(String, usize)>> = LazyLock::new(|| {
        let told = std::env::var("SAYDO_FORGET_OWNER").ok()?;
        let (name, place) = told.rsplit_once(':')?;
        Some((name.to_owned(), place.parse().ok()?))
    });

    if let Some((_, place)) = TOLD.as_ref().filter(|(name, _)| statement.name == name) {
        statement.sql = forget(&statement.sql, *place).into();
    }
    statement
}

/// The statement.
#[cfg(not(debug_assertions))]
pub(crate) const fn recalled(statement: Statement) -> Statement {
    statement
}

/// The text without this one of its owners; the number of its parameters stays.
#[cfg(debug_assertions)]
fn forget(sql: &str, place: usize) -> String {
    let Some((at, _)) = sql.match_indices(OWNED).nth(place) else { return sql.to_owned() };
    let (before, after) = (&sql[..at], &sql[at + OWNED.len()..]);
    let before = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    format!("{before}$1 IS NOT NULL{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_owner_is_forgotten() {
        let sql = "SELECT 1 FROM a JOIN b ON b.user_id = $1 WHERE a.user_id = $1 AND id = $2";
        assert_eq!(forget(sql, 0), "SELECT 1 FROM a JOIN b ON $1 IS NOT NULL WHERE a.user_id = $1 AND id = $2");
        assert_eq!(forget(sql, 1), "SELECT 1 FROM a JOIN b ON b.user_id = $1 WHERE $1 IS NOT NULL AND id = $2");
        assert_eq!(forget(sql, 2), sql);
    }
}
