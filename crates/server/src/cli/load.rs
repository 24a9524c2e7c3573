//! `saydo load`: how fast a running server answers a crowd, and whether that is fast enough.

mod crowd;
mod drive;
mod plan;
mod record;
mod report;

use std::time::Duration;

use super::{
    CliError,
    interrupt::interrupted,
    local_url,
    site::Site,
    span::{span, span_or_zero},
};
use crate::config::Config;
use plan::{Pace, Plan, Scenario, Targets};

/// Measure how fast a running server answers a crowd; the exit status answers
///
/// The crowd are throw-away people, who are erased again, whatever happens. They begin one after the other during the ramp, which is not measured. Each then acts at a fixed rate: what the
/// server makes somebody late with counts from the moment it was due, so a server that stops for a second cannot hide
/// it. With --closed everybody acts again as soon as the last answer came, which shows the most a server can do.
///
/// The exit status is 0 when all targets were met, 1 when one was missed, 2 when the command is wrong. It only ever
/// talks to this machine, or to a host named by --allow-host.
#[derive(Debug, clap::Args)]
#[command(after_help = "Scenarios:\n  \
    chat-offline  each says something the language engine understands, and a task is added\n  \
    chat-model    each says something only a language model can answer: this costs tokens\n  \
    list          each reads a list of 50 tasks\n  \
    mixed         six lists, two chat turns, a task added and a conversation read, of every ten\n\n\
    Examples:\n  saydo load\n  saydo load --scenario list --users 500 --rate 1 --duration 2m\n  \
    saydo load --base-url https://staging.example.com --allow-host staging.example.com --target-p95 200ms --json")]
pub(super) struct Load {
    /// Where the server is; what SAYDO_LISTEN says when not given
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// A host besides this machine that may be put under load, typed exactly as in the URL
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// What the people do
    #[arg(long, value_enum, default_value_t = Scenario::ChatOffline)]
    scenario: Scenario,
    /// How many people
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=2000))]
    users: u32,
    /// How many accounts they share; one each when not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=2000))]
    accounts: Option<u32>,
    /// How often each acts, a second
    #[arg(long, value_name = "NUMBER", default_value_t = 0.5, conflicts_with = "closed")]
    rate: f64,
    /// Act again as soon as the last answer came
    #[arg(long)]
    closed: bool,
    /// Until everybody has begun; not measured
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = span_or_zero)]
    ramp: Duration,
    /// How long to measure, at most an hour
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = span)]
    duration: Duration,
    /// Never send more than this
    #[arg(long, value_name = "COUNT", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    max_requests: u64,
    /// A request that takes longer has failed
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = span)]
    timeout: Duration,
    /// 95 of 100 of each kind of act must take less [chat and add: 25ms, chat-model: 3s, list and read: 10ms]
    #[arg(long, value_name = "TIME", value_parser = span)]
    target_p95: Option<Duration>,
    /// 99 of 100 of each kind must take less
    #[arg(long, value_name = "TIME", value_parser = span)]
    target_p99: Option<Duration>,
    /// At most this share may fail or be refused
    #[arg(long, value_name = "PERCENT", default_value_t = 0.1)]
    target_errors: f64,
    /// Print one JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// The longest measurement.
const LONGEST: Duration = Duration::from_hours(1);

impl Load {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let base = self.base_url.clone().unwrap_or_else(|| local_url(config.http.listen));
        let site = Site::new(&base, self.timeout)?.for_operator(config);
        self.allowed(&site)?;
        let plan = self.plan()?;
        let json = self.json;
        let mut crowd = crowd::Crowd::new(&site, &plan);
        let record = record::Record::new()?;
        let through = tokio::select! {
            result = Box::pin(measure(&mut crowd, &plan, &record)) => result.map(|()| true),
            () = interrupted() => Ok(false),
        };
        let left = crowd.disperse().await;
        let report = report::Report::new(&site, &plan, &record);
        let verdict = match through {
            Ok(true) => report.tell(json),
            Ok(false) => Err(CliError::Refused("somebody ended it before it was through".to_owned())),
            Err(error) => Err(error),
        };
        match (verdict, left) {
            (verdict, None) => verdict,
            (Ok(()), Some(left)) => Err(CliError::Refused(left)),
            (Err(error), Some(left)) => Err(CliError::Refused(format!("{error}; {left}"))),
        }
    }

    fn allowed(&self, site: &Site) -> Result<(), CliError> {
        if site.is_local() || self.allow_host.iter().any(|name| name == site.host()) {
            return Ok(());
        }
        let host = site.host();
        Err(CliError::Usage(format!(
            "{host} is not this machine: if you may put it under load, add --allow-host {host}"
        )))
    }

    fn plan(&self) -> Result<Plan, CliError> {
        let usage = |what: String| Err(CliError::Usage(what));
        if self.duration > LONGEST || self.ramp > LONGEST {
            return usage("nothing is measured for longer than an hour".to_owned());
        }
        if !(0.001..=1000.0).contains(&self.rate) {
            return usage("--rate is a number from 0.001 to 1000".to_owned());
        }
        if !(0.0..=100.0).contains(&self.target_errors) {
            return usage("--target-errors is a percentage from 0 to 100".to_owned());
        }
        let plan = Plan {
            scenario: self.scenario,
            people: self.users,
            accounts: self.accounts.unwrap_or(self.users).min(self.users),
            pace: if self.closed { Pace::Closed } else { Pace::Rate(self.rate) },
            ramp: self.ramp,
            duration: self.duration,
            max_requests: self.max_requests,
            timeout: self.timeout,
            targets: Targets { p95: self.target_p95, p99: self.target_p99, errors: self.target_errors },
        };
        match plan.requests() {
            Some(count) if count > self.max_requests => {
                usage(format!("that would be {count} requests, and --max-requests allows {}", self.max_requests))
            }
            _ => Ok(plan),
        }
    }
}

async fn measure(crowd: &mut crowd::Crowd, plan: &Plan, record: &record::Record) -> Result<(), CliError> {
    crowd.gather().await?;
    drive::drive(crowd, plan, record).await;
    Ok(())
}
