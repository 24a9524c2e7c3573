//! The one place where the database driver's errors become ours.

use sqlx::error::{DatabaseError, ErrorKind};

use crate::StoreError;

/// Constraint texts of the engines and the names the rest of the program knows them by.
const UNIQUE: [(&str, &str); 8] = [
    ("users.email", "user.email"),
    ("users.id", "user.id"),
    ("tasks.uid", "task.uid"),
    ("tasks.number", "task.number"),
    ("idempotency_keys.key", "idempotency.key"),
    ("conversations.thread", "conversation.thread"),
    ("turns.idempotency_key", "turn.key"),
    ("turn_events.seq", "turn_event.seq"),
];

/// SQLite's primary result codes (<https://sqlite.org/rescode.html>): the low byte of the extended ones.
fn sqlite(code: i64, message: &str) -> StoreError {
    match code & 0xff {
        5 | 6 => StoreError::Busy,
        8 => StoreError::ReadOnly,
        10 | 14 => StoreError::Unavailable(message.to_owned()),
        11 | 26 => StoreError::Corrupt(message.to_owned()),
        13 => StoreError::Full,
        _ => StoreError::Internal(message.to_owned()),
    }
}

fn database(error: &dyn DatabaseError) -> StoreError {
    match error.kind() {
        ErrorKind::UniqueViolation => {
            let message = error.message();
            let name = UNIQUE.iter().find(|(text, _)| message.contains(text)).map_or("other", |(_, name)| name);
            StoreError::Conflict(name)
        }
        ErrorKind::ForeignKeyViolation => StoreError::Reference,
        _ => {
            let code = error.code().and_then(|code| code.parse().ok()).unwrap_or_default();
            sqlite(code, &error.to_string())
        }
    }
}

/// Says what a driver error means for us.
pub(crate) fn classify(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(error) => database(error.as_ref()),
        sqlx::Error::PoolTimedOut => StoreError::Busy,
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            StoreError::Unavailable(error.to_string())
        }
        sqlx::Error::Configuration(_) => StoreError::Config(error.to_string()),
        _ => StoreError::Internal(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_codes_count_as_their_primary_code() {
        assert_eq!(sqlite(517, ""), StoreError::Busy);
        assert_eq!(sqlite(1032, ""), StoreError::ReadOnly);
        assert_eq!(sqlite(13, ""), StoreError::Full);
        assert_eq!(sqlite(778, "disk"), StoreError::Unavailable("disk".to_owned()));
        assert_eq!(sqlite(267, "bad page"), StoreError::Corrupt("bad page".to_owned()));
    }
}
