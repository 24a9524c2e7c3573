//! A PostgreSQL database of a test's own.

use std::sync::atomic::{AtomicU32, Ordering};

use saydo_domain::UserId;
use saydo_store::{Store, StoreConfig, copy::Place};
use testbed::{Postgres, ROLE};

/// An empty database in the cluster that all tests share; it goes with this.
pub(crate) struct Database {
    pub(crate) name: String,
}

impl Database {
    pub(crate) async fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("copy{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let made = name.clone();
        tokio::task::spawn_blocking(move || Postgres::shared().create_database(&made)).await.unwrap();
        Self { name }
    }

    pub(crate) fn config(&self) -> StoreConfig {
        let url = Postgres::shared().socket_url(&self.name, ROLE);
        StoreConfig { pool_size: 1, max_overflow: 7, ..StoreConfig::new(url) }
    }

    pub(crate) fn place(&self) -> Place {
        Place::Postgres(self.config())
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(self.config()).await.unwrap()
    }

    /// With the newest schema and Ann's account.
    pub(crate) async fn with_ann() -> (Self, Store, UserId) {
        let database = Self::new().await;
        let store = database.open().await;
        store.migrate_up().await.unwrap();
        let user = crate::add_ann(&store).await;
        (database, store, user)
    }

    /// Statements of somebody above row security; gives the rows.
    pub(crate) fn sql(&self, statements: &str) -> String {
        Postgres::shared().sql(&self.name, statements)
    }

    /// The numbers of all tasks.
    pub(crate) fn numbers(&self) -> Vec<i64> {
        let rows = self.sql("SELECT number FROM tasks ORDER BY number");
        rows.lines().map(|row| row.parse().unwrap()).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        Postgres::shared().discard_database(&self.name);
    }
}
