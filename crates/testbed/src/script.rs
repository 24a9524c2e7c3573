//! A shell script that keeps a server for as long as this process lives.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// Whom a script runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// Whoever runs the tests.
    Ours,
    /// Not root: PostgreSQL and PgBouncer refuse that. Root becomes `postgres`, the user that the package makes.
    NotRoot,
}

/// A running script. It starts its server, says a line, and then does what it is told, a line for a line. Its input
/// ends when this is dropped and also when this process is killed: that is when it has to stop its server.
#[derive(Debug)]
pub struct Script {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Script {
    /// Starts a script for `sh` and gives its first line too; nothing when it ended without one. What it writes to
    /// its error output is shown.
    #[must_use]
    pub fn start(user: User, text: &str, arguments: &[&str]) -> Option<(Self, String)> {
        let becomes_postgres = user == User::NotRoot && is_root();
        let mut command = Command::new(if becomes_postgres { "runuser" } else { "sh" });
        if becomes_postgres {
            command.args(["-u", "postgres", "--", "sh"]);
        }
        command.args(["-c", text, "sh"]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut script = Self { child, input, output };
        let line = script.line()?;
        Some((script, line))
    }

    /// Tells it a line and waits for the answer.
    ///
    /// # Panics
    /// When the script has ended.
    pub fn ask(&mut self, line: &str) -> String {
        writeln!(self.input.as_ref().unwrap(), "{line}").unwrap();
        self.line().unwrap_or_else(|| panic!("the script ended at “{line}”"))
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        (!line.is_empty()).then(|| line.trim().to_owned())
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.input = None;
        // Until its server is gone. A script that cannot be waited for has ended.
        let _ = self.child.wait();
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}
