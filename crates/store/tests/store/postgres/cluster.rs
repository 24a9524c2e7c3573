//! A database of its own for each test, in the cluster that they share.

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use saydo_store::{Store, StoreConfig};
use sqlx::{Connection as _, PgConnection};
use testbed::{PgBouncer, Postgres, ROLE};
use tokio::sync::OnceCell;

/// A store with a database of its own.
pub(crate) struct Opened {
    pub(crate) store: Store,
    database: String,
}

impl Opened {
    /// With the newest schema.
    pub(crate) async fn new() -> Self {
        static TEMPLATE: OnceCell<&str> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(async || {
            Postgres::shared().create_database("migrated");
            let store = Store::open(config("migrated")).await.unwrap();
            store.migrate_up().await.unwrap();
            store.close().await;
            "migrated"
        });
        let (template, database) = (template.await, next_name());
        Postgres::shared().clone_database(&database, template);
        let store = Store::open(config(&database)).await.unwrap();
        Self { store, database }
    }

    /// Without any schema.
    pub(crate) async fn empty() -> Self {
        let database = next_name();
        Postgres::shared().create_database(&database);
        let store = Store::open(config(&database)).await.unwrap();
        Self { store, database }
    }

    /// How another process would open the same database.
    pub(crate) fn config(&self) -> StoreConfig {
        config(&self.database)
    }

    /// The same by way of PgBouncer in transaction mode: fewer sessions than connections.
    pub(crate) fn config_of_pgbouncer(&self) -> StoreConfig {
        static PGBOUNCER: OnceLock<PgBouncer> = OnceLock::new();
        let pgbouncer = PGBOUNCER.get_or_init(|| PgBouncer::start(Postgres::shared(), 3));
        StoreConfig { url_or_path: pgbouncer.socket_url(&self.database), ..self.config() }
    }

    /// A connection that does not go through the store, of the same user.
    pub(crate) async fn raw(&self) -> PgConnection {
        PgConnection::connect(&Postgres::shared().socket_url(&self.database, ROLE)).await.unwrap()
    }

    /// A connection above row security.
    pub(crate) async fn administrator(&self) -> PgConnection {
        PgConnection::connect(&Postgres::shared().socket_url(&self.database, "postgres")).await.unwrap()
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
        Postgres::shared().drop_database(&self.database);
    }
}

fn next_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

fn config(database: &str) -> StoreConfig {
    // No more connections than a test needs: all tests share one server.
    StoreConfig { pool_size: 1, max_overflow: 7, ..StoreConfig::new(Postgres::shared().socket_url(database, ROLE)) }
}
