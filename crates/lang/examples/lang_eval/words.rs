//! Comparing words as leniently as a person would.

use rust_stemmers::{Algorithm, Stemmer};

const EMPTY: &[&str] = &[
    "the", "a", "an", "my", "our", "your", "that", "this", "those", "these", "task", "tasks", "one", "ones", "thing",
    "things", "stuff", "item", "items", "todo", "todos", "to", "do", "about", "reminder", "entry", "for", "of", "on",
    "with", "in", "at", "all", "any", "some",
];

/// Lower-case words; apostrophes vanish, all other signs (and emoji) separate.
pub(crate) fn plain(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace(['\'', '’', '‘', '`'], "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The same text but for case, signs and a leading “to”.
pub(crate) fn same_text(a: &str, b: &str) -> bool {
    let strip = |text: &str| {
        let mut words = plain(text);
        if words.first().is_some_and(|word| word == "to") {
            words.remove(0);
        }
        words
    };
    strip(a) == strip(b)
}

/// The same stems of the words that carry meaning, in any order.
pub(crate) fn same_reference(a: &str, b: &str) -> bool {
    let parts = |text: &str| {
        let mut parts: Vec<Vec<String>> = text.split(';').map(content).collect();
        parts.sort();
        parts
    };
    parts(a) == parts(b)
}

/// Whether any word that carries meaning is in both.
pub(crate) fn share_a_word(a: &str, b: &str) -> bool {
    let b = content(b);
    content(a).iter().any(|word| b.contains(word))
}

/// Whether all meaning words of `b` are in `a`.
pub(crate) fn contains_words(a: &str, b: &str) -> bool {
    let a = content(a);
    content(b).iter().all(|word| a.contains(word))
}

fn content(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut words: Vec<String> = plain(text)
        .into_iter()
        .filter(|word| !EMPTY.contains(&word.as_str()))
        .map(|word| stemmer.stem(&word).into_owned())
        .collect();
    words.sort();
    words
}
