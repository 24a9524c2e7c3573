//! The crash harness: kills real servers over and over while a crowd of users writes down what they were promised, and
//! holds the database against that. `make soak`; what it does and what it found is in docs/RELIABILITY.md.

mod check;
mod crowd;
mod facts;
mod ledger;
mod plan;
mod report;
mod runs;
mod scene;
mod trouble;
mod user;

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::Parser;

use self::trouble::Tried;

/// Kills servers and counts what is left of their promises. The exit status is the verdict.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// The runs that `make test` makes: a minute at most
    #[arg(long)]
    short: bool,
    /// Only these runs
    #[arg(long, value_enum, value_name = "RUN", value_delimiter = ',')]
    only: Vec<plan::Name>,
    /// So many deaths in each run, instead of what is usual
    #[arg(long)]
    times: Option<u32>,
    /// The seed of all draws; drawn itself when not given, and said
    #[arg(long)]
    seed: Option<u64>,
    /// The program; the one built beside this when not given
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// The program is for people: failpoints in it are a finding
    #[arg(long)]
    release: bool,
    /// The figures as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            let _ = writeln!(std::io::stderr(), "saydo-soak: {trouble}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Tried<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let runs = runtime.block_on(plan::carry_out(arguments))?;
    let text = if arguments.json { serde_json::to_string_pretty(&runs)? } else { report::words(&runs) };
    writeln!(std::io::stdout(), "{}", text.trim_end())?;
    Ok(runs.iter().all(|run| run.findings.is_empty()))
}
