//! Reading a row's columns as domain values.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

use crate::StoreError;

/// A row as the driver gives it.
pub(crate) enum Raw {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A row of one statement.
pub(crate) struct Row {
    query: &'static str,
    row: Raw,
}

impl Row {
    pub(crate) const fn new(query: &'static str, row: Raw) -> Self {
        Self { query, row }
    }

    /// The error for a column whose value makes no sense.
    pub(crate) const fn bad(&self, column: &'static str) -> StoreError {
        StoreError::Decode { query: self.query, column }
    }

    pub(crate) fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        self.int_opt(column)?.ok_or_else(|| self.bad(column))
    }

    pub(crate) fn int_opt(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        let value = match &self.row {
            Raw::Sqlite(row) => row.try_get(column),
            // What is counted or decided in a statement can be a smaller integer than a column.
            Raw::Postgres(row) => {
                row.try_get(column).or_else(|_| row.try_get::<Option<i32>, _>(column).map(|value| value.map(i64::from)))
            }
        };
        value.map_err(|_| self.bad(column))
    }

    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.text_opt(column)?.ok_or_else(|| self.bad(column))
    }

    pub(crate) fn text_opt(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        let value = match &self.row {
            Raw::Sqlite(row) => row.try_get(column),
            Raw::Postgres(row) => row.try_get(column),
        };
        value.map_err(|_| self.bad(column))
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(self.int(column)?).map_err(|_| self.bad(column))
    }

    pub(crate) fn time_opt(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let micros = self.int_opt(column)?;
        micros.map(Timestamp::from_microsecond).transpose().map_err(|_| self.bad(column))
    }

    /// A text that a domain type is made of.
    pub(crate) fn make<T: TryFrom<String>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.text(column)?).map_err(|_| self.bad(column))
    }

    pub(crate) fn make_opt<T: TryFrom<String>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.text_opt(column)?.map(T::try_from).transpose().map_err(|_| self.bad(column))
    }

    /// A text that is parsed, such as an id.
    pub(crate) fn parse<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| self.bad(column))
    }

    pub(crate) fn parse_opt<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.text_opt(column)?.map(|text| text.parse()).transpose().map_err(|_| self.bad(column))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| self.bad(column))
    }

    pub(crate) fn json_opt<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text = self.text_opt(column)?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| self.bad(column))
    }

    /// A word of one of our enums, spelt as serde spells it.
    pub(crate) fn word<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_value(serde_json::Value::String(self.text(column)?)).map_err(|_| self.bad(column))
    }
}

/// JSON text of a value to store.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Internal(error.to_string()))
}
