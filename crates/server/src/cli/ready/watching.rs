//! `saydo ready --watch`: the first hours after a deployment.

use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use saydo_app::Clock;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    super::{CliError, site::send, span::told},
    paint::{Paint, Tone},
    table,
};
use crate::ready::{End, Look, Report, Scene, Stretch, Verdict, Watch, live};

/// The longest between two lines.
const HOUR: Duration = Duration::from_hours(1);

/// What is shown as it goes on.
struct Shown {
    json: bool,
    paint: Paint,
    bar: ProgressBar,
    /// The p95 of the turns of each line, for the trend.
    turns: Vec<f64>,
    errors: Vec<f64>,
}

/// Looks again and again; the verdict at the end.
pub(super) async fn watch(
    scene: &Scene,
    mut report: Report,
    (length, every): (Duration, Duration),
    json: bool,
    end: &End,
) -> Result<Verdict, CliError> {
    let mut shown = Shown::new(json);
    shown.begin()?;
    let (begun, mut watch) = (Instant::now(), Watch::default());
    // A line every hour of a day; of a shorter watch, a dozen lines.
    let between = (length / 12).min(HOUR).max(every);
    let mut next = begun + between;
    loop {
        let Some(seen) = end.or(look(scene)).await else { break };
        if let Some(trigger) = watch.take(seen) {
            shown.line(watch.stretch())?;
            shown.say(&json!({"trigger": trigger}), Tone::Bad, &format!("ROLL BACK  {}", trigger.0))?;
            shown.say(&Value::Null, Tone::Bad, "→ deploy/deploy.sh production rollback")?;
            return Ok(Verdict::NoGo);
        }
        let over = begun.elapsed() >= length;
        if over || Instant::now() >= next {
            next += between;
            shown.line(watch.stretch())?;
            let Some(now) = end.or(live(scene)).await else { break };
            report = shown.changes(report, now)?;
        }
        if over {
            break;
        }
        shown.tick(begun.elapsed(), length);
        if end.or(tokio::time::sleep(every.min(length.saturating_sub(begun.elapsed())))).await.is_none() {
            break;
        }
    }
    if end.is_asked() {
        shown.line(watch.stretch())?;
    }
    shown.end(&report)?;
    Ok(report.verdict)
}

async fn look(scene: &Scene) -> Look {
    let health = send(scene.site.request(Method::GET, "/health")).await;
    let healthy = health.is_ok_and(|answer| answer.status == 200);
    Look { at: Clock::System.now(), healthy, page: scene.page().await.ok() }
}

impl Shown {
    fn new(json: bool) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        if std::io::stderr().is_terminal() && !json {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { json, paint: Paint::of_terminal(), bar, turns: Vec::new(), errors: Vec::new() }
    }

    /// A line for programs or one for people, whoever listens.
    fn say(&self, machine: &Value, tone: Tone, people: &str) -> Result<(), CliError> {
        let text = if self.json { machine.to_string() } else { self.paint.text(tone, people) };
        if self.json && machine.is_null() {
            return Ok(());
        }
        self.bar.suspend(|| writeln!(std::io::stdout(), "{text}"))?;
        Ok(())
    }

    fn begin(&self) -> Result<(), CliError> {
        self.say(&Value::Null, Tone::Strong, &format!("\n{}", columns(HEAD.map(str::to_owned))))
    }

    fn tick(&self, passed: Duration, length: Duration) {
        self.bar.set_message(format!("Watching, {} of {}", told(passed), told(length)));
    }

    /// One stretch of time.
    fn line(&mut self, stretch: Option<Stretch>) -> Result<(), CliError> {
        let Some(stretch) = stretch else { return Ok(()) };
        let time = |seconds: Option<f64>| seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let p95 = |seconds| time(seconds).map_or_else(|| "–".to_owned(), told);
        let share = |part: f64| format!("{:.0} %", part * 100.0);
        let line = columns([
            stretch.to.strftime("%m-%d %H:%M").to_string(),
            stretch.requests.to_string(),
            format!("{:.2} %", stretch.errors * 100.0),
            stretch.turns.to_string(),
            p95(stretch.turns_p95),
            p95(stretch.requests_p95),
            p95(stretch.queries_p95),
            stretch.connections.to_string(),
            format!("{:.0} MB", stretch.memory_bytes / 1e6),
            stretch.disk_free.map_or_else(|| "–".to_owned(), share),
        ]);
        self.turns.push(stretch.turns_p95.unwrap_or_default());
        self.errors.push(stretch.errors);
        let tone = if stretch.errors >= 0.01 { Tone::Careful } else { Tone::Good };
        self.say(&json!({"stretch": stretch}), tone, &line)
    }

    /// The list with what was found just now in place of what was found before; rows that changed are shown.
    fn changes(&self, before: Report, now: Vec<crate::ready::Row>) -> Result<Report, CliError> {
        let mut rows = before.rows;
        for row in now {
            let same = rows.iter_mut().find(|known| (known.id, known.title) == (row.id, row.title));
            let changed = same.as_ref().is_none_or(|known| known.state != row.state);
            if changed {
                let line = table::line(&row, self.paint, false);
                let text = if self.json { json!({"changed": row}).to_string() + "\n" } else { line };
                self.bar.suspend(|| write!(std::io::stdout(), "{text}"))?;
            }
            match same {
                Some(known) => *known = row,
                None => rows.push(row),
            }
        }
        Ok(Report::new(&before.base_url, before.began_at, Clock::System.now(), rows))
    }

    fn end(&self, report: &Report) -> Result<(), CliError> {
        self.bar.finish_and_clear();
        let trend = format!("turns p95 {}   errors {}", spark(&self.turns), spark(&self.errors));
        self.say(&Value::Null, Tone::Quiet, &trend)?;
        let text =
            if self.json { json!({"report": report}).to_string() + "\n" } else { table::verdict(report, self.paint) };
        write!(std::io::stdout(), "{text}")?;
        Ok(())
    }
}

/// What the figures of a line are: times are what 95 of 100 stay under.
const HEAD: [&str; 10] =
    ["until (UTC)", "requests", "errors", "turns", "turn p95", "other p95", "db p95", "pool", "memory", "free"];

/// A line of figures, no wider than a narrow terminal.
fn columns(figures: [String; 10]) -> String {
    let [until, requests, errors, turns, turn, other, query, pool, memory, disk] = figures;
    format!(
        "{until:<11} {requests:>8} {errors:>7} {turns:>6} {turn:>8} {other:>9} {query:>7} {pool:>4} {memory:>7} {disk:>4}"
    )
}

/// How values went, one bar each, from nothing to the highest.
fn spark(values: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = values.iter().copied().fold(0.0, f64::max);
    let bar = |value: &f64| {
        let step = if highest > 0.0 { value / highest * 7.0 } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 7")]
        BARS.get(step.round() as usize).copied().unwrap_or('▁')
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_figures_fits_a_terminal() {
        let widest =
            ["12-31 23:59", "1234567", "10.00 %", "123456", "123 ms", "123 ms", "123 ms", "100", "1234 MB", "99 %"];
        let widths = [HEAD, widest].map(|figures| columns(figures.map(str::to_owned)).chars().count());
        assert!(widths.iter().all(|width| *width == 80), "{widths:?}");
    }

    #[test]
    fn a_trend_goes_from_nothing_to_the_highest() {
        assert_eq!(spark(&[0.0, 0.5, 1.0]), "▁▅█");
        assert_eq!(spark(&[0.0, 0.0]), "▁▁");
        assert_eq!(spark(&[]), "");
    }
}
