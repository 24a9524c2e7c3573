//! The real program: its commands, its exit status, its log.

mod backup;
mod commands;
mod load;
mod log;
mod manual;
mod model;
mod moving;
mod proxy;
mod ready;
mod smoke;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
};

use crate::support::SECRET;

/// The program with a clean environment and this data folder.
pub(crate) fn saydo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saydo"));
    command.args(arguments).env_clear().current_dir(folder);
    command.env("SAYDO_DATA_DIR", folder).env("SAYDO_LISTEN", "127.0.0.1:0");
    command
}

/// Runs a command to its end with this on its standard input.
pub(crate) fn run(mut command: Command, input: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The output of a command that must succeed.
#[track_caller]
pub(crate) fn succeed(command: Command, input: &str) -> String {
    let output = run(command, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A running `saydo serve`.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    log: Arc<Mutex<String>>,
    ended: Receiver<()>,
    /// Whoever holds this keeps the log from being read.
    pub(crate) reading: Arc<tokio::sync::Mutex<()>>,
}

impl Server {
    /// Starts it and waits until it says where it listens.
    pub(crate) fn start(folder: &Path, settings: &[(&str, &str)]) -> Self {
        Self::of(saydo(folder, &["serve"]), settings)
    }

    /// The same by a command of one's own, which becomes the program.
    pub(crate) fn of(mut command: Command, settings: &[(&str, &str)]) -> Self {
        command.env("SAYDO_LOG_FORMAT", "json").env("BETTER_AUTH_SECRET", SECRET).envs(settings.iter().copied());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let (found, address) = channel();
        let (end, ended) = channel();
        let kept = Arc::clone(&log);
        let reading = Arc::<tokio::sync::Mutex<()>>::default();
        let may_read = Arc::clone(&reading);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                drop(may_read.blocking_lock());
                let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(address) = event["address"].as_str() {
                    found.send(format!("http://{address}")).unwrap();
                }
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
            let _ = end.send(());
        });
        let base = address.recv().unwrap_or_else(|_| panic!("it did not start: {}", log.lock().unwrap()));
        Self { child, base, log, ended, reading }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, as a service manager does, and returns its exit status and its log.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let status = self.signal("TERM");
        self.ended.recv().unwrap();
        let log = self.log.lock().unwrap().clone();
        log::check(&log);
        (status, log)
    }

    /// Sends it a signal that ends it, and returns its exit status.
    pub(crate) fn signal(&mut self, name: &str) -> Option<i32> {
        let asked = Command::new("kill").args([format!("-{name}"), self.pid().to_string()]).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only when a test failed half-way; after `stop` there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
