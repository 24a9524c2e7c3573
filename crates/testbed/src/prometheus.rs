//! A Prometheus of one's own.

use std::path::Path;

use crate::{
    free_port,
    script::{Script, User},
};

/// Starts it with this configuration; it says a line when it is ready.
const SCRIPT: &str = r#"
set -eu
config=$1
port=$2
folder=$(mktemp -d)
pid=
trap : INT
trap 'kill -9 "$pid" 2>/dev/null || :; rm -rf "$folder"' EXIT
prometheus --config.file="$config" --storage.tsdb.path="$folder/data" --web.listen-address="127.0.0.1:$port" \
  </dev/null >"$folder/log" 2>&1 &
pid=$!
until grep -q 'Server is ready' "$folder/log"; do
  kill -0 "$pid" 2>/dev/null || { tail -n 3 "$folder/log" >&2; exit 1; }
  sleep 0.05
done
echo ready
while read -r _; do echo ready; done
"#;

/// A running Prometheus; it ends when it is dropped.
#[derive(Debug)]
pub struct Prometheus {
    port: u16,
    _script: Script,
}

impl Prometheus {
    /// Starts one with this configuration file.
    ///
    /// # Panics
    /// When Prometheus is not installed or does not start.
    #[must_use]
    pub fn start(config: &Path) -> Self {
        let attempt = || {
            let port = free_port();
            let arguments = [config.to_str().unwrap(), &port.to_string()];
            Script::start(User::Ours, SCRIPT, &arguments).map(|(script, _)| Self { port, _script: script })
        };
        let Some(started) = (0..3).find_map(|_| attempt()) else {
            panic!("Prometheus does not start: is it installed? (`scripts/need.sh test`)");
        };
        started
    }

    /// Where it is reached.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
