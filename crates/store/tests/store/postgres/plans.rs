//! No path of a user reads a whole table: asked of the planner, on tables that are worth an index.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::Opened;
use crate::plans::{Collector, Statements, names_owner, tour};

/// 10,000 users, 400 of them with 250 tasks each, and of everything else as much as makes an index worth its while.
const ROWS: &str = "
SELECT set_config('saydo.role', 'system', FALSE);
INSERT INTO users (id, email, name, created_at) SELECT 'u' || u, 'u' || u || '@example.com', 'U', u
    FROM generate_series(1, 10000) u;
INSERT INTO tasks (user_id, number, uid, title, title_key, search, priority, due_local, completed_at, deleted_at,
    repeat_of, created_at, updated_at, version)
    SELECT 'u' || u, n, u || '-' || n, 'Task ' || n, 'task ' || n, 'task ' || n, 1 + n % 3,
    CASE WHEN n % 3 = 0 THEN n END, CASE WHEN n % 2 = 0 THEN n END, CASE WHEN n % 50 = 0 THEN n END,
    CASE WHEN n % 9 = 0 THEN u || '-' || (n - 1) END, n, n, 1
    FROM generate_series(1, 400) u, generate_series(1, 250) n;
INSERT INTO task_labels SELECT user_id, 'label' || number % 9, number FROM tasks WHERE number % 5 = 0;
INSERT INTO sessions (user_id, token_id, created_at, expires_at)
    SELECT 'u' || u, 't' || n, n, u * 20 + n FROM generate_series(1, 400) u, generate_series(1, 20) n;
INSERT INTO revoked_tokens SELECT user_id, token_id, expires_at FROM sessions;
INSERT INTO conversations (user_id, title, thread, activity, created_at, updated_at)
    SELECT 'u' || u, 'C', 'agui:' || n, n, n, n FROM generate_series(1, 400) u, generate_series(1, 20) n;
INSERT INTO messages (user_id, conversation_id, role, content, created_at)
    SELECT user_id, id, 'user', 'hi', n FROM conversations, generate_series(1, 6) n;
INSERT INTO pending_actions SELECT user_id, id, 'p' || id, 'ask', '?', '[]', '{}', 1, 2 FROM conversations;
INSERT INTO changes (user_id, seq, id, door, summary, undoes, created_at)
    SELECT 'u' || u, n, 'c' || n, 'chat', 'did', CASE WHEN n % 10 = 0 THEN 'c' || (n - 1) END, u * 60 + n
    FROM generate_series(1, 400) u, generate_series(1, 60) n;
INSERT INTO change_effects (user_id, seq, ordinal, number)
    SELECT user_id, seq, n, n FROM changes, generate_series(0, 1) n;
INSERT INTO idempotency_keys SELECT 'u' || u, 'k' || n, '', 200, '[]', '', n, u * 40 + n
    FROM generate_series(1, 400) u, generate_series(1, 40) n;
INSERT INTO turns (user_id, id, conversation_id, status, idempotency_key, started_at, heartbeat_at, ended_at)
    SELECT user_id, 't' || id, id, CASE WHEN id % 100 = 0 THEN 'running' ELSE 'finished' END, 'k' || id, id, id,
    CASE WHEN id % 100 <> 0 THEN id END FROM conversations;
INSERT INTO turn_events SELECT user_id, id, n, '{}', n FROM turns, generate_series(1, 8) n;
INSERT INTO access_tokens (user_id, id, name, hash, scope, created_at)
    SELECT 'u' || u, 'a' || n, 'A', u || '-' || n, 'read', n FROM generate_series(1, 400) u, generate_series(1, 9) n;
INSERT INTO model_usage SELECT 'u' || u, '2026-01-' || n, 'm', 1, 1, 1, 1, 1, 1
    FROM generate_series(1, 400) u, generate_series(10, 30) n;
";

/// The plan for any values: one made for these could not be told from luck.
async fn plan(connection: &mut PgConnection, sql: &str, parameters: usize) -> Vec<String> {
    let values = if parameters == 0 { String::new() } else { format!("({})", vec!["NULL"; parameters].join(", ")) };
    let explain = format!("PREPARE asked AS {sql}; EXPLAIN EXECUTE asked{values}; DEALLOCATE asked");
    let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| sqlx::Row::get(row, 0)).collect()
}

/// The highest `$n`.
fn parameters(sql: &str) -> usize {
    let number = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().ok();
    sql.split('$').skip(1).filter_map(number).max().unwrap_or(0)
}

#[tokio::test]
async fn no_user_path_reads_a_whole_table() {
    let statements = Statements::default();
    // See the same test for SQLite.
    let collector = tracing::Dispatch::new(Collector(Arc::clone(&statements)));
    let another = tracing::Dispatch::new(Collector(Statements::default()));
    let guard = tracing::dispatcher::set_default(&collector);
    tour!(Opened::new);
    drop((guard, another));

    let opened = Opened::new().await;
    let mut administrator = opened.administrator().await;
    sqlx::raw_sql(ROWS).execute(&mut administrator).await.unwrap();
    sqlx::raw_sql("ANALYZE").execute(&mut administrator).await.unwrap();
    administrator.close().await.unwrap();
    let mut raw = opened.raw().await;
    // Row security stays on, and is part of every plan.
    const SETTINGS: &str = "SET plan_cache_mode = force_generic_plan; SELECT set_config('saydo.user', 'u7', FALSE)";
    sqlx::raw_sql(SETTINGS).execute(&mut raw).await.unwrap();
    let statements = std::mem::take(&mut *statements.lock().unwrap());
    let (mut seen, mut whole) = (0, Vec::new());
    for (sql, name) in &statements {
        // The migrations' own; and what is known to find nothing, which is planned but not executed.
        if sql.contains("_sqlx_migrations") || sql.contains("to_regclass") || sql.contains("1 = 0") {
            continue;
        }
        seen += 1;
        let plan = plan(&mut raw, sql, parameters(sql)).await;
        if plan.iter().any(|step| step.contains("Seq Scan")) {
            whole.push((name, sql, plan));
        }
        assert!(name.starts_with("system.") || names_owner(sql), "{name} names no owner: {sql}");
    }
    assert!(whole.is_empty(), "{whole:#?}");
    assert!(seen > 75, "only {seen} statements seen");
    raw.close().await.unwrap();
    opened.close().await;
}
