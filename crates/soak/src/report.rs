//! What was done and what was found: for people while it runs, and for people or programs at the end.

use std::{collections::BTreeMap, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// One run's figures.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Run {
    /// What it was.
    pub(crate) name: String,
    /// The seed of all its draws.
    pub(crate) seed: u64,
    /// How servers ended, by the way they did.
    pub(crate) deaths: BTreeMap<String, u32>,
    /// Requests that were acknowledged, by what they asked.
    pub(crate) acknowledged: BTreeMap<String, u64>,
    /// Requests that broke off: done, or not done, as the database told.
    pub(crate) unclear: Unclear,
    /// Times that the database was held against the ledger.
    pub(crate) checks: u32,
    /// Other things that were counted.
    pub(crate) counts: BTreeMap<String, u64>,
    /// What is wrong.
    pub(crate) findings: Vec<String>,
    /// How long it took.
    pub(crate) seconds: f64,
}

/// Requests whose server died under them.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Unclear {
    /// Wholly there when it was looked.
    pub(crate) done: u64,
    /// Wholly absent.
    pub(crate) undone: u64,
}

impl Run {
    pub(crate) fn new(name: &str, seed: u64) -> Self {
        Self { name: name.to_owned(), seed, ..Self::default() }
    }

    pub(crate) fn death(&mut self, kind: &str) {
        *self.deaths.entry(kind.to_owned()).or_default() += 1;
    }

    pub(crate) fn count(&mut self, what: &str, more: u64) {
        *self.counts.entry(what.to_owned()).or_default() += more;
    }

    /// Whether there is no use in going on.
    pub(crate) const fn is_hopeless(&self) -> bool {
        self.findings.len() > 20
    }

    /// The run in a few lines.
    fn lines(&self) -> String {
        let list = |map: Vec<String>| if map.is_empty() { "none".to_owned() } else { map.join(", ") };
        let deaths: u32 = self.deaths.values().sum();
        let kinds = self.deaths.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let acknowledged: u64 = self.acknowledged.values().sum();
        let asks = self.acknowledged.iter().map(|(ask, count)| format!("{count} {ask}")).collect();
        let Unclear { done, undone } = self.unclear;
        let mut text = format!(
            "{} ({:.0} s, seed {})\n  deaths {deaths}: {}\n  acknowledged {acknowledged}: {}\n  \
             broken off: {done} wholly there, {undone} wholly absent; {} checks\n",
            self.name,
            self.seconds,
            self.seed,
            list(kinds),
            list(asks),
            self.checks
        );
        if !self.counts.is_empty() {
            let counts = self.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
            text.push_str(&format!("  {}\n", list(counts)));
        }
        for finding in &self.findings {
            text.push_str(&format!("  WRONG: {finding}\n"));
        }
        text
    }
}

/// All runs in words.
pub(crate) fn words(runs: &[Run]) -> String {
    let mut text: String = runs.iter().map(Run::lines).collect();
    let findings: usize = runs.iter().map(|run| run.findings.len()).sum();
    let deaths: u32 = runs.iter().flat_map(|run| run.deaths.values()).sum();
    let verdict = if findings == 0 { "nothing lost, nothing doubled, nothing by half" } else { "NOT KEPT" };
    text.push_str(&format!("{deaths} deaths, {findings} findings: {verdict}\n"));
    text
}

/// A bar of so many steps.
pub(crate) fn bar(name: &str, steps: u32) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(steps));
    let style = ProgressStyle::with_template("{prefix:28} {bar:30} {pos}/{len} {elapsed} {msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
