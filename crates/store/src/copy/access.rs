//! A connection of a copy's own, inside one transaction: streaming rows out, looking at what tables there are.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Postgres, Row as _, Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{
    Place,
    catalogue::{Kind, TABLES, Table},
    piece::{Cell, Cells, Shape},
};
use crate::{StoreError, classify::classify, engine::PostgresEngine, row::Raw};

/// What servers see of who copies. Their own connections have other names.
pub(super) const APPLICATION: &str = "saydo copy";

/// One transaction on either database.
#[derive(Debug)]
pub(super) enum Access {
    Sqlite { pool: SqlitePool, transaction: Transaction<'static, Sqlite> },
    Postgres { engine: Box<PostgresEngine>, transaction: Transaction<'static, Postgres> },
}

/// A driver's answer as ours.
pub(super) fn known<T>(result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
    result.map_err(|error| classify(&error))
}

impl Access {
    /// A transaction that sees one instant, and writes nothing.
    pub(super) async fn reading(place: &Place) -> Result<Self, StoreError> {
        match place {
            Place::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(path).create_if_missing(false);
                Self::sqlite(options.busy_timeout(Duration::from_secs(5)).pragma("query_only", "ON"), "BEGIN").await
            }
            Place::Postgres(config) => {
                let engine = PostgresEngine::open_apart(config, APPLICATION).await?;
                let transaction = engine.begin_system("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                Ok(Self::Postgres { engine: Box::new(engine), transaction })
            }
        }
    }

    /// A transaction on a SQLite file.
    pub(super) async fn sqlite(options: SqliteConnectOptions, begin: &'static str) -> Result<Self, StoreError> {
        let options = options.disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options);
        let transaction = known(pool.begin_with(begin).await)?;
        Ok(Self::Sqlite { pool, transaction })
    }

    /// Rows as they come, however many.
    fn stream(&mut self, sql: String) -> BoxStream<'_, Result<Raw, StoreError>> {
        let query = AssertSqlSafe(sql);
        match self {
            Self::Sqlite { transaction, .. } => {
                let rows = sqlx::query(query).persistent(false).fetch(&mut **transaction);
                rows.map_ok(Raw::Sqlite).map_err(|error| classify(&error)).boxed()
            }
            Self::Postgres { transaction, .. } => {
                let rows = sqlx::query(query).persistent(false).fetch(&mut **transaction);
                rows.map_ok(Raw::Postgres).map_err(|error| classify(&error)).boxed()
            }
        }
    }

    /// All rows of a table in the order of its key, which is the same whatever the database's language.
    pub(super) fn rows<'a>(&'a mut self, shape: &'a Shape) -> BoxStream<'a, Result<Cells, StoreError>> {
        let bytewise = match self {
            Self::Sqlite { .. } => "BINARY",
            Self::Postgres { .. } => "\"C\"",
        };
        let key = shape.key.iter().map(|name| match shape.columns.iter().find(|(column, _)| column == name) {
            Some((_, Kind::Text)) => format!("\"{name}\" COLLATE {bytewise}"),
            _ => format!("\"{name}\""),
        });
        let (columns, key) = (shape.column_list(), key.collect::<Vec<_>>().join(", "));
        let sql = format!("SELECT {columns} FROM \"{}\" ORDER BY {key}", shape.name);
        self.stream(sql).map(|row| cells(&row?, shape)).boxed()
    }

    /// The number in the first column of the first row.
    pub(super) async fn number(&mut self, sql: String) -> Result<Option<i64>, StoreError> {
        let row = self.stream(sql).try_next().await?;
        row.map_or(Ok(None), |row| match int(&row, 0) {
            Ok(Cell::Int(value)) => Ok(Some(value)),
            Ok(_) => Ok(None),
            Err(error) => Err(classify(&error)),
        })
    }

    /// Whether there is a table of this name.
    pub(super) async fn has(&mut self, table: &str) -> Result<bool, StoreError> {
        let sql = match self {
            Self::Sqlite { .. } => format!("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{table}'"),
            Self::Postgres { .. } => format!("SELECT CAST(1 AS BIGINT) WHERE to_regclass('{table}') IS NOT NULL"),
        };
        Ok(self.number(sql).await?.is_some())
    }

    /// The newest migration applied; none where Saydo never was.
    pub(super) async fn schema(&mut self) -> Result<Option<i64>, StoreError> {
        if !self.has("_sqlx_migrations").await? {
            return Ok(None);
        }
        self.number("SELECT MAX(version) FROM _sqlx_migrations".to_owned()).await
    }

    /// The catalogue's tables as far as this database has them: an older schema has fewer.
    pub(super) async fn shapes(&mut self) -> Result<Vec<(&'static Table, Shape)>, StoreError> {
        let sql = match self {
            Self::Sqlite { .. } => {
                "SELECT m.name, c.name, c.type FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c \
                 WHERE m.type = 'table'"
            }
            Self::Postgres { .. } => {
                "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) \
                 FROM information_schema.columns WHERE table_schema = current_schema()"
            }
        };
        let rows: Vec<Raw> = self.stream(sql.to_owned()).try_collect().await?;
        let mut there = Vec::with_capacity(rows.len());
        for row in &rows {
            let [table, column, kind] = [0, 1, 2].map(|index| text(row, index));
            if let (Cell::Text(table), Cell::Text(column), Cell::Text(kind)) =
                (known(table)?, known(column)?, known(kind)?)
            {
                there.push((table, column, kind));
            }
        }
        let mut shapes = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            let mut own = there.iter().filter(|(name, ..)| name == table.name).peekable();
            if own.peek().is_some() {
                let own: Vec<(&str, &str)> = own.map(|(_, column, kind)| (column.as_str(), kind.as_str())).collect();
                shapes.push((table, shape(table, &own)?));
            }
        }
        Ok(shapes)
    }

    /// What a table's counter gave last.
    pub(super) async fn counter(&mut self, table: &str, column: &str) -> Result<i64, StoreError> {
        let sql = match self {
            Self::Sqlite { .. } => format!("SELECT seq FROM sqlite_sequence WHERE name = '{table}'"),
            Self::Postgres { .. } => {
                format!(
                    "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence('{table}', '{column}') AS REGCLASS))"
                )
            }
        };
        Ok(self.number(sql).await?.unwrap_or(0))
    }

    /// Runs a statement of ours without values.
    pub(super) async fn run(&mut self, sql: String) -> Result<(), StoreError> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Sqlite { transaction, .. } => known(query.execute(&mut **transaction).await).map(drop),
            Self::Postgres { transaction, .. } => known(query.execute(&mut **transaction).await).map(drop),
        }
    }

    /// Keeps what was written.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { pool, transaction } => {
                let done = known(transaction.commit().await);
                pool.close().await;
                done
            }
            Self::Postgres { engine, mut transaction } => {
                let forgotten = engine.forget_names(&mut transaction).await;
                let done = match forgotten {
                    Ok(()) => known(transaction.commit().await),
                    Err(error) => Err(error),
                };
                engine.close().await;
                done
            }
        }
    }

    /// Leaves everything as it was.
    pub(super) async fn close(self) {
        let undone = match self {
            Self::Sqlite { pool, transaction } => {
                let undone = transaction.rollback().await;
                pool.close().await;
                undone
            }
            Self::Postgres { engine, transaction } => {
                let undone = transaction.rollback().await;
                engine.close().await;
                undone
            }
        };
        if let Err(error) = undone {
            tracing::debug!(%error, "the connection was lost before its transaction was rolled back");
        }
    }
}

/// A table's columns that are there, in the catalogue's order.
fn shape(table: &Table, there: &[(&str, &str)]) -> Result<Shape, StoreError> {
    let mut columns = Vec::with_capacity(there.len());
    for (name, kind) in table.columns {
        let Some((_, declared)) = there.iter().find(|(column, _)| column == name) else { continue };
        let fits = match kind {
            Kind::Text => declared.eq_ignore_ascii_case("text"),
            Kind::Int => ["bigint", "integer"].iter().any(|word| declared.eq_ignore_ascii_case(word)),
        };
        if !fits {
            let what = format!("column {name} of {} is {declared}, which is not as expected", table.name);
            return Err(StoreError::Internal(what));
        }
        columns.push(((*name).to_owned(), *kind));
    }
    // A copy without it would lose what it holds.
    match there.iter().find(|(column, _)| !table.columns.iter().any(|(name, _)| name == column)) {
        Some((column, _)) => Err(StoreError::Internal(format!("{} has an unknown column {column}", table.name))),
        None => Ok(Shape {
            name: table.name.to_owned(),
            columns,
            key: table.key.iter().map(|&name| name.to_owned()).collect(),
        }),
    }
}

fn cells(row: &Raw, shape: &Shape) -> Result<Cells, StoreError> {
    let cell = |(index, (_, kind)): (usize, &(String, Kind))| match kind {
        Kind::Text => text(row, index),
        Kind::Int => int(row, index),
    };
    shape.columns.iter().enumerate().map(|column| known(cell(column))).collect()
}

fn text(row: &Raw, index: usize) -> Result<Cell, sqlx::Error> {
    let value: Option<String> = match row {
        Raw::Sqlite(row) => row.try_get(index)?,
        Raw::Postgres(row) => row.try_get(index)?,
    };
    Ok(value.map_or(Cell::Null, Cell::Text))
}

fn int(row: &Raw, index: usize) -> Result<Cell, sqlx::Error> {
    let value: Option<i64> = match row {
        Raw::Sqlite(row) => row.try_get(index)?,
        Raw::Postgres(row) => row.try_get(index)?,
    };
    Ok(value.map_or(Cell::Null, Cell::Int))
}
