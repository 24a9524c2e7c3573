//! Where the servers of tests keep their data: in SQLite files, or, with `SAYDO_TEST_DATABASE=postgres`, in databases of
//! one PostgreSQL that is gone when the run is.

use std::{
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use saydo_server::{
    config::{Config, Sources},
    setup,
};
use testbed::{Postgres, ROLE};

use crate::support::{NOW, SECRET};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file of its own for each server.
    Sqlite,
    /// A database of its own for each server.
    Postgres,
}

impl Engine {
    /// What this run is about; a test about one of them in particular names it.
    pub(crate) fn of_run() -> Self {
        match std::env::var("SAYDO_TEST_DATABASE").as_deref() {
            Err(_) | Ok("sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            Ok(other) => panic!("SAYDO_TEST_DATABASE={other}: sqlite or postgres"),
        }
    }
}

/// The data of one server, or of several: a folder, and a database if it is not a file in there. All of it goes when
/// this does.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    database: Option<Database>,
}

impl Home {
    pub(crate) fn new(engine: Engine) -> Self {
        let database = (engine == Engine::Postgres).then(Database::migrated);
        Self { folder: tempfile::tempdir().unwrap(), database }
    }

    /// With an empty database of the shared PostgreSQL.
    pub(crate) fn without_schema() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: Some(Database::empty()) }
    }

    /// Runs statements on the PostgreSQL database as somebody above row security.
    pub(crate) fn sql(&self, statements: &str) -> String {
        Postgres::shared().sql(&self.database.as_ref().unwrap().0, statements)
    }

    /// The data folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `DATABASE_URL`, if the database is not the usual file.
    pub(crate) fn url(&self) -> Option<String> {
        self.database.as_ref().map(|database| Postgres::shared().url(&database.0, ROLE))
    }
}

/// A database of the shared PostgreSQL.
struct Database(String);

impl Database {
    fn empty() -> Self {
        let name = new_name();
        Postgres::shared().create_database(&name);
        Self(name)
    }

    fn migrated() -> Self {
        static TEMPLATE: OnceLock<&str> = OnceLock::new();
        let (template, name) = (TEMPLATE.get_or_init(template), new_name());
        Postgres::shared().clone_database(&name, template);
        Self(name)
    }
}

fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Drop for Database {
    fn drop(&mut self) {
        Postgres::shared().discard_database(&self.0);
    }
}

/// Makes the database that the others are copies of, as a server does that finds it empty.
fn template() -> &'static str {
    let name = "template_saydo";
    Postgres::shared().create_database(name);
    let url = Postgres::shared().url(name, ROLE);
    let settings =
        [("DATABASE_URL", url.as_str()), ("DB_POOL_SIZE", "1"), ("SAYDO_NOW", NOW), ("BETTER_AUTH_SECRET", SECRET)];
    let env = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let config = Config::parse(&Sources { env, ..Sources::default() }).unwrap();
    // A test that waits for this is inside a runtime, where another one cannot wait.
    let made = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async { setup::open_app(&config).await.unwrap().store.close().await });
    });
    made.join().unwrap();
    name
}
