//! A million tasks in a database, made by the database itself: for the plans of statements, and for benchmarks.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};

const MILLION: &str = include_str!("million.sql");

/// Fills a migrated, empty SQLite file that nobody has open.
pub(crate) async fn sqlite(file: &Path) {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .foreign_keys(false)
        .pragma("synchronous", "OFF")
        .pragma("cache_size", "-400000");
    let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
    // Indexes are made faster at the end than kept up to date.
    let indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'tasks' AND sql IS NOT NULL";
    let indexes: Vec<(String, String)> = sqlx::query_as(indexes).fetch_all(&mut raw).await.unwrap();
    let drop: String = indexes.iter().map(|(name, _)| format!("DROP INDEX {name};")).collect();
    let make: String = indexes.iter().map(|(_, sql)| format!("{sql};")).collect();
    let numbers = "CREATE TEMP TABLE numbers AS WITH RECURSIVE s (n) AS \
                   (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 10000) SELECT n FROM s;";
    let all = format!("PRAGMA journal_mode = MEMORY; {numbers} BEGIN; {drop} {MILLION} {make} COMMIT; ANALYZE;");
    sqlx::raw_sql(AssertSqlSafe(all)).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
}

/// Fills a migrated, empty PostgreSQL database, as somebody above row security.
pub(crate) async fn postgres(administrator: &mut PgConnection) {
    let indexes = "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename = 'tasks' \
                   AND indexname NOT LIKE '%key' AND indexname NOT LIKE '%pkey'";
    let indexes: Vec<(String, String)> = sqlx::query_as(indexes).fetch_all(&mut *administrator).await.unwrap();
    let drop: String = indexes.iter().map(|(name, _)| format!("DROP INDEX {name};")).collect();
    let make: String = indexes.iter().map(|(_, sql)| format!("{sql};")).collect();
    let numbers = "CREATE TEMP TABLE numbers AS SELECT n FROM generate_series(0, 10000) AS n; ANALYZE numbers;";
    let quick = "SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '64MB'; \
                 SET maintenance_work_mem = '256MB';";
    let all = format!("{quick} BEGIN; {numbers} {drop} {MILLION} {make} COMMIT; VACUUM (ANALYZE)");
    // One at a time: VACUUM wants no transaction around it.
    for sql in all.split_inclusive(';') {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *administrator).await.unwrap();
    }
}
