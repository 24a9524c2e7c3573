//! Prints how many phrases of each intent corpus are read as they should be, and lists the others:
//! `cargo run -p saydo-lang --example lang-corpus [folder]`.

#[path = "../tests/support/corpus.rs"]
mod corpus;

use std::io::{self, Write};

const NAMES: [&str; 10] =
    ["add", "list", "complete", "update", "delete", "talk", "negative", "answers", "conversation", "several"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| format!("{}/corpus", env!("CARGO_MANIFEST_DIR")));
    let moment = saydo_lang::Moment::new(corpus::MOMENT.parse()?);
    let mut out = io::stdout().lock();
    let (mut phrases, mut wrong) = (0, 0);
    for name in NAMES {
        let Ok(text) = std::fs::read_to_string(format!("{folder}/{name}.txt")) else { continue };
        let outcome = corpus::run(&text, &moment);
        for failure in &outcome.failures {
            writeln!(out, "{name}:{} {}\n    {}\n    {}", failure.line, failure.phrase, failure.expected, failure.got)?;
        }
        let right = outcome.phrases - outcome.failures.len();
        writeln!(out, "{name:<14} {right} of {}", outcome.phrases)?;
        (phrases, wrong) = (phrases + outcome.phrases, wrong + outcome.failures.len());
    }
    writeln!(out, "all            {} of {phrases}", phrases - wrong)?;
    Ok(())
}
