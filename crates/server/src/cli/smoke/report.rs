//! What is told of a smoke test: a line a check, or one JSON document.

use std::{
    io::{IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{
    super::{CliError, span::told},
    scene::Fault,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Passed,
    Failed,
    Skipped,
}

#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    verdict: Verdict,
    /// What was measured, or what is wrong.
    detail: String,
    milliseconds: f64,
}

/// The document of `--json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    base_url: &'a str,
    version: &'static str,
    verdict: Verdict,
    seconds: f64,
    checks: &'a [Line],
}

#[derive(Debug)]
pub(super) struct Report {
    base: String,
    json: bool,
    lines: Vec<Line>,
    bar: ProgressBar,
    started: Instant,
    check: Instant,
}

impl Report {
    pub(super) fn new(base: &str, checks: usize, json: bool) -> Self {
        let bar = ProgressBar::new(checks.try_into().unwrap_or(u64::MAX));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} {bar:20} {msg}") {
            bar.set_style(style);
        }
        if std::io::stderr().is_terminal() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        let now = Instant::now();
        let report = Self { base: base.to_owned(), json, lines: Vec::new(), bar, started: now, check: now };
        report.tell(&format!("{base}, by saydo {}", crate::VERSION));
        report
    }

    pub(super) fn begin(&mut self, name: &'static str) {
        self.check = Instant::now();
        self.bar.set_message(name);
    }

    pub(super) fn end(&mut self, name: &'static str, outcome: Result<String, Fault>) {
        let (verdict, detail) = match outcome {
            Ok(measured) => (Verdict::Passed, measured),
            Err(Fault::Failed(what)) => (Verdict::Failed, what),
            Err(Fault::Skipped(why)) => (Verdict::Skipped, why.to_owned()),
        };
        let took = self.check.elapsed();
        let mark = match verdict {
            Verdict::Passed => "ok",
            Verdict::Failed => "FAILED",
            Verdict::Skipped => "skipped",
        };
        self.tell(&format!("{mark:<7} {name:<16} {:>8}  {detail}", told(took)));
        self.lines.push(Line { name, verdict, detail, milliseconds: took.as_secs_f64() * 1e3 });
        self.bar.inc(1);
    }

    /// Says how it went in all.
    pub(super) fn finish(self) -> Result<(), CliError> {
        self.bar.finish_and_clear();
        let count = |verdict| self.lines.iter().filter(|line| line.verdict == verdict).count();
        let (passed, failed, skipped) = (count(Verdict::Passed), count(Verdict::Failed), count(Verdict::Skipped));
        let took = self.started.elapsed();
        if self.json {
            let document = Document {
                base_url: &self.base,
                version: crate::VERSION,
                verdict: if failed == 0 { Verdict::Passed } else { Verdict::Failed },
                seconds: took.as_secs_f64(),
                checks: &self.lines,
            };
            let text = serde_json::to_string_pretty(&document).map_err(std::io::Error::other)?;
            writeln!(std::io::stdout(), "{text}")?;
        } else {
            self.tell(&format!("Passed: {passed}, failed: {failed}, skipped: {skipped}, in {}.", told(took)));
        }
        match failed {
            0 => Ok(()),
            1 => Err(CliError::Refused("one check failed".to_owned())),
            _ => Err(CliError::Refused(format!("{failed} checks failed"))),
        }
    }

    /// A line for people. Nobody may be listening any more; the accounts must be erased all the same.
    fn tell(&self, line: &str) {
        if !self.json {
            self.bar.suspend(|| drop(writeln!(std::io::stdout(), "{line}")));
        }
    }
}
