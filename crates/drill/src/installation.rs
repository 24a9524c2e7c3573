//! An installation on a prefix of its own, deployed and run by `deploy/deploy.sh` as on any machine.

use std::{
    fs::OpenOptions,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    timeline::Timeline,
    trouble::{Tried, other},
};

/// How long a new version is watched, and how often.
const WATCH: [(&str, &str); 3] = [("DEPLOY_WATCH", "20"), ("DEPLOY_WATCH_EVERY", "2"), ("DEPLOY_DISK_MB", "50")];

/// How long a server that is started may take until it answers, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// One environment of `deploy.sh`.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) environment: &'static str,
    repository: PathBuf,
    root: PathBuf,
    /// Where it is reached.
    pub(crate) base: String,
    /// Where its metrics are.
    pub(crate) metrics: String,
}

/// What became of a command of `deploy.sh`.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) well: bool,
    pub(crate) lines: Vec<String>,
    pub(crate) took: Duration,
}

impl Ran {
    /// Whether it said so.
    pub(crate) fn said(&self, words: &str) -> bool {
        self.lines.iter().any(|line| line.contains(words))
    }
}

impl Installation {
    /// Writes its settings: those that each has, and its own.
    pub(crate) fn new(repository: &Path, root: &Path, environment: &'static str, own: &str) -> Tried<Self> {
        let (listen, metrics) = (testbed::free_port(), format!("127.0.0.1:{}", testbed::free_port()));
        let settings = root.join("etc/saydo").join(environment);
        std::fs::create_dir_all(settings.join("credentials"))?;
        let secret = format!("{}{}", uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
        std::fs::write(settings.join("credentials/BETTER_AUTH_SECRET"), secret)?;
        let text = format!(
            "SAYDO_PROFILE=production\nSAYDO_LISTEN=127.0.0.1:{listen}\nSAYDO_TRUST_PROXY=on\n\
             SAYDO_METRICS_LISTEN={metrics}\nSAYDO_BACKUP_EVERY=24\n{own}"
        );
        std::fs::write(settings.join(".env"), text)?;
        Ok(Self {
            environment,
            repository: repository.to_owned(),
            root: root.to_owned(),
            base: format!("http://127.0.0.1:{listen}"),
            metrics,
        })
    }

    /// Sets what holds from the next start on.
    pub(crate) fn set(&self, name: &str, value: &str) -> Tried<()> {
        let mut file = OpenOptions::new().append(true).open(self.settings().join(".env"))?;
        writeln!(file, "{name}={value}")?;
        Ok(())
    }

    /// Where its settings are.
    pub(crate) fn settings(&self) -> PathBuf {
        self.root.join("etc/saydo").join(self.environment)
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.root.join("var/lib/saydo").join(self.environment)
    }

    /// What its servers have logged.
    pub(crate) fn log(&self) -> PathBuf {
        self.data().with_extension("log")
    }

    /// The release that runs.
    pub(crate) fn in_service(&self) -> String {
        let link = std::fs::read_link(self.prefix().join("current")).unwrap_or_default();
        link.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn prefix(&self) -> PathBuf {
        self.root.join("opt/saydo").join(self.environment)
    }

    /// A command of `deploy.sh` for this installation, in words for a shell.
    pub(crate) fn shim(&self) -> String {
        let (root, script) = (self.root.display(), self.repository.join("deploy/deploy.sh"));
        let (script, service) = (script.display(), self.service_script());
        format!(
            "#!/bin/sh\nexport DEPLOY_ROOT='{root}' DEPLOY_SERVICE='{}' DEPLOY_USER=nobody-of-this-name\n\
             exec '{script}' {} run \"$@\"\n",
            service.display(),
            self.environment
        )
    }

    fn service_script(&self) -> PathBuf {
        self.repository.join("tests/deploy/service.sh")
    }

    /// Runs `deploy.sh` with these arguments and tells what it says.
    pub(crate) async fn deploy_sh(&self, timeline: &Arc<Timeline>, arguments: &[&str], start: u32) -> Tried<Ran> {
        let mut command = Command::new("bash");
        command.args(["-c", "exec \"$0\" \"$@\" 2>&1"]).arg(self.repository.join("deploy/deploy.sh"));
        command.arg(self.environment).args(arguments).envs(WATCH).env("DEPLOY_START", start.to_string());
        command.env("DEPLOY_ROOT", &self.root).env("DEPLOY_SERVICE", self.service_script());
        command.env("DEPLOY_USER", "nobody-of-this-name").stdin(Stdio::null()).stdout(Stdio::piped());
        let told = arguments.iter().map(|word| word.rsplit('/').next().unwrap_or(word)).collect::<Vec<_>>().join(" ");
        timeline.done(format!("$ deploy.sh {} {told}", self.environment));
        let (timeline, began) = (Arc::clone(timeline), Instant::now());
        // Of a smoke test that stands alone only the last line is told.
        let smoke = arguments.contains(&"smoke");
        let ran = tokio::task::spawn_blocking(move || -> Tried<Ran> {
            let mut child = command.spawn()?;
            let mut lines = Vec::new();
            for line in child.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines()) {
                let line = line?;
                if let Some(words) = worth_telling(&line).filter(|words| !smoke || words.starts_with("Passed")) {
                    timeline.seen(words);
                }
                lines.push(line);
            }
            Ok(Ran { well: child.wait()?.success(), lines, took: began.elapsed() })
        });
        ran.await?
    }

    /// Starts or stops the service, as the service manager would.
    pub(crate) async fn service(&self, action: &str) -> Tried<()> {
        let mut command = Command::new(self.service_script());
        command.arg(action).env("DEPLOY_PROGRAM", self.prefix().join("current/saydo"));
        command.env("DEPLOY_SETTINGS", self.settings());
        command.env("DEPLOY_DATA", self.data()).stdin(Stdio::null());
        let status = tokio::task::spawn_blocking(move || command.status()).await??;
        if status.success() { Ok(()) } else { other(format!("the service does not {action}")) }
    }

    /// Starts the service and waits until it answers.
    pub(crate) async fn start(&self) -> Tried<()> {
        self.service("start").await?;
        let until = Instant::now() + PATIENCE;
        while reqwest::get(format!("{}/livez", self.base)).await.is_err() {
            if Instant::now() > until {
                return other(format!("{} does not answer", self.environment));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Kills the server as the system would when memory runs out.
    pub(crate) async fn kill(&self) -> Tried<()> {
        let mut command = Command::new("kill");
        command.args(["-9", &self.pid()?]);
        tokio::task::spawn_blocking(move || command.status()).await??;
        Ok(())
    }

    /// The process of its server.
    pub(crate) fn pid(&self) -> Tried<String> {
        Ok(std::fs::read_to_string(self.data().with_extension("pid"))?.trim().to_owned())
    }

    /// Lets its server have so many files open.
    pub(crate) async fn limit_files(&self, most: usize) -> Tried<()> {
        let mut command = Command::new("prlimit");
        // Only the limit that it meets: the higher one could not be taken back.
        command.args(["--pid", &self.pid()?, &format!("--nofile={most}:")]);
        let status = tokio::task::spawn_blocking(move || command.status()).await??;
        if status.success() { Ok(()) } else { other("the limit of files cannot be set") }
    }
}

/// A line of `deploy.sh` without its time; nothing for lines of a log, and rows of the smoke test that are as they must be.
fn worth_telling(line: &str) -> Option<String> {
    if line.starts_with('{') || line.starts_with("    ") && !line.contains("FAILED") {
        return None;
    }
    let words = line.split_once("s  ").map_or(line, |(_, words)| words);
    Some(words.to_owned())
}
