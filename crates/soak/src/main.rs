//! The crash harness: kills real servers over and over while a crowd of users writes down what they were promised, and
//! holds the database against that. `make soak`; what it does and what it found is in docs/RELIABILITY.md.

mod check;
mod crowd;
mod facts;
mod ledger;
mod report;
mod runs;
mod scene;
mod trouble;
mod user;

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::Parser;
use testbed::Durability;

use self::{
    report::Run,
    runs::kills::{Build, kills},
    scene::{Engine, Scene},
    trouble::{Trouble, Tried},
};

/// Kills servers and counts what is left of their promises. The exit status is the verdict.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The runs that `make test` makes: a minute at most
    #[arg(long)]
    short: bool,
    /// The seed of all draws; drawn itself when not given, and said
    #[arg(long)]
    seed: Option<u64>,
    /// The program; the one built beside this
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
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
    let runs = runtime.block_on(all(arguments))?;
    let text = if arguments.json { serde_json::to_string_pretty(&runs)? } else { report::words(&runs) };
    writeln!(std::io::stdout(), "{}", text.trim_end())?;
    Ok(runs.iter().all(|run| run.findings.is_empty()))
}

async fn all(arguments: &Arguments) -> Tried<Vec<Run>> {
    let seed = arguments.seed.unwrap_or_else(rand::random);
    let program = match &arguments.program {
        Some(program) => program.canonicalize()?,
        None => std::env::current_exe()?.with_file_name("saydo"),
    };
    if !program.exists() {
        return Err(Trouble::Other(format!("{} is not built", program.display())));
    }
    let mut runs = Vec::new();
    let scene = Scene::new(program.clone(), Engine::Sqlite).await?;
    runs.push(kills("SQLite", &scene, Build::Debug, 13, seed).await?);
    let scene = Scene::new(program.clone(), Engine::postgres(Durability::OfProcess).await?).await?;
    runs.push(kills("PostgreSQL", &scene, Build::Debug, 10, seed).await?);
    Ok(runs)
}
