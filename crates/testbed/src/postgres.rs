//! A PostgreSQL of one's own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, OnceLock},
};

use crate::{
    free_port,
    script::{Script, User},
};

/// The role that owns the databases: row security holds for it.
pub const ROLE: &str = "saydo";

/// Makes a cluster, starts it and says the folder. `stop` and `start`, `pause` and `resume` are for outages.
const SCRIPT: &str = r#"
set -eu
bin=$1
port=$2
sync=$3
cd /
folder=$(mktemp -d)
chmod 755 "$folder"
trap : INT
# To the server and all its processes, by their numbers.
signal() {
  server=$(head -n 1 "$folder/data/postmaster.pid")
  kill -s "$1" "$server"
  kill -s "$1" $(cat "/proc/$server/task/$server/children") 2>/dev/null || :
}
trap '{ signal CONT; } 2>/dev/null || :; "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || :; rm -rf "$folder"' EXIT
"$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$folder/log"
cat >>"$folder/data/postgresql.conf" <<END
unix_socket_directories = '$folder'
listen_addresses = '127.0.0.1'
port = $port
max_connections = 300
fsync = $sync
full_page_writes = $sync
END
start() { "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" start >"$folder/start" 2>&1 </dev/null; }
start || { tail -n 3 "$folder/log" >&2; exit 1; }
echo "$folder"
while read -r word; do
  case $word in
    stop) "$bin/pg_ctl" -D "$folder/data" -m immediate stop >"$folder/start" 2>&1 </dev/null ;;
    pause) signal STOP ;;
    resume) signal CONT ;;
    start) start || { tail -n 3 "$folder/log" >&2; exit 1; } ;;
  esac
  echo done
done
"#;

/// What outlives a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// What was committed outlives the end of the server, not of the machine: fast.
    OfProcess,
    /// What was committed is on the disk, as in earnest.
    OfDisk,
}

/// A running cluster with the role [`ROLE`]. Everybody is let in without a password.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    programs: PathBuf,
    script: Mutex<Script>,
}

impl Postgres {
    /// Starts a new one; it ends when it is dropped.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn start(durability: Durability) -> Self {
        let programs = programs();
        let sync = if durability == Durability::OfDisk { "on" } else { "off" };
        let attempt = || {
            let port = free_port();
            let arguments = [programs.to_str().unwrap(), &port.to_string(), sync];
            Script::start(User::NotRoot, SCRIPT, &arguments).map(|started| (port, started))
        };
        // Somebody may take the port between its choice and its use.
        let started = (0..3).find_map(|_| attempt());
        let Some((port, (script, folder))) = started else { panic!("PostgreSQL does not start") };
        let cluster = Self { folder: folder.into(), port, programs: programs.clone(), script: Mutex::new(script) };
        cluster.sql("postgres", &format!("CREATE ROLE {ROLE} LOGIN"));
        cluster
    }

    /// The one that all tests of this process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Durability::OfProcess))
    }

    /// The URL of a database, over TCP.
    #[must_use]
    pub fn url(&self, database: &str, role: &str) -> String {
        format!("postgresql://{role}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// The URL of a database, by the socket in [`Self::folder`].
    #[must_use]
    pub fn socket_url(&self, database: &str, role: &str) -> String {
        let folder = self.folder.display();
        format!("postgresql://{role}@localhost:{}/{database}?host={folder}&sslmode=disable", self.port)
    }

    /// Where it listens on 127.0.0.1; the same after it was started again.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where its socket is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes an empty database that [`ROLE`] owns.
    pub fn create_database(&self, name: &str) {
        self.sql("postgres", &format!("CREATE DATABASE {name} OWNER {ROLE}"));
    }

    /// Makes a copy of a database that nobody is connected to.
    pub fn clone_database(&self, name: &str, template: &str) {
        self.sql("postgres", &format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}"));
    }

    /// Removes a database and everybody's connections to it.
    pub fn drop_database(&self, name: &str) {
        self.sql("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }

    /// The same at the end of a test, when it does not matter whether there is anything left to remove.
    pub fn discard_database(&self, name: &str) {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let mut command = self.psql(&self.url("postgres", "postgres"), &drop);
        let _ = command.stderr(Stdio::null()).status();
    }

    /// Runs statements as the superuser, for whom row security does not hold; gives the rows, fields parted by `|`.
    ///
    /// # Panics
    /// When one of them fails.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        self.sql_at(&self.url(database, "postgres"), statements)
    }

    /// Runs statements at any URL that `psql` understands.
    ///
    /// # Panics
    /// As [`Self::sql`].
    pub fn sql_at(&self, url: &str, statements: &str) -> String {
        let output = self.psql(url, statements).output().unwrap();
        assert!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn psql(&self, url: &str, statements: &str) -> Command {
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statements]).arg(url).stdin(Stdio::null());
        command
    }

    /// Stops it at once, as a crash would: connections break, what was not committed is gone.
    pub fn stop_immediate(&self) {
        self.script.lock().unwrap().ask("stop");
    }

    /// Starts it again after [`Self::stop_immediate`], at the same port and with its data; waits until it is ready.
    pub fn start_again(&self) {
        self.script.lock().unwrap().ask("start");
    }

    /// Makes it hang, as if its host were frozen: connections stay open, and nobody gets an answer.
    pub fn pause(&self) {
        self.script.lock().unwrap().ask("pause");
    }

    /// Lets it go on after [`Self::pause`], as if nothing had been.
    pub fn resume(&self) {
        self.script.lock().unwrap().ask("resume");
    }
}

/// Where PostgreSQL's programs are: on the path, or where Debian puts them, the newest first.
fn programs() -> PathBuf {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    debian.sort();
    // Where `initdb` really is, the others are too.
    let really = |folder: PathBuf| folder.join("initdb").canonicalize().ok()?.parent().map(Path::to_owned);
    match on_path.chain(debian.into_iter().rev()).find_map(really) {
        Some(folder) => folder,
        None => panic!("PostgreSQL is missing: run `scripts/need.sh test`, or install the package `postgresql`"),
    }
}
