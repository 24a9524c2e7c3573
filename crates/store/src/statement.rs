//! A named statement and its values: the only form in which SQL reaches an engine.

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};
use saydo_domain::{
    AccessTokenId, ChangeId, ConversationId, MessageId, PendingId, TaskNumber, TaskUid, TurnId, UserId,
};

/// A value to bind. Both kinds keep their type when they are null, which PostgreSQL cares about.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    /// The user whose rows the statement is about.
    Owner(String),
}

/// For whom a statement acts: PostgreSQL holds it to that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One user: other rows do not exist.
    Owner(String),
    /// Housekeeping, and finding out who somebody is: everybody's rows.
    System,
    /// Somebody forgot to say: no rows at all.
    Nobody,
}

/// A statement with its values.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// What metrics and slow-statement logs call it, such as `task.find`.
    pub(crate) name: &'static str,
    pub(crate) sql: Cow<'static, str>,
    pub(crate) values: Vec<Value>,
    system: bool,
}

impl Statement {
    pub(crate) const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql: Cow::Borrowed(sql), values: Vec::new(), system: false }
    }

    /// A statement without an owner.
    pub(crate) const fn system(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql: Cow::Borrowed(sql), values: Vec::new(), system: true }
    }

    /// A statement put together from our own pieces, never from anybody's input.
    pub(crate) const fn built(name: &'static str, sql: String, values: Vec<Value>) -> Self {
        Self { name, sql: Cow::Owned(sql), values, system: false }
    }

    /// The same, without an owner.
    pub(crate) const fn for_system(mut self) -> Self {
        self.system = true;
        self
    }

    /// Binds the next `$n`.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// For whom it acts.
    pub(crate) fn scope(&self) -> Scope {
        let owner = self.values.iter().find_map(|value| match value {
            Value::Owner(user) => Some(user.clone()),
            Value::Int(_) | Value::Text(_) => None,
        });
        match owner {
            _ if self.system => Scope::System,
            Some(user) => Scope::Owner(user),
            None => Scope::Nobody,
        }
    }

    /// Whether it can meet a value that is taken, or a row that is gone.
    pub(crate) fn may_conflict(&self) -> bool {
        self.sql.starts_with("INSERT") || self.sql.starts_with("UPDATE")
    }

    /// The highest `$n` of the text. A missing bind would silently become NULL, so engines compare.
    pub(crate) fn parameters(&self) -> usize {
        let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
        self.sql.split('$').skip(1).filter_map(|part| part[..digits(part)].parse().ok()).max().unwrap_or(0)
    }
}

/// How many rows share a statement that inserts many, as a power of two: several share the way to the database, and yet
/// there are few texts to prepare.
const ROWS_LOG2: u32 = 5;

/// Cuts rows into batches of 32, 16, … 1 for [`places`].
pub(crate) fn batches<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let (batch, later) = rest.split_at(1 << rest.len().checked_ilog2()?.min(ROWS_LOG2));
        rest = later;
        Some(batch)
    })
}

/// The places of so many rows: `($1, $2), ($3, $4)`.
pub(crate) fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

macro_rules! int_value {
    ($($type:ty => $convert:expr),+ $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                let convert: fn($type) -> i64 = $convert;
                Self::Int(Some(convert(value)))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                let convert: fn($type) -> i64 = $convert;
                Self::Int(value.map(convert))
            }
        }
    )+};
}

macro_rules! text_value {
    ($($type:ty => $convert:expr),+ $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                let convert: fn($type) -> String = $convert;
                Self::Text(Some(convert(value)))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                let convert: fn($type) -> String = $convert;
                Self::Text(value.map(convert))
            }
        }
    )+};
}

impl From<&UserId> for Value {
    fn from(user: &UserId) -> Self {
        Self::Owner(user.as_str().to_owned())
    }
}

int_value! {
    i64 => |value| value,
    u32 => i64::from,
    Timestamp => Timestamp::as_microsecond,
    TaskNumber => TaskNumber::get,
    ConversationId => ConversationId::get,
    MessageId => MessageId::get,
}

text_value! {
    String => |value| value,
    &str => str::to_owned,
    TaskUid => |id| id.to_string(),
    ChangeId => |id| id.to_string(),
    PendingId => |id| id.to_string(),
    TurnId => |id| id.to_string(),
    AccessTokenId => |id| id.to_string(),
    Date => |day| day.to_string(),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_highest_parameter() {
        assert_eq!(Statement::new("", "SELECT 1").parameters(), 0);
        assert_eq!(Statement::new("", "SELECT $2, $11, $1 WHERE a = $2").parameters(), 11);
    }
}
