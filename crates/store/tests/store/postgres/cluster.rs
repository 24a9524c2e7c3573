//! A PostgreSQL and a PgBouncer of the test run's own: started by the first test that needs it, gone when the process is.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use saydo_store::{Store, StoreConfig};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions};

/// Starts the servers in a new folder, says the folder, and stops them when its input ends: that is, when the test
/// process ends, however it does.
const SCRIPT: &str = r#"
set -eu
bin=$1
cd /
folder=$(mktemp -d)
trap 'kill "$(cat "$folder/pgbouncer.pid")" || :; "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || :; rm -rf "$folder"' EXIT
"$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$folder/log"
options="-k $folder -c listen_addresses= -c max_connections=300 -c fsync=off -c full_page_writes=off"
"$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "$options" start >"$folder/start" 2>&1 </dev/null
cat >"$folder/pgbouncer.ini" <<END
[databases]
* = host=$folder
[pgbouncer]
unix_socket_dir = $folder
listen_port = 6432
pidfile = $folder/pgbouncer.pid
logfile = $folder/pgbouncer.log
auth_type = trust
auth_file = $folder/users
pool_mode = transaction
default_pool_size = 3
END
echo '"saydo" ""' >"$folder/users"
PATH=$PATH:/usr/sbin pgbouncer -q -d "$folder/pgbouncer.ini" </dev/null >>"$folder/log" 2>&1
echo "$folder"
read -r _ || :
"#;

struct Cluster {
    folder: String,
    /// The open end of its input keeps the server running.
    _script: Child,
}

/// Where PostgreSQL's programs are: on the path, or where Debian puts them, the newest first.
fn programs() -> PathBuf {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    debian.sort();
    let found = on_path.chain(debian.into_iter().rev()).find(|folder| folder.join("initdb").exists());
    match found {
        Some(folder) => folder,
        None => panic!("PostgreSQL is missing: run `scripts/need.sh test`, or install the package `postgresql`"),
    }
}

fn start(programs: &Path) -> Cluster {
    // PostgreSQL refuses to run as root; the package makes a user for it.
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = Command::new(if is_root { "runuser" } else { "sh" });
    if is_root {
        command.args(["-u", "postgres", "--", "sh"]);
    }
    command.args(["-c", SCRIPT, "sh"]).arg(programs).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut script = command.spawn().unwrap();
    let mut folder = String::new();
    BufReader::new(script.stdout.take().unwrap()).read_line(&mut folder).unwrap();
    assert!(!folder.is_empty(), "PostgreSQL or PgBouncer did not start: are both installed? (`scripts/need.sh test`)");
    Cluster { folder: folder.trim().to_owned(), _script: script }
}

/// The URL of a database of the cluster, for a user that row security holds for.
fn url(database: &str) -> String {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    let folder = &CLUSTER.get_or_init(|| start(&programs())).folder;
    format!("postgresql://saydo@localhost/{database}?host={folder}&sslmode=disable")
}

/// A connection that may do everything.
async fn administrator(database: &str) -> PgConnection {
    let url = tokio::task::spawn_blocking({
        let database = database.to_owned();
        move || url(&database)
    });
    let options: PgConnectOptions = url.await.unwrap().parse().unwrap();
    PgConnection::connect_with(&options.username("postgres")).await.unwrap()
}

/// A store with a database of its own.
pub(crate) struct Opened {
    pub(crate) store: Store,
    database: String,
}

impl Opened {
    /// With the newest schema.
    pub(crate) async fn new() -> Self {
        let opened = Self::empty().await;
        opened.store.migrate_up().await.unwrap();
        opened
    }

    /// Without any schema.
    pub(crate) async fn empty() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let database = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut administrator = administrator("postgres").await;
        let role = "DO $$ BEGIN CREATE ROLE saydo LOGIN; \
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
        sqlx::raw_sql(role).execute(&mut administrator).await.unwrap();
        let create = format!("CREATE DATABASE {database} OWNER saydo");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut administrator).await.unwrap();
        administrator.close().await.unwrap();
        let store = Store::open(config(&database)).await.unwrap();
        Self { store, database }
    }

    /// How another process would open the same database.
    pub(crate) fn config(&self) -> StoreConfig {
        config(&self.database)
    }

    /// The same by way of PgBouncer in transaction mode: fewer sessions than connections.
    pub(crate) fn config_of_pgbouncer(&self) -> StoreConfig {
        let config = self.config();
        let url = format!("{}&port=6432&statement-cache-capacity=0", config.url_or_path);
        StoreConfig { url_or_path: url, ..config }
    }

    /// A connection that does not go through the store, of the same user.
    pub(crate) async fn raw(&self) -> PgConnection {
        let options: PgConnectOptions = url(&self.database).parse().unwrap();
        PgConnection::connect_with(&options).await.unwrap()
    }

    /// A connection above row security.
    pub(crate) async fn administrator(&self) -> PgConnection {
        administrator(&self.database).await
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
        let mut administrator = administrator("postgres").await;
        let drop = AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.database));
        sqlx::raw_sql(drop).execute(&mut administrator).await.unwrap();
        administrator.close().await.unwrap();
    }
}

fn config(database: &str) -> StoreConfig {
    // No more connections than a test needs: all tests share one server.
    StoreConfig { pool_size: 1, max_overflow: 7, ..StoreConfig::new(url(database)) }
}
