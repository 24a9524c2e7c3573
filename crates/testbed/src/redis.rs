//! A Redis of one's own.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::Mutex,
};

use crate::{
    free_port,
    script::{Script, User},
};

/// Starts it without anything kept on disk. `kill` and `start` are for outages; other lines are commands, whose answer
/// is told in one line.
const SCRIPT: &str = r#"
set -euf
port=$1
cd /
folder=$(mktemp -d)
trap : INT
trap 'kill -9 "$pid" 2>/dev/null || :; rm -rf "$folder"' EXIT
pid=
ask() { redis-cli -h 127.0.0.1 -p "$port" "$@" 2>/dev/null; }
start() {
  redis-server --bind 127.0.0.1 --port "$port" --dir "$folder" --save '' --appendonly no \
    </dev/null >"$folder/log" 2>&1 &
  pid=$!
  until [ "$(ask ping)" = PONG ]; do
    kill -0 "$pid" 2>/dev/null || { tail -n 3 "$folder/log" >&2; exit 1; }
    sleep 0.05
  done
}
start
echo "$folder"
while read -r line; do
  case $line in
    kill) kill -9 "$pid"; wait "$pid" 2>/dev/null || :; echo done ;;
    start) start; echo done ;;
    *) echo "$(ask $line | tr '\n' ' ')" ;;
  esac
done
"#;

/// A running Redis; it ends when it is dropped.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    script: Mutex<Script>,
}

impl Redis {
    /// Starts one.
    ///
    /// # Panics
    /// When Redis is not installed or does not start.
    #[must_use]
    pub fn start() -> Self {
        let attempt = || {
            let port = free_port();
            Script::start(User::Ours, SCRIPT, &[&port.to_string()]).map(|started| (port, started))
        };
        let Some((port, (script, _))) = (0..3).find_map(|_| attempt()) else {
            panic!("Redis does not start: is it installed? (`scripts/need.sh test`)");
        };
        Self { port, script: Mutex::new(script) }
    }

    /// Where it is reached; the same after it was started again.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Kills it (`kill -9`): what it knew is gone.
    pub fn kill(&self) {
        self.script.lock().unwrap().ask("kill");
    }

    /// Starts it again, empty; waits until it answers.
    pub fn start_again(&self) {
        self.script.lock().unwrap().ask("start");
    }

    /// Gives it a command of words without blanks, and its answer's lines in one.
    pub fn command(&self, words: &str) -> String {
        self.script.lock().unwrap().ask(words)
    }

    /// From now on everything that is asked of it can be looked at, also what it has forgotten since.
    ///
    /// # Panics
    /// When it cannot be reached.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(b"MONITOR\r\n").unwrap();
        let mut lines = BufReader::new(stream);
        lines.read_line(&mut String::new()).unwrap();
        Watch { lines }
    }
}

/// What is asked of a Redis, as its MONITOR tells it.
#[derive(Debug)]
pub struct Watch {
    lines: BufReader<TcpStream>,
}

impl Watch {
    /// The commands until now, those of scripts as well: each in quotes, without the time and the address in front.
    ///
    /// # Panics
    /// When the Redis has gone away.
    pub fn commands(&mut self, redis: &Redis) -> Vec<String> {
        const END: &str = "that-was-all";
        redis.command(&format!("echo {END}"));
        let mut commands = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "Redis has gone away");
            if line.contains(END) {
                return commands;
            }
            let (_, command) = line.split_once("] ").unwrap_or(("", &line));
            commands.push(command.trim().to_owned());
        }
    }
}
