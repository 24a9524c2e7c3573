//! Measures the language engine on the held-out corpus (`corpus/heldout`), which the rules' authors do not read, or on
//! another folder in the same notation.
//!
//! `cargo run --release -p saydo-lang --example lang_eval [-- --corpus DIR] [--failures [tag]]`. It measures, so it ends
//! with 0 whatever it finds, unless there is nothing to measure.
#![expect(clippy::print_stdout, reason = "a command that prints its report")]

mod corpus;
mod frame;
mod judge;
mod report;
mod want;
mod words;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use report::Report;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |option: &str| {
        let at = arguments.iter().position(|argument| argument == option)?;
        Some(arguments.get(at + 1).filter(|value| !value.starts_with("--")))
    };
    let failures = after("--failures");
    let tag = failures.flatten().map(String::as_str);
    let folder = match after("--corpus") {
        Some(Some(folder)) => PathBuf::from(folder),
        Some(None) => {
            println!("--corpus needs a folder");
            return ExitCode::FAILURE;
        }
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/heldout"),
    };
    let (cases, mistakes) = corpus::read_folder(&folder);
    for mistake in &mistakes {
        println!("corpus: {mistake}");
    }
    if cases.is_empty() {
        println!("no phrases in {}", folder.display());
        return ExitCode::FAILURE;
    }
    std::panic::set_hook(Box::new(|_| {}));
    let mut report = Report::default();
    for case in &cases {
        let verdict = judge::judge(case);
        report.count(case, verdict);
    }
    if failures.is_some() {
        print!("{}", report.failures(tag));
    } else {
        print!("{}", report.summary());
    }
    ExitCode::SUCCESS
}
