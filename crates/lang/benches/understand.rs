//! How long it takes to understand an utterance: `cargo bench -p saydo-lang --bench understand`.
//!
//! First a table over every phrase of our own corpora of intents, since a median of one sentence says little about the
//! slowest in a hundred; then single sentences.

use std::{
    fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use saydo_lang::{Context, Moment, understand};

fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        percentiles();
    }
    divan::main();
}

fn context() -> Context {
    Context::new(Moment::new("2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().unwrap_or_default()))
}

fn phrases() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let read = |name: &str| fs::read_to_string(folder.join(name).with_extension("txt")).unwrap_or_default();
    let files = ["add", "list", "complete", "update", "delete", "talk", "negative", "several"];
    let said = |text: String| {
        let phrase = |line: &&str| !line.is_empty() && !line.starts_with(['#', '@', '=']);
        text.lines().filter(phrase).map(|line| line.replace("\\n", "\n")).collect::<Vec<_>>()
    };
    files.iter().flat_map(|name| said(read(name))).collect()
}

/// The middle of nine readings of each phrase, and how these middles are spread over the phrases.
fn percentiles() {
    let context = context();
    let phrases = phrases();
    let mut took: Vec<(Duration, &str)> = phrases.iter().map(|phrase| (middle(phrase, &context), &**phrase)).collect();
    took.sort_unstable();
    eprintln!("{} phrases of our own corpora", took.len());
    for (name, share) in [("median", 500), ("p90", 900), ("p99", 990), ("p99.9", 999), ("slowest", 1000)] {
        let at = (took.len() * share / 1000).min(took.len().saturating_sub(1));
        if let Some((time, phrase)) = took.get(at) {
            eprintln!("  {name:<8} {time:>9.1?}  {phrase:?}");
        }
    }
}

fn middle(phrase: &str, context: &Context) -> Duration {
    let once = || {
        let began = Instant::now();
        black_box(understand(black_box(phrase), context));
        began.elapsed()
    };
    let mut times = [(); 9].map(|()| once());
    times.sort_unstable();
    times[4]
}

const SAID: [&str; 12] = [
    "buy milk",
    "Remember to call mom tomorrow",
    "what's pending?",
    "move the dentist to friday 3pm",
    "mark 5 done",
    "delete the milk task",
    "I finished calling mom",
    "add eggs, bread and butter",
    "dentist friday 3pm, and remind me to buy flowers before that",
    "could you please remind me in 20 minutes to check the oven, thanks",
    "no, I meant the other report",
    "push everything due today to monday, and tick off 2, 4 and 7 while you are at it",
];

#[divan::bench(args = SAID)]
fn utterance(bencher: divan::Bencher<'_, '_>, text: &str) {
    let context = context();
    bencher.bench_local(|| understand(divan::black_box(text), &context));
}

/// The longest message the chat takes.
#[divan::bench]
fn ten_thousand_characters(bencher: divan::Bencher<'_, '_>) {
    let context = context();
    let text = "call mom on friday at half past six, ".repeat(270);
    bencher.bench_local(|| understand(divan::black_box(&text), &context));
}
