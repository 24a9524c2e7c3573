//! Measures the language engine on the held-out corpus (`corpus/heldout`), which the rules' authors do not read.
//!
//! `cargo run --release -p saydo-lang --example lang_eval [-- --failures [tag]]`. It measures, so it always ends with 0.
#![expect(clippy::print_stdout, reason = "a command that prints its report")]

mod corpus;
mod frame;
mod judge;
mod report;
mod want;
mod words;

use std::path::Path;

use report::Report;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let failures = arguments.iter().position(|argument| argument == "--failures");
    let tag = failures.and_then(|at| arguments.get(at + 1)).map(String::as_str);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/heldout");
    let (cases, mistakes) = corpus::read_folder(&folder);
    for mistake in &mistakes {
        println!("corpus: {mistake}");
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
}
