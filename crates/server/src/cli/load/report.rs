//! What is told of a load test: a table, a histogram and a verdict, or one JSON document.

use std::{collections::BTreeMap, io::Write as _, time::Duration};

use serde::Serialize;

use super::{
    super::{CliError, site::Site, span::told},
    plan::{Pace, Plan},
    record::{Figures, Measured, Record, Spans},
};

/// The shares that are told.
const QUANTILES: [(&str, f64); 5] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)];
/// How wide the longest line of the histogram is.
const WIDTH: u64 = 40;
/// Above this the figures are this program's rather than the server's.
const LATE: Duration = Duration::from_millis(20);

pub(super) struct Report<'a> {
    site: &'a Site,
    plan: &'a Plan,
    figures: Figures,
}

/// A target and what became of it.
#[derive(Debug, Serialize)]
struct Target {
    name: &'static str,
    /// The act it is about; all together when not given.
    act: Option<&'static str>,
    limit: f64,
    measured: f64,
    met: bool,
    #[serde(skip)]
    text: String,
}

/// The document of `--json`; times are milliseconds.
#[derive(Serialize)]
struct Document<'a> {
    base_url: &'a str,
    version: &'static str,
    scenario: &'static str,
    users: u32,
    accounts: u32,
    /// Of each a second; null when they act without a pause.
    rate: Option<f64>,
    ramp_seconds: f64,
    seconds: f64,
    acts: BTreeMap<&'static str, ActDocument<'a>>,
    generator_late_p99: f64,
    targets: Vec<Target>,
    verdict: &'static str,
}

#[derive(Serialize)]
struct ActDocument<'a> {
    count: u64,
    per_second: f64,
    /// From when it was due.
    response: BTreeMap<&'static str, f64>,
    /// From when it was sent.
    service: BTreeMap<&'static str, f64>,
    histogram: Vec<Bucket>,
    refused: u64,
    errors: &'a BTreeMap<String, u64>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Bucket {
    up_to: f64,
    count: u64,
}

impl<'a> Report<'a> {
    pub(super) fn new(site: &'a Site, plan: &'a Plan, record: &Record) -> Self {
        Self { site, plan, figures: record.figures() }
    }

    /// Tells it and gives the verdict.
    pub(super) fn tell(&self, json: bool) -> Result<(), CliError> {
        let targets = self.targets()?;
        let missed = targets.iter().filter(|target| !target.met).count();
        let text = if json { self.document(targets)? } else { self.table(&targets) };
        writeln!(std::io::stdout(), "{text}")?;
        match missed {
            0 => Ok(()),
            1 => Err(CliError::Refused("one target was missed".to_owned())),
            _ => Err(CliError::Refused(format!("{missed} targets were missed"))),
        }
    }

    /// How long was measured.
    fn wall(&self) -> Duration {
        self.figures.last.saturating_sub(self.plan.ramp).max(Duration::from_millis(1))
    }

    fn targets(&self) -> Result<Vec<Target>, CliError> {
        let (plan, act) = (self.plan, self.plan.scenario.measured());
        if self.figures.acts.get(&act).is_none_or(|measured| measured.response.count() == 0) {
            let errors: Vec<String> = self
                .figures
                .acts
                .values()
                .flat_map(|measured| measured.errors.iter().map(|(kind, count)| format!("{kind}: {count}")))
                .collect();
            let refused: u64 = self.figures.acts.values().map(|measured| measured.refused).sum();
            return Err(CliError::Refused(if refused == 0 && errors.is_empty() {
                "nothing was measured: nobody came to it in this time; see --duration and --users".to_owned()
            } else {
                format!("nothing was measured (refused with 429: {refused}; {})", errors.join(", "))
            }));
        }
        let mut targets = Vec::new();
        for (act, measured) in self.figures.acts.iter().filter(|(_, measured)| measured.response.count() > 0) {
            for (name, share, limit) in [("p95", 0.95, Some(plan.p95(*act))), ("p99", 0.99, plan.targets.p99)] {
                let Some(limit) = limit else { continue };
                let is = measured.response.quantile(share);
                let text = format!("{} {name} {}, target {}", act.name(), told(is), told(limit));
                let (limit, measured, met) = (milliseconds(limit), milliseconds(is), is < limit);
                targets.push(Target { name, act: Some(act.name()), limit, measured, met, text });
            }
        }
        let all = |count: fn(&Measured) -> u64| self.figures.acts.values().map(count).sum::<u64>();
        let share = percent(all(|measured| measured.failed() + measured.refused), all(Measured::acts));
        let limit = plan.targets.errors;
        let text = format!("failed or refused {share:.2} %, target {limit} %");
        targets.push(Target { name: "errors", act: None, limit, measured: share, met: share <= limit, text });
        Ok(targets)
    }

    fn document(&self, targets: Vec<Target>) -> Result<String, CliError> {
        let plan = self.plan;
        let acts = self.figures.acts.iter().map(|(act, measured)| (act.name(), self.act(measured)));
        let document = Document {
            base_url: self.site.base(),
            version: crate::VERSION,
            scenario: plan.scenario.name(),
            users: plan.people,
            accounts: plan.accounts,
            rate: match plan.pace {
                Pace::Rate(rate) => Some(rate),
                Pace::Closed => None,
            },
            ramp_seconds: plan.ramp.as_secs_f64(),
            seconds: self.wall().as_secs_f64(),
            acts: acts.collect(),
            generator_late_p99: milliseconds(self.figures.lateness.quantile(0.99)),
            verdict: if targets.iter().all(|target| target.met) { "met" } else { "missed" },
            targets,
        };
        Ok(serde_json::to_string_pretty(&document).map_err(std::io::Error::other)?)
    }

    fn act<'m>(&self, measured: &'m Measured) -> ActDocument<'m> {
        let shares = |spans: &Spans| {
            let shares = QUANTILES.map(|(name, share)| (name, milliseconds(spans.quantile(share))));
            shares.into_iter().chain([("max", milliseconds(spans.max()))]).collect()
        };
        ActDocument {
            count: measured.acts(),
            per_second: per_second(measured.response.count(), self.wall()),
            response: shares(&measured.response),
            service: shares(&measured.service),
            histogram: buckets(&measured.response),
            refused: measured.refused,
            errors: &measured.errors,
        }
    }

    fn table(&self, targets: &[Target]) -> String {
        let plan = self.plan;
        let pace = match plan.pace {
            Pace::Rate(rate) => format!("{rate} a second each"),
            Pace::Closed => "without a pause".to_owned(),
        };
        let (ramp, wall) = (told(plan.ramp), told(self.wall()));
        let mut lines = vec![
            format!("{} at {}", plan.scenario.name(), self.site.base()),
            format!("{} people, {pace}, {wall} after a ramp of {ramp}", plan.people),
            String::new(),
            format!(
                "{:<6}{:>9}{:>9}{}",
                "",
                "requests",
                "a second",
                QUANTILES.map(|(name, _)| format!("{name:>9}")).concat()
            ) + "      max",
        ];
        for (act, measured) in &self.figures.acts {
            let spans = &measured.response;
            let shares = QUANTILES.map(|(_, share)| format!("{:>9}", told(spans.quantile(share)))).concat();
            let rate = per_second(spans.count(), self.wall());
            lines.push(format!("{:<6}{:>9}{rate:>9.1}{shares}{:>9}", act.name(), measured.acts(), told(spans.max())));
        }
        if let Some(measured) = self.figures.acts.get(&plan.scenario.measured()) {
            lines.extend([String::new(), format!("{}: how many took how long", plan.scenario.measured().name())]);
            lines.extend(histogram(&measured.response));
        }
        lines.push(String::new());
        lines.extend(self.troubles());
        lines.extend(
            targets.iter().map(|target| format!("{:<7} {}", if target.met { "ok" } else { "MISSED" }, target.text)),
        );
        lines.join("\n")
    }

    /// What went wrong, by kind.
    fn troubles(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (act, measured) in &self.figures.acts {
            lines.extend(measured.errors.iter().map(|(kind, count)| format!("{}: {count} × {kind}", act.name())));
        }
        let refused: u64 = self.figures.acts.values().map(|measured| measured.refused).sum();
        if refused > 0 {
            let hint =
                "raise SAYDO_CHAT_PER_MINUTE on a server meant for this, have more --accounts, or a lower --rate";
            lines.push(format!("{refused} × refused with 429, the limit of a person: {hint}"));
        }
        let late = self.figures.lateness.quantile(0.99);
        if late > LATE {
            lines.push(format!(
                "this machine was too busy to ask in time (p99 {} late): measure from another",
                told(late)
            ));
        }
        lines
    }
}

/// Lines for people: what is empty at both ends is left out.
fn histogram(spans: &Spans) -> Vec<String> {
    let buckets = buckets(spans);
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(1).max(1);
    let line = |bucket: &Bucket| {
        // Whoever is there is seen, however few.
        let width = (bucket.count * WIDTH / most).max(u64::from(bucket.count > 0));
        let bar = "█".repeat(width.try_into().unwrap_or(0));
        let up_to = told(Duration::from_secs_f64(bucket.up_to / 1e3));
        format!("up to {up_to:>8} {bar:<40} {:>7} {:>5.1} %", bucket.count, percent(bucket.count, spans.count()))
    };
    buckets.iter().map(line).collect()
}

/// Steps of 1, 2, 5 and so on, from the first that has something to the last.
fn buckets(spans: &Spans) -> Vec<Bucket> {
    let steps = (2..10).flat_map(|power| [1, 2, 5].map(|digit| Duration::from_micros(digit * 10_u64.pow(power))));
    let mut over = Duration::ZERO;
    let mut buckets: Vec<Bucket> = Vec::new();
    for up_to in steps {
        let count = spans.between(over, up_to);
        over = up_to;
        if count > 0 || !buckets.is_empty() {
            buckets.push(Bucket { up_to: milliseconds(up_to), count });
        }
    }
    let last = buckets.iter().rposition(|bucket| bucket.count > 0).map_or(0, |last| last + 1);
    buckets.truncate(last);
    buckets
}

fn milliseconds(length: Duration) -> f64 {
    length.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn per_second(count: u64, wall: Duration) -> f64 {
    count as f64 / wall.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}
