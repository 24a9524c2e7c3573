//! Which task do these words mean?

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use saydo_domain::TaskNumber;
use saydo_lang::{Candidate, Match, rank, resolve};

const TITLES: [&str; 24] = [
    "Call mom",
    "Buy milk",
    "Buy oat milk",
    "Finish the quarterly report",
    "Dentist appointment",
    "Pay rent",
    "Renew passport",
    "Book flights to Lisbon",
    "Water the plants",
    "Clean the kitchen",
    "Buy a birthday gift for Tom",
    "Email the landlord about the leak",
    "Read 1984",
    "Take the car to the garage",
    "Groceries",
    "Call Sunny",
    "Prepare slides for Monday's meeting",
    "Walk the dog",
    "Fix the bike",
    "Pick up dry cleaning",
    "Vacuum the stairs",
    "Send invoice to Müller GmbH",
    "Plan summer holiday",
    "买牛奶",
];

fn candidates(titles: &[&'static str]) -> Vec<Candidate<'static>> {
    (1..).zip(titles).map(|(n, title)| Candidate { number: TaskNumber::new(n), title, completed: false }).collect()
}

fn found(words: &str) -> Vec<&'static str> {
    let title = |number: TaskNumber| TITLES[usize::try_from(number.get() - 1).expect("small")];
    match resolve(words, &candidates(&TITLES)) {
        Match::One(one) => vec![title(one.number)],
        Match::Several(several) => {
            let mut titles = vec!["?"];
            titles.extend(several.iter().map(|scored| title(scored.number)));
            titles
        }
        Match::None => Vec::new(),
    }
}

#[test]
fn words_stems_synonyms_typos_and_order_lead_to_the_task() {
    for (words, title) in [
        ("call mom", "Call mom"),
        ("calling mom", "Call mom"),
        ("called mom", "Call mom"),
        ("calling my mother", "Call mom"),
        ("phoned mum", "Call mom"),
        ("ring mum", "Call mom"),
        ("CALL MOM", "Call mom"),
        ("mom", "Call mom"),
        ("buy milk", "Buy milk"),
        ("oat milk", "Buy oat milk"),
        ("bought the oat milk", "Buy oat milk"),
        ("report", "Finish the quarterly report"),
        ("the report", "Finish the quarterly report"),
        ("finishing the report", "Finish the quarterly report"),
        ("quarterly reports", "Finish the quarterly report"),
        ("reprot", "Finish the quarterly report"),
        ("dentist", "Dentist appointment"),
        ("dentst", "Dentist appointment"),
        ("dnetist", "Dentist appointment"),
        ("dentist appt", "Dentist appointment"),
        ("paid the rent", "Pay rent"),
        ("rent", "Pay rent"),
        ("paying rent", "Pay rent"),
        ("passport", "Renew passport"),
        ("passprot", "Renew passport"),
        ("renewed my passport", "Renew passport"),
        ("lisbon flights", "Book flights to Lisbon"),
        ("flight to lisbon", "Book flights to Lisbon"),
        ("watered the plants", "Water the plants"),
        ("plants", "Water the plants"),
        ("watering plants", "Water the plants"),
        ("cleaned the kitchen", "Clean the kitchen"),
        ("tom's gift", "Buy a birthday gift for Tom"),
        ("birthday present for tom", "Buy a birthday gift for Tom"),
        ("bday gift", "Buy a birthday gift for Tom"),
        ("landlord", "Email the landlord about the leak"),
        ("emailed the landlord", "Email the landlord about the leak"),
        ("1984", "Read 1984"),
        ("took the car to the garage", "Take the car to the garage"),
        ("grocery shopping", "Groceries"),
        ("food shopping", "Groceries"),
        ("sunny", "Call Sunny"),
        ("slides", "Prepare slides for Monday's meeting"),
        ("monday meeting slides", "Prepare slides for Monday's meeting"),
        ("walked the dog", "Walk the dog"),
        ("fixed my bicycle", "Fix the bike"),
        ("dry cleaning", "Pick up dry cleaning"),
        ("picked up the dry cleaning", "Pick up dry cleaning"),
        ("hoovered the stairs", "Vacuum the stairs"),
        ("müller invoice", "Send invoice to Müller GmbH"),
        ("Müller", "Send invoice to Müller GmbH"),
        ("vacation", "Plan summer holiday"),
        ("买牛奶", "买牛奶"),
    ] {
        assert_eq!(found(words), [title], "{words}");
    }
}

#[test]
fn close_ones_are_a_question() {
    assert_eq!(found("milk"), ["?", "Buy milk", "Buy oat milk"]);
    assert_eq!(found("the call"), ["?", "Call mom", "Call Sunny"]);
}

#[test]
fn what_is_not_there_is_not_found() {
    for words in ["", "the", "unicorn", "call dad", "pay taxes", "zzz", "...", "buy a house", "the garden"] {
        assert_eq!(found(words), Vec::<&str>::new(), "{words}");
    }
}

#[test]
fn an_open_task_is_preferred_to_a_completed_one() {
    let mut both = candidates(&["Buy milk", "Buy milk"]);
    both[0].completed = true;
    let ranked = rank("milk", &both);
    assert_eq!(ranked.first().map(|scored| scored.number.get()), Some(2));
    assert!(matches!(resolve("milk", &both), Match::One(one) if one.number.get() == 2));
}

#[test]
fn the_same_words_win_over_more_words() {
    assert!(matches!(resolve("Buy milk", &candidates(&TITLES)), Match::One(one) if one.number.get() == 2));
}
