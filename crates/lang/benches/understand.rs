//! How long it takes to understand an utterance.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench stops at the first surprise")]

use saydo_lang::{Context, Moment, understand};

fn main() {
    divan::main();
}

fn context() -> Context {
    let now = "2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().expect("a moment");
    Context::new(Moment::new(now))
}

const SAID: [&str; 10] = [
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
];

#[divan::bench(args = SAID)]
fn utterance(bencher: divan::Bencher<'_, '_>, text: &str) {
    let context = context();
    bencher.bench_local(|| understand(divan::black_box(text), &context));
}
