//! How long it takes to find the task that words mean among ten thousand.

use saydo_domain::TaskNumber;
use saydo_lang::{Candidate, Titles, resolve};

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

/// What somebody has made who wants others to wait: as many and as long titles as there can be after a day.
fn longest_titles() -> Vec<String> {
    let word = |n: usize| {
        let letter = |place: u32| char::from(b'a' + u8::try_from(n / 26_usize.pow(place) % 26).unwrap_or_default());
        format!("{}{}", letter(0), (0..3 + n % 6).map(|place| letter(place as u32 % 3)).collect::<String>())
    };
    let title = |n: usize| (0..25).map(|place| word(n * 31 + place * 7919)).collect::<Vec<_>>().join(" ");
    (0..21_000).map(title).collect()
}

/// The names of one message that nothing is called by.
const UNKNOWN: [&str; 6] = ["qxx", "qxz", "qxj", "qxv", "qxk", "qzq"];

#[divan::bench]
fn six_unknown_names_among_the_longest_titles(bencher: divan::Bencher<'_, '_>) {
    let titles = longest_titles();
    let candidates: Vec<Candidate<'_>> = (1..)
        .zip(&titles)
        .map(|(n, title)| Candidate { number: TaskNumber::new(n), title, completed: false })
        .collect();
    bencher.bench_local(|| {
        let mut prepared = Titles::new(&candidates);
        let open = |_: TaskNumber, completed: bool| !completed;
        UNKNOWN.map(|name| prepared.resolve(divan::black_box(name), &[&open, &|_, _| true]))
    });
}
