//! A PostgreSQL database, read by its superuser, for whom row security does not hold, as of one instant.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, postgres::PgRow};

use super::{Columns, Source};
use crate::trouble::Tried;

/// Every foreign key as a statement that counts the rows which belong to none.
const ORPHANS: &str = "
SELECT format('SELECT %L || count(*) FROM %s c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s)',
  c.conrelid::regclass || ', rows that belong to none: ', c.conrelid::regclass,
  (SELECT string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ')
     FROM unnest(c.conkey) k JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k),
  c.confrelid::regclass,
  (SELECT string_agg(format('p.%I = c.%I', f.attname, a.attname), ' AND ')
     FROM unnest(c.conkey, c.confkey) AS k (mine, theirs)
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.mine
     JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.theirs))
FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace";

/// Each index against its table, by PostgreSQL's own means.
const INDEXES: &str = "
SELECT bt_index_check(i.indexrelid, TRUE)::TEXT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace
AND c.relkind = 'i' AND i.indisvalid";

/// Each table's pages.
const HEAPS: &str = "
SELECT c.relname || ': ' || h.msg FROM pg_class c, verify_heapam(c.oid) h
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace";

/// The database.
pub(crate) struct Postgres {
    connection: PgConnection,
}

impl Postgres {
    /// Connects with the superuser's URL.
    pub(crate) async fn open(url: &str) -> Tried<Self> {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS amcheck").execute(&mut connection).await?;
        sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut connection).await?;
        Ok(Self { connection })
    }

    /// Waits until no session of a killed server is left: one may still commit what it was told last.
    pub(crate) async fn settled(url: &str) -> Tried<()> {
        const LEFT: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'saydo%' \
                            AND datname = current_database()";
        let mut connection = PgConnection::connect(url).await?;
        loop {
            let left: i64 = sqlx::query_scalar(LEFT).fetch_one(&mut connection).await?;
            if left == 0 {
                return Ok(connection.close().await?);
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

fn columns(row: &PgRow) -> Tried<Columns> {
    (0..row.len()).map(|at| Ok(row.try_get(at)?)).collect()
}

impl Source for Postgres {
    async fn rows(&mut self, sql: &'static str) -> Tried<Vec<Columns>> {
        sqlx::query(sql).fetch_all(&mut self.connection).await?.iter().map(columns).collect()
    }

    async fn faults(&mut self) -> Tried<Vec<String>> {
        let mut faults = Vec::new();
        // An error here is what it finds.
        if let Err(error) = self.rows(INDEXES).await {
            return Ok(vec![error.to_string()]);
        }
        faults.extend(self.rows(HEAPS).await?.into_iter().flatten().flatten());
        for check in self.rows(ORPHANS).await?.into_iter().flatten().flatten() {
            let found: String = sqlx::query_scalar(AssertSqlSafe(check)).fetch_one(&mut self.connection).await?;
            faults.extend((!found.ends_with(": 0")).then_some(found));
        }
        Ok(faults)
    }
}
