//! What a copy is made of, on its way from a database or a file to another: tables, rows, counters.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::catalogue::Kind;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
}

impl Cell {
    /// Bytes it takes in memory, more or less.
    const fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len() + 24,
            Self::Null | Self::Int(_) => 24,
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Cell;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("null, a whole number or a text")
            }

            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Null)
            }

            fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
                Ok(Cell::Int(value))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Cell, E> {
                i64::try_from(value).map(Cell::Int).map_err(E::custom)
            }

            fn visit_str<E>(self, value: &str) -> Result<Cell, E> {
                Ok(Cell::Text(value.to_owned()))
            }

            fn visit_string<E>(self, value: String) -> Result<Cell, E> {
                Ok(Cell::Text(value))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The values of a row, in the order of the table's columns.
pub(crate) type Cells = Vec<Cell>;

/// A table as a copy has it: older schemas have fewer columns than the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) columns: Vec<(String, Kind)>,
    pub(crate) key: Vec<String>,
}

/// Whether a name is such as we give: it becomes part of statements.
fn plain(name: &str) -> bool {
    let ours = |byte: u8| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit();
    !name.is_empty() && name.bytes().all(ours)
}

impl Shape {
    /// Whether all its names are such as we give.
    pub(crate) fn is_plain(&self) -> bool {
        let of_columns = self.columns.iter().all(|(name, _)| plain(name));
        plain(&self.name)
            && of_columns
            && !self.columns.is_empty()
            && self.key.iter().all(|key| self.columns.iter().any(|(name, _)| name == key))
    }

    /// Whether a row has as many values as there are columns, each of its column's kind.
    pub(crate) fn fits(&self, cells: &[Cell]) -> bool {
        let fits = |(cell, (_, kind)): (&Cell, &(String, Kind))| match cell {
            Cell::Null => true,
            Cell::Int(_) => *kind == Kind::Int,
            Cell::Text(_) => *kind == Kind::Text,
        };
        cells.len() == self.columns.len() && cells.iter().zip(&self.columns).all(fits)
    }

    /// The columns, quoted, for a statement.
    pub(crate) fn column_list(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        names.join(", ")
    }
}

/// The number a table's counter gave last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counter {
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) last: i64,
}

impl Counter {
    /// Whether its names are such as we give.
    pub(crate) fn is_plain(&self) -> bool {
        plain(&self.table) && plain(&self.column)
    }
}

/// A part of a copy. They come in this order: schema, then for each table its shape and its rows, counters, the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The newest migration applied.
    Schema(i64),
    Table(Shape),
    /// Rows of the table named last, in the order of its key.
    Rows(Vec<Cells>),
    Counter(Counter),
    /// Nothing is missing.
    End,
}

/// Rows on their way together: neither many nor large.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    rows: Vec<Cells>,
    weight: usize,
}

impl Batch {
    const ROWS: usize = 500;
    const WEIGHT: usize = 512 * 1024;

    /// Takes one more; gives them all once they are enough.
    pub(crate) fn push(&mut self, cells: Cells) -> Option<Vec<Cells>> {
        self.weight += cells.iter().map(Cell::weight).sum::<usize>();
        self.rows.push(cells);
        if self.rows.len() >= Self::ROWS || self.weight >= Self::WEIGHT { self.take() } else { None }
    }

    /// Takes one more, or, without one, gives the rest.
    pub(crate) fn offer(&mut self, cells: Option<Cells>) -> Option<Vec<Cells>> {
        match cells {
            Some(cells) => self.push(cells),
            None => self.take(),
        }
    }

    /// Gives what there is.
    pub(crate) fn take(&mut self) -> Option<Vec<Cells>> {
        self.weight = 0;
        let rows = std::mem::take(&mut self.rows);
        (!rows.is_empty()).then_some(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_line_of_json_and_back() {
        let row = vec![Cell::Null, Cell::Int(i64::MIN), Cell::Int(i64::MAX), Cell::Text("“é”\n\u{1}\"".to_owned())];
        let line = serde_json::to_string(&row).unwrap();
        assert_eq!(line, r#"[null,-9223372036854775808,9223372036854775807,"“é”\n\u0001\""]"#);
        assert_eq!(serde_json::from_str::<Cells>(&line).unwrap(), row);
        for odd in ["[1.5]", "[true]", "[[1]]", "[18446744073709551615]"] {
            assert!(serde_json::from_str::<Cells>(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn names_that_are_not_ours_are_refused() {
        let shape = |name: &str, key: &str| Shape {
            name: name.to_owned(),
            columns: vec![("id".to_owned(), Kind::Int)],
            key: vec![key.to_owned()],
        };
        assert!(shape("tasks", "id").is_plain());
        assert!(!shape("tasks\"; --", "id").is_plain());
        assert!(!shape("", "id").is_plain());
        assert!(!shape("tasks", "uid").is_plain());
        assert!(shape("tasks", "id").fits(&[Cell::Int(1)]));
        assert!(!shape("tasks", "id").fits(&[Cell::Text("1".to_owned())]));
        assert!(!shape("tasks", "id").fits(&[]));
    }

    #[test]
    fn a_batch_is_neither_many_nor_large() {
        let mut batch = Batch::default();
        assert!((1..Batch::ROWS).all(|_| batch.push(vec![Cell::Null]).is_none()));
        assert_eq!(batch.push(vec![Cell::Null]).map(|rows| rows.len()), Some(Batch::ROWS));
        assert_eq!(batch.take(), None);
        assert!(batch.push(vec![Cell::Text("x".repeat(Batch::WEIGHT))]).is_some());
    }
}
