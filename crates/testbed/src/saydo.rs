//! A Saydo server of one's own: the real program, which can be killed and started again on the same data.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{
    free_port,
    script::{Script, User},
};

/// Starts the program, says its process id, and then waits for its end, which it tells as an exit status.
const SCRIPT: &str = r#"
log=$1
shift
cd "$(dirname "$log")"
"$@" >>"$log" 2>&1 </dev/null &
pid=$!
trap : INT
trap 'test -z "$pid" || kill -9 "$pid" 2>/dev/null || :' EXIT
echo "$pid"
while read -r _; do
  if [ -n "$pid" ]; then
    status=0
    wait "$pid" 2>/dev/null || status=$?
    pid=
  fi
  echo "$status"
done
"#;

/// How to start a server, always in the same place.
#[derive(Debug, Clone)]
pub struct Saydo {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    settings: Vec<(String, String)>,
}

impl Saydo {
    /// A server of this program with its data and its log (`server.log`) in this folder, on a free port.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), folder: folder.into(), port: free_port(), settings: Vec::new() }
    }

    /// The same with a setting, by the name of its environment variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Where it is reached.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its data folder.
    #[must_use]
    pub const fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// What it wrote to its log, over all its lives.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }

    /// The program with these arguments, set as the server is, to be run once.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("env");
        command.args(self.words(arguments)).current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// Starts the server; it may take a while until it answers.
    ///
    /// # Panics
    /// When there is no shell.
    #[must_use]
    pub fn start(&self) -> Running {
        let log = self.folder.join("server.log");
        let words = self.words(&["serve"]);
        let mut arguments = vec![log.to_str().unwrap(), "env"];
        arguments.extend(words.iter().map(String::as_str));
        let Some((script, pid)) = Script::start(User::Ours, SCRIPT, &arguments) else { panic!("no shell") };
        Running { script, pid: Some(pid) }
    }

    /// What `env` is told: the settings, the program, its arguments.
    fn words(&self, arguments: &[&str]) -> Vec<String> {
        let own = [
            ("SAYDO_LISTEN", format!("127.0.0.1:{}", self.port)),
            ("SAYDO_DATA_DIR", self.folder.to_string_lossy().into_owned()),
        ];
        let own = own.into_iter().map(|(name, value)| format!("{name}={value}"));
        let settings = self.settings.iter().map(|(name, value)| format!("{name}={value}"));
        let program = std::iter::once(self.program.to_string_lossy().into_owned());
        own.chain(settings).chain(program).chain(arguments.iter().map(ToString::to_string)).collect()
    }
}

/// A server's life. It is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    script: Script,
    pid: Option<String>,
}

impl Running {
    /// Its process id, while it is not known to have ended.
    #[must_use]
    pub fn pid(&self) -> Option<&str> {
        self.pid.as_deref()
    }

    /// Kills it as the system would when memory runs out (`kill -9`), and waits for its end.
    pub fn kill(&mut self) -> i32 {
        if let Some(pid) = &self.pid {
            // An error means that it has ended by itself.
            let _ = Command::new("kill").args(["-9", pid]).stderr(Stdio::null()).status();
        }
        self.wait()
    }

    /// Waits for its end, and says its exit status: above 128 for a signal.
    pub fn wait(&mut self) -> i32 {
        self.pid = None;
        self.script.ask("wait").parse().unwrap_or(-1)
    }
}
