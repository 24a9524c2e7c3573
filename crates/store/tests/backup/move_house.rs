//! A whole installation goes to the other database and back, and every row is the same.

use saydo_store::{
    backup::BackupError,
    copy::{Copied, Place, TABLES, Table, copy},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use testbed::{Postgres, ROLE};

use crate::{House, noon, quiet, server::Database};

/// Something in every table, and texts of every sort: both databases understand it.
pub(crate) const RICH: &str = "
INSERT INTO users (id, email, name, settings, next_task_number, created_at) VALUES
    ('user-zoë', 'zoe@example.com', 'Zoë 🌻', '{\"a\":\"ü\"}', 40, -9223372036854775807),
    ('User-B', NULL, '', '{}', 1, 9223372036854775807);
INSERT INTO sessions (user_id, token_id, created_at, expires_at, client) VALUES ('user-zoë', 't1', 1, 2, 'Fire\tfox\n');
INSERT INTO revoked_tokens VALUES ('user-zoë', 't0', 5), ('User-B', 'T0', 6);
INSERT INTO access_tokens (user_id, id, name, hash, scope, created_at) VALUES ('user-zoë', 'a', 'CLI', 'h', 'read', 1);
INSERT INTO tasks (user_id, number, uid, title, title_key, search, description, priority, due, labels, created_at,
    updated_at, deleted_at, version) VALUES
    ('user-zoë', 2, 'u2', 'Bröt\"chen \\ kaufen', 'bröt', 'bröt', 'a
b', 1, '2026-01-01', '[\"Küche\"]', 1, 2, NULL, 3),
    ('user-zoë', 10, 'u10', '\u{202e}txet\u{202c} 👩‍👩‍👧 ́', '', '', '', 2, NULL, '[]', 1, 2, 77, 1),
    ('User-B', 1, 'u1', '''; DROP TABLE tasks; --', '$1', '%', NULL, 3, NULL, '[]', 1, 2, NULL, 1);
INSERT INTO task_labels VALUES ('user-zoë', 'Küche', 2), ('user-zoë', 'kueche', 2);
INSERT INTO conversations (id, user_id, title, activity, created_at, updated_at) VALUES (3, 'user-zoë', 'C', 1, 1, 1),
    (9, 'user-zoë', 'gone', 2, 1, 1);
DELETE FROM conversations WHERE id = 9;
INSERT INTO messages (id, user_id, conversation_id, role, content, created_at) VALUES (5, 'user-zoë', 3, 'user', 'hi', 1);
INSERT INTO pending_actions VALUES ('user-zoë', 3, 'p', 'ask', '?', '[]', '{}', 1, 2);
INSERT INTO changes (user_id, seq, id, door, summary, created_at, client) VALUES ('user-zoë', 1, 'c', 'chat', 'x', 1, 'Ä');
INSERT INTO change_effects VALUES ('user-zoë', 1, 0, 2, NULL, '{}');
INSERT INTO idempotency_keys VALUES ('user-zoë', 'k', 'f', 201, '[]', '{\"id\":2}', 1, 2);
INSERT INTO turns (user_id, id, conversation_id, status, started_at, heartbeat_at) VALUES
    ('user-zoë', 't', 3, 'finished', 1, 1);
INSERT INTO turn_events VALUES ('user-zoë', 't', 1, '{}', 1), ('user-zoë', 't', 2, '{}', 1);
INSERT INTO turn_rounds VALUES ('user-zoë', 't', 1, '{}', 10, 20, 1);
INSERT INTO used_consents VALUES ('user-zoë', 'once', 9);
INSERT INTO user_events (user_id, seq, kind, door, created_at) VALUES ('user-zoë', 1, 'task.created', 'rest', 1);
INSERT INTO model_usage VALUES ('user-zoë', '2026-01-01', 'm', 1, 2, 3, 4, 5, 6);
INSERT INTO leases VALUES ('sweep', 'me', 1, 2, 3);
INSERT INTO audit_events (id, at, kind) VALUES (4, 1, 'login');
UPDATE audit_retention SET keep_from = 0;
INSERT INTO erased_accounts VALUES ('a mark');
";

/// A SQLite installation with something in every table.
async fn rich_house() -> House {
    let house = House::new().await;
    let options = SqliteConnectOptions::new().filename(house.database());
    let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(RICH).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    house
}

/// Every value as text, in any order.
fn select(table: &Table) -> AssertSqlSafe<String> {
    let columns: Vec<String> = table.columns.iter().map(|(name, _)| format!("CAST({name} AS TEXT)")).collect();
    AssertSqlSafe(format!("SELECT {} FROM {}", columns.join(", "), table.name))
}

/// What a database holds, found by a way of the tests' own.
type Everything = Vec<(String, Vec<Vec<Option<String>>>)>;

pub(crate) async fn all_of_file(path: &std::path::Path) -> Everything {
    let options = SqliteConnectOptions::new().filename(path);
    let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
    let mut everything = Vec::new();
    for table in TABLES {
        let rows = sqlx::query(select(table)).fetch_all(&mut raw).await.unwrap();
        let row = |row: &sqlx::sqlite::SqliteRow| (0..table.columns.len()).map(|at| row.get(at)).collect();
        let mut rows: Vec<_> = rows.iter().map(row).collect();
        rows.sort();
        everything.push((table.name.to_owned(), rows));
    }
    raw.close().await.unwrap();
    everything
}

pub(crate) async fn all_of_server(database: &Database) -> Everything {
    let url = Postgres::shared().socket_url(&database.name, ROLE);
    let mut raw = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("SELECT set_config('saydo.role', 'system', FALSE)").execute(&mut raw).await.unwrap();
    let mut everything = Vec::new();
    for table in TABLES {
        let rows = sqlx::query(select(table)).fetch_all(&mut raw).await.unwrap();
        let row = |row: &sqlx::postgres::PgRow| (0..table.columns.len()).map(|at| row.get(at)).collect();
        let mut rows: Vec<_> = rows.iter().map(row).collect();
        rows.sort();
        everything.push((table.name.to_owned(), rows));
    }
    raw.close().await.unwrap();
    everything
}

async fn move_to(from: &Place, to: &Place) -> Result<Copied, BackupError> {
    copy(from, to, noon(), &quiet()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_arrives_and_comes_back() {
    let house = rich_house().await;
    let before = all_of_file(&house.database()).await;
    assert!(before.iter().all(|(_, rows)| !rows.is_empty()), "a table without a row proves nothing: add one to RICH");
    // The house is in use all the time.
    let database = Database::new().await;
    let copied = move_to(&house.place(), &database.place()).await.unwrap();
    assert_eq!((copied.rows["users"], copied.rows["tasks"], copied.rows.len()), (3, 3, TABLES.len()));
    house.add(1).await;
    assert_eq!(all_of_server(&database).await, before, "what is written after the copy is not in it");

    let back = house.folder.path().join("back/saydo.db");
    move_to(&database.place(), &Place::Sqlite(back.clone())).await.unwrap();
    assert_eq!(all_of_file(&back).await, before);
    // A number that was given is never given again, even if its row is gone.
    let next = "INSERT INTO conversations (user_id, title, activity, created_at, updated_at) \
                VALUES ('User-B', 'new', 1, 1, 1) RETURNING id";
    assert_eq!(database.sql(next), "10");
    let mut raw = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&back)).await.unwrap();
    let id: i64 = sqlx::query_scalar(next).fetch_one(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    assert_eq!(id, 10);
    house.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_with_accounts_is_left_alone() {
    let house = rich_house().await;
    let (database, store, user) = Database::with_ann().await;
    crate::add(&store, &user, 7).await;
    let refused = move_to(&house.place(), &database.place()).await.unwrap_err();
    assert!(matches!(refused, BackupError::Connected { connections: 1.., .. }), "{refused}");
    store.close().await;
    let refused = move_to(&house.place(), &database.place()).await.unwrap_err();
    assert!(matches!(refused, BackupError::NotEmpty(_)), "{refused}");
    assert_eq!(database.numbers(), [7]);
    let refused = move_to(&database.place(), &house.place()).await.unwrap_err();
    assert!(matches!(refused, BackupError::InUse(_) | BackupError::Exists(_)), "{refused}");
    house.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_newest_schema_is_copied() {
    let house = House::new().await;
    let database = Database::new().await;
    let newest = house.store.migrate_down_one().await.unwrap().unwrap();
    let refused = move_to(&house.place(), &database.place()).await.unwrap_err();
    assert!(matches!(refused, BackupError::SchemaOlder { found, known, .. } if found < known), "{refused}");
    assert!(refused.to_string().contains("saydo migrate up"), "{refused}");
    house.store.migrate_up().await.unwrap();
    let mut raw =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(house.database())).await.unwrap();
    let later = format!("UPDATE _sqlx_migrations SET version = 9999 WHERE version = {newest}");
    sqlx::raw_sql(AssertSqlSafe(later)).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let refused = move_to(&house.place(), &database.place()).await.unwrap_err();
    assert!(refused.to_string().contains("use the newer program"), "{refused}");
    let nowhere = Place::Sqlite(house.folder.path().join("nowhere.db"));
    let refused = move_to(&nowhere, &database.place()).await.unwrap_err();
    assert!(matches!(refused, BackupError::NoDatabase(_)), "{refused}");
    assert_eq!(database.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
    house.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_leaves_nothing() {
    let house = rich_house().await;
    let mut raw =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(house.database())).await.unwrap();
    // The one character that PostgreSQL cannot keep. Saydo takes none; somebody else may have written it.
    sqlx::raw_sql("UPDATE messages SET content = 'a' || char(0) || 'b'").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let database = Database::new().await;
    let refused = move_to(&house.place(), &database.place()).await.unwrap_err();
    assert!(matches!(&refused, BackupError::Rows { table, .. } if table == "messages"), "{refused}");
    assert_eq!(database.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
    house.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rows_go_in_many_batches() {
    let house = House::new().await;
    let mut raw =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(house.database())).await.unwrap();
    let many = "INSERT INTO tasks (user_id, number, uid, title, title_key, search, priority, created_at, updated_at, \
                version) WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1203) \
                SELECT 'user-ann', n, 'u' || n, 'Task ' || n, '', '', 1, n, n, 1 FROM n";
    sqlx::raw_sql(many).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    house.store.close().await;
    let database = Database::new().await;
    let copied = move_to(&house.place(), &database.place()).await.unwrap();
    assert_eq!(copied.rows["tasks"], 1203);
    assert_eq!(database.numbers(), (1..=1203).collect::<Vec<i64>>());
}
