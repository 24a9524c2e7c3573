//! All of a person's rows, whatever table they are in, as they are stored: for the export. What tables and columns
//! there are says the catalogue.

use saydo_domain::UserId;
use serde_json::{Map, Value};

use crate::{
    Conn, StoreError,
    copy::{Kind, Table},
    row::Row,
    statement::{self, Statement},
};

/// A row: columns and what they hold.
pub type OwnRow = Map<String, Value>;

fn own_row(row: &Row, columns: &[(&'static str, Kind)]) -> Result<OwnRow, StoreError> {
    let cell = |(name, kind): &(&'static str, Kind)| {
        let value = match kind {
            Kind::Int => row.int_opt(name)?.map_or(Value::Null, Value::from),
            Kind::Text => row.text_opt(name)?.map_or(Value::Null, Value::from),
        };
        Ok(((*name).to_owned(), value))
    };
    columns.iter().map(cell).collect()
}

/// What a person's rows of a table are in order of: columns that tell them apart, as an index beginning with the owner has
/// them. Else each page would sort all that the person has.
fn order(table: &Table, owner: &str) -> Vec<&'static str> {
    match table.name {
        "messages" => vec!["conversation_id", "id"],
        _ => table.key.iter().copied().filter(|name| *name != owner).collect(),
    }
}

impl Conn {
    /// Rows of a table that belong to this user, in an order of their own, after the given one; none of a table that
    /// belongs to nobody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn own_rows(
        &mut self,
        user: &UserId,
        table: &Table,
        after: Option<&OwnRow>,
        limit: u32,
    ) -> Result<Vec<OwnRow>, StoreError> {
        let Some(owner) = table.owner() else { return Ok(Vec::new()) };
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let key = order(table, owner);
        let mut values: Vec<statement::Value> = vec![user.into(), limit.into()];
        let mut sql = format!("SELECT {} FROM {} WHERE {owner} = $1", columns.join(", "), table.name);
        if let Some(after) = after {
            // A person has one row of their own in a table whose key is the owner.
            if key.is_empty() {
                return Ok(Vec::new());
            }
            let mut places = Vec::with_capacity(key.len());
            for name in &key {
                values.push(match after.get(*name) {
                    Some(Value::String(text)) => text.as_str().into(),
                    Some(Value::Number(number)) => number.as_i64().into(),
                    _ => return Err(StoreError::Internal(format!("{}.{name} has no value", table.name))),
                });
                places.push(format!("${}", values.len()));
            }
            sql.push_str(&format!(" AND ({}) > ({})", key.join(", "), places.join(", ")));
        }
        if !key.is_empty() {
            sql.push_str(&format!(" ORDER BY {}", key.join(", ")));
        }
        sql.push_str(" LIMIT $2");
        let rows = self.rows(Statement::built("own.rows", sql, values)).await?;
        rows.iter().map(|row| own_row(row, table.columns)).collect()
    }
}
