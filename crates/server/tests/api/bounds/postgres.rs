//! What PostgreSQL can run out of.

use super::add;
use crate::{database::Engine, support::TestApp};

/// Lets every new task fail with this SQLSTATE.
fn fail_with(app: &TestApp, state: &str) {
    app.folder.sql(&format!(
        "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$; \
         CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON tasks FOR EACH STATEMENT EXECUTE FUNCTION fail();"
    ));
}

#[tokio::test]
async fn a_full_or_read_only_server_is_said_so_and_reads_go_on() {
    let app = TestApp::on(Engine::Postgres, &[]).await;
    let ada = app.user("ada").await;
    add(&ada, "Milk").await.ok(201);
    for (state, status, code) in
        [("53100", 507, "storage_full"), ("25006", 503, "read_only"), ("53300", 503, "busy"), ("53200", 503, "busy")]
    {
        fail_with(&app, state);
        let refused = add(&ada, "Bread").await;
        assert_eq!(refused.problem(status).1, code, "{state}");
        assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
        assert_eq!(ada.get("/api/tasks").await.ok(200).as_array().unwrap().len(), 1);
    }
    app.folder.sql("DROP TRIGGER fail ON tasks");
    add(&ada, "Bread").await.ok(201);
}

#[tokio::test]
async fn too_many_connections_are_waited_out() {
    let app = TestApp::on(Engine::Postgres, &[("DB_POOL_TIMEOUT", "1")]).await;
    let ada = app.user("ada").await;
    app.folder.sql(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0', current_database()); END $$; \
         SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let refused = add(&ada, "Milk").await;
    assert!(["busy", "database_unavailable"].contains(&refused.problem(503).1.as_str()), "{}", refused.text);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(ada.get("/livez").await.status, 200);
    app.folder.sql("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT -1', current_database()); END $$");
    let began = std::time::Instant::now();
    while add(&ada, "Milk").await.status != 201 {
        assert!(began.elapsed() < super::PATIENCE);
    }
    assert_eq!(ada.get("/api/tasks").await.ok(200).as_array().unwrap().len(), 1);
}
