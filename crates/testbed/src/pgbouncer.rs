//! A PgBouncer of one's own.

use crate::{
    Postgres, ROLE, free_port,
    script::{Script, User},
};

/// Starts it before the given cluster and says the folder.
const SCRIPT: &str = r#"
set -eu
server=$1
port=$2
pool=$3
role=$4
cd /
folder=$(mktemp -d)
chmod 755 "$folder"
trap : INT
trap 'kill "$(cat "$folder/pid")" 2>/dev/null || :; rm -rf "$folder"' EXIT
cat >"$folder/ini" <<END
[databases]
* = host=127.0.0.1 port=$server
[pgbouncer]
unix_socket_dir = $folder
listen_addr = 127.0.0.1
listen_port = $port
pidfile = $folder/pid
logfile = $folder/log
auth_type = trust
auth_file = $folder/users
pool_mode = transaction
default_pool_size = $pool
max_client_conn = 1000
server_login_retry = 1
END
printf '"%s" ""\n' "$role" >"$folder/users"
PATH=$PATH:/usr/sbin pgbouncer -q -d "$folder/ini" </dev/null >"$folder/out" 2>&1 || { cat "$folder/out" >&2; exit 1; }
# It goes to the background before it listens.
tries=0
until [ -S "$folder/.s.PGSQL.$port" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 500 ] || { echo "no socket" >&2; exit 1; }
  sleep 0.02
done
echo "$folder"
read -r _ || :
"#;

/// A running PgBouncer in transaction mode; it ends when it is dropped.
#[derive(Debug)]
pub struct PgBouncer {
    port: u16,
    folder: String,
    _script: Script,
}

impl PgBouncer {
    /// Starts one with so many sessions for each database of the cluster.
    ///
    /// # Panics
    /// When PgBouncer is not installed or does not start.
    #[must_use]
    pub fn start(cluster: &Postgres, sessions: u32) -> Self {
        let attempt = || {
            let port = free_port();
            let numbers = [u32::from(cluster.port()), u32::from(port), sessions].map(|number| number.to_string());
            let [server, listen, pool] = &numbers;
            Script::start(User::NotRoot, SCRIPT, &[server, listen, pool, ROLE]).map(|started| (port, started))
        };
        let Some((port, (script, folder))) = (0..3).find_map(|_| attempt()) else {
            panic!("PgBouncer does not start: is it installed? (`scripts/need.sh test`)");
        };
        Self { port, folder, _script: script }
    }

    /// The URL of a database, over TCP. It asks the server to keep no prepared statements: old PgBouncers lose them.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let port = self.port;
        format!("postgresql://{ROLE}@127.0.0.1:{port}/{database}?sslmode=disable&statement-cache-capacity=0")
    }

    /// The same by its socket.
    #[must_use]
    pub fn socket_url(&self, database: &str) -> String {
        let (port, folder) = (self.port, &self.folder);
        format!(
            "postgresql://{ROLE}@localhost:{port}/{database}?host={folder}&sslmode=disable&statement-cache-capacity=0"
        )
    }
}
