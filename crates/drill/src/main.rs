//! The production drill: deploys two versions of the program under load, breaks what can break, watches the alerts of a
//! real Prometheus, follows the runbooks, rolls back, and restores a backup. `make prod-drill`; docs/OPERATIONS.md has
//! its last output.

mod acts;
mod installation;
mod people;
mod picture;
mod report;
mod runbook;
mod site;
mod timeline;
mod times;
mod trouble;
mod watch;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use self::{
    acts::{
        drill::{Drill, Drilled},
        faults, releases, restore,
    },
    site::Site,
    timeline::Timeline,
    times::Times,
    trouble::{Tried, other},
    watch::Watch,
};

/// How long the drill may take on a busy machine, as long as the times of the rules are short.
const BOUND: Duration = Duration::from_mins(35);

/// Deploys, breaks, watches, rolls back and restores. The exit status is the verdict.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The program of version 1
    #[arg(long, value_name = "FILE")]
    before: PathBuf,
    /// The program of version 2
    #[arg(long, value_name = "FILE")]
    after: PathBuf,
    /// What the two versions are, for the output
    #[arg(long, value_name = "WORDS", default_value = "")]
    versions: String,
    /// How fast the rules of Prometheus are: at 10 their times are shortened, 5 minutes to 30 seconds and 3 days to 6
    /// minutes, at 20 to half of that; at 1 they are as they are, which takes two days
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=60))]
    speed: u32,
    /// Only the faults that these alerts are about, on version 2, without the other acts
    #[arg(long, value_name = "ALERT", value_delimiter = ',')]
    only: Vec<String>,
    /// Write the output into docs/OPERATIONS.md, and what was seen into the runbooks
    #[arg(long, conflicts_with = "only")]
    write: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            let _ = writeln!(std::io::stderr(), "saydo-drill: {trouble}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Tried<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(Box::pin(drill(arguments)))
}

/// The whole drill, from an empty prefix to the last word.
async fn drill(arguments: &Arguments) -> Tried<bool> {
    if let Some(unknown) = arguments.only.iter().find(|only| !faults::alerts().any(|(alert, _)| alert == *only)) {
        return other(format!("there is no alert {unknown}"));
    }
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let timeline = Arc::new(Timeline::begin());
    let site = Site::make(&repository, Arc::clone(&timeline)).await?;
    let drilled = Drilled::default();
    let bound = BOUND.max(4 * Times::new(arguments.speed).patience());
    let acts = tokio::select! {
        acts = tokio::time::timeout(bound, Box::pin(play(&site, arguments, &drilled))) => acts,
        ended = somebody_ends_it() => return end(site, ended).await,
    };
    match acts {
        Ok(Ok(())) => {}
        Ok(Err(trouble)) => return end(site, Err(trouble)).await,
        Err(_) => timeline.verdict(false, format!("it takes longer than {} minutes", bound.as_secs() / 60)),
    }
    let text = conclusion(&site, arguments);
    writeln!(std::io::stdout(), "\n{text}")?;
    if arguments.write {
        keep(&site, &text, &drilled)?;
    }
    let well = timeline.count().1 == 0;
    end(site, Ok(well)).await
}

/// Ctrl-C, or the end that a machine asks for.
async fn somebody_ends_it() -> Tried<bool> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed?,
        _ = terminate.recv() => {}
    }
    other("somebody ended it")
}

/// Keeps what the server logged where the drill could not go on, in a file of its own; then ends all that was started.
async fn end(site: Site, verdict: Tried<bool>) -> Tried<bool> {
    if verdict.is_err() {
        let kept = tempfile::Builder::new().prefix("saydo-drill-").suffix(".log").disable_cleanup(true).tempfile();
        if let Ok(mut kept) = kept
            && let Ok(mut log) = std::fs::File::open(site.production.log())
            && std::io::copy(&mut log, &mut kept).is_ok()
        {
            let _ = writeln!(std::io::stderr(), "what the server logged: {}", kept.path().display());
        }
    }
    let closed = site.close().await;
    verdict.and_then(|well| closed.map(|()| well))
}

/// The acts in their order.
async fn play(site: &Site, arguments: &Arguments, drilled: &Drilled) -> Tried<()> {
    let after = arguments.after.canonicalize()?;
    let all = arguments.only.is_empty();
    let before = if all { arguments.before.canonicalize()? } else { after.clone() };
    let timeline = &site.timeline;
    if !releases::first(site, &before, &after).await? {
        return other("the first version does not come into service");
    }
    let times = Times::new(arguments.speed);
    let rules = site.repository.join("deploy/prometheus");
    let watched = [&site.production, &site.staging];
    let watch = Watch::start(&rules, site.place("prometheus"), &watched, times, Arc::clone(timeline)).await?;
    let people = site.crowd(6).await?;
    timeline.done("6 people write and read from now on; Prometheus watches");
    timeline.done(format!("the times of its rules are {}", times.words()));
    let drill = Drill { site, watch: &watch, drilled, times, only: &arguments.only };
    let of_production = async {
        if all {
            if !releases::second(site, &after).await? {
                return other("the second version does not come into service");
            }
            releases::bad(site, &after).await?;
        }
        drill.of_production().await
    };
    tokio::try_join!(Box::pin(drill.of_staging()), Box::pin(of_production))?;
    drill.of_everything().await?;
    if all {
        releases::back(site).await?;
        restore::restore(site).await?;
    }
    people.iter().for_each(tokio::task::JoinHandle::abort);
    timeline.act('=', "the end");
    timeline.seen(format!("still firing from the last minutes: {}", list(&watch.firing())));
    Ok(())
}

fn list(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// The picture and the verdict.
fn conclusion(site: &Site, arguments: &Arguments) -> String {
    let timeline = &site.timeline;
    let (tries, (kept, broken)) = (site.ledger.tries(), timeline.count());
    let failed = tries.iter().filter(|one| !one.well).count();
    let seconds = timeline.now().as_secs();
    format!(
        "{}\n\n{} requests of 6 people with a ledger, {failed} of them failed and were asked again\n{}{} promises kept, \
         {broken} broken, in {} min {} s: {}",
        picture::draw(&tries, &timeline.lines()),
        tries.len(),
        if arguments.versions.is_empty() { String::new() } else { format!("{}\n", arguments.versions) },
        kept,
        seconds / 60,
        seconds % 60,
        if broken == 0 { "PASSED" } else { "FAILED" }
    )
}

/// Writes down what there is to keep.
fn keep(site: &Site, conclusion: &str, drilled: &Drilled) -> Tried<()> {
    let repository = &site.repository;
    let lines: Vec<String> = site.timeline.lines().iter().map(timeline::Line::words).collect();
    let date = timeline::clock().strftime("%Y-%m-%d").to_string();
    let text = format!("```text\n{date} (UTC)\n{}\n\n{conclusion}\n```", lines.join("\n"));
    // Where it happened to take place is of no interest.
    let text = text.replace(&site.place("").display().to_string(), "…/");
    report::write(&repository.join("docs/OPERATIONS.md"), "drill", &text)?;
    for (book, notes) in drilled.notes() {
        let list: Vec<String> = notes.iter().map(|note| format!("- {note}.")).collect();
        let text = format!("{date}, by `saydo-drill`, the times of the rules shortened:\n\n{}", list.join("\n"));
        report::write(&repository.join(format!("docs/runbooks/{book}.md")), "drilled", &text)?;
    }
    Ok(())
}
