//! Runbooks, followed to the letter: the commands in them are run as they stand there.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{timeline::Timeline, trouble::Tried};

/// A step of a runbook takes no longer than this to say that the trouble is over.
const PATIENCE: Duration = Duration::from_secs(90);
/// Before the exit status that a command of a runbook may have besides 0.
const EXCUSE: &str = "# exit status ";
/// An address at which nobody answers.
const NOBODY: &str = "http://127.0.0.1:9";
/// The most of a command and of its answer that is told.
const TOLD: usize = 110;

/// Where commands of runbooks are run: a machine with an installation on it.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) folder: PathBuf,
    /// What is set there.
    pub(crate) variables: Vec<(String, String)>,
    /// Where `saydo` is.
    pub(crate) programs: PathBuf,
}

/// The commands of a runbook.
#[derive(Debug, Clone)]
pub(crate) struct Runbook {
    pub(crate) name: String,
    /// What to do, step by step.
    steps: Vec<Block>,
    /// Succeeds when the trouble is over.
    over: Vec<Block>,
}

/// A block of commands.
#[derive(Debug, Clone, Default)]
struct Block {
    /// The line before it.
    lead: String,
    commands: String,
}

impl Block {
    /// Whether it is about one of these alerts; where none is named, it is about all.
    fn is_about(&self, alerts: &[&str]) -> bool {
        !self.lead.contains("`Saydo") || alerts.iter().any(|alert| self.lead.contains(&format!("`{alert}`")))
    }

    /// Whether it may end like this: with 0, or as a comment in it says (`# exit status 1 …`).
    fn may_end_with(&self, code: i32) -> bool {
        code == 0 || self.commands.contains(&format!("{EXCUSE}{code} "))
    }

    /// Whether Prometheus is asked.
    fn asks_prometheus(&self) -> bool {
        self.commands.contains("$PROMETHEUS")
    }
}

impl Runbook {
    pub(crate) fn read(folder: &Path, name: &str) -> Tried<Self> {
        let text = std::fs::read_to_string(folder.join(format!("{name}.md")))?;
        let commands = |heading| blocks(section(&text, heading));
        Ok(Self { name: name.to_owned(), steps: commands("What to do"), over: commands("It is over when") })
    }

    /// What to do, while the trouble lasts: each command ends as it may; and what says that it is over says no.
    pub(crate) async fn follow(&self, alerts: &[&str], desk: &Desk, timeline: &Timeline) -> Tried<()> {
        let name = &self.name;
        for step in &self.steps {
            let (code, answer) = run(desk, &step.commands).await?;
            timeline.done(format!("runbook {name}: $ {}", short(&step.commands)));
            timeline.seen(format!("({code}) {}", short(&answer)));
            if !step.may_end_with(code) {
                timeline.verdict(false, format!("runbook {name}: this command may not end with {code}"));
            }
        }
        for check in self.checks(alerts) {
            let (code, answer) = run(desk, &check.commands).await?;
            timeline.verdict(code != 0, format!("runbook {name}: not over yet ({code}): {}", short(&answer)));
        }
        Ok(())
    }

    /// After the repair: waits until it is over by the runbook's own measure, and asks whether it would also say so if
    /// Prometheus were away.
    pub(crate) async fn over(&self, alerts: &[&str], desk: &Desk, timeline: &Timeline) -> Tried<()> {
        let name = &self.name;
        for check in self.checks(alerts) {
            let since = Instant::now();
            let (mut code, mut answer) = run(desk, &check.commands).await?;
            while code != 0 && since.elapsed() < PATIENCE {
                tokio::time::sleep(Duration::from_secs(1)).await;
                (code, answer) = run(desk, &check.commands).await?;
            }
            let took = since.elapsed().as_secs();
            let words = format!("runbook {name}: over after {took} s: $ {}", short(&check.commands));
            timeline.verdict(code == 0, if code == 0 { words } else { format!("{words}: {}", short(&answer)) });
            if check.asks_prometheus() {
                let (code, _) = run(&desk.without_prometheus(), &check.commands).await?;
                timeline
                    .verdict(code != 0, format!("runbook {name}: without Prometheus it would not be said to be over"));
            }
        }
        Ok(())
    }

    fn checks(&self, alerts: &[&str]) -> impl Iterator<Item = &Block> {
        self.over.iter().filter(move |check| check.is_about(alerts))
    }
}

impl Desk {
    /// The same where Prometheus does not answer.
    fn without_prometheus(&self) -> Self {
        let mut desk = self.clone();
        desk.variables.push(("PROMETHEUS".to_owned(), NOBODY.to_owned()));
        desk
    }
}

async fn run(desk: &Desk, commands: &str) -> Tried<(i32, String)> {
    let mut command = Command::new("bash");
    let path = std::env::var("PATH").unwrap_or_default();
    // The first command that fails ends it, also within a pipe.
    let commands = format!("exec 2>&1\nset -eo pipefail\n{commands}");
    command.args(["-c", &commands]).current_dir(&desk.folder).stdin(Stdio::null());
    command.env("PATH", format!("{}:{path}", desk.programs.display()));
    command.envs(desk.variables.iter().map(|(name, value)| (name, value)));
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    Ok((output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

/// The text under a heading, up to the next one.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let Some((_, after)) = text.split_once(&format!("\n## {heading}\n")) else { return "" };
    after.split_once("\n## ").map_or(after, |(section, _)| section)
}

/// The commands in it, block by block.
fn blocks(section: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut open, mut lead): (Option<Vec<&str>>, &str) = (None, "");
    for line in section.lines().map(str::trim) {
        match (line, &mut open) {
            ("```sh", _) => open = Some(Vec::new()),
            ("```", Some(_)) => blocks.extend(open.take().map(|lines| {
                let (lead, commands) = (std::mem::take(&mut lead).to_owned(), lines.join("\n"));
                Block { lead, commands }
            })),
            (line, Some(lines)) => lines.push(line),
            ("", None) => {}
            (line, None) => lead = line,
        }
    }
    blocks
}

/// The first line, as much of it as has room.
fn short(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or("(nothing)");
    let more = if lines.next().is_some() { " …" } else { "" };
    match first.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", &first[..end]),
        None => format!("{first}{more}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/runbooks")
    }

    fn desk(prometheus: &str) -> Desk {
        let variables = vec![("PROMETHEUS".to_owned(), prometheus.to_owned())];
        Desk { folder: std::env::temp_dir(), variables, programs: PathBuf::new() }
    }

    fn commands(blocks: &[Block]) -> Vec<&str> {
        blocks.iter().map(|block| block.commands.as_str()).collect()
    }

    #[test]
    fn commands_are_those_of_their_section() {
        let text = "# A\n\n## What to do\n\n1. Look:\n   ```sh\n   saydo health\n   ```\n2. Wait.\n\n## It is over when\n\n\
                    ```sh\ntrue\n```\n\nAnd for `SaydoB`:\n\n```sh\nfalse\n```\n";
        assert_eq!(commands(&blocks(section(text, "What to do"))), ["saydo health"]);
        let over = blocks(section(text, "It is over when"));
        assert_eq!(commands(&over), ["true", "false"]);
        assert_eq!(section(text, "Nothing"), "");
        let about = |alert| over.iter().map(|check| check.is_about(&[alert])).collect::<Vec<_>>();
        assert_eq!((about("SaydoA"), about("SaydoB")), (vec![true, false], vec![true, true]));
    }

    #[tokio::test]
    async fn a_command_that_fails_anywhere_is_noticed_unless_it_may() {
        for (commands, well) in [
            ("true", true),
            ("false | tail -1", false),
            ("false\ntrue", false),
            ("no-such-command-here | sort", false),
            ("false | tail -1  # exit status 1 when there is none", true),
            ("exit 2  # exit status 1 when there is none", false),
        ] {
            let block = Block { commands: commands.to_owned(), ..Block::default() };
            let (code, answer) = run(&desk(""), commands).await.unwrap();
            assert_eq!(block.may_end_with(code), well, "{commands}: {code} {answer}");
        }
    }

    #[tokio::test]
    async fn the_words_that_commands_need_are_set_as_told() {
        let etc = tempfile::tempdir().unwrap();
        let settings = etc.path().join("production");
        std::fs::create_dir_all(settings.join("credentials")).unwrap();
        std::fs::write(settings.join("credentials/DATABASE_URL"), "postgresql://here\n").unwrap();
        std::fs::write(settings.join(".env"), "SAYDO_PROFILE=production\nREDIS_URL=\"redis://here\"\n").unwrap();
        let text = std::fs::read_to_string(folder().join("README.md")).unwrap();
        let words = &blocks(&text.replace("/etc/saydo", &etc.path().to_string_lossy()))[0].commands;
        let told = format!("{words}\ntype -t saydo\necho $DATABASE_URL $REDIS_URL $SAYDO_DATA_DIR $PROMETHEUS");
        let expected = "function\npostgresql://here redis://here /var/lib/saydo/production http://127.0.0.1:9090";
        assert_eq!(run(&desk(""), &told).await.unwrap(), (0, expected.to_owned()));
        // As the server reads them: a file that is named, the comment behind a value, ends of lines of another system.
        std::fs::remove_file(settings.join("credentials/DATABASE_URL")).unwrap();
        let (url, env) = (etc.path().join("url"), settings.join(".env"));
        std::fs::write(&url, "postgresql://here\r\n").unwrap();
        let named = format!("DATABASE_URL_FILE={}\r\nREDIS_URL = redis://here # of both\r\n", url.display());
        for text in [named.as_str(), "DATABASE_URL=postgresql://here # the old one\nREDIS_URL='redis://here' # x\n"] {
            std::fs::write(&env, text).unwrap();
            assert_eq!(run(&desk(""), &told).await.unwrap(), (0, expected.to_owned()), "{text}");
        }
    }

    #[tokio::test]
    async fn nothing_is_over_while_prometheus_cannot_be_asked() {
        let mut asked = 0;
        for file in std::fs::read_dir(folder()).unwrap() {
            let path = file.unwrap().path();
            let book = Runbook::read(&folder(), &path.file_stem().unwrap().to_string_lossy()).unwrap();
            for check in book.over.iter().filter(|check| check.asks_prometheus()) {
                for prometheus in ["", NOBODY] {
                    let (code, answer) = run(&desk(prometheus), &check.commands).await.unwrap();
                    assert_ne!(code, 0, "{}: over, says {}: {answer}", book.name, check.commands);
                }
                asked += 1;
            }
        }
        assert!(asked > 5, "{asked}");
    }
}
