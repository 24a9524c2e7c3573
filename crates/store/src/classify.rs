//! The one place where the database driver's errors become ours.

use sqlx::{
    error::{DatabaseError, ErrorKind},
    postgres::PgDatabaseError,
};

use crate::StoreError;

/// Columns of SQLite's messages and the names the rest of the program knows their constraints by.
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

/// The same for PostgreSQL, which names the constraint.
const UNIQUE_POSTGRES: [(&str, &str); 8] = [
    ("users_email_key", "user.email"),
    ("users_pkey", "user.id"),
    ("tasks_user_id_uid_key", "task.uid"),
    ("tasks_pkey", "task.number"),
    ("idempotency_keys_pkey", "idempotency.key"),
    ("conversations_thread", "conversation.thread"),
    ("turns_key", "turn.key"),
    ("turn_events_pkey", "turn_event.seq"),
];

/// SQLite's primary result codes (<https://sqlite.org/rescode.html>): the low byte of the extended ones.
fn sqlite(code: i64, message: &str) -> StoreError {
    match code {
        // A write that was refused for another reason than a full disk: a quota, a limit of file sizes, a disk that has
        // become read-only. And no room for the index of the write-ahead log.
        778 => return StoreError::ReadOnly,
        4874 => return StoreError::Full,
        _ => {}
    }
    match code & 0xff {
        5 | 6 => StoreError::Busy,
        8 => StoreError::ReadOnly,
        10 | 14 => StoreError::Unavailable(message.to_owned()),
        11 | 26 => StoreError::Corrupt(message.to_owned()),
        13 => StoreError::Full,
        _ => StoreError::Internal(message.to_owned()),
    }
}

/// PostgreSQL's codes (<https://www.postgresql.org/docs/current/errcodes-appendix.html>), by class where all of a
/// class mean the same.
fn postgres(code: &str, message: &str) -> StoreError {
    let message = message.to_owned();
    match (code.get(..2).unwrap_or_default(), code) {
        // Deadlock, serialization, locks and statements that took too long, no connection left.
        ("40", _) | (_, "55P03" | "57014" | "53200" | "53300") => StoreError::Busy,
        ("08", _) | (_, "57P01" | "57P02" | "57P03" | "57P05" | "25P03") => StoreError::Unavailable(message),
        (_, "53100") => StoreError::Full,
        (_, "25006") => StoreError::ReadOnly,
        (_, "XX001" | "XX002") => StoreError::Corrupt(message),
        ("28", _) | (_, "3D000") => StoreError::Config(message),
        _ => StoreError::Internal(message),
    }
}

fn database(error: &dyn DatabaseError) -> StoreError {
    let name_of = |names: &[(&str, &'static str)], is: &dyn Fn(&str) -> bool| {
        StoreError::Conflict(names.iter().find(|(text, _)| is(text)).map_or("other", |(_, name)| name))
    };
    match (error.kind(), error.try_downcast_ref::<PgDatabaseError>()) {
        (ErrorKind::UniqueViolation, Some(error)) => {
            name_of(&UNIQUE_POSTGRES, &|text| error.constraint() == Some(text))
        }
        (ErrorKind::UniqueViolation, None) => name_of(&UNIQUE, &|text| error.message().contains(text)),
        (ErrorKind::ForeignKeyViolation, _) => StoreError::Reference,
        (_, Some(error)) => postgres(error.code(), error.message()),
        (_, None) => {
            let code = error.code().and_then(|code| code.parse().ok()).unwrap_or_default();
            sqlite(code, &error.to_string())
        }
    }
}

/// Says what a driver error means for us.
pub(crate) fn classify(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(error) => database(error.as_ref()),
        sqlx::Error::PoolTimedOut => {
            metrics::counter!("saydo_db_pool_timeouts_total").increment(1);
            StoreError::Busy
        }
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
    fn codes_of_postgres_mean_what_sqlite_s_mean() {
        for code in ["40001", "40P01", "55P03", "57014", "53300"] {
            assert_eq!(postgres(code, ""), StoreError::Busy, "{code}");
        }
        for code in ["08006", "57P01", "57P02", "57P03", "25P03"] {
            assert_eq!(postgres(code, "away"), StoreError::Unavailable("away".to_owned()), "{code}");
        }
        assert_eq!(postgres("53100", ""), StoreError::Full);
        assert_eq!(postgres("25006", ""), StoreError::ReadOnly);
        assert_eq!(postgres("XX001", "page"), StoreError::Corrupt("page".to_owned()));
        assert_eq!(postgres("28P01", "who"), StoreError::Config("who".to_owned()));
        assert_eq!(postgres("42501", "policy"), StoreError::Internal("policy".to_owned()));
    }

    #[test]
    fn extended_codes_count_as_their_primary_code() {
        assert_eq!(sqlite(517, ""), StoreError::Busy);
        assert_eq!(sqlite(1032, ""), StoreError::ReadOnly);
        assert_eq!(sqlite(13, ""), StoreError::Full);
        assert_eq!(sqlite(266, "disk"), StoreError::Unavailable("disk".to_owned()));
        assert_eq!(sqlite(778, ""), StoreError::ReadOnly);
        assert_eq!(sqlite(4874, ""), StoreError::Full);
        assert_eq!(sqlite(267, "bad page"), StoreError::Corrupt("bad page".to_owned()));
    }
}
