//! Words as the resolver compares them: stems, groups of synonyms, and how much a word says.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use rust_stemmers::{Algorithm, Stemmer};

use crate::rules::verbs;

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// Groups of a word: most words are in one, some in two (`call`).
static SYNONYMS: LazyLock<HashMap<&'static str, Vec<u16>>> = LazyLock::new(|| {
    let mut groups: HashMap<&'static str, Vec<u16>> = HashMap::new();
    let lines = include_str!("synonyms.txt").lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    for (group, line) in (0u16..).zip(lines) {
        for word in line.split(',').map(str::trim) {
            groups.entry(word).or_default().push(group);
        }
    }
    groups
});

/// Words that say nothing about which task is meant.
const STOP: [&str; 71] = [
    "the", "a", "an", "my", "our", "your", "his", "her", "their", "its", "this", "that", "these", "those", "to", "of",
    "for", "in", "on", "at", "by", "with", "from", "about", "and", "or", "is", "are", "was", "be", "been", "it", "i",
    "me", "we", "us", "some", "any", "all", "up", "off", "out", "so", "do", "did", "done", "have", "has", "had",
    "will", "need", "must", "please", "one", "task", "tasks", "todo", "thing", "item", "reminder", "just", "already",
    "finally", "now", "going", "go", "went", "gone", "also", "as", "then",
];

/// Words of time: a title rarely has them.
const TIME: [&str; 29] = [
    "today",
    "tomorrow",
    "yesterday",
    "tonight",
    "morning",
    "afternoon",
    "evening",
    "night",
    "week",
    "month",
    "year",
    "day",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "weekend",
    "next",
    "last",
    "am",
    "pm",
    "earlier",
    "later",
    "ago",
    "recently",
    "yet",
];

/// A word of the query or of a title.
#[derive(Debug, Clone)]
pub(super) struct Term<'t> {
    /// In lower case.
    pub(super) word: Cow<'t, str>,
    /// Its base form and stem.
    pub(super) stem: String,
    /// Its groups of synonyms.
    pub(super) groups: &'static [u16],
    /// How much it says: 1 for most words, less for verbs, next to nothing for `the`.
    pub(super) weight: f32,
}

/// The words of a text.
pub(super) fn terms(text: &str) -> Vec<Term<'_>> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '_' | '+') || is_mark(c)))
        .map(|word| word.trim_matches(['-', '\'', '’', '_', '+']))
        .filter(|word| !word.is_empty())
        .take(64)
        .map(term)
        .collect()
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}')
}

fn term(word: &str) -> Term<'_> {
    let word: Cow<'_, str> = if word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.to_lowercase().replace('’', "'"))
    };
    let bare = word.strip_suffix("'s").unwrap_or(&word);
    let form = verbs::form(bare);
    let base = form.map_or(bare, |form| form.base);
    let stem = if base.len() > 2 && base.is_ascii() { STEMMER.stem(base).into_owned() } else { base.to_owned() };
    let groups = SYNONYMS
        .get(bare)
        .or_else(|| SYNONYMS.get(base))
        .or_else(|| SYNONYMS.get(stem.as_str()))
        .map_or(&[][..], Vec::as_slice);
    let weight = if STOP.contains(&bare) {
        0.05
    } else if TIME.contains(&bare) {
        0.2
    } else if form.is_some() {
        0.55
    } else {
        1.0
    };
    Term { stem, groups, weight, word }
}

/// How alike two words are, 0 to 1.
pub(super) fn likeness(a: &Term<'_>, b: &Term<'_>) -> f32 {
    if a.word == b.word {
        return 1.0;
    }
    if a.stem == b.stem {
        return 0.97;
    }
    if a.groups.iter().any(|group| b.groups.contains(group)) {
        return 0.85;
    }
    let (short, long) = if a.word.len() < b.word.len() { (&a.word, &b.word) } else { (&b.word, &a.word) };
    if short.len() >= 4 && long.starts_with(short.as_ref()) {
        return 0.8;
    }
    // `fri's` and numbers are never a slip of another.
    if short.len() < 4 || a.word.bytes().any(|b| b.is_ascii_digit()) || b.word.bytes().any(|b| b.is_ascii_digit()) {
        return 0.0;
    }
    if long.len() - short.len() > 2 || long.len() > 32 {
        return 0.0;
    }
    let slips = strsim::osa_distance(&a.word, &b.word);
    match (slips, long.len()) {
        (1, 5..) => 0.85,
        (1, _) if strsim::levenshtein(&a.word, &b.word) == 2 => 0.8,
        (2, 8..) => 0.75,
        _ => 0.0,
    }
}

/// The other words of a term's groups, and the other forms of an irregular verb.
pub(super) fn others(term: &Term<'_>) -> impl Iterator<Item = &'static str> {
    let groups = term.groups;
    let synonyms = SYNONYMS.iter().filter(move |(_, known)| known.iter().any(|group| groups.contains(group)));
    synonyms.map(|(word, _)| *word)
}
