//! How long one line takes: `cargo bench -p saydo-lang --bench parse`.

use saydo_lang::{Moment, parse_line};

fn main() {
    divan::main();
}

const LINES: [&str; 8] = [
    "buy milk",
    "call mom tomorrow",
    "dentist friday 3pm #health p1",
    "water plants every other day at 8",
    "renew the passport before June with description: bring two photos",
    "prepare slides for the quarterly review, due the last friday of next month at half past six",
    "remind me two days before the 20th to pay the invoice // from the bank",
    "read 1984 and march to the office, then call Sunny about the sat nav and 2 kg of flour",
];

#[divan::bench(args = LINES)]
fn line(bencher: divan::Bencher<'_, '_>, text: &str) {
    let moment = Moment::new("2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().unwrap_or_default());
    bencher.bench(|| parse_line(divan::black_box(text), &moment));
}

/// The longest message the chat takes.
#[divan::bench]
fn ten_thousand_characters(bencher: divan::Bencher<'_, '_>) {
    let moment = Moment::new("2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().unwrap_or_default());
    let text = "call mom on friday at half past six, ".repeat(270);
    bencher.bench(|| parse_line(divan::black_box(&text), &moment));
}
