//! No path of a user reads a whole table: asked of the planner, with a million tasks.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::Opened;
use crate::{
    plans::{is_of_a_user, names_owner, statements},
    seed,
};

/// The plan for any values: one made for these could not be told from luck.
async fn plan(connection: &mut PgConnection, sql: &str, parameters: usize) -> Value {
    let values = if parameters == 0 { String::new() } else { format!("({})", vec!["NULL"; parameters].join(", ")) };
    let explain = format!("PREPARE asked AS {sql}; EXPLAIN (FORMAT JSON) EXECUTE asked{values}; DEALLOCATE asked");
    let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(connection).await.unwrap();
    let text: String = rows.first().unwrap().try_get_unchecked(0).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What is wrong with a plan: it reads a whole table or a whole index, or sorts more than one user has.
fn faults(plan: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if let (Some(kind), Some(rows)) = (plan["Node Type"].as_str(), plan["Plan Rows"].as_i64()) {
        let goes_by_index = ["Index Scan", "Index Only Scan", "Bitmap Index Scan"].contains(&kind);
        // One has one row, and the other is read as a whole when a server starts.
        let apart = ["audit_retention", "erased_accounts"].iter().any(|name| plan["Relation Name"] == *name);
        let whole = kind == "Seq Scan" && !apart;
        if whole || (goes_by_index && plan["Index Cond"].is_null()) || (kind.ends_with("Sort") && rows > 10_000) {
            faults.push(format!("{kind} of {rows} rows of {}", plan["Relation Name"]));
        }
    }
    match plan {
        Value::Array(parts) => faults.extend(parts.iter().flat_map(self::faults)),
        Value::Object(parts) => faults.extend(parts.values().flat_map(self::faults)),
        _ => {}
    }
    faults
}

/// The highest `$n`.
fn parameters(sql: &str) -> usize {
    let number = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().ok();
    sql.split('$').skip(1).filter_map(number).max().unwrap_or(0)
}

#[tokio::test]
async fn no_user_path_reads_a_whole_table() {
    let statements = statements!(Opened::new);
    let opened = Opened::new().await;
    let mut administrator = opened.administrator().await;
    seed::postgres(&mut administrator).await;
    administrator.close().await.unwrap();
    let mut raw = opened.raw().await;
    // Row security stays on, and is part of every plan.
    const SETTINGS: &str = "SET plan_cache_mode = force_generic_plan; SELECT set_config('saydo.user', 'u7', FALSE)";
    sqlx::raw_sql(SETTINGS).execute(&mut raw).await.unwrap();
    let (mut seen, mut whole) = (0, Vec::new());
    for (sql, name) in &statements {
        // The migrations' own; and what is known to find nothing, which is planned but not executed.
        if sql.contains("_sqlx_migrations") || sql.contains("to_regclass") || sql.contains("1 = 0") {
            continue;
        }
        seen += 1;
        let plan = plan(&mut raw, sql, parameters(sql)).await;
        let faults = faults(&plan);
        if !faults.is_empty() {
            whole.push((name, sql, faults));
        }
        assert!(!is_of_a_user(name) || names_owner(sql), "{name} names no owner: {sql}");
    }
    assert!(whole.is_empty(), "{whole:#?}");
    assert!(seen > 100, "only {seen} statements seen");
    raw.close().await.unwrap();
    opened.close().await;
}
