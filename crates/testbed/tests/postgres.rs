//! The servers do what tests rely on.

use testbed::{Durability, PgBouncer, Postgres};

#[test]
fn what_was_committed_outlives_an_outage_and_the_port_stays() {
    let cluster = Postgres::start(Durability::OfDisk);
    cluster.create_database("first");
    cluster.sql("first", "CREATE TABLE kept (n INTEGER); INSERT INTO kept VALUES (1), (2)");
    let url = cluster.url("first", testbed::ROLE);
    cluster.stop_immediate();
    cluster.start_again();
    assert_eq!(cluster.sql("first", "SELECT count(*), current_setting('fsync') FROM kept"), "2|on");
    assert_eq!(cluster.url("first", testbed::ROLE), url);
    cluster.clone_database("second", "first");
    assert_eq!(cluster.sql("second", "SELECT sum(n) FROM kept"), "3");
    cluster.drop_database("second");
    assert_eq!(cluster.sql("postgres", "SELECT count(*) FROM pg_database WHERE datname = 'second'"), "0");
    let folder = cluster.folder().to_owned();
    assert!(folder.exists());
    drop(cluster);
    assert!(!folder.exists(), "a stopped cluster leaves nothing behind");
}

#[test]
fn pgbouncer_stands_before_a_cluster() {
    let cluster = Postgres::start(Durability::OfProcess);
    cluster.create_database("app");
    let pgbouncer = PgBouncer::start(&cluster, 2);
    for url in [pgbouncer.url("app"), pgbouncer.socket_url("app")] {
        // `psql` does not know what is meant for our driver.
        let url = url.replace("&statement-cache-capacity=0", "");
        assert_eq!(cluster.sql_at(&url, "SELECT current_user"), "saydo");
    }
}
