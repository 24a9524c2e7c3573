//! `saydo ready`.

mod paint;
mod table;
mod watching;

use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use saydo_store::Store;

use super::{CliError, local_url, site::Site, span::span};
use crate::{
    config::Config,
    ready::{Accounts, End, Metrics, Report, Scene, TEMPLATE, Verdict, evaluate},
    setup,
};

/// How long the server may take with one answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Is this installation ready? GO or NO-GO, with the evidence for each row
///
/// Run it on the machine of the server, with its settings. It looks at the settings, the database, the backups, the
/// metrics, and at the server as people reach it, over --base-url. Two throw-away people sign up for that and are
/// erased again, whatever happens; nothing else is changed. A row that must hold and does not, or cannot be checked, is
/// a NO-GO; other rows are warnings then; what only people decide is shown as yours. The exit status is 0 for GO, 1 for
/// NO-GO, 2 when the command is wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  saydo ready --base-url https://todo.example.com\n  \
    saydo ready --watch 24h               # the first day after a deployment\n  \
    saydo ready --json | jq '.rows[] | select(.state == \"failed\")'\n  \
    saydo ready --example > data/ready.toml")]
pub(super) struct Ready {
    /// How people reach the server [SAYDO_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Go on for so long (1h, 6h, 24h): a line of figures every hour, more of them at first, and an end with status 1 as
    /// soon as there is reason to roll back (more than 10 % errors, p95 above 5 s, no answer)
    #[arg(long, value_name = "TIME", value_parser = span)]
    watch: Option<Duration>,
    /// How often to look meanwhile
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = span, requires = "watch")]
    every: Duration,
    /// Let nobody sign up: what is found out by throw-away accounts is not checked then
    #[arg(long)]
    without_accounts: bool,
    /// Print JSON: one document, or with --watch one a line
    #[arg(long)]
    json: bool,
    /// Print the file in which people write down what they decided, with nothing filled in
    #[arg(long)]
    example: bool,
}

impl Ready {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        if self.example {
            print!("{TEMPLATE}");
            return Ok(());
        }
        let base = self.base_url.clone().or_else(|| config.ready.public_url.clone());
        let base = base.unwrap_or_else(|| local_url(config.http.listen));
        let end = End::listen();
        let ended = || CliError::Refused("somebody ended it".to_owned());
        let mut scene = Box::pin(end.or(scene(config, &base))).await.ok_or_else(ended)??;
        if self.without_accounts {
            scene.accounts = Accounts::Left;
        }
        let report = looked_at(&scene, &end).await;
        let first = self.show(&report)?;
        let outcome = match self.watch {
            Some(length) if !end.is_asked() => {
                Box::pin(watching::watch(&scene, report, (length, self.every), self.json, &end)).await?
            }
            _ => first,
        };
        if let Ok(store) = &scene.store {
            store.close().await;
        }
        match outcome {
            Verdict::Go => Ok(()),
            Verdict::NoGo => Err(CliError::Refused("not ready".to_owned())),
        }
    }

    fn show(&self, report: &Report) -> Result<Verdict, CliError> {
        let text = match (self.json, self.watch) {
            (true, None) => serde_json::to_string_pretty(report).map_err(std::io::Error::other)? + "\n",
            (true, Some(_)) => {
                serde_json::to_string(&serde_json::json!({"report": report})).map_err(std::io::Error::other)? + "\n"
            }
            (false, _) => table::of(report, paint::Paint::of_terminal()),
        };
        write!(std::io::stdout(), "{text}")?;
        Ok(report.verdict)
    }
}

async fn scene(config: &Config, base: &str) -> Result<Scene, CliError> {
    let site = Site::new(base, PATIENCE)?;
    let store = open(config).await;
    Ok(Scene::new(config, site, store, Metrics::Asked))
}

/// The database, if it is there: looking makes none.
async fn open(config: &Config) -> Result<Store, String> {
    if let Some(path) = config.database.place.sqlite_path().filter(|path| !path.exists()) {
        return Err(format!("there is no database at {}", path.display()));
    }
    setup::open_store_once(config).await.map_err(|error| error.to_string())
}

/// Looks, and shows on a terminal what is being looked at.
async fn looked_at(scene: &Scene, end: &End) -> Report {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} Looking at {msg}") {
        bar.set_style(style);
    }
    if std::io::stderr().is_terminal() {
        bar.enable_steady_tick(Duration::from_millis(100));
    }
    let shown = bar.clone();
    let report = Box::pin(evaluate(scene, &move |what| shown.set_message(what), end)).await;
    bar.finish_and_clear();
    report
}
