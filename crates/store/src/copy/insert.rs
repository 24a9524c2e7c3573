//! Writing many rows with one statement, each database in its own way.

use sqlx::{Arguments as _, AssertSqlSafe, postgres::PgArguments, sqlite::SqliteArguments};

use super::{
    access::{Access, known},
    catalogue::Kind,
    piece::{Cell, Cells, Shape},
};
use crate::StoreError;

/// Writes rows of a table.
pub(super) async fn rows(access: &mut Access, shape: &Shape, rows: Vec<Cells>) -> Result<(), StoreError> {
    let broken = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Internal(error.to_string());
    match access {
        Access::Sqlite { transaction, .. } => {
            let mut arguments = SqliteArguments::default();
            let sql = values(shape, rows.len());
            for cell in rows.into_iter().flatten() {
                let added = match cell {
                    Cell::Null => arguments.add(None::<i64>),
                    Cell::Int(value) => arguments.add(value),
                    Cell::Text(value) => arguments.add(value),
                };
                added.map_err(broken)?;
            }
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
            known(query.execute(&mut **transaction).await).map(drop)
        }
        Access::Postgres { transaction, .. } => {
            let mut arguments = PgArguments::default();
            for (index, (_, kind)) in shape.columns.iter().enumerate() {
                let added = match kind {
                    Kind::Text => arguments.add(texts(&rows, index)),
                    Kind::Int => arguments.add(ints(&rows, index)),
                };
                added.map_err(broken)?;
            }
            let query = sqlx::query_with(AssertSqlSafe(unnest(shape)), arguments).persistent(false);
            known(query.execute(&mut **transaction).await).map(drop)
        }
    }
}

/// SQLite: a list of values.
fn values(shape: &Shape, rows: usize) -> String {
    let row = format!("({})", vec!["?"; shape.columns.len()].join(", "));
    let rows = vec![row.as_str(); rows].join(", ");
    format!("INSERT INTO \"{}\" ({}) VALUES {rows}", shape.name, shape.column_list())
}

/// PostgreSQL: an array for each column. (Its COPY does not go past row security.)
fn unnest(shape: &Shape) -> String {
    let array = |(index, (_, kind)): (usize, &(String, Kind))| match kind {
        Kind::Text => format!("CAST(${} AS TEXT[])", index + 1),
        Kind::Int => format!("CAST(${} AS BIGINT[])", index + 1),
    };
    let arrays: Vec<String> = shape.columns.iter().enumerate().map(array).collect();
    let columns = shape.column_list();
    format!("INSERT INTO \"{}\" ({columns}) SELECT * FROM UNNEST({})", shape.name, arrays.join(", "))
}

fn texts(rows: &[Cells], index: usize) -> Vec<Option<&str>> {
    let cells = rows.iter().map(|cells| cells.get(index));
    cells
        .map(|cell| match cell {
            Some(Cell::Text(text)) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

fn ints(rows: &[Cells], index: usize) -> Vec<Option<i64>> {
    let cells = rows.iter().map(|cells| cells.get(index));
    cells
        .map(|cell| match cell {
            Some(Cell::Int(value)) => Some(*value),
            _ => None,
        })
        .collect()
}
