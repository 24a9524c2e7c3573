//! No path of a user walks through a whole table: asked of the query planner, for every statement the suite runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    sync::{Arc, Mutex},
};

use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::{seed, support::Opened};

pub(crate) type Statements = Arc<Mutex<BTreeMap<String, String>>>;

/// Collects the text of every statement by its name, as the engine traces them.
pub(crate) struct Collector(pub(crate) Statements);

#[derive(Default)]
struct Fields {
    query: String,
    sql: String,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "query" {
            value.clone_into(&mut self.query);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "sql" {
            self.sql = format!("{value:?}");
        }
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "saydo_store::sql"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.0.lock().unwrap().insert(fields.sql, fields.query);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// Runs functions of the suite that together use every statement, each on a new database.
macro_rules! tour {
    ($open:path) => {
        $crate::plans::tour! { $open;
            accounts::an_account_is_given_back, accounts::settings_and_password, accounts::users_come_page_by_page,
            accounts::tokens_die_one_by_one_and_all_at_once, accounts::sessions_are_listed_and_forgotten,
            accounts::expired_tokens_are_purged, accounts::deleting_an_account_leaves_no_row,
            tasks::every_field_is_given_back, tasks::numbers_are_never_reused, tasks::the_trash_is_apart,
            tasks::old_trash_is_purged, tasks::many_are_found_in_the_order_asked, tasks::titles_are_lean,
            tasks::counts_know_what_is_overdue, tasks::the_next_occurrence_is_found,
            lists::filters_narrow, lists::text_is_found_whatever_the_case, lists::dues_are_filtered,
            lists::every_order_pages_without_gaps,
            conversations::a_conversation_lives, conversations::the_one_last_spoken_in_comes_first,
            conversations::messages_are_kept_in_order, conversations::conversations_come_in_pages, conversations::a_question_is_answered_once,
            changes::a_change_keeps_its_effects, changes::undo_and_redo_find_their_change,
            changes::undo_within_a_conversation, changes::old_changes_are_purged,
            idempotency::an_answer_is_kept_until_it_expires, idempotency::a_live_key_is_not_taken_twice,
            conversations::an_outside_name_finds_its_conversation, changes::a_change_grows,
            turns::a_turn_runs_and_ends_once, turns::a_turn_that_is_stopped_hears_of_it, turns::a_key_has_one_turn,
            turns::events_are_read_in_order_from_any_point, turns::turns_without_a_sign_of_life_are_interrupted,
            turns::old_turns_are_purged, turns::a_turn_keeps_its_rounds, turns::one_takes_over_a_turn_that_broke_off,
            history::a_task_has_its_history, history::what_holds_after_a_change, history::a_consent_is_used_once,
            history::what_a_program_did_is_found, history::what_was_put_back_together_is_in_force_again,
            tasks::many_are_stored_at_once,
            access_tokens::a_token_opens_the_door_of_its_owner, access_tokens::tokens_are_listed_and_deleted,
            usage::usage_adds_up_by_day_and_model,
            owners::another_user_changes_nothing, turns::a_running_turn_is_found_and_lets_go_of_its_key,
            events::what_happens_is_told_once_and_in_order, events::old_events_go_and_their_numbers_do_not_come_back,
            events::events_come_page_by_page, leases::work_is_claimed_by_one_at_a_time,
            audit::events_are_read_in_order_by_kind_and_time, audit::only_what_is_old_is_purged,
            own::rows_are_found_in_every_table, own::who_was_erased_is_erased_again,
            own::quiet_conversations_are_purged,
        }
    };
    ($open:path; $($module:ident::$test:ident),+ $(,)?) => {
        $(
            let opened = Box::pin($open()).await;
            // Boxed: together they are too large for the stack of a test.
            Box::pin(crate::$module::$test(&opened.store)).await;
            opened.close().await;
        )+
    };
}
pub(crate) use tour;

async fn plan(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::query(explain).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// Every statement that the suite runs on an engine, by its name.
macro_rules! statements {
    ($open:path) => {{
        let statements = $crate::plans::Statements::default();
        // A single dispatcher is asked only on its own thread whether a line is of interest, and another test may run
        // the line first. With two of them `tracing` asks both, whatever the thread.
        let collector = tracing::Dispatch::new($crate::plans::Collector(std::sync::Arc::clone(&statements)));
        let another = tracing::Dispatch::new($crate::plans::Collector($crate::plans::Statements::default()));
        let guard = tracing::dispatcher::set_default(&collector);
        $crate::plans::tour!($open);
        drop((guard, another));
        let statements = std::mem::take(&mut *statements.lock().unwrap());
        $crate::plans::all_are_here(&statements);
        statements
    }};
}
pub(crate) use statements;

/// Whether the suite runs every statement that stands in the source: one that it does not run has no plan asserted.
pub(crate) fn all_are_here(statements: &BTreeMap<String, String>) {
    let mut names = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            // What follows `Statement::new(` and its like, if it is a text: the statement's name.
            let calls = text.split("Statement::").skip(1).filter_map(|call| call.split_once('('));
            let named = calls.filter(|(made, _)| ["new", "system", "built"].contains(made));
            let named = named.filter_map(|(_, rest)| rest.trim_start().strip_prefix('"')?.split_once('"'));
            names.extend(named.map(|(name, _)| name.to_owned()));
        }
    }
    // Those have no plan that matters: transactions, what only PostgreSQL can, the migrations' own little table, what a
    // restore does to everybody, and what is asked of the account's own row where the changes of a day are limited.
    let without = [
        "",
        "system.notify",
        "system.sizes_learn",
        "event.changes_that_day",
        "event.kept_count",
        "server.facts",
        "system.migrations",
        "system.table",
        "system.events_leave_gap",
    ];
    let has_plan = |name: &String| !name.starts_with("tx.") && !without.contains(&name.as_str());
    let here: BTreeSet<&String> = statements.values().collect();
    let missing: Vec<&String> = names.iter().filter(|name| has_plan(name) && !here.contains(name)).collect();
    assert!(missing.is_empty(), "the tour in plans.rs runs no test that uses {missing:?}");
    assert!(names.len() > 100, "only {} statements found in the source", names.len());
}

/// The plan of every statement goes by an index; of a user's, by one that begins with the user.
async fn go_by_indexes(connection: &mut SqliteConnection, statements: &BTreeMap<String, String>) {
    let mut seen = 0;
    for (sql, name) in statements.iter().filter(|(_, name)| !name.starts_with("tx.")) {
        seen += 1;
        let plan = plan(connection, sql).await;
        let scans: Vec<_> = plan
            .iter()
            .filter(|step| step.starts_with("SCAN ") && !step.starts_with("SCAN CONSTANT"))
            // The rows to be inserted.
            .filter(|step| !step.ends_with("-ROW VALUES CLAUSE"))
            // The migrations' own little table.
            .filter(|step| !step.contains("sqlite_master") && !step.contains("_sqlx_migrations"))
            // One row; and what a server reads as a whole when it starts.
            .filter(|step| !step.contains("audit_retention") && !step.contains("erased_accounts"))
            .collect();
        assert!(scans.is_empty(), "{name}: {sql}\n{plan:#?}");
        let of_a_user = is_of_a_user(name);
        assert!(!of_a_user || names_owner(sql), "{name} names no owner: {sql}");
        // What is sorted is then one user's, never a table.
        let by_owner = |step: &&String| ["user_id=?", "id=?", "email=?", "hash=?"].iter().any(|key| step.contains(key));
        let whole: Vec<_> =
            plan.iter().filter(|step| step.starts_with("SEARCH ")).filter(|step| !by_owner(step)).collect();
        assert!(!of_a_user || whole.is_empty(), "{name}: {sql}\n{plan:#?}");
        let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
        assert!(of_a_user || !sorts, "{name} sorts everybody's rows: {sql}\n{plan:#?}");
        // What is read page by page to its end: sorting for each page would take the square of the time.
        assert!(name != "own.rows" || !sorts, "{name} sorts for each page: {sql}\n{plan:#?}");
    }
    assert!(seen > 100, "only {seen} statements seen");
}

#[tokio::test]
async fn no_user_path_scans_a_table() {
    let statements = statements!(Opened::sqlite);
    let opened = Opened::sqlite().await;
    let file = opened.folder.path().join("saydo.db");
    let options = SqliteConnectOptions::new().filename(&file);
    // As in a new installation, whose planner knows nothing of its tables…
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    go_by_indexes(&mut connection, &statements).await;
    connection.close().await.unwrap();
    let Opened { store, folder } = opened;
    store.close().await;
    // … and in a large one, whose planner knows them well.
    seed::sqlite(&file).await;
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let tasks: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tasks").fetch_one(&mut connection).await.unwrap();
    assert_eq!(tasks, 1_000_000);
    go_by_indexes(&mut connection, &statements).await;
    connection.close().await.unwrap();
    drop(folder);
}

#[tokio::test]
async fn the_common_lists_are_read_in_order_and_counted_without_rows() {
    let opened = Opened::sqlite().await;
    let options = SqliteConnectOptions::new().filename(opened.folder.path().join("saydo.db"));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    const LISTS: [&str; 3] = [
        "SELECT title FROM tasks WHERE user_id = $1 AND deleted_at IS NULL ORDER BY number DESC LIMIT $2",
        "SELECT title FROM tasks WHERE user_id = $1 AND deleted_at IS NULL AND completed_at IS NULL \
         ORDER BY number DESC LIMIT $2",
        "SELECT title FROM tasks WHERE user_id = $1 AND deleted_at IS NULL \
         AND (COALESCE(due_local, 9223372036854775807), number) > ($2, $3) \
         ORDER BY COALESCE(due_local, 9223372036854775807) ASC, number ASC LIMIT $4",
    ];
    for sql in LISTS {
        let plan = plan(&mut connection, sql).await;
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{sql}\n{plan:#?}");
    }
    const COUNTS: [&str; 3] = [
        "SELECT COUNT(*) FROM tasks WHERE user_id = $1 AND deleted_at IS NULL",
        "SELECT COUNT(*) FROM tasks WHERE user_id = $1 AND deleted_at IS NULL AND completed_at IS NULL",
        "SELECT COUNT(CASE WHEN (due_at < $2 OR (due_at IS NULL AND due_local < $3)) THEN 1 END) FROM tasks \
         WHERE user_id = $1 AND deleted_at IS NULL AND completed_at IS NULL",
    ];
    for sql in COUNTS {
        let plan = plan(&mut connection, sql).await;
        assert!(plan.iter().all(|step| step.contains("COVERING INDEX")), "{sql}\n{plan:#?}");
    }
    connection.close().await.unwrap();
    opened.close().await;
}

#[tokio::test]
async fn streams_and_sweeps_go_by_an_index_in_order() {
    let opened = Opened::sqlite().await;
    let options = SqliteConnectOptions::new().filename(opened.folder.path().join("saydo.db"));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    const STEPS: [(&str, &str); 7] = [
        (
            "SELECT seq FROM user_events WHERE created_at < $1 ORDER BY created_at LIMIT $2",
            "user_events_age (created_at<?)",
        ),
        (
            "SELECT seq, data FROM turn_events WHERE user_id = $1 AND turn_id = $2 AND seq > $3 ORDER BY seq LIMIT $4",
            "turn_events USING PRIMARY KEY (user_id=? AND turn_id=? AND seq>?)",
        ),
        ("SELECT id FROM turns WHERE status = 'running' AND heartbeat_at < $1", "turns_running (heartbeat_at<?)"),
        (
            "SELECT id FROM turns WHERE ended_at IS NOT NULL AND ended_at < $1 ORDER BY ended_at LIMIT $2",
            "turns_ended (ended_at>? AND ended_at<?)",
        ),
        (
            "SELECT id FROM turns WHERE user_id = $1 AND idempotency_key = $2",
            "turns_key (user_id=? AND idempotency_key=?)",
        ),
        (
            "SELECT id FROM conversations WHERE user_id = $1 AND thread = $2",
            "conversations_thread (user_id=? AND thread=?)",
        ),
        (
            "SELECT day FROM model_usage WHERE user_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, model",
            "(user_id=? AND day>? AND day<?)",
        ),
    ];
    for (sql, step) in STEPS {
        let plan = plan(&mut connection, sql).await;
        assert!(plan.len() == 1 && plan[0].contains(step), "{sql}\n{plan:#?}");
    }
    connection.close().await.unwrap();
    opened.close().await;
}

/// Whether a statement acts for a user, not for the system.
pub(crate) fn is_of_a_user(name: &str) -> bool {
    !["system.", "audit.", "lease.", "erased."].iter().any(|start| name.starts_with(start))
}

/// Whether the owner stands in the predicate, or in what is inserted.
pub(crate) fn names_owner(sql: &str) -> bool {
    let owner = [
        "user_id = $1",
        "WHERE id = $1",
        "WHERE email = $1",
        "WHERE t.hash = $1",
        "(user_id, ",
        "INSERT INTO users (id, ",
    ];
    owner.iter().any(|text| sql.contains(text))
}
