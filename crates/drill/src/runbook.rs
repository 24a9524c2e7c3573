//! Runbooks, followed to the letter: the commands in them are run as they stand there.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{timeline::Timeline, trouble::Tried};

/// A step of a runbook takes no longer than this to say that the trouble is over.
const PATIENCE: Duration = Duration::from_secs(90);
/// What `bash` ends with when there is no such command.
const NO_SUCH_COMMAND: i32 = 127;
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
    steps: Vec<String>,
    /// Succeeds when the trouble is over.
    over: Vec<String>,
}

impl Runbook {
    pub(crate) fn read(folder: &Path, name: &str) -> Tried<Self> {
        let text = std::fs::read_to_string(folder.join(format!("{name}.md")))?;
        let commands = |heading| blocks(section(&text, heading));
        Ok(Self { name: name.to_owned(), steps: commands("What to do"), over: commands("It is over when") })
    }

    /// What to do, while the trouble lasts: each command is there and answers; and what says that it is over says no.
    pub(crate) async fn follow(&self, desk: &Desk, timeline: &Timeline) -> Tried<()> {
        for step in &self.steps {
            let (code, answer) = run(desk, step).await?;
            timeline.done(format!("runbook {}: $ {}", self.name, short(step)));
            timeline.seen(format!("({code}) {}", short(&answer)));
            if code == NO_SUCH_COMMAND {
                timeline.verdict(false, format!("runbook {}: no such command", self.name));
            }
        }
        for check in &self.over {
            let (code, answer) = run(desk, check).await?;
            let name = &self.name;
            timeline.verdict(code != 0, format!("runbook {name}: not over yet ({code}): {}", short(&answer)));
        }
        Ok(())
    }

    /// After the repair: waits until it is over by the runbook's own measure.
    pub(crate) async fn over(&self, desk: &Desk, timeline: &Timeline) -> Tried<()> {
        for check in &self.over {
            let since = Instant::now();
            let (mut code, mut answer) = run(desk, check).await?;
            while code != 0 && since.elapsed() < PATIENCE {
                tokio::time::sleep(Duration::from_secs(1)).await;
                (code, answer) = run(desk, check).await?;
            }
            let took = since.elapsed().as_secs();
            let words = format!("runbook {}: over after {took} s: $ {}", self.name, short(check));
            timeline.verdict(code == 0, if code == 0 { words } else { format!("{words}: {}", short(&answer)) });
        }
        Ok(())
    }
}

async fn run(desk: &Desk, commands: &str) -> Tried<(i32, String)> {
    let mut command = Command::new("bash");
    let path = std::env::var("PATH").unwrap_or_default();
    command.args(["-c", &format!("exec 2>&1\n{commands}")]).current_dir(&desk.folder).stdin(Stdio::null());
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

/// The commands in it, a text for each block.
fn blocks(section: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<&str>> = None;
    for line in section.lines() {
        match (line.trim(), &mut open) {
            ("```sh", _) => open = Some(Vec::new()),
            ("```", Some(_)) => blocks.extend(open.take().map(|lines| lines.join("\n"))),
            (line, Some(lines)) => lines.push(line),
            _ => {}
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

    #[test]
    fn commands_are_those_of_their_section() {
        let text = "# A\n\n## What to do\n\n1. Look:\n   ```sh\n   saydo health\n   ```\n2. Wait.\n\n## It is over when\n\n\
                    ```sh\ntrue\n```\n";
        assert_eq!(blocks(section(text, "What to do")), ["saydo health"]);
        assert_eq!(blocks(section(text, "It is over when")), ["true"]);
        assert_eq!(section(text, "Nothing"), "");
    }
}
