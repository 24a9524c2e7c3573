//! The rows as they are stored. The catalogue says what tables there are: a new one is in the export by itself, unless
//! it is named here with a reason.

use jiff::Timestamp;
use saydo_domain::User;
use saydo_store::{
    Conn, OwnRow,
    copy::{Kind, TABLES, Table},
};
use serde_json::Value;

use super::{PAGE, writer::Writer};
use crate::AppError;

/// Columns that are not among the records, by table, and why.
pub const LEFT_OUT: &[(&str, &[&str], &str)] = &[
    ("users", &["password_hash"], "proves who signs in; the password itself is not known"),
    ("users", &["id", "email", "name", "timezone", "created_at"], "in `user`"),
    (
        "access_tokens",
        &["user_id", "id", "name", "hash", "scope", "created_at", "expires_at", "last_used_at"],
        "in `access_tokens`, but for the hash, which opens the account to whoever finds its token",
    ),
    (
        "tasks",
        &[
            "uid",
            "title",
            "description",
            "completed_at",
            "priority",
            "due",
            "recurrence",
            "labels",
            "created_at",
            "updated_at",
            "deleted_at",
            "version",
        ],
        "in `tasks`",
    ),
    ("tasks", &["title_key", "search"], "made of title and description, to sort by and to search in"),
    ("task_labels", &["user_id", "label", "number"], "in `tasks`"),
    ("conversations", &["title", "thread", "created_at", "updated_at"], "in `conversations`"),
    ("messages", &["role", "content", "tool_calls", "created_at"], "in `conversations`"),
    ("changes", &["door", "summary", "undoes", "undone_by", "created_at"], "in `changes`"),
    ("turns", &["conversation_id", "status", "change_id", "answered_by", "started_at", "ended_at"], "in `turns`"),
    ("turns", &["fingerprint"], "a hash of the request"),
    ("idempotency_keys", &["fingerprint"], "a hash of the request"),
    (
        "model_usage",
        &["user_id", "day", "model", "turns", "calls", "input_tokens", "cached_tokens", "output_tokens", "cost_micros"],
        "in `model_usage`",
    ),
];

/// Tables whose rows are nobody's in particular, and why.
pub const NOBODYS: &[(&str, &str)] = &[
    ("leases", "which server does what by the clock"),
    ("audit_events", "a person's are in `audit_events`, found by their pseudonym"),
    ("audit_retention", "since when audit events are kept"),
    ("erased_accounts", "marks of those who are no longer here"),
];

/// Columns that hold JSON.
const JSON: [&str; 11] = [
    "settings",
    "memory",
    "tasks",
    "action",
    "before_task",
    "after_task",
    "headers",
    "body",
    "data",
    "recurrence",
    "tool_calls",
];

/// Columns of a table that are among the records.
fn columns(table: &Table) -> Vec<(&'static str, Kind)> {
    let left_out =
        |column: &str| LEFT_OUT.iter().any(|(name, columns, _)| *name == table.name && columns.contains(&column));
    table.columns.iter().copied().filter(|(column, _)| !left_out(column)).collect()
}

/// Writes all records of a person.
pub(super) async fn write(conn: &mut Conn, user: &User, out: &mut Writer) -> Result<(), AppError> {
    out.begin_object("records");
    for table in TABLES.iter().filter(|table| table.owner().is_some()) {
        let columns = columns(table);
        if columns.is_empty() {
            continue;
        }
        out.begin(table.name);
        let mut after: Option<OwnRow> = None;
        loop {
            let page = conn.own_rows(&user.id, table, after.as_ref(), PAGE).await?;
            for row in &page {
                out.item(&readable(row, &columns)).await?;
            }
            match page.into_iter().next_back() {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        out.finish();
    }
    out.finish_object();
    Ok(())
}

/// A row for people: instants as text, JSON as such.
fn readable(row: &OwnRow, columns: &[(&'static str, Kind)]) -> OwnRow {
    let cell = |(name, _): &(&'static str, Kind)| {
        let value = match row.get(*name) {
            Some(Value::Number(number)) if name.ends_with("_at") => instant(number.as_i64()),
            Some(Value::String(text)) if JSON.contains(name) => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()))
            }
            Some(value) => value.clone(),
            None => Value::Null,
        };
        ((*name).to_owned(), value)
    };
    columns.iter().map(cell).collect()
}

fn instant(micros: Option<i64>) -> Value {
    let at = micros.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    at.map_or(Value::Null, |at| Value::from(at.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_there_and_has_a_reason() {
        for (name, columns, reason) in LEFT_OUT {
            let table = TABLES.iter().find(|table| table.name == *name).unwrap_or_else(|| panic!("no table {name}"));
            for column in *columns {
                assert!(table.columns.iter().any(|(known, _)| known == column), "{name} has no column {column}");
            }
            assert!(!reason.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_table_is_somebodys_or_says_why_not() {
        for table in TABLES {
            let nobodys = NOBODYS.iter().any(|(name, reason)| *name == table.name && !reason.is_empty());
            assert_ne!(table.owner().is_some(), nobodys, "{}: see NOBODYS", table.name);
        }
    }

    #[test]
    fn no_hash_and_no_secret_is_among_the_records() {
        for table in TABLES.iter().filter(|table| table.owner().is_some()) {
            for (column, _) in columns(table) {
                let odd = ["hash", "secret", "password", "fingerprint"].iter().any(|word| column.contains(word));
                assert!(!odd, "{}.{column}: see LEFT_OUT", table.name);
            }
        }
    }
}
