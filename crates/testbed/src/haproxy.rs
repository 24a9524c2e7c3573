//! A HAProxy of one's own, in front of several servers.

use std::path::Path;

use crate::{
    free_port,
    script::{Script, User},
};

/// Starts it with the given settings and stops it at the end of its input.
const SCRIPT: &str = r#"
set -eu
cd /
folder=$(mktemp -d)
trap : INT
trap 'kill -9 "$pid" 2>/dev/null || :; rm -rf "$folder"' EXIT
pid=
printf '%s\n' "$1" >"$folder/cfg"
PATH=$PATH:/usr/sbin
haproxy -c -q -f "$folder/cfg" >&2
haproxy -db -f "$folder/cfg" </dev/null >"$folder/log" 2>&1 &
pid=$!
echo "$folder"
read -r _ || :
"#;

/// A running HAProxy; it ends when it is dropped.
#[derive(Debug)]
pub struct HaProxy {
    port: u16,
    scheme: &'static str,
    _script: Script,
}

impl HaProxy {
    /// Starts one that spreads requests over the servers at these ports of 127.0.0.1, those that say on `/readyz` that
    /// they are ready.
    ///
    /// A request is sent once more, to another server, only when no connection could be made: then nothing has been
    /// asked of the first. What broke off later may have been done, and only the client knows its key.
    ///
    /// # Panics
    /// When HAProxy is not installed or does not start.
    #[must_use]
    pub fn start(ports: &[u16]) -> Self {
        Self::of(|port| settings(&format!("127.0.0.1:{port}"), ports))
    }

    /// The same with TLS, which ends here: the servers are told so. The file has the certificate and its key.
    ///
    /// # Panics
    /// When HAProxy is not installed or does not start.
    #[must_use]
    pub fn with_tls(ports: &[u16], certificate: &Path) -> Self {
        let mut started = Self::of(|port| {
            let bind = format!("127.0.0.1:{port} ssl crt {}", certificate.display());
            format!(
                "{}\n  http-request set-header X-Forwarded-Proto https\n  option forwardfor",
                settings(&bind, ports)
            )
        });
        started.scheme = "https";
        started
    }

    fn of(settings: impl Fn(u16) -> String) -> Self {
        let attempt = || {
            let port = free_port();
            Script::start(User::Ours, SCRIPT, &[&settings(port)]).map(|started| (port, started))
        };
        let Some((port, (script, _))) = (0..3).find_map(|_| attempt()) else {
            panic!("HAProxy does not start: is it installed? (`scripts/need.sh test`)");
        };
        Self { port, scheme: "http", _script: script }
    }

    /// Where it is reached.
    #[must_use]
    pub fn base(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }
}

fn settings(bind: &str, servers: &[u16]) -> String {
    let servers: Vec<String> = servers
        .iter()
        .enumerate()
        .map(|(at, port)| {
            format!("  server s{at} 127.0.0.1:{port} check inter 200ms fall 1 rise 1 on-marked-down shutdown-sessions")
        })
        .collect();
    format!(
        "global
  maxconn 2000
defaults
  mode http
  timeout connect 1s
  timeout client 120s
  timeout server 120s
  timeout check 2s
  retries 3
  retry-on conn-failure
  option redispatch 1
listen saydo
  bind {bind}
  balance roundrobin
  option httpchk GET /readyz
{}",
        servers.join("\n")
    )
}
