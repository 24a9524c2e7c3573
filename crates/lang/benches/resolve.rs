//! How long it takes to find the task that words mean among ten thousand.

use saydo_domain::TaskNumber;
use saydo_lang::{Candidate, resolve};

fn main() {
    divan::main();
}

const VERBS: [&str; 10] = ["Buy", "Call", "Email", "Clean", "Fix", "Book", "Plan", "Pay", "Review", "Send"];
const THINGS: [&str; 20] = [
    "milk",
    "the landlord",
    "Anna",
    "the kitchen",
    "the bike",
    "flights to Lisbon",
    "summer holiday",
    "rent",
    "the contract",
    "an invoice",
    "groceries",
    "the garage",
    "Tom's present",
    "passport",
    "the car",
    "a dentist appointment",
    "the report",
    "slides",
    "the garden",
    "insurance",
];

fn titles() -> Vec<String> {
    let title = |n: usize| format!("{} {} {n}", VERBS[n % VERBS.len()], THINGS[n / VERBS.len() % THINGS.len()]);
    (0..10_000).map(title).collect()
}

#[divan::bench(args = ["unicorn paperwork", "passport 4137", "the dentist", "called Anna", "dnetist"])]
fn ten_thousand(bencher: divan::Bencher<'_, '_>, words: &str) {
    let titles = titles();
    let candidates: Vec<Candidate<'_>> = (1..)
        .zip(&titles)
        .map(|(n, title)| Candidate { number: TaskNumber::new(n), title, completed: false })
        .collect();
    bencher.bench_local(|| resolve(divan::black_box(words), &candidates));
}
