//! The words of SQL that the two databases do not share. Everything else is one text.

/// A database's way of speaking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Tasks as one JSON array of `[number, title, 1 if completed]`, in any order; null or empty without any.
    pub(crate) const fn titles_json(self) -> &'static str {
        match self {
            Self::Sqlite => "json_group_array(json_array(number, title, completed_at IS NOT NULL))",
            Self::Postgres => {
                "CAST(json_agg(json_build_array(number, title, CAST(completed_at IS NOT NULL AS INTEGER))) AS TEXT)"
            }
        }
    }

    /// One row if there is a table of this name (`$1`).
    pub(super) const fn has_table(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = $1",
            Self::Postgres => "SELECT 1 AS found WHERE to_regclass($1) IS NOT NULL",
        }
    }
}
