//! Row security: the wall behind the predicates.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::Opened;
use crate::support::{new_tasks, new_user};

/// How many tasks a statement without any predicate finds, and touches.
async fn found_and_touched(raw: &mut PgConnection, user: &str, role: &str) -> (i64, u64) {
    let mut transaction = raw.begin().await.unwrap();
    let set = sqlx::query("SELECT set_config('saydo.user', $1, TRUE), set_config('saydo.role', $2, TRUE)");
    set.bind(user).bind(role).execute(&mut *transaction).await.unwrap();
    let found = sqlx::query_scalar("SELECT COUNT(*) FROM tasks").fetch_one(&mut *transaction).await.unwrap();
    let touched = sqlx::query("UPDATE tasks SET version = version").execute(&mut *transaction).await.unwrap();
    transaction.rollback().await.unwrap();
    (found, touched.rows_affected())
}

#[tokio::test]
async fn a_statement_that_forgets_its_owner_finds_only_the_owner_s_rows() {
    let opened = Opened::new().await;
    let (ann, bob) = (new_user(&opened.store, "ann").await, new_user(&opened.store, "bob").await);
    new_tasks(&opened.store, &ann, 3, |_| ()).await;
    new_tasks(&opened.store, &bob, 4, |_| ()).await;
    let mut raw = opened.raw().await;
    assert_eq!(found_and_touched(&mut raw, ann.as_str(), "user").await, (3, 3));
    assert_eq!(found_and_touched(&mut raw, bob.as_str(), "user").await, (4, 4));
    assert_eq!(found_and_touched(&mut raw, "", "nobody").await, (0, 0));
    assert_eq!(found_and_touched(&mut raw, "", "system").await, (7, 7));
    // Outside a transaction of ours nobody is set.
    let found: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tasks").fetch_one(&mut raw).await.unwrap();
    assert_eq!(found, 0);

    let mut transaction = raw.begin().await.unwrap();
    sqlx::query("SELECT set_config('saydo.user', $1, TRUE)")
        .bind(ann.as_str())
        .execute(&mut *transaction)
        .await
        .unwrap();
    let forged = sqlx::query("INSERT INTO task_labels (user_id, label, number) VALUES ($1, 'x', 1)");
    let refused = forged.bind(bob.as_str()).execute(&mut *transaction).await.unwrap_err();
    assert_eq!(refused.as_database_error().and_then(|error| error.code()).as_deref(), Some("42501"));
    transaction.rollback().await.unwrap();
    raw.close().await.unwrap();
    opened.close().await;
}

#[tokio::test]
async fn the_audit_table_only_grows() {
    let opened = Opened::new().await;
    crate::audit::note(&opened.store, &["a", "b"]).await;
    let mut raw = opened.raw().await;
    for sql in crate::audit::FORBIDDEN.into_iter().chain(["TRUNCATE audit_events"]) {
        let mut transaction = raw.begin().await.unwrap();
        let system = sqlx::query("SELECT set_config('saydo.role', 'system', TRUE)");
        system.execute(&mut *transaction).await.unwrap();
        let refused = sqlx::query(sql).execute(&mut *transaction).await.unwrap_err();
        assert!(refused.to_string().contains("audit_events only grows"), "{sql}: {refused}");
        transaction.rollback().await.unwrap();
    }
    // Whoever acts for a user does not even see it.
    let seen: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit_events").fetch_one(&mut raw).await.unwrap();
    assert_eq!(seen, 0);
    raw.close().await.unwrap();
    opened.close().await;
}

/// Tables that no user has rows in.
const OF_THE_SYSTEM: [&str; 4] = ["audit_events", "audit_retention", "erased_accounts", "leases"];

#[tokio::test]
async fn every_table_of_users_has_its_policy() {
    const SQL: &str = "SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced, \
         COALESCE((SELECT string_agg(pg_get_expr(p.polqual, p.polrelid), ';') FROM pg_policy p \
         WHERE p.polrelid = c.oid), '') AS policy FROM pg_class c \
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname";
    let opened = Opened::new().await;
    let mut raw = opened.raw().await;
    let tables = sqlx::query(SQL).fetch_all(&mut raw).await.unwrap();
    let mut seen = 0;
    for table in &tables {
        let (name, policy): (&str, &str) = (table.get("name"), table.get("policy"));
        if name == "_sqlx_migrations" {
            continue;
        }
        seen += 1;
        assert!(table.get::<bool, _>("forced"), "{name} has no row security");
        if OF_THE_SYSTEM.contains(&name) {
            assert!(policy.contains("saydo.role") && !policy.contains("saydo.user"), "{name}: {policy}");
        } else {
            let column = if name == "users" { "(id = " } else { "(user_id = " };
            assert!(policy.contains(column) && policy.contains("saydo.user"), "{name}: {policy}");
        }
        let owner = AssertSqlSafe(format!("SELECT COUNT(*) FROM {name}"));
        sqlx::query(owner).execute(&mut raw).await.unwrap();
    }
    assert_eq!(seen, 22);
    raw.close().await.unwrap();
    opened.close().await;
}
